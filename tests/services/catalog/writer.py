"""A process that writes into a library and kills itself at one step on the disk.

python -m ... FOLDER MUSIC upload|mend|undo STEP WHEN

STEP is a function of the module os, WHEN is "before" or "after".
"""

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

from tests.services.catalog.house import CALM, House
from tests.services.catalog.test_mending import title
from tests.services.catalog.test_uploads import put

from philomel.engines.audio.families import families
from philomel.engines.blobs import annex
from philomel.engines.sql.sqlite import open_sqlite
from philomel.engines.workers.forkserver import ForkWorkers
from philomel.kernel.caller import OPERATOR, acting
from philomel.services.catalog.contract import ListMends, MendTags, UndoMend


class _Fatal:
    """The module os, for one of whose steps the process does not live."""

    def __init__(self, step: str, when: str) -> None:
        self._step, self._when = step, when

    def __getattr__(self, name: str) -> Any:
        found = getattr(os, name)
        if name != self._step:
            return found

        def fatal(*args: Any, **named: Any) -> Any:
            if self._when == "after":
                found(*args, **named)
            os.kill(os.getpid(), signal.SIGKILL)

        return fatal


async def main(folder: Path, music: Path, what: str, step: str, when: str) -> None:
    house = House(open_sqlite(folder / "catalog.sqlite"), folder, ForkWorkers(families()), CALM)
    setattr(annex, "os", _Fatal(step, when))  # noqa: B010 - a module's name, for mypy
    if what == "upload":
        data = (folder / "new.mp3").read_bytes()
        await put(house, music.name, "B/new.mp3", data)
    with acting(OPERATOR):
        if what == "mend":
            song = (await house.tracks())["Sogn"].id
            await house.service.mend_tags(MendTags(song, title("Song")))
        if what == "undo":
            [mend] = (await house.service.list_mends(ListMends())).items
            await house.service.undo_mend(UndoMend(mend.id))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:6]))
