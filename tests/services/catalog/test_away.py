"""A library whose disk hangs, disappears and returns, and scans that are told to stop meanwhile."""

import asyncio
import os
import socket
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tests.conftest import DatabaseFor
from tests.media.files import make
from tests.services.catalog.house import CALM, House

from philomel.engines.audio import FileTags
from philomel.engines.blobs.bucket import Account, BucketFolders
from philomel.engines.blobs.spool import Spool
from philomel.engines.workers import Workers
from philomel.kernel.caller import OPERATOR, acting
from philomel.services.catalog import module
from philomel.services.catalog.contract import (
    CancelScan,
    Library,
    LibraryKind,
    ScanPhase,
    StartScan,
    WatchScan,
)
from philomel.services.catalog.jobs.scanner import Scanner
from philomel.services.catalog.store import libraries

ROOT = Path(__file__).resolve().parent.parent.parent.parent


async def test_a_disk_that_hangs_disappears_and_returns(tmp_path: Path) -> None:
    # In a name space of its own, where anybody may mount and nothing stays mounted.
    child = await asyncio.create_subprocess_exec(
        *("unshare", "--user", "--map-root-user", "--mount"),
        *(sys.executable, "-m", "tests.services.catalog.hanging", str(tmp_path)),
        env=os.environ | {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(60):
        said, _ = await child.communicate()
    assert said.decode().splitlines()[-1] == "it came back", said.decode()


class _Deaf:
    """Never reads a file to its end."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()

    async def read(self, root: bytes, keys: Sequence[bytes]) -> Sequence[FileTags]:
        del root, keys
        self.asked.set()
        await asyncio.Event().wait()
        raise AssertionError


async def test_a_scan_stops_while_a_file_is_read(house: House, music: Path) -> None:
    make(music / "song.mp3", {"title": "Song"})
    await house.add(music)
    scanner = house.job("catalog scan")
    assert isinstance(scanner, Scanner)
    scanner._reader, reader = _Deaf(), scanner._reader
    deaf = scanner._reader
    async with house.running("catalog scan"):
        with acting(OPERATOR, timeout=None):
            started = await house.service.start_scan(StartScan())
            await deaf.asked.wait()
            asked = time.monotonic()
            await house.service.cancel_scan(CancelScan())
            async for status in house.service.watch_scan(WatchScan(id=started.id)):
                last = status
        assert last.phase is ScanPhase.CANCELLED
        assert time.monotonic() - asked < 2
    scanner._reader = reader
    assert (await house.scan()).added == 1


async def test_what_is_deleted_while_it_is_read_is_not_broken(house: House, music: Path) -> None:
    make(music / "song.mp3", {"title": "Song"})
    make(music / "stays.mp3", {"title": "Stays"})
    await house.add(music)
    scanner = house.job("catalog scan")
    assert isinstance(scanner, Scanner)
    reader = scanner._reader

    class Deleting:
        async def read(self, root: bytes, keys: Sequence[bytes]) -> Sequence[FileTags]:
            (music / "song.mp3").unlink(missing_ok=True)
            return await reader.read(root, keys)

    scanner._reader = Deleting()
    first = await house.scan()
    assert (first.added, first.errors) == (1, 0)
    make(music / "song.mp3", {"title": "Song"})
    scanner._reader = reader
    assert (await house.scan()).added == 1
    assert (await house.tracks()).keys() == {"Song", "Stays"}


async def test_a_scan_stops_while_a_bucket_is_listed(
    database_for: DatabaseFor, tmp_path: Path, workers: Workers
) -> None:
    database = await database_for(module.SCHEMA)
    with socket.create_server(("127.0.0.1", 0)) as deaf:  # takes calls, and never answers
        deaf.setblocking(False)
        account = Account("key", "secret", f"http://127.0.0.1:{deaf.getsockname()[1]}")
        buckets = BucketFolders(account, Spool(tmp_path / "spool", 1))
        house = House(database, tmp_path, workers, CALM, buckets)
        library = Library("0" * 22, "b", LibraryKind.MUSIC, b"s3://bucket/music", 1)
        await database.write(lambda c: libraries.add(c, library))
        async with house.running("catalog scan"):
            with acting(OPERATOR, timeout=None):
                started = await house.service.start_scan(StartScan())
                caller, _ = await asyncio.get_running_loop().sock_accept(deaf)
                asked = time.monotonic()
                await house.service.cancel_scan(CancelScan())
                async for status in house.service.watch_scan(WatchScan(id=started.id)):
                    last = status
        assert last.phase is ScanPhase.CANCELLED
        assert time.monotonic() - asked < 2
        caller.close()
        await buckets.close()
        await house.close()
