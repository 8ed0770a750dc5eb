"""Merged ids and removed people are followed, and totals are announced."""

import asyncio
from pathlib import Path

from sqlalchemy import Connection, insert, text
from tests.services.people import ADAM, ZOE, id_of
from tests.services.running import running, say, told, until
from tests.services.shelf import Shelf

from philomel.engines.log import Log
from philomel.engines.outbox import Job, Relay
from philomel.engines.sql import Database
from philomel.engines.sql.migrate import prepare
from philomel.kernel.caller import acting
from philomel.kernel.clock import FixedClock
from philomel.rpc.codec import from_bytes
from philomel.services.accounts.contract import UserRemoved
from philomel.services.catalog.contract import EntryKind, EntryMerged, EntrySplit
from philomel.services.plays.contract import (
    GetPlayCounts,
    ListHistory,
    ListNowPlaying,
    ListPlayed,
    Play,
    PlayCount,
    PlayedKind,
    PlayedSort,
    RecordPlays,
    SetNowPlaying,
    TotalsChanged,
    TrackTotal,
)
from philomel.services.plays.rules import Heard
from philomel.services.plays.service import PlayService
from philomel.services.plays.store import SCHEMA
from philomel.services.plays.store.merging import MergingPlays
from philomel.services.plays.store.tables import TOTAL

Built = tuple[PlayService, tuple[Job, ...]]
TRACK, ALBUM, ARTIST = PlayedKind.TRACK, PlayedKind.ALBUM, PlayedKind.ARTIST
A, B, C, RECORD, BAND = map(id_of, ("a", "b", "c", "record", "band"))


async def counts(service: PlayService, kind: PlayedKind, *ids: str) -> tuple[PlayCount, ...]:
    return (await service.get_play_counts(GetPlayCounts(kind, ids))).items


async def test_totals_of_all_listeners_are_announced(
    built: Built, shelf: Shelf, log: Log, clock: FixedClock
) -> None:
    service, jobs = built
    shelf.add_track(A)
    shelf.add_track(B)
    now = clock.now()
    async with running(jobs):
        for caller in (ZOE, ADAM):
            with acting(caller):
                for _ in range(2):
                    await service.record_plays(RecordPlays((Play(A, now), Play(A, now - 1))))
        with acting(ZOE):
            await service.record_plays(RecordPlays((Play(B, now), Play(A, now - 2))))
        records = await told(log, "philomel.plays", 3)
    events = [from_bytes(TotalsChanged, record.value) for record in records]
    assert [event.tracks for event in events] == [
        (TrackTotal(A, 2, now),),
        (TrackTotal(A, 4, now),),
        (TrackTotal(A, 5, now), TrackTotal(B, 1, now)),
    ]
    assert len({record.key for record in records}) == 1


async def test_plays_follow_a_merge(
    built: Built, shelf: Shelf, log: Log, clock: FixedClock
) -> None:
    service, jobs = built
    shelf.add_track(A, RECORD, (BAND,))
    shelf.add_track(B, RECORD, (BAND,))
    now = clock.now()
    with acting(ZOE):
        await service.record_plays(RecordPlays((Play(A, now), Play(A, now - 5), Play(B, now - 9))))
        await service.set_now_playing(SetNowPlaying(A))
    with acting(ADAM):
        await service.record_plays(RecordPlays((Play(A, now - 7, 60, "p"),)))
    await say(log, "catalog", EntryMerged(EntryKind.TRACK, A, B, 1))
    await say(log, "catalog", EntryMerged(EntryKind.ALBUM, RECORD, C, 1))
    await say(log, "catalog", EntryMerged(EntryKind.ARTIST, BAND, id_of("band2"), 1))
    async with running(jobs):
        records = await told(log, "philomel.plays", 3)

        async def moved() -> bool:
            with acting(ADAM):
                return bool(await counts(service, ARTIST, id_of("band2")))

        await until(moved)
    assert from_bytes(TotalsChanged, records[-1].value).tracks == (TrackTotal(B, 4, now),)
    with acting(ZOE):
        history = (await service.list_history(ListHistory())).items
        assert [(play.track_id, play.played_at) for play in history] == [
            (B, now),
            (B, now - 5),
            (B, now - 9),
        ]
        assert await counts(service, TRACK, A, B) == (PlayCount(A, 3, now), PlayCount(B, 3, now))
        assert await counts(service, ALBUM, C) == (PlayCount(C, 3, now),)
        assert (await service.list_played(ListPlayed(TRACK, PlayedSort.MOST))).total == 1
        assert (await service.list_now_playing(ListNowPlaying())).items[0].track_id == B
        # Who has not heard of the merge still reports the old ids.
        await service.record_plays(RecordPlays((Play(A, now + 1),)))
        assert await counts(service, TRACK, B) == (PlayCount(B, 4, now + 1),)
        assert await counts(service, ALBUM, C) == (PlayCount(C, 4, now + 1),)
    with acting(ADAM):
        assert (await service.list_history(ListHistory())).items == (Play(B, now - 7, 60, "p"),)


