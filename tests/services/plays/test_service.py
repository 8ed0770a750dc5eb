"""History and counts, in one process and over gRPC, on both databases."""

from typing import Any

import pytest
from msgspec.structs import replace
from tests.services.people import ADAM, ADMIN, PROGRAM, ZOE, id_of, listener
from tests.services.shelf import Shelf

from philomel.kernel.caller import ANONYMOUS, OPERATOR, SERVICE, Caller, acting
from philomel.kernel.clock import FixedClock
from philomel.kernel.errors import InvalidArgument, PermissionDenied, Unauthenticated
from philomel.kernel.ids import new_id
from philomel.services.plays.contract import (
    BadPlay,
    GetPlayCounts,
    ListHistory,
    ListNowPlaying,
    ListPlayed,
    Play,
    PlaybackState,
    PlayCount,
    PlayedKind,
    PlayedSort,
    Plays,
    RecordPlays,
    ReportPlayback,
    SetNowPlaying,
)

TRACK, ALBUM, ARTIST = PlayedKind.TRACK, PlayedKind.ALBUM, PlayedKind.ARTIST
A, B, C, RECORD, BAND, GUEST = map(id_of, ("a", "b", "c", "record", "band", "guest"))


@pytest.fixture(autouse=True)
def _tracks(shelf: Shelf) -> None:
    shelf.add_track(A, RECORD, (BAND, GUEST))
    shelf.add_track(B, RECORD, (BAND,))
    shelf.add_track(C)


def plays(clock: FixedClock, *items: tuple[str, int]) -> RecordPlays:
    """Plays of tracks, so many milliseconds ago."""
    return RecordPlays(tuple(Play(id_, clock.now() - ago) for id_, ago in items))


async def counts(service: Plays, kind: PlayedKind, *ids: str) -> list[tuple[str, int]]:
    found = await service.get_play_counts(GetPlayCounts(kind, ids))
    return [(count.id, count.count) for count in found.items]


async def test_plays_count_for_track_album_and_artists(service: Plays, clock: FixedClock) -> None:
    with acting(ZOE):
        await service.record_plays(plays(clock, (A, 30), (B, 20), (A, 10), (C, 0)))
        assert await counts(service, TRACK, B, A, id_of("never"), C) == [(B, 1), (A, 2), (C, 1)]
        assert await counts(service, ALBUM, RECORD) == [(RECORD, 3)]
        assert await counts(service, ARTIST, BAND, GUEST) == [(BAND, 3), (GUEST, 2)]
        found = await service.get_play_counts(GetPlayCounts(ALBUM, (RECORD,)))
        assert found.items == (PlayCount(RECORD, 3, clock.now() - 10),)


async def test_who_sees_nothing_explicit_gets_full_and_counted_lists(
    service: Plays, clock: FixedClock, shelf: Shelf
) -> None:
    with acting(ZOE):
        await service.record_plays(plays(clock, (A, 50), (B, 40), (A, 30), (C, 20), (B, 10)))
    shelf.hidden.add((ZOE.user_id, B))
    now = clock.now()
    with acting(replace(ZOE, explicit_allowed=False)):
        for since in (None, 0):
            asked = ListPlayed(TRACK, PlayedSort.MOST, limit=1, offset=1, since=since)
            page = await service.list_played(asked)
            assert ([count.id for count in page.items], page.total) == ([C], 2)
        heard = (await service.list_history(ListHistory(2))).items
        assert heard == (Play(C, now - 20), Play(A, now - 30))
        newer = (await service.list_history(ListHistory(2, after=now - 50))).items
        assert newer == heard


async def test_a_play_counts_once_whatever_is_sent_again(service: Plays, clock: FixedClock) -> None:
    request = plays(clock, (A, 30), (A, 30), (A, 10))
    with acting(ZOE):
        for _ in range(3):
            await service.record_plays(request)
        await service.record_plays(plays(clock, (A, 10), (B, 10)))
        assert await counts(service, TRACK, A, B) == [(A, 2), (B, 1)]
        assert await counts(service, ALBUM, RECORD) == [(RECORD, 3)]
        assert len((await service.list_history(ListHistory())).items) == 3


