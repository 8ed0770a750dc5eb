"""Appends for ever and says what was acknowledged: for a test that kills it."""

import asyncio
import sys
from pathlib import Path

from philomel.engines.log import Record
from philomel.engines.log.local import open_local_log
from philomel.kernel.clock import SystemClock
from philomel.kernel.ids import new_event_id


async def main(path: Path) -> None:
    log = open_local_log(path, SystemClock())

    async def append(worker: int) -> None:
        number = 0
        while True:
            value = f"{worker} {number}"
            await log.append("t", [Record(new_event_id(1), "k", "t.T", value.encode())])
            print(value, flush=True)
            number += 1

    await asyncio.gather(*(append(worker) for worker in range(8)))


asyncio.run(main(Path(sys.argv[1])))
