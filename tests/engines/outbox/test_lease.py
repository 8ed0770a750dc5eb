"""Leases: one worker at a time, and none that wakes too late."""

import asyncio
import os
import subprocess
import sys

import pytest
from sqlalchemy import Connection
from tests.conftest import DatabaseFor
from tests.engines.outbox import ledger

from philomel.engines.outbox import Lease, LeaseLost
from philomel.engines.outbox.lease import _this_process
from philomel.engines.sql import Database
from philomel.kernel.clock import FixedClock


@pytest.fixture
async def database(database_for: DatabaseFor) -> Database:
    return await database_for(ledger.SCHEMA)


async def test_one_holds_it_until_it_expires(database: Database) -> None:
    clock = FixedClock()
    one = Lease(database, "scan", clock, "one", seconds=10)
    two = Lease(database, "scan", clock, "two", seconds=10)
    first = await one.acquire()
    assert first is not None
    assert await two.acquire() is None
    clock.advance(9_000)
    assert await one.acquire() == first
    clock.advance(9_000)
    assert await two.acquire() is None
    clock.advance(1_000)
    second = await two.acquire()
    assert second is not None
    assert second > first
    assert await one.acquire() is None


async def test_who_wakes_too_late_writes_nothing(database: Database) -> None:
    clock = FixedClock()
    one, two = (Lease(database, "scan", clock, owner, seconds=10) for owner in ("one", "two"))
    token = await one.acquire()
    assert token is not None
    clock.advance(10_000)
    assert one.token is None
    assert await two.acquire() is not None

    def work(connection: Connection) -> None:
        ledger.add_effect(connection, "late")
        one.check(connection, token)

    with pytest.raises(LeaseLost):
        await database.write(work)
    assert await database.read(ledger.effects) == []


async def test_a_released_one_is_free_at_once(database: Database) -> None:
    clock = FixedClock()
    one, two = (Lease(database, "scan", clock, owner) for owner in ("one", "two"))
    first = await one.acquire()
    await one.release()
    second = await two.acquire()
    assert first is not None
    assert second == first + 1
    await one.release()
    assert await one.acquire() is None


async def test_a_dead_process_holds_nothing(database: Database) -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    dead = _this_process().replace(f"/{os.getpid()}", f"/{child.pid}") + "/x"
    clock = FixedClock()
    assert await Lease(database, "scan", clock, dead).acquire() == 1
    assert await Lease(database, "scan", clock).acquire() == 2
    assert await Lease(database, "scan", clock).acquire() is None


async def test_many_ask_at_once_and_one_gets_it(database: Database) -> None:
    clock = FixedClock()
    leases = [Lease(database, "scan", clock, f"worker {number}") for number in range(12)]
    tokens = await asyncio.gather(*(lease.acquire() for lease in leases))
    assert [token for token in tokens if token is not None] == [1]
