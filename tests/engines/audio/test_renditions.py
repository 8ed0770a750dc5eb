"""Renditions made on demand, over every shelf and database they are kept in."""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.conftest import DatabaseFor
from tests.engines.audio.drip import DripPackager
from tests.servers import s3

from philomel.engines.audio.packaging.boxes import PART_BEGINS
from philomel.engines.audio.renditions import making, parts
from philomel.engines.audio.renditions.ledger import SCHEMA, Ledger
from philomel.engines.audio.renditions.making import FOLDER, blob_key
from philomel.engines.audio.renditions.recipe import parse
from philomel.engines.audio.renditions.store import RenditionBlobs
from philomel.engines.audio.renditions.turns import Turns
from philomel.engines.audio.renditions.upkeep import PLAYING_MS, Upkeep
from philomel.engines.blobs import Away, Blob, DraftBlobs
from philomel.engines.blobs.disk import DiskBlobs, DiskFolders
from philomel.engines.blobs.rooted import RootedBlobs
from philomel.engines.blobs.s3 import S3Blobs, S3Settings
from philomel.kernel.clock import FixedClock
from philomel.kernel.errors import NotFound, PhilomelError, RateLimited, Unavailable

CONTENT = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class Booth:
    """A store of renditions whose packager makes what the test lets it make."""

    renditions: RenditionBlobs
    upkeep: Upkeep
    shelf: DraftBlobs
    ledger: Ledger
    packager: DripPackager
    clock: FixedClock
    music: Path

    def key(self, part: str, content: str = CONTENT, rung: str = "aac:160:mp4") -> bytes:
        status = (self.music / "song").stat()
        codec, bitrate, container = rung.split(":")
        fields = (
            *(content, codec, bitrate, container, part, "1000", 1000, 4, 4000, 0),
            *(status.st_size, status.st_mtime_ns, "anna"),
        )
        text = ":".join(map(str, fields)).encode()
        return text + b"\0" + os.fsencode(self.music) + b"\0song"

    async def read(self, part: str, content: str = CONTENT) -> bytes:
        return await self.renditions.get(self.key(part, content))

    async def published(self, content: str = CONTENT) -> None:
        name = parse(self.key("init", content)).name
        async with asyncio.timeout(10):
            while await self.ledger.find(name) is None or self.renditions.making(name):
                await asyncio.sleep(0.01)  # the ledger is a database

    def blobs(self) -> list[bytes]:
        return [entry.key for entry in self.shelf.walk(FOLDER)]


@asynccontextmanager
async def on_stage(
    shelf: DraftBlobs, ledger: Ledger, folder: Path, bound: int = 1 << 30, encodes: int = 2
) -> AsyncIterator[Booth]:
    music = folder / "music"
    music.mkdir(exist_ok=True)
    (music / "song").write_bytes(b"a song")
    packager, clock = DripPackager(), FixedClock()
    renditions = RenditionBlobs(RootedBlobs(DiskFolders()), shelf, ledger, packager, clock, encodes)
    upkeep = Upkeep(renditions, shelf, ledger, clock, bound)
    yield Booth(renditions, upkeep, shelf, ledger, packager, clock, music)
    await renditions.close()


@pytest.fixture(params=["disk", "s3"])
async def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[DraftBlobs]:
    shelf: DraftBlobs
    if request.param == "disk":
        (tmp_path / "blobs").mkdir()
        shelf = DiskBlobs(os.fsencode(tmp_path / "blobs"))
    else:
        url = request.getfixturevalue("s3_url")
        prefix = secrets.token_hex(6)
        shelf = S3Blobs(S3Settings(s3.BUCKET, s3.ACCESS_KEY, s3.SECRET_KEY, url, prefix=prefix))
    yield shelf
    await shelf.close()


@pytest.fixture
async def booth(
    shelf: DraftBlobs, database_for: DatabaseFor, tmp_path: Path
) -> AsyncIterator[Booth]:
    async with on_stage(shelf, Ledger(await database_for(SCHEMA)), tmp_path) as opened:
        yield opened


@pytest.fixture
async def small(tmp_path: Path, database_for: DatabaseFor) -> AsyncIterator[Booth]:
    """With room for two renditions of 60 bytes."""
    (tmp_path / "blobs").mkdir()
    shelf = DiskBlobs(os.fsencode(tmp_path / "blobs"))
    ledger = Ledger(await database_for(SCHEMA))
    async with on_stage(shelf, ledger, tmp_path, bound=120) as opened:
        yield opened