async def test_an_old_play_does_not_become_the_last(service: Plays, clock: FixedClock) -> None:
    with acting(ZOE):
        await service.record_plays(plays(clock, (A, 10)))
        await service.record_plays(plays(clock, (A, 9999)))
        found = await service.get_play_counts(GetPlayCounts(TRACK, (A,)))
        many = (*(new_id() for _ in range(600)), A)
        assert await service.get_play_counts(GetPlayCounts(TRACK, many)) == found
        assert found.items == (PlayCount(A, 2, clock.now() - 10),)


async def test_history_is_latest_first_and_can_be_paged_both_ways(
    service: Plays, clock: FixedClock
) -> None:
    sent = tuple(Play(A, clock.now() - ago, 60, "player") for ago in range(7))
    with acting(ZOE):
        await service.record_plays(RecordPlays(sent))
        assert (await service.list_history(ListHistory())).items == sent
        page = await service.list_history(ListHistory(limit=3))
        assert page.items == sent[:3]
        page = await service.list_history(ListHistory(limit=3, before=page.items[-1].played_at))
        assert page.items == sent[3:6]
        page = await service.list_history(ListHistory(limit=2, after=page.items[0].played_at))
        assert page.items == sent[1:3]
        page = await service.list_history(ListHistory(after=sent[0].played_at))
        assert page.items == ()


async def test_lists_most_and_last(service: Plays, clock: FixedClock) -> None:
    with acting(ZOE):
        await service.record_plays(plays(clock, (A, 30), (A, 20), (B, 10), (C, 5)))
        for sort, expected in ((PlayedSort.MOST, [A, C, B]), (PlayedSort.LAST, [C, B, A])):
            page = await service.list_played(ListPlayed(TRACK, sort))
            assert [item.id for item in page.items] == expected
            assert page.total == 3
            page = await service.list_played(ListPlayed(TRACK, sort, limit=1, offset=1))
            assert [item.id for item in page.items] == expected[1:2]


async def test_people_are_apart(service: Plays, clock: FixedClock) -> None:
    with acting(ZOE):
        await service.record_plays(plays(clock, (A, 1)))
    with acting(ADAM):
        assert await counts(service, TRACK, A) == []
        assert (await service.list_history(ListHistory())).items == ()
        await service.record_plays(plays(clock, (A, 1)))
        assert await counts(service, TRACK, A) == [(A, 1)]
    with acting(ZOE):
        assert await counts(service, TRACK, A) == [(A, 1)]


async def test_what_is_not_seen_is_not_played(
    service: Plays, shelf: Shelf, clock: FixedClock
) -> None:
    shelf.hidden.add((ZOE.user_id, B))
    with acting(ZOE):
        await service.record_plays(plays(clock, (B, 1), (A, 1), (id_of("x"), 1), ("\0", 1)))
        await service.set_now_playing(SetNowPlaying(B))
        assert [play.track_id for play in (await service.list_history(ListHistory())).items] == [A]
        assert (await service.list_now_playing(ListNowPlaying())).items == ()


async def test_an_alias_is_played_under_its_new_id(
    service: Plays, shelf: Shelf, clock: FixedClock
) -> None:
    shelf.aliases[id_of("old")] = A
    with acting(ZOE):
        await service.record_plays(plays(clock, (id_of("old"), 1), (A, 1), (A, 2)))
        assert await counts(service, TRACK, A) == [(A, 2)]
        await service.set_now_playing(SetNowPlaying(id_of("old")))
        assert (await service.list_now_playing(ListNowPlaying())).items[0].track_id == A


async def test_nothing_plays_for_a_year(service: Plays, clock: FixedClock) -> None:
    with acting(ZOE):
        clock.advance(365 * 86_400_000)
        await service.set_now_playing(SetNowPlaying(A, "phone"))
        clock.advance(-365 * 86_400_000)
        assert (await service.list_now_playing(ListNowPlaying())).items == ()
        await service.set_now_playing(SetNowPlaying(B, "phone"))
        assert (await service.list_now_playing(ListNowPlaying())).items[0].track_id == B


