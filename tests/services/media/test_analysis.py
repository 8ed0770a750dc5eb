"""The background analysis, and what it leaves in the database."""

import asyncio
import os

from tests.services.media.conftest import LISTENER, House

from philomel.kernel.caller import acting
from philomel.kernel.ids import new_id
from philomel.rpc.codec import from_bytes
from philomel.services.media.contract import (
    AnalysisState,
    Asset,
    AssetsAnalysed,
    GetAssets,
    Loudness,
)


async def asset(house: House, asset_id: str) -> Asset:
    with acting(LISTENER):
        (found,) = (await house.media.get_assets(GetAssets((asset_id, new_id())))).items
    return found


async def test_results_are_kept_and_announced(house: House) -> None:
    source, silence = house.source("a", b"one"), house.source("b", b"silence")
    await house.add(source, silence)
    assert (await asset(house, source.asset_id)).stream_hash is None
    job = house.job()
    async with house.running(job):
        state = await house.until(lambda state: state.waiting == 0)
    assert (state.done, state.failed) == (2, 0)
    found = await asset(house, source.asset_id)
    assert found.loudness == Loudness(-14.5, -1.0)
    assert found.stream_hash is not None
    assert len(found.stream_hash) == 64
    assert found.duration_ms == 180_123
    assert (found.content_type, found.suffix) == ("audio/flac", "flac")
    assert (await asset(house, silence.asset_id)).loudness is None
    assert await job._relay.relay() == 2
    reader = house.log.subscribe("test", ["philomel.media"])
    messages = await reader.poll()
    assert [message.record.type for message in messages] == ["media.AssetsAnalysed"] * 2
    ids = [from_bytes(AssetsAnalysed, message.record.value).ids for message in messages]
    assert {one for (one,) in ids} == {source.asset_id, silence.asset_id}
    await reader.close()


async def test_a_bad_file_is_told_and_does_not_keep_the_rest(house: House) -> None:
    bad = house.source("a", b"bad")
    rest = [house.source(f"{number}", f"song {number}".encode()) for number in range(5)]
    await house.add(bad, *rest)
    async with house.running(house.job()):
        state = await house.until(lambda state: state.waiting == 0)
    assert (state.done, state.failed) == (5, 1)
    assert (await asset(house, bad.asset_id)).error == "this is no music"
    assert house.analyzer.analysed.count(b"bad") == 2
    # Registering it again as it was does not waste time on it.
    await house.add(bad)
    assert (await house.state()).waiting == 0


async def test_a_stopped_job_goes_on_with_the_rest(local_house: House) -> None:
    house = local_house
    songs = [house.source(f"{number}", f"song {number}".encode()) for number in range(3)]
    await house.add(*songs)
    async with house.running(house.job()):
        await house.until(lambda state: state.done == 3)
    hanging = house.source("hanging", b"hang")
    more = [house.source(f"more {number}", f"more {number}".encode()) for number in range(3)]
    await house.add(hanging, *more)
    async with house.running(house.job(workers=1)):
        await house.analyzer.hanging.wait()
    assert (await house.state()).waiting > 0
    mended = house.source("hanging", b"mended", hanging.asset_id)
    await house.add(mended)
    house.analyzer.analysed.clear()
    async with house.running(house.job()):
        await house.until(lambda state: state.done == 7)
    assert sorted(set(house.analyzer.analysed)) == sorted(house.analyzer.analysed)
    assert not {f"song {number}".encode() for number in range(3)} & set(house.analyzer.analysed)


async def test_a_changed_file_is_analysed_again_an_unchanged_one_is_not(house: House) -> None:
    source = house.source("a", b"one")
    await house.add(source)
    async with house.running(house.job()):
        await house.until(lambda state: state.done == 1)
    before = await asset(house, source.asset_id)
    await house.add(source)
    assert (await house.state()).done == 1
    (house.root / "a").rename(house.root / "moved")
    await house.add(house.source("moved", asset_id=source.asset_id))
    assert (await house.state()).done == 1
    assert (await asset(house, source.asset_id)).duration_ms == 180_123
    await house.add(house.source("moved", b"other", asset_id=source.asset_id))
    assert (await house.state()).waiting == 1
    assert (await asset(house, source.asset_id)).stream_hash is None
    async with house.running(house.job()):
        await house.until(lambda state: state.done == 1)
    after = await asset(house, source.asset_id)
    assert after.stream_hash != before.stream_hash


async def test_a_result_for_a_file_that_changed_meanwhile_is_dropped(local_house: House) -> None:
    house = local_house
    source = house.source("a", b"hang")
    await house.add(source)
    job = house.job()
    async with house.running(job):
        await house.analyzer.hanging.wait()
        await house.add(house.source("a", b"other", source.asset_id))
    (task,) = await house.store.next_tasks(5, [])
    assert task.size == 5
    async with house.running(house.job()):
        await house.until(lambda state: state.done == 1)


async def test_files_that_are_not_there_as_registered(local_house: House) -> None:
    house = local_house
    gone, changed = house.source("gone", b"one"), house.source("changed", b"one")
    await house.add(gone, changed)
    (house.root / "gone").unlink()
    os.utime(house.root / "changed", ns=(1, 1))
    async with house.running(house.job()):
        state = await house.until(lambda state: state.failed == 2)
    assert state.waiting == 0
    assert (await asset(house, gone.asset_id)).error
    await house.add(house.source("changed", asset_id=changed.asset_id))
    async with house.running(house.job()):
        await house.until(lambda state: state.done == 1)


async def test_a_library_that_is_away_waits_until_it_is_back(local_house: House) -> None:
    house = local_house
    await house.add(*(house.source(f"{number}", b"song %d" % number) for number in range(3)))
    away = house.root.with_name("away")
    house.root.rename(away)
    async with house.running(house.job()):
        await house.until(lambda state: state == AnalysisState(0, 0, 0))
    away.rename(house.root)
    async with house.running(house.job()):
        await house.until(lambda state: state.done == 3)
    assert sorted(house.analyzer.analysed) == [b"song 0", b"song 1", b"song 2"]


async def test_new_work_is_taken_up_at_once(local_house: House) -> None:
    house = local_house
    job = house.job()
    async with house.running(job):
        await asyncio.sleep(0)
        await house.add(house.source("a", b"one"))
        job.registered()
        await house.until(lambda state: state.done == 1)


async def test_not_more_than_the_setting_at_once(local_house: House) -> None:
    house = local_house
    await house.add(*(house.source(f"{number}", b"%d" % number) for number in range(20)))
    async with house.running(house.job(workers=3)):
        await house.until(lambda state: state.done == 20)
    assert house.analyzer.most_running <= 3
    assert len(house.analyzer.analysed) == 20


async def test_two_processes_share_nothing_and_lose_nothing(local_house: House) -> None:
    house = local_house
    await house.add(*(house.source(f"{number}", b"%d" % number) for number in range(10)))
    async with house.running(house.job()), house.running(house.job()):
        await house.until(lambda state: state.done == 10)
    assert len(house.analyzer.analysed) == 10
