"""A real catalogue on real files; only what media measured is told."""

import asyncio
import contextlib
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import Connection, select
from tests.media.files import make
from tests.services.catalog.house import ANNA, House
from tests.services.inspection.conftest import Built

from philomel.app.cli.parser.music import FINDINGS
from philomel.engines.sql import Database
from philomel.kernel.caller import OPERATOR, acting
from philomel.kernel.errors import InvalidArgument, PermissionDenied
from philomel.kernel.ids import new_id
from philomel.services.catalog.contract import RemoveLibrary, StartScan
from philomel.services.inspection.contract import (
    CountFindings,
    Finding,
    FindingNotFound,
    IgnoreFinding,
    Inspection,
    ListFindings,
)
from philomel.services.inspection.contract import FindingKind as Kind
from philomel.services.inspection.store import sql
from philomel.services.inspection.store import tables as inspection
from philomel.services.media.contract import Asset, AssetsAnalysed, Loudness


def song(number: int, **other: str) -> dict[str, str]:
    tags = {"title": f"Song {number}", "artist": "Larks", "album": "Light", "date": "2019"}
    return {**tags, "tracknumber": str(number), **other}


@asynccontextmanager
async def at_work(house: House, built: Built) -> AsyncIterator[None]:
    jobs = [job.run() for job in built[1]]
    async with house.running("catalog relay", "catalog covers"):
        tasks = [asyncio.ensure_future(job) for job in jobs]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            for task in tasks:
                with contextlib.suppress(asyncio.CancelledError):
                    await task


async def findings(service: Inspection, **asked: object) -> list[Finding]:
    with acting(OPERATOR):
        page = await service.list_findings(ListFindings(**asked))  # type: ignore[arg-type]  # fields by name
    return list(page.items)


async def until(service: Inspection, wanted: set[tuple[Kind, str]]) -> list[Finding]:
    """Wait until exactly these findings are there."""
    found: list[Finding] = []
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(15):
            while True:
                found = await findings(service)
                if {(each.kind, each.name) for each in found} == wanted:
                    return found
                await asyncio.sleep(0.02)
    assert {(each.kind, each.name) for each in found} == wanted
    return found


async def test_findings_come_and_go(
    house: House, music: Path, service: Inspection, built: Built
) -> None:
    make(music / "l/1.mp3", song(1))
    make(music / "l/2.mp3", song(2, date=""))
    make(music / "l/4.mp3", song(4))
    (music / "l/cover.jpg").write_bytes(b"<svg onload=alert(1)>")
    (music / "l/5.mp3").write_bytes(b"no music")
    library = await house.add(music)
    await house.scan()
    async with at_work(house, built):
        found = await until(
            service,
            {
                (Kind.UNREADABLE, "l/5.mp3"), (Kind.MISSING_TAGS, "Song 2"),
                (Kind.INCOMPLETE_ALBUM, "Light"), (Kind.BROKEN_COVER, "Light"),
            },
        )  # fmt: skip
        assert found[0].kind is Kind.UNREADABLE
        assert {each.library_id for each in found} == {library.id}
        assert "Number 3" in next(e.detail for e in found if e.kind is Kind.INCOMPLETE_ALBUM)
        # Mended, and something else breaks.
        make(music / "l/2.mp3", song(2))
        make(music / "l/3.mp3", song(3))
        (music / "l/5.mp3").unlink()
        (music / "l/4.mp3").unlink()
        picture = io.BytesIO()
        Image.new("RGB", (90, 90), "red").save(picture, "JPEG")
        (music / "l/cover.jpg").write_bytes(picture.getvalue())
        await house.scan()
        await until(service, {(Kind.MISSING_FILE, "Song 4"), (Kind.TINY_COVER, "Light")})
        with acting(OPERATOR):
            counts = {c.kind: c for c in (await service.count_findings(CountFindings())).items}
        assert (counts[Kind.TINY_COVER].open, counts[Kind.UNREADABLE].open) == (1, 0)