async def test_a_merge_may_be_repeated_and_chains_go_to_the_end(database: Database) -> None:
    store = MergingPlays(database)
    heard = [Heard(Play(A, at), None, ()) for at in range(1203)]
    for start in range(0, len(heard), 500):
        await store.record("u", heard[start : start + 500], 1)
    await store.record("u", [Heard(Play(B, 5), None, ())], 1)
    for old, new in ((A, B), (A, B), (B, C), (C, A), (A, A)):
        await store.merge(TRACK, old, new, 1)
    assert await store.counts("u", TRACK, [A, C]) == [
        PlayCount(A, 1204, 1202),
        PlayCount(C, 1204, 1202),
    ]
    history = await store.history("u", 500, None, None)
    assert {play.track_id for play in history} == {C}
    # One instant was there under both ids: the history knows it once.
    assert len(await store.history("u", 2000, None, None)) == 1203


async def test_plays_go_back_where_they_were_made(
    built: Built, shelf: Shelf, log: Log, clock: FixedClock
) -> None:
    service, jobs = built
    for id_ in (A, B, C):
        shelf.add_track(id_, RECORD, (BAND,))
    now = clock.now()
    with acting(ZOE):
        plays = (Play(A, now), Play(A, now - 5), Play(B, now - 9), Play(C, now - 11))
        await service.record_plays(RecordPlays(plays))
    await say(log, "catalog", EntryMerged(EntryKind.TRACK, C, A, 1))
    await say(log, "catalog", EntryMerged(EntryKind.TRACK, A, B, 1))
    await say(log, "catalog", EntryMerged(EntryKind.ALBUM, RECORD, id_of("other"), 1))
    async with running(jobs):

        async def merged() -> bool:
            with acting(ZOE):
                return bool(await counts(service, ALBUM, id_of("other")))

        await until(merged)
        with acting(ZOE):
            await service.record_plays(RecordPlays((Play(B, now + 1),)))
            assert await counts(service, TRACK, A, B) == (
                PlayCount(A, 5, now + 1), PlayCount(B, 5, now + 1),
            )  # fmt: skip
        for _ in range(2):
            await say(log, "catalog", EntrySplit(EntryKind.TRACK, B, A, now, also=(C,)))
            await say(log, "catalog", EntrySplit(EntryKind.ALBUM, id_of("other"), RECORD, now))

        async def parted() -> bool:
            with acting(ZOE):
                found = await counts(service, ALBUM, RECORD, id_of("other"))
            return [each.count for each in found] == [4, 1]

        await until(parted)
    with acting(ZOE):
        assert await counts(service, TRACK, A, B, C) == (
            PlayCount(A, 3, now), PlayCount(B, 2, now + 1), PlayCount(C, 3, now),
        )  # fmt: skip
        history = (await service.list_history(ListHistory())).items
        assert [play.track_id for play in history] == [B, A, A, B, A]


async def test_an_update_tells_the_totals_again(
    database: Database, tmp_path: Path, log: Log, clock: FixedClock
) -> None:
    ids = sorted(id_of(f"song {number}") for number in range(501))
    rows = [
        {"track_id": id_, "times": number, "last_played_at": 9 * number}
        for number, id_ in enumerate(ids)
    ]

    def fill(connection: Connection) -> None:
        connection.execute(insert(TOTAL), rows)
        connection.execute(text("UPDATE schema_version SET version = 3"))
        for column in ("started_at", "position_ms", "heard_ms", "state", "rate"):  # later ones
            connection.execute(text(f"ALTER TABLE now_playing DROP COLUMN {column}"))

    await database.write(fill)
    await prepare(database, SCHEMA, tmp_path)
    async with running([Relay(database, log, "philomel.plays", clock)]):
        records = await told(log, "philomel.plays", 2)
    events = [from_bytes(TotalsChanged, record.value) for record in records]
    found = [total for event in events for total in event.tracks]
    assert found == [TrackTotal(id_, number, 9 * number) for number, id_ in enumerate(ids)]


async def test_two_at_once_count_everything(database: Database) -> None:
    store = MergingPlays(database)

    async def record(user: str) -> None:
        for at in range(10):
            heard = [Heard(Play(id_, at), RECORD, (BAND,)) for id_ in (A, B, C)]
            await store.record(user, heard, at)
            await store.record("both", heard[::-1], at)

    await asyncio.gather(record("one"), record("two"))
    for user in ("one", "two", "both"):
        assert [count.count for count in await store.counts(user, TRACK, [A, B, C])] == [10] * 3
        assert (await store.counts(user, ARTIST, [BAND]))[0].count == 30


async def test_a_removed_person_is_forgotten(
    built: Built, database: Database, shelf: Shelf, log: Log, clock: FixedClock
) -> None:
    service, jobs = built
    assert ZOE.user_id
    assert ADAM.user_id
    shelf.add_track(A)
    store = MergingPlays(database)
    for user in (ZOE.user_id, ADAM.user_id):
        for start in (0, 500):
            heard = [
                Heard(Play(id_of(f"t{n}"), n // 2), RECORD, ()) for n in range(start, start + 500)
            ]
            await store.record(user, heard, 1)
    with acting(ZOE):
        await service.set_now_playing(SetNowPlaying(A))
    await say(log, "accounts", UserRemoved(ZOE.user_id, 1))

    async def forgotten() -> bool:
        with acting(ZOE):
            return not (await service.list_now_playing(ListNowPlaying())).items

    async with running(jobs):
        await until(forgotten)
    with acting(ZOE):
        assert (await service.list_history(ListHistory())).items == ()
        assert (await service.list_played(ListPlayed(TRACK, PlayedSort.LAST))).total == 0
        assert (await service.list_played(ListPlayed(ALBUM, PlayedSort.LAST))).total == 0
    with acting(ADAM):
        assert (await service.list_played(ListPlayed(TRACK, PlayedSort.LAST))).total == 1000
