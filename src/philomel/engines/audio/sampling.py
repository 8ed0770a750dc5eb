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
_BATCH: Final = 16
_AT_ONCE: Final = 3
"""Batches; so many samples are fetched while others are read."""


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

        async def some(batch: Sequence[bytes]) -> Sequence[FileTags]:
            async with slots:
                return await self._read(store, batch)

        batches = [keys[start : start + _BATCH] for start in range(0, len(keys), _BATCH)]
        reading = [asyncio.ensure_future(some(batch)) for batch in batches]
        try:
            return [tags for batch in await asyncio.gather(*reading) for tags in batch]
        finally:
            for task in reading:
                task.cancel()

    async def _read(self, store: _Sampler, keys: Sequence[bytes]) -> Sequence[FileTags]:
        """A worker reads a batch; if that ends it, a worker reads each."""
        sampling = [asyncio.ensure_future(self._sample(store, key)) for key in keys]
        samples: Sequence[_Sample | FileTags] = []
        try:
            samples = await asyncio.gather(*sampling)
            there = [each for each in samples if isinstance(each, _Sample)]
            try:
                answers = await self._run(there)
            except (TaskFailed, ValidationError):
                answers = [await self._alone(each) for each in there]
        finally:
            for task in sampling:
                task.cancel()
                task.add_done_callback(_let_go)
        answered = iter(answers)
        found = []
        for key, each in zip(keys, samples, strict=True):
            tags = next(answered) if isinstance(each, _Sample) else each
            found.append(tags if tags is not None else await self._whole(store, key))
        return found

    async def _sample(self, store: _Sampler, key: bytes) -> "_Sample | FileTags":
        try:
            descriptor, hole = await store.sample(key, _HEAD, _TAIL)
        except Away:
            raise
        except PhilomelError as error:
            return _refused(key, error)
        return _Sample(descriptor, _ReadSampled(key, *hole))

    async def _whole(self, store: _Sampler, key: bytes) -> FileTags:
        try:
            blob = await store.open_file(key)
        except Away:
            raise
        except PhilomelError as error:
            return _refused(key, error)
        try:
            found = await self._alone(_Sample(blob.fileno() or 0, _ReadSampled(key, 0, 0)))
        finally:
            await blob.close()
        return found or FileTags(key, error="It is damaged or cut short.")

    async def _alone(self, sample: "_Sample") -> FileTags | None:
        try:
            return (await self._run([sample]))[0]
        except (TaskFailed, ValidationError) as error:
            return FileTags(sample.request.key, error=f"It cannot be read safely. {error}")

    async def _run(self, samples: Sequence["_Sample"]) -> Sequence[FileTags | None]:
        if not samples:
            return []
        argument = msgpack.encode([sample.request for sample in samples])
        descriptors = [sample.descriptor for sample in samples]
        answer = await self._workers.run(_TASK, argument, descriptors, _LIMITS)
        found = msgpack.decode(answer, type=list[FileTags | None])
        if len(found) != len(samples):
            raise TaskFailed("The task failed: it answered of other files.")
        return found


def _let_go(sampling: "asyncio.Future[_Sample | FileTags]") -> None:
    if sampling.cancelled() or sampling.exception() is not None:
        return
    if isinstance(sample := sampling.result(), _Sample):
        os.close(sample.descriptor)


class _Sample(Struct, frozen=True):
    descriptor: int
    request: _ReadSampled


def _refused(key: bytes, error: PhilomelError) -> FileTags:
    if isinstance(error, NotFound):
        return FileTags(key, error="It cannot be opened: No such file or directory.")
    return FileTags(key, error=f"It cannot be read: {error.message}.")


class AnyTagReader:
    """Reads from where a root says: a folder of this machine, or a bucket."""

    def __init__(self, files: TagReader, buckets: TagReader) -> None:
        self._files = files
        self._buckets = buckets

    async def read(self, root: bytes, keys: Sequence[bytes]) -> Sequence[FileTags]:
        """See the port."""
        reader = self._buckets if root.startswith(b"s3://") else self._files
        return await reader.read(root, keys)