@pytest.mark.parametrize("purge", [False, True])
async def test_findings_go_with_their_library(
    house: House, music: Path, built: Built, *, purge: bool
) -> None:
    service, _ = built
    (music / "l").mkdir()
    (music / "l/5.mp3").write_bytes(b"no music")
    library = await house.add(music)
    await house.scan()
    async with at_work(house, built):
        await until(service, {(Kind.UNREADABLE, "l/5.mp3")})
        house.clock.advance(1)
        with acting(OPERATOR):
            await house.service.remove_library(RemoveLibrary(library.name, purge=purge))
        await until(service, set())


async def test_what_the_sound_tells(house: House, music: Path, built: Built) -> None:
    for number in (1, 2, 3):
        make(music / f"l/{number}.mp3", song(number), frequency=300 + 50 * number)
    make(music / "best/1.flac", song(1, album="Best", title="Again"), frequency=350)
    cover = io.BytesIO()
    Image.new("RGB", (900, 900), "red").save(cover, "JPEG")
    for folder in ("l", "best"):
        (music / folder / "cover.jpg").write_bytes(cover.getvalue())
    await house.add(music)
    await house.scan()
    tracks = await house.tracks()
    service = built[0]

    def heard(title: str, **other: object) -> None:
        asset_id = tracks[title].asset_id
        assert asset_id
        values = {
            "id": asset_id, "size": 1, "container": "mp3", "codec": "mp3", "duration_ms": 1_000,
            "content_type": "audio/mpeg", "suffix": "mp3", "stream_hash": "00",
            "loudness": Loudness(-14, -1), "fingerprinted": True, **other,
        }  # fmt: skip
        house.media.found[asset_id] = Asset(**values)  # type: ignore[arg-type]  # as above

    async with at_work(house, built):
        await until(service, set())
        heard("Song 1")
        heard("Again")
        heard("Song 2", silent=True, loudness=None, fingerprinted=False)
        heard("Song 3", header_duration_ms=60_000, clipped=True)
        pair = frozenset(str(tracks[title].asset_id) for title in ("Song 1", "Again"))
        house.media.alike[pair] = 0.9
        ids = tuple(house.media.found)
        await house.tell("philomel.media", AssetsAnalysed(ids=ids, at=0))
        found = await until(
            service,
            {
                (Kind.DUPLICATE, "Song 1"), (Kind.SILENT, "Song 2"),
                (Kind.WRONG_DURATION, "Song 3"), (Kind.CLIPPED, "Song 3"),
            },
        )  # fmt: skip
        copy = next(each for each in found if each.kind is Kind.DUPLICATE)
        assert copy.peer_id == tracks["Again"].id
        assert "Again on Best" in copy.detail
        # Without the better copy this one is needed.
        (music / "best/1.flac").unlink()
        await house.scan()
        await until(
            service,
            {
                (Kind.MISSING_FILE, "Again"), (Kind.SILENT, "Song 2"),
                (Kind.WRONG_DURATION, "Song 3"), (Kind.CLIPPED, "Song 3"),
            },
        )  # fmt: skip


async def test_ignoring_stays(house: House, music: Path, built: Built) -> None:
    make(music / "l/1.mp3", song(1))
    await house.add(music)
    await house.scan()
    service = built[0]
    async with at_work(house, built):
        [found] = await until(service, {(Kind.NO_COVER, "Light")})
        with acting(OPERATOR):
            ignored = await service.ignore_finding(IgnoreFinding(found.id))
            assert ignored.ignored
            with pytest.raises(FindingNotFound):
                await service.ignore_finding(IgnoreFinding(f"silent.{new_id()}"))
            with pytest.raises(FindingNotFound):
                await service.ignore_finding(IgnoreFinding("nonsense"))
        make(music / "l/2.mp3", song(2))
        await house.scan()
        await until(service, set())
    assert [each.id for each in await findings(service, ignored=True)] == [found.id]
    with acting(OPERATOR):
        await service.ignore_finding(IgnoreFinding(found.id, ignored=False))
    assert [each.id for each in await findings(service)] == [found.id]


