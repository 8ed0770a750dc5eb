"""What is typed with field filters, quotes, NOT and OR is read as a listener means it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from philomel.kernel.errors import InvalidArgument
from philomel.services.search.rules import (
    MAX_CONDITIONS,
    Asked,
    Code,
    Group,
    Item,
    Tag,
    Words,
    Years,
    code,
    read,
)


def must(*items: Item) -> tuple[Group, ...]:
    return tuple(((item, True),) for item in items)


CASES: list[tuple[str, str, tuple[Group, ...]]] = [
    # What is typed, its plain words, its conditions.
    ("", "", ()),
    ("   ", "", ()),
    ("paranoid and", "paranoid and", ()),
    ("AC/DC: back", "AC/DC: back", ()),
    ("foo:bar", "foo:bar", ()),
    ("time: the 12:30", "time: the 12:30", ()),
    ("artist:abba", "", must(Words("artist", "abba", begun=True))),
    ("ARTIST:abba x", "x", must(Words("artist", "abba"))),
    ("artist:", "", ()),
    ("artist: abba", "abba", ()),
    ('artist:""', "", ()),
    ('artist:"the doors"', "", must(Words("artist", "the doors", phrase=True))),
    ('artist:"the do', "", must(Words("artist", "the do", begun=True))),
    ("album:“abbey road” come", "come", must(Words("album", "abbey road", phrase=True))),
    ("remaster track:Doxy artist:Miles Davis", "remaster Davis",
     must(Words("track", "Doxy"), Words("artist", "Miles"))),
    ('"karma police"', "", must(Words("", "karma police", phrase=True))),
    ('"karma po', "karma po", ()),
    ('12" mix', '12" mix', ()),
    ("year:1990", "", must(Years(1990, 1990))),
    ("year:1990-1999", "", must(Years(1990, 1999))),
    ("year:1999-1990", "", must(Years(1990, 1999))),
    ("year:1990-", "", must(Years(1990, 9_999))),
    ("year:-1990", "", must(Years(0, 1990))),
    ("year:", "", ()),
    ("year:-", "", ()),
    ('genre:"hip hop" x', "x", must(Words("genre", "hip hop", phrase=True))),
    ("isrc:US-RC1-76-07839", "", must(Code("isrc", "usrc17607839"))),
    ("upc:0012345678905", "", must(Code("upc", "12345678905"))),
    ("upc:000", "", ()),
    ("tag:new", "", must(Tag("new"))),
    ("tag:Hipster", "", must(Tag("hipster"))),
    ("abba NOT live", "abba", (((Words("", "live"), False),),)),
    ("abba NOT artist:live", "abba", (((Words("artist", "live"), False),),)),
    ("NOT NOT live", "", (((Words("", "live"), False),),)),
    ("abba NOT", "abba", ()),
    ("abba OR", "abba", ()),
    ("OR abba", "abba", ()),
    ("OR", "OR", ()),
    ("NOT OR AND", "NOT OR AND", ()),
    ("TO BE OR NOT TO BE", "TO BE OR NOT TO BE", ()),
    ("simon AND garfunkel", "simon garfunkel", ()),
    ("love OR hate songs", "songs", (((Words("", "love"), True), (Words("", "hate"), True)),)),
    ("songs love OR hat", "songs",
     (((Words("", "love"), True), (Words("", "hat", begun=True), True)),)),
    ("a OR NOT year:1990", "", (((Words("", "a"), True), (Years(1990, 1990), False)),)),
    ("NOT A OR B", "NOT A OR B", ()),
    ("NOT a OR b", "",
     (((Words("", "a"), False), (Words("", "b", begun=True), True)),)),
    ("東京 NOT 夜", "東京", (((Words("", "夜"), False),),)),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "text", "groups"), CASES)
def test_what_is_typed_is_read(typed: str, text: str, groups: tuple[Group, ...]) -> None:
    found = read(typed)
    assert (found.text, found.groups) == (text, groups)


@pytest.mark.parametrize(
    ("typed", "begun"),
    [("abba", True), ('x "abba"', False), ("x artist:abba", False), ("artist:abba x", True)],
)
def test_only_what_is_typed_last_may_be_a_beginning(typed: str, *, begun: bool) -> None:
    assert read(typed).begun is begun


def test_a_name_without_quotes_goes_on_where_its_filter_ends() -> None:
    names = set(read("track:Doxy artist:Miles Davis").names)
    assert {("track", "Doxy"), ("artist", "Miles Davis")} <= names
    assert ("", "karma police") in read('"karma police" year:1997').names
    assert ("", "live") not in read("abba NOT live").names


@pytest.mark.parametrize(
    "typed",
    ["year:soon", "year:19900", "year:1-2-3", "tag:old", "tag:ne", "year:١٩٩٠",
     "isrc:a " * (MAX_CONDITIONS + 1)],
)  # fmt: skip
def test_what_means_nothing_is_refused(typed: str) -> None:
    with pytest.raises(InvalidArgument):
        read(typed)


def test_codes_are_compared_however_they_are_written() -> None:
    assert code("isrc", "us-rc1-76-07839") == code("isrc", "USRC17607839")
    assert code("upc", "0 12345 67890 5") == code("upc", "0012345678905")
    assert code("isrc", "0a") != code("isrc", "a")


PIECES = st.sampled_from(
    ["artist:", "album:", "track:", "year:", "1990", "-", "genre:", "isrc:", "upc:", "tag:",
     "new", "hipster", '"', "“", " ", "  ", "OR", "NOT", "AND", "abba", "A", ":", "愛", "\x00"]
)  # fmt: skip


@settings(max_examples=300)
@given(st.lists(PIECES | st.text(max_size=3), max_size=30).map("".join))
def test_any_text_is_read_or_refused(typed: str) -> None:
    try:
        found = read(typed)
    except InvalidArgument as error:
        assert "year:" in str(error) or "tag:" in str(error) or "filters" in str(error)  # noqa: PT017
        return
    assert isinstance(found, Asked)
    assert len(found.text) <= len(typed)
    for group in found.groups:
        assert group
        for item, _ in group:
            assert not isinstance(item, Words) or item.text.strip()
