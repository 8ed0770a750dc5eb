"""What a listener brings from elsewhere: once, also later, and for what is not here yet."""

import pytest
from msgspec.structs import replace
from tests.services.people import ZOE, id_of
from tests.services.running import running, say, told, until
from tests.services.shelf import Shelf

from philomel.engines.log import Log
from philomel.engines.outbox import Job
from philomel.kernel.caller import acting
from philomel.kernel.errors import InvalidArgument
from philomel.rpc.codec import from_bytes
from philomel.services.catalog.contract import EntriesChanged
from philomel.services.playlists.contract import (
    BringMarks,
    GetMarks,
    ItemKind,
    ListWants,
    Mark,
    MatchWants,
    Playlists,
    Save,
    Unsave,
    Want,
    WantedMark,
    WantsMet,
)
from philomel.services.playlists.service import PlaylistService

A, B, RECORD, BAND = map(id_of, ("a", "b", "record", "band"))
SONG = Want(title="Title", artist="Somebody", duration_ms=180_500)
YEAR = 1_700_000_000_000


async def bring(service: Playlists, *marks: WantedMark) -> int:
    return (await service.bring_marks(BringMarks("elsewhere", marks))).known


async def marks(service: Playlists, kind: ItemKind, *ids: str) -> tuple[Mark, ...]:
    return (await service.get_marks(GetMarks(kind, ids))).items


async def test_a_second_time_changes_nothing(service: Playlists, shelf: Shelf) -> None:
    shelf.add_track(A, artists=(BAND,))
    mark = WantedMark(want=SONG, key="1", saved_at=YEAR, rating=4, rated_at=YEAR, plays=3)
    with acting(ZOE):
        assert await bring(service, mark) == 0
        assert await marks(service, ItemKind.TRACK, A) == (Mark(A, YEAR, 4),)
        # A like that was taken back here stays so, whatever is sent again.
        await service.unsave(Unsave(ItemKind.TRACK, (A,)))
        assert await bring(service, mark, mark) == 2
        assert await marks(service, ItemKind.TRACK, A) == (Mark(A, None, 4),)


async def test_what_is_here_already_stays(service: Playlists, shelf: Shelf) -> None:
    shelf.add_track(A, artists=(BAND,))
    with acting(ZOE):
        await service.save(Save(ItemKind.TRACK, (A,)))
        before = await marks(service, ItemKind.TRACK, A)
        await bring(service, WantedMark(want=SONG, saved_at=YEAR, rating=2))
        assert await marks(service, ItemKind.TRACK, A) == (Mark(A, before[0].saved_at, 2),)


async def test_what_came_since_comes_along(
    service: Playlists, built: tuple[PlaylistService, tuple[Job, ...]], shelf: Shelf, log: Log
) -> None:
    shelf.add_track(A, artists=(BAND,))
    with acting(ZOE):
        await bring(service, WantedMark(SONG, None, 0, None, 3, YEAR, (YEAR, YEAR + 1), "1"))
        later = WantedMark(SONG, YEAR, 0, None, 5, YEAR, (YEAR, YEAR + 1, YEAR + 2), "1")
        assert await bring(service, later) == 0
        assert await bring(service, later) == 1
        assert await marks(service, ItemKind.TRACK, A) == (Mark(A, YEAR),)
    async with running(built[1]):
        records = await told(log, "philomel.playlists", 3)
    news = [from_bytes(WantsMet, r.value) for r in records if r.type == "playlists.WantsMet"]
    met = [each for one in news for each in one.items]
    assert [(each.plays, each.heard) for each in met] == [(3, (YEAR, YEAR + 1)), (2, (YEAR + 2,))]


async def test_what_waits_comes_whole_when_the_file_does(
    service: Playlists, built: tuple[PlaylistService, tuple[Job, ...]], shelf: Shelf, log: Log
) -> None:
    with acting(ZOE):
        await bring(service, WantedMark(want=SONG, key="1", plays=3, last_played_at=YEAR))
        await bring(service, WantedMark(want=SONG, key="1", saved_at=YEAR, plays=5))
        waiting = await service.list_wants(ListWants())
        assert [each.want for each in waiting.items] == [SONG]
    shelf.add_track(A, artists=(BAND,))
    await say(log, "catalog", EntriesChanged((A,), 1))
    async with running(built[1]):
        records = await told(log, "philomel.playlists", 2)
    news = [from_bytes(WantsMet, r.value) for r in records if r.type == "playlists.WantsMet"]
    met = [each for one in news for each in one.items]
    assert [(each.track_id, each.plays) for each in met] == [(A, 5)]
    with acting(ZOE):
        assert await marks(service, ItemKind.TRACK, A) == (Mark(A, YEAR),)
        assert (await service.list_wants(ListWants())).total == 0


async def test_albums_and_artists_are_liked_and_waited_for(
    service: Playlists, built: tuple[PlaylistService, tuple[Job, ...]], shelf: Shelf, log: Log
) -> None:
    record = Want(title="ALBUM", kind=ItemKind.ALBUM)
    band = Want(title="Somebody", kind=ItemKind.ARTIST)
    shelf.add_album(RECORD)
    with acting(ZOE):
        await bring(
            service,
            WantedMark(want=record, saved_at=YEAR, rating=5),
            WantedMark(want=band, saved_at=YEAR),
        )
        assert await marks(service, ItemKind.ALBUM, RECORD) == (Mark(RECORD, YEAR, 5),)
        assert (await service.list_wants(ListWants())).total == 1
    shelf.add_artist(BAND)
    shelf.artists[BAND] = replace(shelf.artists[BAND], name="Somebody")
    shelf.add_track(A, RECORD, (BAND,))
    await say(log, "catalog", EntriesChanged((A,), 1))

    async def liked() -> bool:
        with acting(ZOE):
            return bool(await marks(service, ItemKind.ARTIST, BAND))

    async with running(built[1]):
        await until(liked)


async def test_what_cannot_be_waited_for(service: Playlists) -> None:
    with acting(ZOE):
        for bad in (
            WantedMark(want=Want(title="x", kind=ItemKind.USER), saved_at=YEAR),
            WantedMark(want=Want(), saved_at=YEAR),
            WantedMark(want=SONG, heard=tuple(range(501))),
        ):
            with pytest.raises(InvalidArgument):
                await bring(service, bad)
        found = await service.match_wants(MatchWants((SONG, Want(title="y", kind=ItemKind.ALBUM))))
        assert [each.track_id for each in found.items] == [None, None]
