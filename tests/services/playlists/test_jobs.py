"""Merged ids and removed people are followed, and changes are announced."""

from tests.services.people import ADAM, ZOE, id_of
from tests.services.running import running, say, told, until
from tests.services.shelf import Shelf

from philomel.engines.log import Log
from philomel.engines.outbox import Job
from philomel.engines.sql import Database
from philomel.kernel.caller import acting
from philomel.kernel.clock import FixedClock
from philomel.rpc.codec import from_bytes
from philomel.services.accounts.contract import UserRemoved
from philomel.services.catalog.contract import EntryKind, EntryMerged, EntrySplit
from philomel.services.playlists.contract import (
    GetMarks,
    ItemKind,
    ListSaved,
    Mark,
    MarksChanged,
    Rate,
    Save,
    Unsave,
)
from philomel.services.playlists.service import PlaylistService
from philomel.services.playlists.store.merging import MergingPlaylists

Built = tuple[PlaylistService, tuple[Job, ...]]
TRACK = ItemKind.TRACK
A, B, C = id_of("a"), id_of("b"), id_of("c")


async def test_changes_are_announced_once(built: Built, shelf: Shelf, log: Log) -> None:
    service, jobs = built
    shelf.add_track(A)
    shelf.add_track(B)
    async with running(jobs):
        with acting(ZOE):
            await service.save(Save(TRACK, (A, B)))
            await service.save(Save(TRACK, (A, B)))
            await service.rate(Rate(TRACK, A, 3))
            await service.rate(Rate(TRACK, A, 3))
            await service.unsave(Unsave(TRACK, (B,)))
            await service.unsave(Unsave(TRACK, (B,)))
        records = await told(log, "philomel.playlists", 3)
    events = [from_bytes(MarksChanged, record.value) for record in records]
    assert [event.ids for event in events] == [(A, B), (A,), (B,)]
    assert {record.key for record in records} == {ZOE.user_id}
    assert {record.type for record in records} == {"playlists.MarksChanged"}


async def test_marks_follow_a_merge(
    built: Built, shelf: Shelf, log: Log, clock: FixedClock
) -> None:
    service, jobs = built
    for id_ in (A, B):
        shelf.add_track(id_)
    start = clock.now()
    with acting(ZOE):
        await service.save(Save(TRACK, (B,)))
        clock.advance(5)
        await service.save(Save(TRACK, (A,)))
        await service.rate(Rate(TRACK, A, 2))
        clock.advance(5)
        await service.rate(Rate(TRACK, B, 4))
    with acting(ADAM):
        await service.rate(Rate(TRACK, A, 1))
    await say(log, "catalog", EntryMerged(EntryKind.TRACK, A, B, 1))
    await say(log, "catalog", EntryMerged(EntryKind.ALBUM, A, C, 1))

    async def moved() -> bool:
        with acting(ADAM):
            marks = await service.get_marks(GetMarks(TRACK, (B,)))
            return marks.items == (Mark(B, None, 1),)

    async with running(jobs):
        await until(moved)
    with acting(ZOE):
        page = await service.list_saved(ListSaved(TRACK))
        assert page.items == (Mark(B, start, 4),)
        # The old id answers for ever, even for who has not heard of the merge.
        assert (await service.get_marks(GetMarks(TRACK, (A,)))).items == (Mark(A, start, 4),)
        await service.save(Save(TRACK, (A,)))
        assert (await service.list_saved(ListSaved(TRACK))).total == 1
        await service.unsave(Unsave(TRACK, (A,)))
        assert (await service.list_saved(ListSaved(TRACK))).total == 0


async def test_merges_chain_repeat_and_never_circle(
    database: Database, built: Built, shelf: Shelf
) -> None:
    store = MergingPlaylists(database)
    service, _ = built
    shelf.add_track(A)
    with acting(ZOE):
        await service.save(Save(TRACK, (A,)))
    for old, new in ((A, B), (A, B), (B, C), (C, A), (A, A)):
        await store.merge(TRACK, old, new)
    with acting(ZOE):
        for id_ in (A, B, C):
            assert len((await service.get_marks(GetMarks(TRACK, (id_,)))).items) == 1
        assert (await service.list_saved(ListSaved(TRACK))).items[0].id == C


