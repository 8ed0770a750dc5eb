"""What only the local log promises: durability, restarts, several processes, retention."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from tests.engines.log.test_log import TOPIC, records, take, values

from philomel.engines.log import Log
from philomel.engines.log.contract import Append, Member, Poll
from philomel.engines.log.local import DAY_MS, LocalLog, Retention, open_local_log
from philomel.engines.log.serve import LogServer
from philomel.kernel.caller import OPERATOR, SERVICE, Caller, CallerKind, acting
from philomel.kernel.clock import FixedClock
from philomel.kernel.errors import PermissionDenied, Unavailable


async def test_records_and_positions_survive_a_restart(tmp_path: Path, clock: FixedClock) -> None:
    path = tmp_path / "events.log"
    log = open_local_log(path, clock)
    await log.append(TOPIC, records("a", "b", "c"))
    member = log.subscribe("search", [TOPIC])
    messages = await take(member)
    await member.commit(messages[:2])
    end = await log.end(TOPIC)
    await log.close()
    with pytest.raises(Unavailable):
        await log.append(TOPIC, records("d"))
    again = open_local_log(path, clock)
    assert await again.end(TOPIC) == end
    assert await take(again.subscribe("search", [TOPIC])) == messages[2:]
    await again.close()


async def test_what_was_acknowledged_is_there_after_kill_9(
    tmp_path: Path, clock: FixedClock
) -> None:
    for round_ in range(3):
        path = tmp_path / f"{round_}.log"
        child = subprocess.Popen(
            [sys.executable, "-m", "tests.engines.log.appender", str(path)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert child.stdout is not None
        acknowledged = [child.stdout.readline().strip() for _ in range(50 + 150 * round_)]
        child.kill()
        acknowledged += [line.strip() for line in child.stdout if line.endswith("\n")]
        child.wait()
        child.stdout.close()
        log = open_local_log(path, clock)
        member, found = log.subscribe("g", ["t"]), list[str]()
        while messages := await take(member):
            found += values(messages)
        await log.close()
        assert set(acknowledged) <= set(found)
        assert len(found) == len(set(found))
        for worker in range(8):
            mine = [int(value.split()[1]) for value in found if value.startswith(f"{worker} ")]
            assert mine == list(range(len(mine)))


async def test_members_in_two_processes_share_a_group(tmp_path: Path, clock: FixedClock) -> None:
    """Two logs over one file stand for two processes: nothing but the file is shared."""
    one, two = (open_local_log(tmp_path / "events.log", clock) for _ in range(2))
    first, second = one.subscribe("g", [TOPIC]), two.subscribe("g", [TOPIC])
    await two.append(TOPIC, records("a"))
    assert values(await take(first)) == ["a"]
    assert await take(second) == []
    await one.close()
    assert values(await take(second)) == ["a"]
    await two.append(TOPIC, records("b"))
    assert values(await take(second)) == ["b"]
    await two.close()


async def test_retention_keeps_what_is_new_or_not_consumed(
    local: LocalLog, clock: FixedClock
) -> None:
    await local.append(TOPIC, records("a", "b", "c"))
    member = local.subscribe("search", [TOPIC])
    messages = await take(member)
    await member.commit(messages[:1])
    clock.advance(31 * DAY_MS)
    await local.append(TOPIC, records("d"))
    assert await local.prune() == 1
    await member.commit(messages)
    assert await local.prune() == 2
    assert await local.prune() == 0
    end = await local.end(TOPIC)
    clock.advance(31 * DAY_MS)
    await member.commit(await take(member))
    assert await local.prune() == 0  # the newest record keeps the offsets going on
    await local.append(TOPIC, records("e"))
    (message,) = await take(member)
    assert message.offset == end


async def test_retention_bounds_the_size(tmp_path: Path, clock: FixedClock) -> None:
    log = open_local_log(tmp_path / "events.log", clock, Retention(size=1 << 20))
    await log.append(TOPIC, records(*("x" * 10_000 for _ in range(500))))
    assert await log.prune() > 0
    assert values(await take(log.subscribe("search", [TOPIC]), 1)) != []
    assert log.reader.size() <= 1 << 20
    await log.close()


async def test_only_philomel_itself_reaches_a_served_log(local: LocalLog) -> None:
    server = LogServer(local)
    admin = Caller(kind=CallerKind.USER, user_id="u", admin=True, scopes=("*",))
    with acting(admin), pytest.raises(PermissionDenied):
        await server.append(Append(TOPIC, tuple(records("a"))))
    with acting(admin), pytest.raises(PermissionDenied):
        await server.poll(Poll(Member("g", "m", (TOPIC,)), 0, 10, 0))
    with acting(OPERATOR):
        await server.append(Append(TOPIC, tuple(records("a"))))


async def test_an_answer_lost_on_its_way_is_given_again(local: LocalLog) -> None:
    server = LogServer(local)
    member = Member("g", "m", (TOPIC,))
    await local.append(TOPIC, records("a", "b"))
    with acting(SERVICE):
        lost = await server.poll(Poll(member, 0, 1, 0))
        assert await server.poll(Poll(member, 0, 1, 0)) == lost
        assert values((await server.poll(Poll(member, 1, 1, 0))).items) == ["b"]


async def test_a_member_that_is_silent_for_long_is_forgotten(
    local: LocalLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = LogServer(local)
    await local.append(TOPIC, records("a"))
    with acting(SERVICE):
        one, two = Member("g", "1", (TOPIC,)), Member("g", "2", (TOPIC,))
        assert values((await server.poll(Poll(one, 0, 1, 0))).items) == ["a"]
        assert (await server.poll(Poll(two, 0, 1, 0))).items == ()
        monkeypatch.setattr("philomel.engines.log.serve.IDLE_SECONDS", -1.0)
        assert values((await server.poll(Poll(two, 1, 1, 0))).items) == ["a"]


async def test_a_log_whose_disk_is_full_takes_up_again(local: LocalLog) -> None:
    await local.write(lambda driver: driver.execute("PRAGMA max_page_count = 20").fetchall())
    with pytest.raises(Unavailable, match="full"):
        await local.append(TOPIC, records(*("x" * 1000 for _ in range(200))))
    await local.write(lambda driver: driver.execute("PRAGMA max_page_count = 100000").fetchall())
    await local.append(TOPIC, records("a"))
    assert values(await take(local.subscribe("g", [TOPIC]))) == ["a"]


async def test_polling_is_cancelled_cleanly(log: Log) -> None:
    member = log.subscribe("g", [TOPIC])
    waiting = asyncio.ensure_future(take(member, wait=30))
    await asyncio.sleep(0.01)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await log.append(TOPIC, records("a"))
    assert values(await take(member)) == ["a"]