async def test_now_playing_is_forgotten(service: Plays, clock: FixedClock) -> None:
    with acting(ZOE):
        await service.set_now_playing(SetNowPlaying(A, "phone"))
        clock.advance(60_000)
        await service.set_now_playing(SetNowPlaying(B, "desktop"))
        found = (await service.list_now_playing(ListNowPlaying())).items
        assert [(now.track_id, now.player) for now in found] == [(B, "desktop"), (A, "phone")]
        await service.set_now_playing(SetNowPlaying(C, "desktop"))
        clock.advance(540_001)
        found = (await service.list_now_playing(ListNowPlaying())).items
        assert [now.track_id for now in found] == [C]
        clock.advance(60_000)
        assert (await service.list_now_playing(ListNowPlaying())).items == ()


async def test_administrators_see_who_listens(service: Plays) -> None:
    for caller, id_ in ((ZOE, A), (ADAM, B)):
        with acting(caller):
            await service.set_now_playing(SetNowPlaying(id_))
    for caller, seen in ((ZOE, 1), (ADMIN, 2), (OPERATOR, 2), (SERVICE, 2)):
        with acting(caller):
            assert len((await service.list_now_playing(ListNowPlaying())).items) == seen


@pytest.mark.parametrize("at", [0, 946_684_799_999])
async def test_instants_that_cannot_be(service: Plays, clock: FixedClock, at: int) -> None:
    with acting(ZOE):
        with pytest.raises(BadPlay):
            await service.record_plays(RecordPlays((Play(A, clock.now()), Play(A, at))))
        with pytest.raises(BadPlay):
            await service.record_plays(plays(clock, (A, -86_400_001)))
        with pytest.raises(BadPlay):
            await service.set_now_playing(SetNowPlaying(A, "x" * 1000))
        assert (await service.list_history(ListHistory())).items == ()


async def test_500_at_once_and_no_more(service: Plays, shelf: Shelf, clock: FixedClock) -> None:
    ids = [
        shelf.add_track(id_of(f"n{number:03}"), id_of(f"r{number:03}"), [id_of(f"p{number:03}")])
        for number in range(500)
    ]
    with acting(ZOE):
        await service.record_plays(plays(clock, *((id_, 1) for id_ in ids)))
        assert len(await counts(service, TRACK, *ids)) == 500
        page = await service.list_played(ListPlayed(ARTIST, PlayedSort.MOST, limit=500))
        assert len(page.items) == page.total == 500
        assert len((await service.list_history(ListHistory(limit=500))).items) == 500
        for refused in (
            service.record_plays(plays(clock, *((id_, 1) for id_ in [*ids, A]))),
            service.get_play_counts(GetPlayCounts(TRACK, (*ids, A) * 20)),
            service.list_played(ListPlayed(TRACK, PlayedSort.MOST, limit=501)),
            service.list_played(ListPlayed(TRACK, PlayedSort.MOST, offset=-1)),
            service.list_history(ListHistory(limit=501)),
            service.list_history(ListHistory(before=1, after=1)),
        ):
            with pytest.raises(InvalidArgument):
                await refused


@pytest.mark.parametrize("caller", [ANONYMOUS, PROGRAM, SERVICE])
async def test_plays_are_of_people(service: Plays, clock: FixedClock, caller: Caller) -> None:
    with acting(caller):
        for refused in (
            service.record_plays(plays(clock, (A, 1))),
            service.set_now_playing(SetNowPlaying(A)),
            service.get_play_counts(GetPlayCounts(TRACK, (A,))),
            service.list_played(ListPlayed(TRACK, PlayedSort.MOST)),
            service.list_history(ListHistory()),
        ):
            with pytest.raises(Unauthenticated):
                await refused


async def test_scopes_are_needed(service: Plays, clock: FixedClock) -> None:
    with acting(listener("zoe", "user-library-read")):
        for refused in (
            service.record_plays(plays(clock, (A, 1))),
            service.set_now_playing(SetNowPlaying(A)),
            service.list_now_playing(ListNowPlaying()),
            service.get_play_counts(GetPlayCounts(TRACK, (A,))),
            service.list_played(ListPlayed(TRACK, PlayedSort.MOST)),
            service.list_history(ListHistory()),
        ):
            with pytest.raises(PermissionDenied):
                await refused
    with acting(listener("zoe", "user-top-read")):
        await service.list_played(ListPlayed(TRACK, PlayedSort.MOST))
        with pytest.raises(PermissionDenied):
            await service.list_played(ListPlayed(TRACK, PlayedSort.LAST))


