"""Writes tags into copies of files, in workers."""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct, ValidationError, msgpack

from philomel.engines.audio import Comparison
from philomel.engines.workers import Limits, TaskFailed, Workers

_WRITE: Final = "philomel.engines.audio.tags.writing:write"
_COMPARE: Final = "philomel.engines.audio.decoding.comparing:compare"
_LIMITS: Final = Limits(memory=320 << 20, cpu=60, wall=120.0, sealed=True, nice=5)
_GROWTH: Final = 64 << 20


class _WriteTags(Struct, frozen=True, array_like=True):
    # `tags.writing.WriteTags` without importing mutagen here.
    tags: dict[str, tuple[str, ...]]
    cover: bytes | None = None


class WorkerTagWriter:
    """A TagWriter over Workers."""

    def __init__(self, workers: Workers) -> None:
        self._workers = workers

    async def write(
        self, descriptor: int, size: int, tags: Mapping[str, tuple[str, ...]], cover: bytes | None
    ) -> None:
        """See the port."""
        limits = Limits(
            _LIMITS.memory, _LIMITS.cpu, _LIMITS.wall, nice=_LIMITS.nice, file=size + _GROWTH
        )
        argument = msgpack.encode(_WriteTags(dict(tags), cover))
        await self._workers.run(_WRITE, argument, (descriptor,), limits)

    async def compare(self, old: int, new: int) -> Comparison:
        """See the port."""
        found = await self._workers.run(_COMPARE, b"", (old, new), _LIMITS)
        try:
            return msgpack.decode(found, type=Comparison)
        except ValidationError:
            raise TaskFailed("The worker answered with something else than pieces.") from None
