"""Tracks are found by what others know of them, and chosen by conditions."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.media.files import make
from tests.services.catalog.house import ANNA, BERT, House

from philomel.kernel.caller import OPERATOR, Caller, acting
from philomel.kernel.errors import InvalidArgument
from philomel.services.catalog.contract import (
    ChangeLibraryAccess,
    Comparison,
    Condition,
    ConditionGroup,
    Known,
    MatchedBy,
    MatchTracks,
    SelectTracks,
    TrackField,
    TrackMatch,
    TrackOrder,
)
from philomel.services.catalog.rules.known import Candidate, best, path_endings

RECORDING = "6b9a1d2e-0000-4000-8000-000000000000"


@pytest.mark.parametrize(
    ("path", "endings"),
    [
        ("/music/A/b.mp3", [b"A/b.mp3", b"music/A/b.mp3", b"b.mp3"]),
        ("A\\b.mp3", [b"A/b.mp3", b"b.mp3"]),
        ("../A/./b.mp3", [b"A/b.mp3", b"b.mp3"]),
        ("A/../../etc/passwd", []),
        ("", []),
    ],
)
def test_what_a_path_may_mean(path: str, endings: list[bytes]) -> None:
    assert path_endings(path, [b"/music/", b"/other"]) == endings


@pytest.mark.parametrize(
    ("known", "found"),
    [
        # Two recordings, and nothing says which.
        (Known(title="song", artist="Ann"), None),
        (Known(title="song", artist="Ann", duration_ms=100_500), "a"),
        (Known(title="Song", artist="Ann", album="Live"), "b"),
        (Known(title="Song", artist="Bob feat. Ann", duration_ms=100_000), "a"),
        (Known(title="Song", artist="Bob"), None),
        (Known(title="Song", artist="Ann", duration_ms=200_500), "b"),
        (Known(title="Song", artist="Ann", duration_ms=500_000), None),
        (Known(title="Song"), None),
        (Known(title="Song", duration_ms=100_000), "a"),
        (Known(isrc="gb1"), "b"),
        (Known(title="Else", recording_id="R"), "a"),
    ],
)
def test_which_candidate_is_meant(known: Known, found: str | None) -> None:
    one = Candidate("a", "Song", ("Ann",), "Studio", 100_000, recording_id="r")
    other = Candidate("b", "Song", ("Ann", "Cid"), "Live", 200_000, isrc="GB1")
    assert best(known, [one, other]).track_id == found


async def shelve(house: House, open_: Path, secret: Path) -> None:
    make(open_ / "Ann" / "1.flac", {"title": "The Élan", "artist": "Ann", "album": "One",
         "genre": ["Jazz"], "date": "1959", "isrc": "GBAYE0000001"}, seconds=2)  # fmt: skip
    make(open_ / "Ann" / "2.mp3", {"title": "Second 100%", "artist": "Ann", "album": "One",
         "genre": ["Blues"], "date": "1970", "musicbrainz_trackid": RECORDING})  # fmt: skip
    make(secret / "Bob" / "3.mp3", {"title": "Hidden", "artist": "Bob", "album": "Two"})
    await house.add(open_)
    hidden = await house.add(secret)
    await house.scan()
    with acting(OPERATOR):
        assert ANNA.user_id
        change = ChangeLibraryAccess(hidden.name, restricted=True, grant=(ANNA.user_id,))
        await house.service.change_library_access(change)


def rule(field: TrackField, *texts: str, how: Comparison = Comparison.IS) -> Condition:
    return Condition(field, how, texts)


async def test_tracks_are_matched_and_chosen(house: House, tmp_path: Path) -> None:
    await shelve(house, tmp_path / "open", tmp_path / "secret")
    ids = {title: track.id for title, track in (await house.tracks()).items()}
    first, second, third = ids["The Élan"], ids["Second 100%"], ids["Hidden"]

    async def matched(caller: Caller, *known: Known) -> Sequence[TrackMatch]:
        with acting(caller):
            return (await house.service.match_tracks(MatchTracks(known))).items

    asked = (
        Known(id=second),
        Known(path=str(tmp_path / "open" / "Ann" / "1.flac")),
        Known(path="/elsewhere/music/Bob/3.mp3"),
        Known(title="the elan", artist="ann"),
        Known(isrc="GBAYE0000001"),
        Known(title="nothing", artist="Ann"),
        Known(title="Hidden", artist="Bob"),
    )
    found = await matched(ANNA, *asked)
    assert found == (
        TrackMatch(second, MatchedBy.ID),
        TrackMatch(first, MatchedBy.PATH),
        TrackMatch(third, MatchedBy.PATH),
        TrackMatch(first, MatchedBy.TAGS),
        TrackMatch(first, MatchedBy.ISRC),
        TrackMatch(),
        TrackMatch(third, MatchedBy.TAGS),
    )
    hidden = await matched(BERT, *asked, Known(id=third))
    assert [each.track_id for each in hidden] == [
        second,
        first,
        None,
        first,
        first,
        None,
        None,
        None,
    ]

    field, how = TrackField, Comparison

    async def chosen(
        *conditions: Condition, caller: Caller = ANNA, every: bool = True
    ) -> list[str]:
        group = ConditionGroup(every, conditions)
        with acting(caller):
            page = await house.service.select_tracks(
                SelectTracks(every=True, groups=(group,), order=TrackOrder.TITLE)
            )
        assert page.matching == page.count == len(page.ids)
        return [name for id_ in page.ids for name, own in ids.items() if own == id_]

    assert await chosen(rule(field.TITLE, "the élan")) == ["The Élan"]
    assert await chosen(rule(field.TITLE, "0%", how=how.ENDS)) == ["Second 100%"]
    assert await chosen(rule(field.TITLE, "_", how=how.CONTAINS)) == []
    assert await chosen(rule(field.ARTIST, "ANN")) == ["Second 100%", "The Élan"]
    assert await chosen(rule(field.ALBUM, "tw", how=how.STARTS)) == ["Hidden"]
    assert await chosen(rule(field.ALBUM, "tw", how=how.STARTS), caller=BERT) == []
    assert await chosen(rule(field.ALBUM_ARTIST, "Bob")) == ["Hidden"]
    assert await chosen(rule(field.GENRE, "jazz", "blues")) == ["Second 100%", "The Élan"]
    assert await chosen(Condition(field.YEAR, how.WITHIN, low=1950, high=1960)) == ["The Élan"]
    assert await chosen(Condition(field.YEAR, how.IS, numbers=(1970,), negated=True)) == [
        "Hidden", "The Élan",
    ]  # fmt: skip
    assert await chosen(Condition(field.LOSSLESS, how.IS, numbers=(1,))) == ["The Élan"]
    assert await chosen(rule(field.PATH, "nn/2", how=how.CONTAINS)) == ["Second 100%"]
    assert await chosen(rule(field.PATH, ".flac", how=how.ENDS)) == ["The Élan"]
    assert await chosen(rule(field.ID, first, third), caller=BERT) == ["The Élan"]
    either = (rule(field.TITLE, "hidden"), Condition(field.DURATION_MS, how.WITHIN, low=1_500))
    assert await chosen(*either, every=False) == ["Hidden", "The Élan"]
    with acting(ANNA):
        for down in (False, True):
            by_rank = SelectTracks(True, (), TrackOrder.RANKED, down, ranked=(third, first))
            page = await house.service.select_tracks(by_rank)
            names = [name for id_ in page.ids for name, own in ids.items() if own == id_]
            ranked = ["Hidden", "The Élan", "Second 100%"]
            assert names == (ranked[::-1] if down else ranked)
    for order in TrackOrder:
        with acting(ANNA):
            page = await house.service.select_tracks(
                SelectTracks(True, (), order, descending=True, most=2, limit=1, offset=1, seed=7)
            )
        assert (page.matching, page.count, len(page.ids)) == (3, 2, 1)
        assert page.duration_ms > 0
    with acting(ANNA), pytest.raises(InvalidArgument):
        await house.service.select_tracks(SelectTracks(True, (), most=10_001))
