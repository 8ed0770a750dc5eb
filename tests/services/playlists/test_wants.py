"""What is brought from elsewhere waits for its file; playlists follow merges and removals."""

from tests.services.people import ADAM, ZOE, id_of
from tests.services.running import running, say, told, until
from tests.services.shelf import Shelf

from philomel.engines.log import Log
from philomel.engines.outbox import Job
from philomel.kernel.caller import acting
from philomel.kernel.clock import FixedClock
from philomel.rpc.codec import from_bytes
from philomel.services.accounts.contract import UserRemoved
from philomel.services.catalog.contract import EntriesChanged, EntryKind, EntryMerged
from philomel.services.playlists.contract import (
    AddItems,
    BringMarks,
    CreatePlaylist,
    DropWants,
    FollowPlaylist,
    GetMarks,
    GetPlaylist,
    ItemKind,
    ListItems,
    ListPlaylists,
    ListWants,
    Mark,
    NewItem,
    Save,
    Want,
    WantedMark,
    WantKind,
    WantsMet,
)
from philomel.services.playlists.service import PlaylistService

Built = tuple[PlaylistService, tuple[Job, ...]]
A, B, C = id_of("a"), id_of("b"), id_of("c")
TITLE = Want("Title", "Somebody", duration_ms=180_000)
"""What the shelf calls every track."""


async def test_what_waits_attaches_itself(
    built: Built, shelf: Shelf, log: Log, clock: FixedClock
) -> None:
    service, jobs = built
    at = clock.now()
    clock.advance(50)
    marked = WantedMark(TITLE, saved_at=at, rating=4, plays=7, last_played_at=9)
    shelf.add_album(B)
    with acting(ZOE):
        await service.save(Save(ItemKind.ALBUM, (B,)))
        playlist = await service.create_playlist(CreatePlaylist("p"))
        gone = Want("Never", "Nobody")
        added = await service.add_items(
            AddItems(playlist.id, (NewItem(want=gone), NewItem(want=TITLE, added_at=at)))
        )
        assert added.wanted == 2
        for known in (0, 1):
            brought = await service.bring_marks(BringMarks("old", (marked,)))
            assert (brought.items[0].track_id, brought.known) == (None, known)
        waiting = (await service.list_wants(ListWants())).items
        assert sorted(each.kind for each in waiting) == ["marks", "playlist", "playlist"]
    with acting(ADAM):
        assert (await service.list_wants(ListWants())).total == 0
    shelf.add_track(A, artists=(B,))
    shelf.hidden.add((ZOE.user_id, A))
    await say(log, "catalog", EntriesChanged((A,), 1))
    await say(log, "catalog", EntryMerged(EntryKind.ALBUM, B, C, 1))

    async def heard() -> bool:
        """Whether the news after this one arrived."""
        with acting(ZOE):
            return bool((await service.get_marks(GetMarks(ItemKind.ALBUM, (C,)))).items)

    async with running(jobs):
        # Not while they cannot see it.
        await until(heard)
        with acting(ZOE):
            assert (await service.list_wants(ListWants())).total == 3
        shelf.hidden.clear()
        await say(log, "catalog", EntriesChanged((A,), 2))

        async def attached() -> bool:
            with acting(ZOE):
                return (await service.list_wants(ListWants())).total == 1

        await until(attached)
        records = await told(log, "philomel.playlists", 1)
        while not (news := [each for each in records if each.type == "playlists.WantsMet"]):
            records = await told(log, "philomel.playlists", len(records) + 1)
    met = from_bytes(WantsMet, news[0].value)
    assert (met.user_id, [(each.track_id, each.plays) for each in met.items]) == (
        ZOE.user_id,
        [(A, 7)],
    )
    with acting(ZOE):
        assert (await service.get_marks(GetMarks(ItemKind.TRACK, (A,)))).items == (Mark(A, at, 4),)
        first, second = (await service.list_items(ListItems(playlist.id))).items
        assert (first.want, first.track_id) == (gone, None)
        assert (second.want, second.track_id, second.added_at) == (None, A, at)
        assert (await service.get_playlist(GetPlaylist(playlist.id))).duration_ms == 180_000
        (open_,) = (await service.list_wants(ListWants())).items
        assert (open_.kind, open_.playlist_id) == (WantKind.PLAYLIST, playlist.id)
        await service.drop_wants(DropWants((open_.id,)))
        assert (await service.get_playlist(GetPlaylist(playlist.id))).track_count == 1


async def test_entries_follow_merges_and_people_go(
    built: Built, shelf: Shelf, log: Log, clock: FixedClock
) -> None:
    service, jobs = built
    for id_ in (A, B, C):
        shelf.add_track(id_)
    with acting(ZOE):
        mine = await service.create_playlist(CreatePlaylist("mine", public=True))
        together = await service.create_playlist(CreatePlaylist("ours", collaborative=True))
        await service.add_items(AddItems(mine.id, tuple(map(NewItem, (A, B, A)))))
    with acting(ADAM):
        await service.follow_playlist(FollowPlaylist(mine.id))
        await service.follow_playlist(FollowPlaylist(together.id))
        await service.add_items(AddItems(together.id, (NewItem(C),)))
        await service.add_items(AddItems(together.id, (NewItem(want=Want("Lost", "X")),)))
        his = await service.create_playlist(CreatePlaylist("his"))
        await service.add_items(AddItems(his.id, (NewItem(A),)))
    await say(log, "catalog", EntryMerged(EntryKind.TRACK, A, C, 1))
    assert ADAM.user_id
    await say(log, "accounts", UserRemoved(ADAM.user_id, clock.now()))

    async def gone() -> bool:
        with acting(ADAM):
            return (await service.list_playlists(ListPlaylists())).total == 0

    async def merged() -> bool:
        with acting(ZOE):
            page = await service.list_items(ListItems(mine.id))
            return [item.track_id for item in page.items] == [C, B, C]

    async with running(jobs):
        await until(merged)
        await until(gone)
    with acting(ZOE):
        assert (await service.get_playlist(GetPlaylist(mine.id))).follower_count == 0
        added, lost = (await service.list_items(ListItems(together.id))).items
        assert (added.track_id, added.added_by) == (C, "")
        assert lost.want is not None
        # What he waited for in her playlist is hers now.
        assert [each.id for each in (await service.list_wants(ListWants())).items] == [
            lost.entry_id
        ]
