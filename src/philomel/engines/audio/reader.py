"""Reads tags in workers, a batch a job."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Final, cast

from msgspec import Struct, ValidationError, msgpack

from philomel.engines.audio import FileTags
from philomel.engines.workers import Limits, TaskFailed, Workers

_TASKS: Final = "philomel.engines.audio.tags.task:"
_BATCH: Final = 128
_LIMITS: Final = Limits(memory=256 << 20, cpu=30, wall=60.0, sealed=False, nice=5)
_LIMITS_EACH: Final = Limits(memory=256 << 20, cpu=10, wall=20.0, sealed=False, nice=5)

_ALL: Final = msgpack.Decoder(list[FileTags])
_ONE: Final = msgpack.Decoder(FileTags)


class _ReadTags(Struct, frozen=True, array_like=True):
    # `tags.task.ReadTags` without importing mutagen here; tests hold the two equal.
    root: bytes
    keys: tuple[bytes, ...]


class WorkerTagReader:
    """A TagReader over Workers."""

    def __init__(self, workers: Workers) -> None:
        self._workers = workers

    async def read(self, root: bytes, keys: Sequence[bytes]) -> Sequence[FileTags]:
        """See the port."""
        batches = [tuple(keys[start : start + _BATCH]) for start in range(0, len(keys), _BATCH)]
        found = await asyncio.gather(*(self._read_batch(root, batch) for batch in batches))
        return [tags for batch in found for tags in batch]

    async def _read_batch(self, root: bytes, keys: tuple[bytes, ...]) -> Sequence[FileTags]:
        argument = msgpack.encode(_ReadTags(root, keys))
        try:
            found = _ALL.decode(await self._workers.run(_TASKS + "read", argument, (), _LIMITS))
            if tuple(tags.key for tags in found) == keys:
                return found
        except (TaskFailed, ValidationError):
            pass  # some file in it ended the worker; find out which
        return await self._read_each(root, keys)

    async def _read_each(self, root: bytes, keys: tuple[bytes, ...]) -> Sequence[FileTags]:
        """Read file by file; where the worker ends, the next file is to blame."""
        found: list[FileTags] = []
        while len(found) < len(keys):
            try:
                await self._read_on(root, keys, found)
            except (TaskFailed, ValidationError) as error:
                found.append(FileTags(keys[len(found)], error=f"It cannot be read safely. {error}"))
        return found

    async def _read_on(self, root: bytes, keys: tuple[bytes, ...], found: list[FileTags]) -> None:
        argument = msgpack.encode(_ReadTags(root, keys[len(found) :]))
        stream = self._workers.stream(_TASKS + "read_each", argument, (), _LIMITS_EACH)
        async with aclosing(cast("AsyncGenerator[bytes, None]", stream)) as chunks:
            async for chunk in chunks:
                tags = _ONE.decode(chunk)
                if len(found) == len(keys) or tags.key != keys[len(found)]:
                    raise TaskFailed("The task failed: it answered out of turn.")
                found.append(tags)
        if len(found) < len(keys):
            raise TaskFailed("The task failed: it ended too soon.")
