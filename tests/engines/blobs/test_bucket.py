"""Libraries in S3: listed, read in ranges, and copied for decoders within a bound."""

import asyncio
import itertools
import os
import socket
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.servers.s3 import ACCESS_KEY, BUCKET, SECRET_KEY, start

from philomel.engines.blobs import Away, Blob
from philomel.engines.blobs import spool as spooling
from philomel.engines.blobs.bucket import Account, BucketFolder, BucketFolders
from philomel.engines.blobs.s3 import S3Blobs, S3Settings
from philomel.engines.blobs.spool import Spool
from philomel.kernel.errors import FailedPrecondition, InvalidArgument, NotFound, Unavailable

_runs = itertools.count()


class Bucket:
    """A part of a bucket, as its owner and as a library sees it."""

    def __init__(self, url: str, folder: Path) -> None:
        prefix = f"library/{next(_runs)}"
        self.own = S3Blobs(S3Settings(BUCKET, ACCESS_KEY, SECRET_KEY, url, prefix=prefix))
        self.spool = Spool(folder / "spool", 1_000_000)
        self.folders = BucketFolders(Account(ACCESS_KEY, SECRET_KEY, url), self.spool)
        self.root = f"s3://{BUCKET}/{prefix}".encode()

    @property
    def library(self) -> BucketFolder:
        return self.folders.open(self.root)


@pytest.fixture
async def bucket(s3_url: str, tmp_path: Path) -> AsyncIterator[Bucket]:
    bucket = Bucket(s3_url, tmp_path)
    yield bucket
    await bucket.folders.close()
    await bucket.own.close()


async def test_it_is_walked_in_byte_order(bucket: Bucket) -> None:
    names = [b"a/b/2.mp3", b"a/b.mp3", b"a-b/1.mp3", b"a/b/1.mp3", "ä/ö.mp3".encode(), b"a b.mp3"]
    for name in names:
        await bucket.own.put(name, b"x" * len(name))
    entries = await bucket.library.look(lambda: list(bucket.library.walk()))
    assert [entry.key for entry in entries] == sorted(names)
    assert [entry.size for entry in entries] == [len(name) for name in sorted(names)]
    below = await bucket.library.look(lambda: list(bucket.library.walk(b"a/b")))
    assert [entry.key for entry in below] == [b"a/b/1.mp3", b"a/b/2.mp3"]
    one = await bucket.library.look(lambda: list(bucket.library.walk(b"a/b.mp3")))
    assert [entry.key for entry in one] == [b"a/b.mp3"]
    opened = await bucket.library.open(b"a/b.mp3")
    assert (opened.size, opened.modified_ns) == (one[0].size, one[0].modified_ns)
    await bucket.own.put(b"a/b.mp3", b"y" * one[0].size)
    again = await bucket.library.look(lambda: list(bucket.library.walk(b"a/b.mp3")))
    assert again[0].modified_ns != one[0].modified_ns  # within a second, of the same size


async def test_it_is_only_read(bucket: Bucket) -> None:
    for refused in (bucket.library.put(b"a", b"x"), bucket.library.delete(b"a")):
        with pytest.raises(FailedPrecondition):
            await refused
    with pytest.raises(NotFound):
        await bucket.library.open(b"../../a")
    for root in (b"s3://", b"s3://b", b"s3://UPPER/x", b"s3://good/\xff", b"s3://good//x"):
        with pytest.raises(InvalidArgument):
            bucket.folders.open(root)


async def test_one_that_is_not_there_is_away(bucket: Bucket, tmp_path: Path) -> None:
    nowhere = bucket.folders.open(b"s3://no-such-bucket/x")
    with pytest.raises(Away):
        await nowhere.check()
    with pytest.raises(Away):
        await nowhere.look(lambda: list(nowhere.walk()))
    with socket.create_server(("127.0.0.1", 0)) as deaf:  # takes calls, and never answers
        account = Account(ACCESS_KEY, SECRET_KEY, f"http://127.0.0.1:{deaf.getsockname()[1]}")
        hung = BucketFolders(account, Spool(tmp_path / "x", 1), patience=0.3)
        with pytest.raises(Away):
            await hung.open(b"s3://bucket/x").check()


async def test_what_keeps_a_bucket_closed_is_said(s3_url: str, tmp_path: Path) -> None:
    wrong = BucketFolders(Account(ACCESS_KEY, "wrong", s3_url), Spool(tmp_path / "x", 1))
    with pytest.raises(Away, match=r"refuses the key.*s3\.secret_key"):
        await wrong.open(f"s3://{BUCKET}".encode()).check()
    right = BucketFolders(Account(ACCESS_KEY, SECRET_KEY, s3_url), Spool(tmp_path / "y", 1))
    with pytest.raises(Away, match="the bucket is not there"):
        await right.open(b"s3://no-such-bucket").check()
    await wrong.close()
    await right.close()


