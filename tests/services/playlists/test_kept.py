"""Play queues, bookmarks and shares, in one process and over gRPC, on both databases."""

import pytest
from tests.services.people import ADAM, PROGRAM, ZOE, id_of, listener
from tests.services.running import running, say, until
from tests.services.shelf import Shelf

from philomel.engines.log import Log
from philomel.engines.outbox import Job
from philomel.kernel.caller import ANONYMOUS, acting
from philomel.kernel.clock import FixedClock
from philomel.kernel.errors import InvalidArgument, PermissionDenied, Unauthenticated
from philomel.services.accounts.contract import UserRemoved
from philomel.services.catalog.contract import EntryKind, EntryMerged
from philomel.services.playlists.contract import (
    BadShare,
    ChangeShare,
    CreatePlaylist,
    CreateShare,
    DeleteShare,
    DropBookmark,
    GetPlayQueue,
    ListBookmarks,
    ListShares,
    OpenShare,
    PlaylistNotFound,
    Playlists,
    PlayQueue,
    SavePlayQueue,
    SetBookmark,
    SharedEntry,
    SharedKind,
    ShareEnded,
    ShareNotFound,
    ShareWithdrawn,
    UnknownTrack,
)
from philomel.services.playlists.service import PlaylistService

A, B, C, D = (id_of(name) for name in "abcd")
TRACK = SharedKind.TRACK


@pytest.fixture(autouse=True)
def _tracks(shelf: Shelf) -> None:
    for id_ in (A, B, C):
        shelf.add_track(id_)


async def test_a_queue_is_kept_as_it_was_left(service: Playlists, clock: FixedClock) -> None:
    with acting(ZOE):
        assert await service.get_play_queue(GetPlayQueue()) == PlayQueue()
        await service.save_play_queue(SavePlayQueue((A, B, A), 2, 9_000, "phone"))
        queue = await service.get_play_queue(GetPlayQueue())
        assert queue == PlayQueue((A, B, A), 2, 9_000, "phone", clock.now())
        clock.advance(5)
        await service.save_play_queue(SavePlayQueue((C,)))
        assert (await service.get_play_queue(GetPlayQueue())).track_ids == (C,)
    with acting(ADAM):
        assert await service.get_play_queue(GetPlayQueue()) == PlayQueue()
    with acting(ZOE):
        await service.save_play_queue(SavePlayQueue())
        assert await service.get_play_queue(GetPlayQueue()) == PlayQueue()


async def test_a_long_queue_and_tracks_nobody_sees(service: Playlists) -> None:
    with acting(ZOE):
        many = (A, B, C) * 1_666
        await service.save_play_queue(SavePlayQueue(many, 4_000, 1))
        assert (await service.get_play_queue(GetPlayQueue())).track_ids == many
        await service.save_play_queue(SavePlayQueue((D, A, "x", B), 3, 77))
        queue = await service.get_play_queue(GetPlayQueue())
        assert (queue.track_ids, queue.current, queue.position_ms) == ((A, B), 1, 77)
        await service.save_play_queue(SavePlayQueue((A, D), 1, 77))
        queue = await service.get_play_queue(GetPlayQueue())
        assert (queue.track_ids, queue.current, queue.position_ms) == ((A,), 0, 0)
        for bad in (
            SavePlayQueue((A,), 1),
            SavePlayQueue((A,), -1),
            SavePlayQueue((A,), 0, -1),
            SavePlayQueue((A,), 0, 0, "x" * 101),
            SavePlayQueue((A,) * 5_001),
        ):
            with pytest.raises(InvalidArgument):
                await service.save_play_queue(bad)


async def test_a_track_has_one_bookmark(service: Playlists, clock: FixedClock) -> None:
    with acting(ZOE):
        made = clock.now()
        await service.set_bookmark(SetBookmark(A, 1_000, "here"))
        clock.advance(10)
        await service.set_bookmark(SetBookmark(B, 2_000))
        clock.advance(10)
        await service.set_bookmark(SetBookmark(A, 3_000, "there"))
        page = await service.list_bookmarks(ListBookmarks())
        assert [(mark.track_id, mark.position_ms) for mark in page.items] == [
            (A, 3_000),
            (B, 2_000),
        ]
        first = page.items[0]
        assert (first.comment, first.created_at, first.changed_at) == ("there", made, made + 20)
        second = await service.list_bookmarks(ListBookmarks(limit=1, offset=1))
        assert ([mark.track_id for mark in second.items], second.total) == ([B], 2)
        await service.drop_bookmark(DropBookmark(A))
        await service.drop_bookmark(DropBookmark(A))
        await service.drop_bookmark(DropBookmark("x"))
        assert (await service.list_bookmarks(ListBookmarks())).total == 1
        with pytest.raises(UnknownTrack):
            await service.set_bookmark(SetBookmark(D, 1))
        with pytest.raises(InvalidArgument):
            await service.set_bookmark(SetBookmark(A, -1))
        with pytest.raises(InvalidArgument):
            await service.set_bookmark(SetBookmark(A, 1, "x" * 1_001))
    with acting(ADAM):
        assert (await service.list_bookmarks(ListBookmarks())).total == 0


