"""kill -9 in the middle of the analysis: only the files in flight are done again."""

import asyncio
import signal
import subprocess
import sys
from collections import Counter
from functools import partial
from pathlib import Path

from tests.databases import sqlite_at
from tests.services.media.conftest import open_house

from philomel.engines.log.local import open_local_log
from philomel.kernel.clock import SystemClock
from philomel.rpc.codec import from_bytes
from philomel.services.media.contract import AnalysisState, AssetsAnalysed
from philomel.services.media.store import SCHEMA

FILES, KILLS, WORKERS = 120, 3, 2


async def test_nothing_is_lost_and_only_what_was_in_flight_is_repeated(tmp_path: Path) -> None:
    database = await sqlite_at(tmp_path / "media.sqlite", SCHEMA)
    journal, log = tmp_path / "journal", tmp_path / "events"
    async with open_house(database, tmp_path, "local") as house:
        sources = [house.source(f"{number}", b"song %d" % number) for number in range(FILES)]
        await house.add(*sources)
        for kill in range(KILLS + 1):
            until = FILES if kill == KILLS else (kill + 1) * FILES // (KILLS + 1)
            process = subprocess.Popen(
                [
                    *(sys.executable, str(Path(__file__).with_name("killed.py"))),
                    *(str(tmp_path / "media.sqlite"), str(log), str(journal)),
                ]
            )
            await house.until(partial(_has_done, until))
            if kill == KILLS:
                await _until_announced(log, {source.asset_id for source in sources})
            process.send_signal(signal.SIGKILL)
            process.wait()
        state = await house.state()
        assert (state.done, state.waiting, state.failed) == (FILES, 0, 0)
    begun = Counter(journal.read_text().split("\n")[:-1])
    assert len(begun) == FILES
    assert begun.total() <= FILES + KILLS * WORKERS
    await database.close()


def _has_done(count: int, state: AnalysisState) -> bool:
    return state.done >= count


async def _until_announced(log: Path, ids: set[str]) -> None:
    events = open_local_log(log, SystemClock())
    reader = events.subscribe("test", ["philomel.media"])
    async with asyncio.timeout(20):
        while ids:
            for message in await reader.poll():
                ids -= set(from_bytes(AssetsAnalysed, message.record.value).ids)
    await reader.close()
    await events.close()
