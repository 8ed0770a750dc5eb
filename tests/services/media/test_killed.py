"""kill -9 in the middle of the analysis: only the files in flight are done again."""

import asyncio
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

from tests.services.media.conftest import open_house

from philomel.engines.log.local import open_local_log
from philomel.engines.sql.migrate import prepare
from philomel.engines.sql.sqlite import open_sqlite
from philomel.kernel.clock import SystemClock
from philomel.rpc.codec import from_bytes
from philomel.services.media.contract import AssetsAnalysed
from philomel.services.media.store import SCHEMA

FILES, KILLS, WORKERS = 120, 3, 2


async def test_nothing_is_lost_and_only_what_was_in_flight_is_repeated(tmp_path: Path) -> None:
    database = open_sqlite(tmp_path / "media.sqlite")
    await prepare(database, SCHEMA, tmp_path)
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
            await house.until(lambda state, until=until: state.done >= until)  # type: ignore[misc]  # mypy cannot infer a default's type
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


async def _until_announced(log: Path, ids: set[str]) -> None:
    events = open_local_log(log, SystemClock())
    reader = events.subscribe("test", ["philomel.media"])
    async with asyncio.timeout(20):
        while ids:
            for message in await reader.poll():
                ids -= set(from_bytes(AssetsAnalysed, message.record.value).ids)
    await reader.close()
    await events.close()
