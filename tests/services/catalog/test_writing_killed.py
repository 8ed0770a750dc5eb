"""Whoever writes into a library may die at any moment: there is the old file or the new one."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from tests.media.files import make
from tests.services.catalog.house import CALM, House
from tests.services.catalog.test_mending import TAGS, mended
from tests.services.catalog.test_uploads import left, open_to_all, put

from philomel.engines.blobs.annex import DiskAnnex
from philomel.engines.sql.migrate import prepare
from philomel.engines.sql.sqlite import open_sqlite
from philomel.engines.workers import Workers
from philomel.kernel.caller import OPERATOR, acting
from philomel.services.catalog import module
from philomel.services.catalog.contract import ListMends, UndoMend, UploadState


@asynccontextmanager
async def lived_in(folder: Path, workers: Workers) -> AsyncIterator[House]:
    folder.mkdir(exist_ok=True)
    database = open_sqlite(folder / "catalog.sqlite")
    await prepare(database, module.SCHEMA, folder)
    house = House(database, folder, workers, CALM)
    yield house
    await house.close()
    await database.close()


async def die(folder: Path, music: Path, what: str, step: str, when: str) -> None:
    paths = os.pathsep.join(path for path in sys.path if path)
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.services.catalog.writer", str(folder), str(music), what, step,
        when, env=os.environ | {"PYTHONPATH": paths},
    )  # fmt: skip
    async with asyncio.timeout(60):
        assert await child.wait() == -signal.SIGKILL


@pytest.mark.parametrize(("step", "when"), [("pwrite", "after"), ("link", "after")])
async def test_uploads(music: Path, tmp_path: Path, workers: Workers, step: str, when: str) -> None:
    folder = tmp_path / "house"
    async with lived_in(folder, workers) as house:
        await open_to_all(house, music)
    data = make(folder / "new.mp3", {"title": "New"}, seconds=3).read_bytes()
    await die(folder, music, "upload", step, when)
    assert left(music)  # what it was at
    there = music / "B/new.mp3"
    assert there.exists() == (step == "link")
    async with lived_in(folder, workers) as house:
        assert (await house.scan()).found == (1 if step == "link" else 0)
        again = await put(house, music.name, "B/new.mp3", data)  # it goes on
        assert again.state is (UploadState.SAME if step == "link" else UploadState.PLACED)
        assert there.read_bytes() == data
        assert left(music) == []


@pytest.mark.parametrize(
    ("what", "step", "when", "new"),
    [
        ("mend", "pwrite", "after", False),
        ("mend", "replace", "before", False),
        ("mend", "replace", "after", True),
        ("undo", "pwrite", "after", True),
        ("undo", "replace", "after", False),
    ],
)
async def test_tags(
    music: Path, tmp_path: Path, workers: Workers, what: str, step: str, when: str, *, new: bool
) -> None:
    folder, path = tmp_path / "house", make(music / "1.mp3", TAGS, seconds=3)
    before = path.read_bytes()
    async with lived_in(folder, workers) as house:
        await open_to_all(house, music)
        await house.scan()
        id_ = (await house.tracks())["Sogn"].id
        if what == "undo":
            await mended(house, id_, "Song")
            await house.scan()
    await die(folder, music, what, step, when)
    assert (path.read_bytes() != before) == new
    async with lived_in(folder, workers) as house:
        await house.scan()
        assert (await house.tracks())["Song" if new else "Sogn"].id == id_
        await house.service.mending.settle(house.clock.now() + 1)
        with acting(OPERATOR):
            items = (await house.service.list_mends(ListMends())).items
            assert len(items) == (1 if new or what == "undo" else 0)
            for mend in items:
                await house.service.undo_mend(UndoMend(mend.id))
    assert path.read_bytes() == before
    DiskAnnex(bytes(music)).sweep(0)
    assert left(music) == []
