"""Where encoders write to: memory, taken away piece by piece."""

from collections.abc import Iterator
from typing import Final

_EAGER: Final = 16 << 10
_PIECE: Final = 16 << 10


class Sink:
    """A file object that only grows, for PyAV and soundfile.

    The first bytes are handed out as they come, for a quick start; later ones in larger
    pieces, because each costs a wake-up of the main process.
    """

    def __init__(self) -> None:
        self._pending = bytearray()
        self._position = 0

    def write(self, data: bytes) -> int:
        self._pending += data
        self._position += len(data)
        return len(data)

    def tell(self) -> int:
        return self._position

    def ready(self) -> Iterator[bytes]:
        """What is worth sending now."""
        if len(self._pending) >= _PIECE or (self._pending and self._position < _EAGER):
            yield from self.take()

    def take(self) -> Iterator[bytes]:
        """All that is there."""
        if self._pending:
            data, self._pending = bytes(self._pending), bytearray()
            yield data