async def test_pages_and_filters(house: House, music: Path, built: Built) -> None:
    for number in range(1, 8):
        name = f"Ålbum {number}"
        make(music / f"a{number}/100%_{number}.mp3", song(number, album=name))
    library = await house.add(music)
    await house.scan()
    service = built[0]
    async with at_work(house, built):
        await until(
            service,
            {(Kind.NO_COVER, f"Ålbum {n}") for n in range(1, 8)}
            | {(Kind.INCOMPLETE_ALBUM, f"Ålbum {n}") for n in range(2, 8)},
        )
    seen: list[str] = []
    cursor = None
    while True:
        with acting(OPERATOR):
            page = await service.list_findings(ListFindings(limit=4, cursor=cursor))
        seen += [each.id for each in page.items]
        cursor = page.next
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 13
    assert len(await findings(service, kind=Kind.NO_COVER)) == 7
    for text in ("ÅLBUM 3", "ålbum 3", "Ålbum 3"):
        assert len(await findings(service, text=text)) == 2
    assert await findings(service, text="%") == []
    assert await findings(service, library_id=new_id()) == []
    assert len(await findings(service, library_id=library.id)) == 13
    for bad in ({"limit": 0}, {"limit": 501}, {"cursor": "x"}, {"text": "x" * 201}):
        with pytest.raises(InvalidArgument):
            await findings(service, **bad)


async def test_only_administrators_see_them(service: Inspection) -> None:
    with acting(ANNA):
        for call in (
            service.list_findings(ListFindings()),
            service.count_findings(CountFindings()),
            service.ignore_finding(IgnoreFinding("x")),
        ):
            with pytest.raises(PermissionDenied):
                await call


def test_the_command_knows_every_kind() -> None:
    assert set(FINDINGS) == {kind.value for kind in Kind}


async def test_nothing_is_written_while_nothing_is_due(
    house: House, music: Path, service: Inspection, built: Built, database: Database
) -> None:
    """An idle server lets its disk sleep."""
    make(music / "l/1.mp3", song(1, date=""))
    await house.add(music)
    async with at_work(house, built):
        await house.scan()
        async with asyncio.timeout(15):
            while not await findings(service) or await database.read(sql.anything_to_do):
                await asyncio.sleep(0.02)

        def leases(connection: Connection) -> list[int]:
            return list(
                connection.scalars(select(inspection.METADATA.tables["lease"].c.expires_at))
            )

        await asyncio.sleep(0.1)  # the turn that ended it
        before = await database.read(leases)
        house.clock.advance(1_000)
        await asyncio.sleep(0.3)
        assert await database.read(leases) == before != []


async def test_a_scan_goes_first(
    house: House, music: Path, service: Inspection, built: Built, database: Database
) -> None:
    """Also a scan that has nothing to say for long, because everything only moved."""
    await house.add(music)
    await house.scan()
    await database.write(lambda c: sql.mark(c, ["0" * 22], house.clock.now(), albums=False))
    house.clock.advance(60_000)
    with acting(OPERATOR):
        await house.service.start_scan(StartScan())  # and nobody is there to do it
    async with at_work(house, built):
        await asyncio.sleep(0.3)
        assert await database.read(sql.anything_to_do)
        async with house.running("catalog scan"), asyncio.timeout(15):
            while await database.read(sql.anything_to_do):
                await asyncio.sleep(0.02)


async def test_what_becomes_due_during_a_look_stays_due(database: Database) -> None:
    read, write = database.read, database.write
    await write(sql.mark_errors)
    marked = await read(sql.errors_due)
    assert marked is not None
    await write(sql.mark_errors)
    await write(partial(sql.errors_done, look=1, marked=marked))
    again = await read(sql.errors_due)
    assert again == marked + 1
    await write(partial(sql.errors_done, look=2, marked=again))
    assert await read(sql.errors_due) is None