async def test_a_share_opens_for_whoever_has_its_token(
    service: Playlists, clock: FixedClock
) -> None:
    entries = (SharedEntry(TRACK, B), SharedEntry(TRACK, A))
    with acting(ZOE):
        share = await service.create_share(CreateShare(entries, "for you", clock.now() + 1_000))
    with acting(ANONYMOUS):
        seen = await service.open_share(OpenShare(share.token))
        assert (seen.entries, seen.description, seen.visits) == (entries, "for you", 0)
        await service.open_share(OpenShare(share.token, visit=True))
        for forged in ("", share.id, share.token[:-1], share.token[1:], f"{D}.{share.token[23:]}"):
            with pytest.raises(ShareNotFound):
                await service.open_share(OpenShare(forged))
    with acting(ZOE):
        (listed,) = (await service.list_shares(ListShares())).items
        assert (listed.visits, listed.visited_at, listed.token) == (1, clock.now(), share.token)
        clock.advance(1_000)
        with pytest.raises(ShareEnded):
            await service.open_share(OpenShare(share.token))
        again = await service.change_share(ChangeShare(share.id, expires_at=0))
        assert (again.expires_at, again.description) == (None, "for you")
        changed = await service.change_share(ChangeShare(share.id, description=""))
        assert (changed.expires_at, changed.description) == (None, "")
        await service.open_share(OpenShare(share.token))
        await service.delete_share(DeleteShare(share.id))
        with pytest.raises(ShareWithdrawn):
            await service.open_share(OpenShare(share.token))
        assert (await service.list_shares(ListShares())).total == 0


async def test_a_share_says_what_its_page_does(service: Playlists, clock: FixedClock) -> None:
    entries = (SharedEntry(TRACK, A),)
    with acting(ZOE):
        plain = await service.create_share(CreateShare(entries))
        assert (plain.downloads, plain.named, plain.expires_at) == (False, False, None)
        made = await service.create_share(
            CreateShare(entries, downloads=True, named=True, lasts_ms=5_000)
        )
        assert (made.downloads, made.named, made.expires_at) == (True, True, clock.now() + 5_000)
        change = ChangeShare(made.id, downloads=False, lasts_ms=9_000)
        changed = await service.change_share(change)
        assert (changed.downloads, changed.named) == (False, True)
        assert changed.expires_at == clock.now() + 9_000
        for wrong in (0, -1, 1 << 60):
            with pytest.raises(BadShare):
                await service.change_share(ChangeShare(made.id, lasts_ms=wrong))


async def test_shares_are_their_owners(service: Playlists, clock: FixedClock) -> None:
    with acting(ZOE):
        share = await service.create_share(CreateShare((SharedEntry(TRACK, A),)))
        for bad in (
            CreateShare(()),
            CreateShare(tuple(SharedEntry(TRACK, id_of(f"s{n}")) for n in range(501))),
            CreateShare((SharedEntry(TRACK, A),), expires_at=clock.now()),
        ):
            with pytest.raises(BadShare):
                await service.create_share(bad)
        for kind in (TRACK, SharedKind.ALBUM):
            with pytest.raises(UnknownTrack):
                await service.create_share(CreateShare((SharedEntry(kind, D),)))
        private = (await service.create_playlist(CreatePlaylist("mine"))).id
        own = CreateShare((SharedEntry(SharedKind.PLAYLIST, private),))
        await service.delete_share(DeleteShare((await service.create_share(own)).id))
    with acting(ADAM):
        with pytest.raises(PlaylistNotFound):
            await service.create_share(own)
        assert (await service.list_shares(ListShares())).items == ()
        with pytest.raises(ShareNotFound):
            await service.change_share(ChangeShare(share.id, description="mine"))
        with pytest.raises(ShareNotFound):
            await service.delete_share(DeleteShare(share.id))


async def test_scopes(service: Playlists) -> None:
    calls = (
        service.get_play_queue(GetPlayQueue()),
        service.save_play_queue(SavePlayQueue((A,))),
        service.set_bookmark(SetBookmark(A, 1)),
        service.drop_bookmark(DropBookmark(A)),
        service.list_bookmarks(ListBookmarks()),
        service.create_share(CreateShare((SharedEntry(TRACK, A),))),
        service.change_share(ChangeShare(D)),
        service.delete_share(DeleteShare(D)),
        service.list_shares(ListShares()),
    )
    for call in calls:
        with acting(listener("eve", "user-library-read")), pytest.raises(PermissionDenied):
            await call
    with acting(PROGRAM), pytest.raises(Unauthenticated):
        await service.get_play_queue(GetPlayQueue())


async def test_merged_tracks_and_removed_people(
    built: tuple[PlaylistService, tuple[Job, ...]], shelf: Shelf, log: Log
) -> None:
    service, jobs = built

    async def queue() -> PlayQueue:
        with acting(ZOE):
            return await service.get_play_queue(GetPlayQueue())

    async def merged() -> bool:
        return (await queue()).track_ids == (B, B)

    async def gone() -> bool:
        return (await queue()).changed_at == 0

    with acting(ZOE):
        await service.save_play_queue(SavePlayQueue((A, B), 1))
        await service.set_bookmark(SetBookmark(A, 1_000))
        await service.set_bookmark(SetBookmark(B, 2_000))
        await service.create_share(CreateShare((SharedEntry(TRACK, A),)))
    async with running(jobs):
        await say(log, "catalog", EntryMerged(EntryKind.TRACK, A, B, 1))
        await until(merged)
        with acting(ZOE):
            (mark,) = (await service.list_bookmarks(ListBookmarks())).items
            assert mark.track_id == B
            await service.drop_bookmark(DropBookmark(B))
            assert (await service.list_bookmarks(ListBookmarks())).total == 0
        await say(log, "accounts", UserRemoved(str(ZOE.user_id), 1))
        await until(gone)
        with acting(ZOE):
            assert (await service.list_shares(ListShares())).total == 0