async def test_objects_without_a_tag_can_be_read_until_they_change(tmp_path: Path) -> None:
    """A server over a folder has no tags for files that were put there past it."""
    with start(tmp_path / "s3") as url:
        file = tmp_path / "s3" / "buckets" / BUCKET / "past.ogg"
        file.write_bytes(b"0123456789")
        blobs = S3Blobs(S3Settings(BUCKET, ACCESS_KEY, SECRET_KEY, url))
        opened = await blobs.open(b"past.ogg")
        assert [part async for part in opened.stream(2, 5)] == [b"234"]
        file.write_bytes(b"another text")
        with pytest.raises(Unavailable, match="changed"):
            _ = [part async for part in opened.stream()]
        await blobs.close()


async def test_decoders_get_a_copy_that_leaves_nothing_behind(
    bucket: Bucket, tmp_path: Path
) -> None:
    data = os.urandom(300_000)
    await bucket.own.put(b"song", data)
    first, second = await asyncio.gather(*(bucket.library.open_file(b"song") for _ in range(2)))
    assert bucket.spool.size == len(data)  # one copy for both
    assert first.fileno() is not None
    assert os.pread(first.fileno() or 0, len(data), 0) == data
    assert b"".join([part async for part in second.stream(5, 290_000)]) == data[5:290_000]
    assert first.etag == (await bucket.library.open(b"song")).etag
    assert os.listdir(tmp_path / "spool") == []  # it has no name
    for blob in (first, second, first):
        await blob.close()
    await bucket.own.put(b"song", data[1:])
    changed = await bucket.library.open_file(b"song")
    assert changed.size == len(data) - 1
    await changed.close()


async def test_copies_stay_within_their_bound(bucket: Bucket) -> None:
    for name in (b"a", b"b", b"c"):
        await bucket.own.put(name, name * 400_000)
    await bucket.own.put(b"huge", bytes(1_000_001))
    with pytest.raises(Unavailable, match="spool_mb"):
        await bucket.library.open_file(b"huge")
    held: list[Blob] = [await bucket.library.open_file(name) for name in (b"a", b"b")]
    waiting = asyncio.create_task(bucket.library.open_file(b"c"))
    await asyncio.sleep(0.1)
    assert not waiting.done()
    await held[0].close()
    third = await waiting
    assert os.pread(third.fileno() or 0, 1, 399_999) == b"c"
    assert bucket.spool.size == 800_000
    again = asyncio.create_task(bucket.library.open_file(b"a"))
    await asyncio.sleep(0.1)
    assert not again.done()
    again.cancel()  # who leaves the queue holds nothing
    for blob in (held[1], third):
        await blob.close()
    await (await bucket.library.open_file(b"a")).close()
    assert bucket.spool.size <= 1_000_000


class _Slow:
    """A blob whose second half never comes."""

    size, etag, modified_ns = 200, "slow", 0

    def __init__(self) -> None:
        self.began, self.left = asyncio.Event(), asyncio.Event()

    def fileno(self) -> None:
        return None

    async def stream(self, start: int = 0, stop: int | None = None) -> AsyncIterator[bytes]:
        del start, stop
        try:
            yield bytes(100)
            self.began.set()
            await asyncio.Event().wait()
        finally:
            self.left.set()

    async def close(self) -> None:
        pass


async def test_a_copy_that_nobody_waits_for_is_given_up(tmp_path: Path) -> None:
    spool, slow, before = Spool(tmp_path / "spool", 1000), _Slow(), open_files()
    waiting = [asyncio.create_task(spool.whole(b"a", slow)) for _ in range(2)]
    await slow.began.wait()
    waiting[0].cancel()
    await asyncio.wait(waiting[:1])
    assert spool.size == 200  # the other one still wants it
    waiting[1].cancel()
    await asyncio.wait(waiting)
    assert slow.left.is_set()
    assert (spool.size, open_files()) == (0, before)


async def test_closing_ends_copies_that_are_not_complete(tmp_path: Path) -> None:
    spool, before = Spool(tmp_path / "spool", 1000), open_files()
    blobs = [_Slow(), _Slow()]
    waiting = [
        asyncio.create_task(spool.whole(bytes([number]), blob)) for number, blob in enumerate(blobs)
    ]
    for blob in blobs:
        await blob.began.wait()
    await spool.close()
    await asyncio.wait(waiting)
    assert (spool.size, open_files()) == (0, before)


async def test_a_descriptor_is_closed_only_when_no_thread_writes_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writing, go_on, written = threading.Event(), threading.Event(), list[int]()

    def write(descriptor: int, data: bytes, position: int) -> None:
        writing.set()
        go_on.wait(5)
        written.append(os.pwrite(descriptor, data, position))

    monkeypatch.setattr(spooling, "_write", write)
    sampling = asyncio.create_task(Spool(tmp_path / "spool", 1000).sample(_Slow(), 200, 0))
    await asyncio.to_thread(writing.wait, 5)
    sampling.cancel()
    await asyncio.sleep(0.05)
    assert not sampling.done()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await sampling
    assert written == [100]


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))
