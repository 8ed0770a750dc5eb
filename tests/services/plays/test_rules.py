import pytest

from philomel.kernel.errors import InvalidArgument
from philomel.services.plays import rules
from philomel.services.plays.contract import BadPlay, Play, PlayedKind
from philomel.services.plays.rules import Heard, Tally, tally

NOW = 1_700_000_000_000
ID, OTHER = "0" * 22, "1" * 22


@pytest.mark.parametrize(
    "play",
    [
        Play(ID, 946_684_799_999),
        Play(ID, -1),
        Play(ID, NOW + 86_400_001),
        Play(ID, 2**70),
        Play(ID, NOW, 901),
        Play(ID, NOW, -901),
        Play(ID, NOW, 0, "x" * 129),
        Play(ID, NOW, 0, "a\0b"),
        Play(ID, NOW, 0, "\ud800"),
        Play("no id", -1),
    ],
)
def test_plays_that_nobody_can_have_heard(play: Play) -> None:
    with pytest.raises(BadPlay):
        rules.check_plays([play], NOW)


@pytest.mark.parametrize(
    "play",
    [
        Play(ID, 946_684_800_000),
        Play(ID, NOW + 86_400_000, 840, "Ünïcode player"),
        Play(ID, NOW, -720, ""),
    ],
)
def test_plays_at_the_edge(play: Play) -> None:
    assert rules.check_plays([play], NOW) == (play,)


def test_the_same_play_twice_is_one_and_no_track_is_none() -> None:
    play = Play(ID, NOW)
    assert rules.check_plays([play, play, Play("x", NOW)], NOW) == (play,)


def test_too_many() -> None:
    with pytest.raises(InvalidArgument):
        rules.check_plays([Play(ID, NOW)] * 501, NOW)
    with pytest.raises(InvalidArgument):
        rules.check_ids([ID] * 501)


@pytest.mark.parametrize(("before", "after"), [(1, 1), (-1, None), (None, 2**63)])
def test_windows_that_are_none(before: int | None, after: int | None) -> None:
    with pytest.raises(InvalidArgument):
        rules.check_window(before, after)


def test_what_a_play_counts_for() -> None:
    heard = [
        Heard(Play(ID, 5), "album", ("one", "two", "one")),
        Heard(Play(ID, 3), "album", ("one",)),
        Heard(Play(OTHER, 9), None, ()),
    ]
    assert tally(heard) == {
        (PlayedKind.TRACK, ID): Tally(2, 5),
        (PlayedKind.TRACK, OTHER): Tally(1, 9),
        (PlayedKind.ALBUM, "album"): Tally(2, 5),
        (PlayedKind.ARTIST, "one"): Tally(2, 5),
        (PlayedKind.ARTIST, "two"): Tally(1, 5),
    }
    assert tally([]) == {}