async def test_a_late_news_of_an_older_merge_follows_the_newer(database: Database) -> None:
    store = MergingPlaylists(database)
    await store.merge(TRACK, B, C)
    await store.save("u", TRACK, [A], 1)
    await store.merge(TRACK, A, B)
    assert [mark.id for mark in (await store.saved("u", TRACK, 10, 0, None))[0]] == [C]


async def test_a_like_stays_on_both_when_one_becomes_two(
    built: Built, shelf: Shelf, log: Log, clock: FixedClock
) -> None:
    service, jobs = built
    for id_ in (A, B, C):
        shelf.add_track(id_)
    start = clock.now()
    with acting(ZOE):
        await service.save(Save(TRACK, (A,)))
        await service.rate(Rate(TRACK, B, 4))
    with acting(ADAM):
        await service.save(Save(TRACK, (B,)))
    await say(log, "catalog", EntryMerged(EntryKind.TRACK, C, A, start))
    await say(log, "catalog", EntryMerged(EntryKind.TRACK, A, B, start))
    await say(log, "catalog", EntrySplit(EntryKind.TRACK, B, A, start + 1, also=(C,)))
    await say(log, "catalog", EntrySplit(EntryKind.TRACK, B, A, start + 1, also=(C,)))

    async def parted() -> bool:
        with acting(ADAM):
            return len((await service.list_saved(ListSaved(TRACK))).items) == 2

    async with running(jobs):
        await until(parted)
    with acting(ZOE):
        marks = (await service.get_marks(GetMarks(TRACK, (A, B, C)))).items
        assert marks == (Mark(A, start, 4), Mark(B, start, 4), Mark(C, start, 4))
        await service.unsave(Unsave(TRACK, (C,)))
        assert (await service.list_saved(ListSaved(TRACK))).items == (Mark(B, start, 4),)


async def test_a_like_taken_back_before_the_news_of_a_merge_stays_so(database: Database) -> None:
    store = MergingPlaylists(database)
    likes = {"before": 5, "new": 20, "old": 20, "again": 20}
    for user in likes:
        await store.save(user, TRACK, [A], 1)
        await store.save(user, TRACK, [B], 2)
    # At 10 the catalogue merges A into B; who reads it there takes the like back from either.
    for user, at in likes.items():
        await store.unsave(user, TRACK, [A if user == "old" else B], at)
    await store.save("again", TRACK, [B], 30)
    await store.merge(TRACK, A, B, 10)
    for _ in range(2):
        saved = {user: await store.marks(user, TRACK, [B]) for user in likes}
        assert saved == {
            "before": [Mark(B, 1)], "new": [], "old": [], "again": [Mark(B, 1)],
        }  # fmt: skip
        await store.merge(TRACK, A, B, 10)


async def test_large_merges_go_in_batches(database: Database) -> None:
    store = MergingPlaylists(database)
    for number in range(1203):
        await store.save(f"user{number}", TRACK, [A], number)
    await store.save("user7", TRACK, [B], 3)
    await store.merge(TRACK, A, B)
    assert await store.marks("user7", TRACK, [B]) == [Mark(B, 3)]
    assert await store.marks("user1202", TRACK, [B]) == [Mark(B, 1202)]


async def test_a_removed_person_is_forgotten(built: Built, shelf: Shelf, log: Log) -> None:
    service, jobs = built
    ids = tuple(shelf.add_track(id_of(f"n{number:03}")) for number in range(500))
    more = tuple(shelf.add_track(id_of(f"m{number:03}")) for number in range(30))
    for caller in (ZOE, ADAM):
        with acting(caller):
            await service.save(Save(TRACK, ids))
            await service.save(Save(TRACK, more))
    assert ZOE.user_id
    await say(log, "accounts", UserRemoved(ZOE.user_id, 1))

    async def forgotten() -> bool:
        with acting(ZOE):
            return (await service.list_saved(ListSaved(TRACK))).total == 0

    async with running(jobs):
        await until(forgotten)
    with acting(ADAM):
        assert (await service.list_saved(ListSaved(TRACK))).total == 530