async def test_parts_are_read_while_later_ones_are_made(booth: Booth) -> None:
    reading = asyncio.create_task(booth.read("0"))
    await booth.packager.header()
    assert await booth.read("init") == b"head"
    assert not reading.done()
    await booth.packager.part(b"first part")
    assert await reading == b"first part"
    assert booth.blobs() == [], "half a rendition is to be seen"
    await booth.packager.part(b"second part")
    await booth.packager.end()
    await booth.published()
    assert booth.packager.made == 1
    assert await booth.read("1") == b"second part"
    assert await booth.read("whole") == b"headfirst partsecond part"
    assert booth.packager.made == 1
    with pytest.raises(NotFound):
        await booth.read("2")


async def test_a_far_part_is_held_until_the_encoder_is_there(
    small: Booth, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "SOON", 0.1)
    monkeypatch.setattr(making, "IDLE", 0.0)
    monkeypatch.setattr(parts, "_ALIVE", 60.0)
    opening = asyncio.create_task(small.renditions.open(small.key("2")))
    await small.packager.header()
    far = await opening
    assert far.size is None
    chunks = far.stream()
    assert await anext(chunks) == PART_BEGINS[:1], "the answer does not begin"
    coming = asyncio.ensure_future(anext(chunks))
    await small.packager.part(b"first")
    await small.packager.part(b"second")
    assert await small.read("1") == b"second"
    assert (await small.renditions.numbers())["encodes_waiting"] == 1
    await small.packager.part(PART_BEGINS + b"third")
    assert await coming == PART_BEGINS[1:] + b"third"
    await far.close()
    assert (await small.renditions.numbers())["encodes_waiting"] == 0


async def test_few_far_parts_are_held_and_not_for_ever(
    small: Booth, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "SOON", 0.1)
    monkeypatch.setattr(making, "HOLD", 0.01)
    await small.packager.header()
    held = await asyncio.gather(*(small.renditions.open(small.key("2")) for _ in range(8)))
    with pytest.raises(Unavailable, match="still being made"):
        await small.read("2")
    with pytest.raises(Unavailable, match="still being made"):
        _ = [chunk async for chunk in held[0].stream()]
    await held.pop().close()
    held.append(await small.renditions.open(small.key("2")))
    for each in held:
        await each.close()


async def test_many_listeners_of_one_rendition_make_it_once(booth: Booth) -> None:
    asked = [asyncio.create_task(booth.read("0")) for _ in range(100)]
    await booth.packager.header()
    await booth.packager.part(b"part")
    assert set(await asyncio.gather(*asked)) == {b"part"}
    assert booth.packager.made == 1


async def test_ranges_of_parts_are_exact(booth: Booth) -> None:
    await booth.packager.whole(booth.renditions.open(booth.key("1")), b"abc", b"0123456789")
    await booth.published()
    blob = await booth.renditions.open(booth.key("1"))
    assert blob.size == 10
    assert await joined(blob, 2, 5) == b"234"
    assert await joined(blob, 8, 50) == b"89"
    assert await joined(blob, 3, None) == b"3456789"
    await blob.close()


async def joined(blob: Blob, start: int, stop: int | None) -> bytes:
    return b"".join([chunk async for chunk in blob.stream(start, stop)])


async def test_an_error_is_heard_by_everybody_and_leaves_nothing(booth: Booth) -> None:
    asked = [asyncio.create_task(booth.read("1")) for _ in range(3)]
    await booth.packager.header()
    await booth.packager.part(b"part")
    await booth.packager.fail("it is damaged")
    for one in asked:
        with pytest.raises(PhilomelError, match="it is damaged"):
            await one
    assert booth.blobs() == []
    with pytest.raises(PhilomelError, match="it is damaged"):
        await booth.read("0")
    assert booth.packager.made == 1, "what cannot be decoded is tried again at once"


async def test_a_file_that_was_replaced_is_not_taken_for_the_old_one(booth: Booth) -> None:
    key = booth.key("0")
    (booth.music / "song").write_bytes(b"another song")
    with pytest.raises(NotFound, match="changed"):
        await booth.renditions.get(key)


async def test_a_file_that_changes_while_it_is_read_makes_no_rendition(booth: Booth) -> None:
    asked = asyncio.create_task(booth.read("1"))
    await booth.packager.header()
    await booth.packager.part(b"part")
    assert await booth.read("0") == b"part"
    (booth.music / "song").write_bytes(b"another song, written over the one that plays")
    await booth.packager.part(b"wrong part")
    with pytest.raises(NotFound, match="changed"):
        await asked
    assert booth.blobs() == []


