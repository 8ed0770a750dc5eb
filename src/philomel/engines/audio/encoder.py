"""Encodes on the fly in workers."""

from collections.abc import AsyncIterator
from typing import Final

from msgspec import msgpack

from philomel.engines.audio import Codec, Encoding
from philomel.engines.workers import Limits, Workers

_HERE: Final = "philomel.engines.audio.decoding"
_TASKS: Final = {
    Codec.VORBIS: f"{_HERE}.encode_vorbis",
    Codec.OPUS: f"{_HERE}.encode",
    Codec.AAC: f"{_HERE}.encode",
    Codec.MP3: f"{_HERE}.encode",
}
_LIMITS: Final = Limits(memory=256 << 20, cpu=1800, wall=1800.0, sealed=True)


class WorkerEncoder:
    """An Encoder over Workers."""

    def __init__(self, workers: Workers) -> None:
        self._workers = workers

    def stream(self, descriptor: int, encoding: Encoding) -> AsyncIterator[bytes]:
        """See the port."""
        return self._workers.stream(
            f"{_TASKS[encoding.codec]}:encode", msgpack.encode(encoding), (descriptor,), _LIMITS
        )

    async def warm(self, codec: Codec = Codec.OPUS) -> None:
        """Have everything imported, so that the next stream starts at once."""
        await self._workers.run(f"{_TASKS[codec]}:ready", b"", (), _LIMITS)
