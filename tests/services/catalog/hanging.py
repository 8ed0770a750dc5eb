"""A process in which a library's disk hangs, disappears and returns. It may mount: see below.

unshare --user --map-root-user --mount python -m ... FOLDER
"""

import asyncio
import ctypes
import os
import sys
import time
from pathlib import Path

from tests.media.files import make
from tests.services.catalog.house import House

from philomel.engines.audio.families import families
from philomel.engines.blobs.disk import DiskFolders
from philomel.engines.sql.migrate import prepare
from philomel.engines.sql.sqlite import open_sqlite
from philomel.engines.workers.forkserver import ForkWorkers
from philomel.kernel.caller import OPERATOR, acting
from philomel.services.catalog import module
from philomel.services.catalog.contract import (
    CancelScan,
    ListLibraries,
    RelocateLibrary,
    ScanPhase,
    ScanStatus,
    Settings,
    StartScan,
    WatchScan,
)

_C = ctypes.CDLL(None, use_errno=True)
_DETACH = 2


class DeafDisk:
    """A FUSE mount whose server never answers: what is asked of it hangs."""

    def __init__(self, place: Path) -> None:
        self._place = bytes(place)
        self._server = os.open("/dev/fuse", os.O_RDWR)
        options = b"fd=%d,rootmode=40000,user_id=0,group_id=0" % self._server
        if _C.mount(b"deaf", self._place, b"fuse", 0, options) != 0:
            raise OSError(ctypes.get_errno(), "mount")

    def disappear(self) -> None:
        """Its server dies: everything fails at once."""
        os.close(self._server)

    def leave(self) -> None:
        """What was there before it is there again."""
        assert _C.umount2(self._place, _DETACH) == 0


async def scan(house: House) -> ScanStatus:
    house.clock.advance(60_000)
    with acting(OPERATOR, timeout=None):
        started = await house.service.start_scan(StartScan())
        async for status in house.service.watch_scan(WatchScan(id=started.id)):
            last = status
    return last


async def errors(house: House) -> dict[str, str | None]:
    with acting(OPERATOR):
        found = await house.service.list_libraries(ListLibraries())
    return {library.name: library.error for library in found.items}


async def main(folder: Path) -> None:
    near, far = folder / "near", folder / "far"
    make(near / "1.mp3", {"title": "Near", "artist": "A"})
    make(far / "1.mp3", {"title": "Far", "artist": "B"})
    database = open_sqlite(folder / "catalog.sqlite")
    await prepare(database, module.SCHEMA, folder)
    house = House(database, folder, ForkWorkers(families()), Settings(), DiskFolders(patience=1.2))
    await house.add(far)
    await house.add(near)
    async with house.running("catalog scan"):
        assert (await scan(house)).added == 2
        disk = DeafDisk(far)
        make(near / "2.mp3", {"title": "New", "artist": "A"})
        hung = await scan(house)
        assert (hung.phase, hung.added, hung.missing) == (ScanPhase.DONE, 1, 0), hung
        assert hung.error == "far: The disk does not answer. Nothing was changed.", hung
        assert await errors(house) == {"near": None, "far": hung.error.partition(": ")[2]}
        assert (await house.tracks()).keys() == {"Near", "Far", "New"}  # one browses as before
        make(folder / "third" / "1.mp3", {"title": "Third", "artist": "A"})
        await house.add(folder / "third")  # compares with where the others really are
        with acting(OPERATOR):
            await house.service.relocate_library(
                RelocateLibrary("near", bytes(near.rename(folder / "moved")))
            )
        await cancelled(house)
        disk.disappear()
        lost = await scan(house)
        assert (lost.added, lost.missing) == (1, 0), lost
        assert lost.error is not None
        assert lost.error.startswith("far: The folder is not there."), lost
        disk.leave()
        back = await scan(house)
        assert (back.error, back.unchanged, back.missing) == (None, 4, 0), back
        assert await errors(house) == {"near": None, "far": None, "third": None}
    await house.close()
    print("it came back")


async def cancelled(house: House) -> None:
    """A scan that waits for the disk stops when it is told to, not when the disk answers."""
    with acting(OPERATOR, timeout=None):
        started = await house.service.start_scan(StartScan())
        await asyncio.sleep(0.05)
        asked = time.monotonic()
        await house.service.cancel_scan(CancelScan())
        async for status in house.service.watch_scan(WatchScan(id=started.id)):
            last = status
    assert last.phase is ScanPhase.CANCELLED, last
    assert time.monotonic() - asked < 2


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
