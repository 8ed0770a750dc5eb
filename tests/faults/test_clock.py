"""A clock that jumps a year forward and back: nothing is stuck, and nothing lasts too long."""

from functools import partial
from pathlib import Path

import pytest
from tests.conftest import DatabaseFor
from tests.engines.outbox import ledger

from philomel.engines.audio.renditions.ledger import SCHEMA as RENDITIONS
from philomel.engines.audio.renditions.ledger import Kept, Ledger
from philomel.engines.cache.memory import MemoryCache
from philomel.engines.log import Record
from philomel.engines.log.local import open_local_log
from philomel.engines.outbox import Lease, Relay, announce
from philomel.engines.sql import Database
from philomel.kernel.clock import FixedClock
from philomel.kernel.ids import new_event_id
from philomel.services.accounts.rules.tries import Counter, Tries, left

YEAR = 365 * 86_400_000


@pytest.fixture
async def database(database_for: DatabaseFor) -> Database:
    return await database_for(ledger.SCHEMA)


async def test_a_lease_ends_whichever_way_the_clock_went(database: Database) -> None:
    clock = FixedClock()
    one, two = (Lease(database, "scan", clock, owner, seconds=10) for owner in ("one", "two"))
    first = await one.acquire()
    clock.advance(YEAR)
    assert one.token is None
    second = await two.acquire()
    clock.advance(-YEAR)
    # Who held it in a year to come knows nothing for sure, and holds up nobody.
    assert two.token is None
    third = await one.acquire()
    assert first is not None
    assert (second, third) == (first + 1, first + 2)
    assert one.token == third


async def test_events_keep_their_order(database: Database, tmp_path: Path) -> None:
    clock = FixedClock()
    log = open_local_log(tmp_path / "events.log", clock)
    relay = Relay(database, log, ledger.TOPIC, clock, owner="one")
    subscription = log.subscribe("group", (ledger.TOPIC,))
    await subscription.poll(1, 0)  # from now on the group is known
    for jump in (0, YEAR, -YEAR, -YEAR, 2 * YEAR):
        clock.advance(jump)
        for name in ("a", "b"):
            record = Record(new_event_id(clock.now()), "key", name, f"{jump}".encode())
            await database.write(partial(announce, records=[record]))
        assert await relay.relay() == 2
        await log.prune()
    found = [message for _ in range(2) for message in await subscription.poll(100, 0)]
    assert [message.record.type for message in found] == ["a", "b"] * 5
    assert [message.offset for message in found] == list(range(10))
    await subscription.close()
    await log.close()


async def test_what_is_kept_for_a_minute_is_not_kept_for_a_year() -> None:
    clock = FixedClock()
    cache = MemoryCache(clock)
    clock.advance(YEAR)
    await cache.set("key", b"value", 60)
    assert await cache.add("tries", 5, 60) == 5
    clock.advance(-YEAR)
    assert await cache.get("key") is None
    assert await cache.add("tries", 1, 60) == 1
    clock.advance(60_000)
    assert await cache.get("tries") is None


def test_nobody_is_locked_out_for_a_year() -> None:
    tries, now = Tries(failures=1000, failed_at=YEAR), FixedClock().now()
    assert left(Counter.PAIR, Tries(1000, now), now) == 15 * 60_000
    assert left(Counter.PAIR, Tries(1000, now + YEAR), now) == 0
    assert left(Counter.PAIR, tries, now) == 0


async def test_renditions_of_another_time_make_room(database_for: DatabaseFor) -> None:
    kept, clock = Ledger(await database_for(RENDITIONS)), FixedClock()
    for name, used in (("past", 0), ("playing", clock.now()), ("future", clock.now() + YEAR)):
        await kept.keep(name, Kept(1, ()), used)
    found = await kept.oldest(clock.now() - 90_000, clock.now() + 3_600_000, 10)
    assert [one.name for one in found] == ["past", "future"]
