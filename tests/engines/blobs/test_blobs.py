"""What every writable store of blobs promises."""

import itertools
import os
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
from tests.servers.s3 import ACCESS_KEY, BUCKET, SECRET_KEY

from philomel.engines.blobs import Blobs
from philomel.engines.blobs.disk import DiskBlobs
from philomel.engines.blobs.s3 import S3Blobs, S3Settings
from philomel.kernel.errors import NotFound, Unavailable

_prefixes = itertools.count()


@pytest.fixture(params=["disk", "s3"])
async def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Blobs]:
    store: Blobs
    if request.param == "disk":
        store = DiskBlobs(os.fsencode(tmp_path))
    else:
        url = request.getfixturevalue("s3_url")
        store = S3Blobs(
            S3Settings(BUCKET, ACCESS_KEY, SECRET_KEY, url, prefix=f"run/{next(_prefixes)}")
        )
    yield store
    await store.close()


async def test_what_was_put_can_be_read(blobs: Blobs) -> None:
    await blobs.put(b"covers/ab/abc-300.jpg", b"picture")
    assert await blobs.get(b"covers/ab/abc-300.jpg") == b"picture"
    blob = await blobs.open(b"covers/ab/abc-300.jpg")
    assert blob.size == 7
    assert [chunk async for chunk in blob.stream()] == [b"picture"]
    assert blob.modified_ns > 1_600_000_000 * 10**9
    await blob.close()


async def test_any_range_can_be_streamed(blobs: Blobs) -> None:
    data = os.urandom(700_000)
    await blobs.put(b"large", data)
    blob = await blobs.open(b"large")
    for start, stop in [(0, None), (5, 6), (0, 0), (65_530, 330_000), (699_999, None), (9, 9**9)]:
        assert b"".join([one async for one in blob.stream(start, stop)]) == data[start:stop]
    await blob.close()


async def test_chunks_are_small(blobs: Blobs) -> None:
    await blobs.put(b"large", bytes(3 << 20))
    blob = await blobs.open(b"large")
    assert max([len(chunk) async for chunk in blob.stream()]) <= 1 << 20
    await blob.close()


async def test_an_empty_blob(blobs: Blobs) -> None:
    await blobs.put(b"empty", b"")
    blob = await blobs.open(b"empty")
    assert blob.size == 0
    assert [chunk async for chunk in blob.stream()] == []
    await blob.close()


async def test_the_etag_changes_with_the_bytes(blobs: Blobs) -> None:
    await blobs.put(b"key", b"one")
    first = await blobs.open(b"key")
    again = await blobs.open(b"key")
    await blobs.put(b"key", b"two")
    second = await blobs.open(b"key")
    assert first.etag == again.etag
    assert first.etag != second.etag
    assert '"' not in first.etag
    for blob in (first, again, second):
        await blob.close()


async def test_an_open_blob_never_turns_into_another(blobs: Blobs) -> None:
    await blobs.put(b"key", b"old bytes")
    blob = await blobs.open(b"key")
    await blobs.put(b"key", b"new bytes")
    with suppress(Unavailable):  # a store without versions may say that it is gone
        assert b"".join([one async for one in blob.stream()]) == b"old bytes"
    await blob.close()


async def test_a_missing_blob_is_not_found(blobs: Blobs) -> None:
    await blobs.put(b"folder/file", b"x")
    for key in (b"nothing", b"folder", b"folder/other", b"folder/file/below"):
        with pytest.raises(NotFound):
            await blobs.open(key)
        with pytest.raises(NotFound):
            await blobs.get(key)


@pytest.mark.parametrize(
    "key",
    [
        b"",
        b"/",
        b"/etc/passwd",
        b"..",
        b"../secret",
        b"a/../../secret",
        b"a/./b",
        b"a//b",
        b"a/",
        b"a\0b",
        b"x" * 5000,
    ],
)
async def test_keys_that_lead_out_are_not_found(blobs: Blobs, key: bytes) -> None:
    for work in (blobs.open(key), blobs.get(key), blobs.put(key, b"x"), blobs.delete(key)):
        with pytest.raises(NotFound):
            await work


async def test_deleting(blobs: Blobs) -> None:
    await blobs.put(b"a/b", b"x")
    await blobs.delete(b"a/b")
    await blobs.delete(b"a/b")
    await blobs.delete(b"never/there")
    with pytest.raises(NotFound):
        await blobs.open(b"a/b")


async def test_walking_is_in_byte_order(blobs: Blobs) -> None:
    keys = [b"a/b", b"a-b", b"a.b", b"a/c/d", b"ab", b"B", "ä/ö".encode(), b"a/b.c"]
    for key in keys:
        await blobs.put(key, key)
    entries = list(blobs.walk())
    assert [entry.key for entry in entries] == sorted(keys)
    assert [entry.size for entry in entries] == [len(key) for key in sorted(keys)]
    assert [entry.key for entry in blobs.walk(b"a")] == [b"a/b", b"a/b.c", b"a/c/d"]
    assert list(blobs.walk(b"nothing")) == []


async def test_names_of_every_kind(blobs: Blobs) -> None:
    names = ["sp ace", "per%cent", "que?ry", "ha#sh", "plus+", "quote\"'", "~[{|^", "日本", "b\\s"]
    for name in names:
        await blobs.put(name.encode(), name.encode())
    for name in names:
        assert await blobs.get(name.encode()) == name.encode()
    assert {entry.key.decode() for entry in blobs.walk()} == set(names)