async def test_plays_of_a_time_count_for_tracks_albums_and_artists(
    service: Plays, clock: FixedClock, shelf: Shelf
) -> None:
    with acting(ZOE):
        await service.record_plays(plays(clock, (C, 900), (C, 800), (C, 700), (A, 650)))
        await service.record_plays(plays(clock, (B, 500), (A, 400), (A, 300), (C, 200)))
        since = clock.now() - 500

        async def played(kind: PlayedKind, sort: PlayedSort = PlayedSort.MOST) -> object:
            page = await service.list_played(ListPlayed(kind, sort, since=since))
            assert page.total == len(page.items)
            return [(each.id, each.count) for each in page.items]

        assert await played(TRACK) == [(A, 2), (C, 1), (B, 1)]
        assert await played(TRACK, PlayedSort.LAST) == [(C, 1), (A, 2), (B, 1)]
        assert await played(ALBUM) == [(RECORD, 3)]
        assert await played(ARTIST) == [(BAND, 3), (GUEST, 2)]
        page = await service.list_played(
            ListPlayed(ARTIST, PlayedSort.MOST, limit=1, offset=1, since=since)
        )
        assert (page.items, page.total) == ((PlayCount(GUEST, 2, clock.now() - 300),), 2)
        # What one may see no more counts for nobody's artist.
        shelf.hidden.add((ZOE.user_id, A))
        assert await played(ARTIST) == [(BAND, 1)]
        later = await service.list_played(ListPlayed(TRACK, PlayedSort.MOST, since=clock.now()))
        assert (later.items, later.total) == ((), 0)


async def test_a_listen_counts_once_when_half_was_heard(service: Plays, clock: FixedClock) -> None:
    async def tell(state: str, position: int, **more: Any) -> None:
        report = ReportPlayback(A, PlaybackState(state), position, player="phone", **more)
        await service.report_playback(report)

    async def times() -> int:
        found = (await service.get_play_counts(GetPlayCounts(TRACK, (A,)))).items
        return found[0].count if found else 0

    with acting(ZOE):
        began = clock.now()
        await tell("starting", 0)
        clock.advance(60_000)
        await tell("playing", 60_000)
        (now,) = (await service.list_now_playing(ListNowPlaying())).items
        assert (now.state, now.position_ms, now.since) == ("playing", 60_000, clock.now())
        await tell("paused", 61_000)
        clock.advance(40_000)
        await tell("playing", 61_000)
        assert await times() == 0
        clock.advance(29_000)
        await tell("playing", 90_000)
        await tell("playing", 90_000)
        assert await times() == 1
        clock.advance(90_000)
        await tell("stopped", 180_000)
        await tell("stopped", 180_000)
        assert await times() == 1
        assert (await service.list_now_playing(ListNowPlaying())).items == ()
        (play,) = (await service.list_history(ListHistory())).items
        assert (play.played_at, play.player) == (began, "phone")
        # Skipping is not hearing; and some do not want their listens counted.
        await tell("starting", 0)
        clock.advance(1_000)
        await tell("playing", 170_000)
        clock.advance(10_000)
        await tell("stopped", 180_000)
        assert await times() == 1
        await tell("starting", 0, count=False)
        clock.advance(100_000)
        await tell("stopped", 100_000, count=False)
        assert await times() == 1
        # The same track once more is another listen, twice as fast if one likes.
        await tell("starting", 0, rate=2.0)
        clock.advance(50_000)
        await tell("stopped", 100_000, rate=2.0)
        assert await times() == 2
        await service.report_playback(ReportPlayback(id_of("nobody"), PlaybackState.PLAYING, 1))
        for bad in ({"rate": 0.0}, {"rate": float("nan")}, {"rate": 1e9}):
            with pytest.raises(BadPlay):
                await tell("playing", 1, **bad)
        with pytest.raises(BadPlay):
            await tell("playing", -1)
    with acting(listener("eve", "user-library-read")), pytest.raises(PermissionDenied):
        await tell("playing", 1)
