"""Makes whole renditions in workers."""

from collections.abc import AsyncIterator
from importlib.metadata import version
from typing import Final

from msgspec import msgpack

from philomel.engines.audio import Order, Piece
from philomel.engines.workers import Limits, Workers

PACKAGER: Final = 2
"""Counts up with every change of what comes out: cached bytes of another number are others."""

_HERE: Final = "philomel.engines.audio.packaging"
# Whoever browses goes first.
_LIMITS: Final = Limits(memory=256 << 20, cpu=7200, wall=7200.0, sealed=True, nice=5)
_PIECES: Final = msgpack.Decoder(Piece)


class WorkerPackager:
    """A Packager over Workers."""

    def __init__(self, workers: Workers) -> None:
        self._workers = workers
        self._version = f"{PACKAGER}-{version('av')}-{version('soundfile')}"

    @property
    def version(self) -> str:
        """See the port."""
        return self._version

    async def pieces(self, descriptor: int, order: Order) -> AsyncIterator[Piece]:
        """See the port."""
        argument = msgpack.encode(order)
        chunks = self._workers.stream(f"{_task(order)}:make", argument, (descriptor,), _LIMITS)
        try:
            async for chunk in chunks:
                yield _PIECES.decode(chunk)
        finally:
            await chunks.aclose()  # type: ignore[attr-defined]  # it is a generator

    async def warm(self) -> None:
        """See the port."""
        await self._workers.run(f"{_HERE}.fragments:ready", b"", (), _LIMITS)


def _task(order: Order) -> str:
    if order.container == "mp4":
        return f"{_HERE}.fragments"
    return f"{_HERE}.vorbis" if order.codec == "vorbis" else f"{_HERE}.files"