async def test_what_was_made_plays_on_when_its_file_is_gone(booth: Booth) -> None:
    key = booth.key("0")
    await booth.packager.whole(booth.renditions.open(key), b"part")
    await booth.published()
    (booth.music / "song").unlink()
    assert await booth.renditions.get(key) == b"part"


async def test_lost_and_damaged_bytes_are_made_again(booth: Booth) -> None:
    await booth.packager.whole(booth.renditions.open(booth.key("0")), b"part")
    await booth.published()
    (key,) = booth.blobs()
    for broken in (None, b"short"):
        if broken is None:
            await booth.shelf.delete(key)
        else:
            await booth.shelf.put(key, broken)
        reading = asyncio.create_task(booth.read("0"))
        await booth.packager.header()
        await booth.packager.part(b"part")
        assert await reading == b"part"
        await booth.packager.end()
        await booth.published()
    assert booth.packager.made == 3


async def test_the_least_recently_used_goes_first(small: Booth) -> None:
    contents = [f"{number}" * 40 for number in range(3)]
    for number, content in enumerate(contents):
        small.clock.advance(PLAYING_MS + 1000)
        whole = asyncio.create_task(small.read("init", content))
        await small.packager.header(b"x" * 50)
        await whole
        await small.packager.part(b"0123456789")
        await small.packager.end()
        await small.published(content)
        await small.upkeep.trim()
        if number == 1:
            small.clock.advance(1000)
            assert await small.read("0", contents[0]) == b"0123456789"
            await small.upkeep.trim()
    left = {key.decode().split("/")[2] for key in small.blobs()}
    assert left == {contents[0], contents[2]}
    assert await small.ledger.total() == 120


async def test_what_is_being_read_stays(small: Booth) -> None:
    await small.packager.whole(small.renditions.open(small.key("0")), b"x" * 200)
    await small.published()
    blob = await small.renditions.open(small.key("0"))
    small.clock.advance(10 * PLAYING_MS)
    await small.upkeep.trim()
    assert len(small.blobs()) == 1
    await blob.close()
    await small.upkeep.trim()
    assert len(small.blobs()) == 1, "it was just played"
    small.clock.advance(2 * PLAYING_MS)
    await small.upkeep.trim()
    assert small.blobs() == []
    assert await small.ledger.total() == 0


async def test_what_a_killed_process_left_is_swept(booth: Booth) -> None:
    for name in ("left", "kept"):
        await booth.shelf.put(blob_key(f"aa/{name}/aac-160.mp4"), b"whole")
    await booth.packager.whole(booth.renditions.open(booth.key("0")), b"part")
    await booth.published()
    booth.clock.advance(3_000_000_000_000)  # long after the blobs' own times
    await booth.upkeep.sweep()
    assert booth.blobs() == [blob_key(parse(booth.key("0")).name)]


async def test_nobody_is_worked_for_in_vain(booth: Booth, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "IDLE", 0.0)
    reading = asyncio.create_task(booth.read("0"))
    await booth.packager.header()
    assert await booth.read("init") == b"head"
    reading.cancel()
    await asyncio.wait([reading])
    await booth.packager.part(b"one that was under way")
    for _ in range(20):
        await asyncio.sleep(0.01)
    assert not booth.packager.asked_for_more(), "it goes on for nobody"
    reading = asyncio.create_task(booth.read("1"))
    await booth.packager.part(b"next part")
    assert await reading == b"next part"
    assert booth.packager.made == 1, "it did not go on from where it was"


async def test_what_nobody_comes_back_for_is_given_up(
    booth: Booth, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "IDLE", 0.0)
    monkeypatch.setattr(making, "FORGET", 0.0)
    reading = asyncio.create_task(booth.read("0"))
    await booth.packager.header()
    assert await booth.read("init") == b"head"
    reading.cancel()
    await asyncio.wait([reading])
    await booth.packager.part(b"part")
    async with asyncio.timeout(5):
        await booth.packager.closed.wait()
    assert booth.blobs() == []


async def test_not_too_many_stand_half_done(small: Booth, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "IDLE", 0.0)
    contents = [f"{number:040}" for number in range(6)]
    for content in contents:
        reading = asyncio.create_task(small.read("0", content))
        await small.packager.header()
        await small.read("init", content)
        reading.cancel()
        await asyncio.wait([reading])
        await small.packager.part(b"part")
        async with asyncio.timeout(5):
            while small.packager.asked_for_more():
                await asyncio.sleep(0.01)
    names = [parse(small.key("0", content)).name for content in contents]
    async with asyncio.timeout(5):
        while any(map(small.renditions.making, names[:2])):
            await asyncio.sleep(0.01)
    assert all(map(small.renditions.making, names[2:]))
    reading = asyncio.create_task(small.read("1", contents[2]))
    await small.packager.part(b"next part")
    assert await reading == b"next part"


