"""Which titles are editions of one album, and which are albums of their own."""

import pytest

from philomel.services.catalog.rules.editions import group_key, part_title


@pytest.mark.parametrize(
    ("title", "left", "edition"),
    [
        ("Nevermind", "Nevermind", ""),
        ("Nevermind (Deluxe Edition)", "Nevermind", "Deluxe Edition"),
        ("Nevermind [Remastered 2011]", "Nevermind", "Remastered 2011"),
        ("Nevermind (Deluxe Edition) [Remastered]", "Nevermind", "Deluxe Edition, Remastered"),
        ("Nevermind - 2009 Remaster", "Nevermind", "2009 Remaster"),
        ("Nevermind (30th Anniversary Edition)", "Nevermind", "30th Anniversary Edition"),
        ("Nevermind (50th Anniversary Super Deluxe Edition)", "Nevermind",
         "50th Anniversary Super Deluxe Edition"),
        ("Nevermind (Deluxe Edition - 2015 Remaster)", "Nevermind",
         "Deluxe Edition - 2015 Remaster"),
        ("Nevermind (Collector's Edition)", "Nevermind", "Collector's Edition"),
        ("Nevermind (Collector\u2019s Edition)", "Nevermind", "Collector\u2019s Edition"),
        ("Nevermind (Bonus Track Version)", "Nevermind", "Bonus Track Version"),
        ("Nevermind (Japanese Edition)", "Nevermind", "Japanese Edition"),
        ("Nevermind (Mono)", "Nevermind", "Mono"),
        ("Nevermind (Original Release)", "Nevermind", "Original Release"),
        # Albums of their own.
        ("Nevermind (Live)", "Nevermind (Live)", ""),
        ("Nevermind (Live) [Deluxe Edition]", "Nevermind (Live)", "Deluxe Edition"),
        ("Nevermind (Demos)", "Nevermind (Demos)", ""),
        ("Nevermind (The Remixes)", "Nevermind (The Remixes)", ""),
        ("Nevermind (Acoustic Version)", "Nevermind (Acoustic Version)", ""),
        ("Nevermind (Taylor's Version)", "Nevermind (Taylor's Version)", ""),
        ("Nevermind (Instrumental Version)", "Nevermind (Instrumental Version)", ""),
        ("Nevermind (Vol. 2)", "Nevermind (Vol. 2)", ""),
        ("Nevermind: The Return", "Nevermind: The Return", ""),
        # Nothing would be left.
        ("(Deluxe Edition)", "(Deluxe Edition)", ""),
        ("Deluxe", "Deluxe", ""),
        ("Remastered", "Remastered", ""),
    ],
)  # fmt: skip
def test_titles(title: str, left: str, edition: str) -> None:
    assert part_title(title) == (left, edition)


def test_groups() -> None:
    same = group_key(None, "Nirvana", "Nevermind")
    assert group_key(None, "NIRVANA", "Nevermind (Deluxe)") == same
    assert group_key(None, "Nirvana", "Nevermind (Live)") != same
    assert group_key(None, "Other", "Nevermind") != same
    assert group_key(None, None, "Nevermind") == ""
    assert group_key("g", None, "A") == group_key("g", "X", "B") != same
