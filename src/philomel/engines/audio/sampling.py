"""Reads tags of files in a bucket: their beginnings and ends, and all of a file if need be."""

import asyncio
import os
from collections.abc import Sequence
from typing import Final, Protocol

from msgspec import Struct, ValidationError, msgpack

from philomel.engines.audio import FileTags, TagReader
from philomel.engines.blobs import Away, Blob
from philomel.engines.workers import Limits, TaskFailed, Workers
from philomel.kernel.errors import NotFound, PhilomelError

_TASK: Final = "philomel.engines.audio.tags.sampled:read"
_LIMITS: Final = Limits(memory=256 << 20, cpu=10, wall=20.0, sealed=True, nice=5)
_HEAD: Final = 256 << 10
_TAIL: Final = 64 << 10
_AT_ONCE: Final = 8


class _ReadSampled(Struct, frozen=True, array_like=True):
    # `tags.sampled.ReadSampled` without importing mutagen here.
    key: bytes
    start: int
    stop: int


class _Sampler(Protocol):
    async def sample(self, key: bytes, head: int, tail: int) -> tuple[int, tuple[int, int]]: ...

    async def open_file(self, key: bytes) -> Blob: ...


class _Samplers(Protocol):
    def open(self, root: bytes) -> _Sampler: ...


class SampledTagReader:
    """A TagReader over a store that has no files."""

    def __init__(self, folders: _Samplers, workers: Workers) -> None:
        self._folders = folders
        self._workers = workers

    async def read(self, root: bytes, keys: Sequence[bytes]) -> Sequence[FileTags]:
        """See the port.

        Raises:
            Away: the bucket does not answer.
        """
        store, slots = self._folders.open(root), asyncio.Semaphore(_AT_ONCE)

        async def one(key: bytes) -> FileTags:
            async with slots:
                return await self._read(store, key)

        reading = [asyncio.ensure_future(one(key)) for key in keys]
        try:
            return await asyncio.gather(*reading)
        finally:
            for task in reading:
                task.cancel()

    async def _read(self, store: _Sampler, key: bytes) -> FileTags:
        try:
            tags = await self._sampled(store, key)
            return tags if tags is not None else await self._whole(store, key)
        except Away:
            raise
        except (TaskFailed, ValidationError) as error:
            return FileTags(key, error=f"It cannot be read safely. {error}")
        except NotFound:
            return FileTags(key, error="It cannot be opened: No such file or directory.")
        except PhilomelError as error:
            return FileTags(key, error=f"It cannot be read: {error.message}.")

    async def _sampled(self, store: _Sampler, key: bytes) -> FileTags | None:
        descriptor, hole = await store.sample(key, _HEAD, _TAIL)
        try:
            return await self._run(descriptor, _ReadSampled(key, *hole))
        finally:
            os.close(descriptor)

    async def _whole(self, store: _Sampler, key: bytes) -> FileTags:
        blob = await store.open_file(key)
        try:
            found = await self._run(blob.fileno() or 0, _ReadSampled(key, 0, 0))
        finally:
            await blob.close()
        return found or FileTags(key, error="It is damaged or cut short.")

    async def _run(self, descriptor: int, request: _ReadSampled) -> FileTags | None:
        answer = await self._workers.run(_TASK, msgpack.encode(request), (descriptor,), _LIMITS)
        return msgpack.decode(answer, type=FileTags) if answer else None


class AnyTagReader:
    """Reads from where a root says: a folder of this machine, or a bucket."""

    def __init__(self, files: TagReader, buckets: TagReader) -> None:
        self._files = files
        self._buckets = buckets

    async def read(self, root: bytes, keys: Sequence[bytes]) -> Sequence[FileTags]:
        """See the port."""
        reader = self._buckets if root.startswith(b"s3://") else self._files
        return await reader.read(root, keys)