async def test_a_source_that_is_away_holds_no_turn(
    small: Booth, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "LOOK", 0.05)
    reading = asyncio.create_task(small.read("0"))
    await small.packager.header()
    await small.read("init")
    small.music.rename(small.music.with_name("unmounted"))
    with pytest.raises(Away):
        await reading
    async with asyncio.timeout(5):
        await small.packager.closed.wait()
        while (await small.renditions.numbers())["encodes_active"]:
            await asyncio.sleep(0.01)


async def test_what_is_nearly_done_is_finished_for_nobody(
    booth: Booth, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "IDLE", 0.0)
    reading = asyncio.create_task(booth.read("0"))
    await booth.packager.header()
    await booth.packager.part(b"part", ms=3500)
    assert await reading == b"part"
    await booth.packager.end()
    await booth.published()


async def test_a_growing_file_is_read_to_its_end(booth: Booth) -> None:
    opening = asyncio.create_task(booth.renditions.open(booth.key("whole")))
    await booth.packager.header(b"head")
    blob = await opening
    assert blob.size is None
    chunks = blob.stream()
    assert await anext(chunks) == b"head"
    await booth.packager.part(b"more")
    assert await anext(chunks) == b"more"
    await booth.packager.end()
    with pytest.raises(StopAsyncIteration):
        await anext(chunks)
    await blob.close()


@pytest.mark.parametrize(
    "change",
    [
        lambda key: key.replace(b"aac:160", b"aac:16000"),
        lambda key: key.replace(b"aac:", b"wma:"),
        lambda key: key.replace(b"mp4:0", b"mp4:-7"),
        lambda key: key.replace(b"mp4", b"ogg"),
        lambda key: key.replace(CONTENT.encode(), b"../../../../etc/passwd12"),
        lambda key: key.replace(b"1000:4", b"1000:0"),
        lambda key: key[30:],
        lambda _: b"",
    ],
)
async def test_impossible_renditions_are_not_there(small: Booth, change: object) -> None:
    key = change(small.key("0"))  # type: ignore[operator]  # a function
    with pytest.raises(NotFound):
        await small.renditions.open(key)


class TestTurns:
    async def test_they_are_fair(self) -> None:
        turns, order = Turns(1), list[str]()
        held = asyncio.Event()

        async def work(listener: str) -> None:
            async with turns.take(listener, lambda: True):
                order.append(listener)
                await held.wait()

        tasks = [asyncio.create_task(work(name)) for name in ("anna", "anna", "anna", "bert")]
        await asyncio.sleep(0)
        assert order == ["anna"]
        held.set()
        await asyncio.gather(*tasks)
        assert order[0] == "anna"
        assert turns.working == 0

    async def test_who_has_nothing_at_work_goes_before_who_has(self) -> None:
        turns, order = Turns(2), list[str]()
        gates = {name: asyncio.Event() for name in ("a1", "a2", "a3", "b1")}

        async def work(name: str) -> None:
            async with turns.take(name[0], lambda: True):
                order.append(name)
                await gates[name].wait()

        tasks = [asyncio.create_task(work(name)) for name in gates]
        await asyncio.sleep(0)
        gates["a1"].set()
        await asyncio.sleep(0.01)
        assert order == ["a1", "a2", "b1"]
        for gate in gates.values():
            gate.set()
        await asyncio.gather(*tasks)

    async def test_too_many_are_sent_away(self) -> None:
        turns = Turns(1, queue=3, each=2)
        forever = asyncio.Event()

        async def work(listener: str) -> None:
            async with turns.take(listener, lambda: True):
                await forever.wait()

        tasks = [asyncio.create_task(work(name)) for name in ("a", "a", "a", "b")]
        await asyncio.sleep(0)
        for name in ("a", "c"):
            with pytest.raises(RateLimited) as refused:
                await work(name)
            assert refused.value.retry_after
            assert refused.value.code == "media.too_many_streams"
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        assert turns.working == 0

    async def test_who_left_is_not_waited_for(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("philomel.engines.audio.renditions.turns._LOOK_AGAIN", 0.01)
        turns, forever = Turns(1), asyncio.Event()

        async def work() -> None:
            async with turns.take("a", lambda: True):
                await forever.wait()

        working = asyncio.create_task(work())
        await asyncio.sleep(0)
        with pytest.raises(Unavailable):
            async with turns.take("b", lambda: False):
                pass
        working.cancel()
        await asyncio.wait([working])
