"""What a listener reads of a rendition: a part, one that is on its way, or a file that grows."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager

from philomel.engines.audio.packaging.boxes import PART_BEGINS
from philomel.engines.audio.renditions.making import Making
from philomel.engines.blobs import Blob
from philomel.kernel.errors import FailedPrecondition, Unavailable

_CHUNK = 64 << 10
_ALIVE = 2.0


class Part:
    """Bytes [start, stop) of a blob. The same rendition is the same for ever: so is its time.

    Args:
        whole: closed with the part.
        etag: without quotes.
        closed: called once.
    """

    def __init__(
        self, whole: Blob, span: tuple[int, int], etag: str, closed: Callable[[], None]
    ) -> None:
        self._whole = whole
        self._start, self._stop = span
        self._etag = etag
        self._closed: Callable[[], None] | None = closed

    @property
    def size(self) -> int:
        return self._stop - self._start

    @property
    def etag(self) -> str:
        return self._etag

    @property
    def modified_ns(self) -> int:
        return 0

    def fileno(self) -> int | None:
        """None: a descriptor would be of the whole."""
        return None

    def stream(self, start: int = 0, stop: int | None = None) -> AsyncIterator[bytes]:
        end = self.size if stop is None else min(stop, self.size)
        return self._whole.stream(self._start + start, self._start + max(start, end))

    async def close(self) -> None:
        closed, self._closed = self._closed, None
        if closed is not None:
            closed()
            await self._whole.close()


class Coming:
    """A part that the encoder has a long way to: its answer begins, and brings it when it is there.

    Every part begins with the same bytes. They are sent one by one meanwhile: players give up on
    an answer without any, and on one that is silent for eight seconds.

    Args:
        held: entered for as long as it is open.
    """

    def __init__(
        self, making: Making, number: int, etag: str, held: AbstractContextManager[None]
    ) -> None:
        held.__enter__()
        self._held: AbstractContextManager[None] | None = held
        self._making = making
        self._number = number
        self._etag = etag
        self._descriptor = making.descriptor()

    @property
    def size(self) -> None:
        return None

    @property
    def etag(self) -> str:
        return self._etag

    @property
    def modified_ns(self) -> int:
        return 0

    def fileno(self) -> int | None:
        return None

    async def stream(self, start: int = 0, stop: int | None = None) -> AsyncIterator[bytes]:
        if start or stop is not None:
            raise FailedPrecondition("a part that is being made is read from its start")
        sent = 0
        with self._making.wanting():
            coming = asyncio.ensure_future(self._making.comes(self._number))
            try:
                while not coming.done():
                    yield PART_BEGINS[sent : sent + 1]
                    sent = min(sent + 1, len(PART_BEGINS))
                    await asyncio.wait((coming,), timeout=_ALIVE)
                coming.result()
            finally:
                coming.cancel()
        position, end = self._making.parts[self._number]
        if os.pread(self._descriptor, sent, position) != PART_BEGINS[:sent]:
            raise Unavailable("this part is no part of an MP4 file")
        position += sent
        while position < end:
            data = os.pread(self._descriptor, min(_CHUNK, end - position), position)
            position += len(data)
            yield data
            await asyncio.sleep(0)

    async def close(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            held.__exit__(None, None, None)
            os.close(self._descriptor)


class Growing:
    """A rendition from its start, as it is made."""

    def __init__(self, making: Making, etag: str) -> None:
        self._making = making
        self._etag = etag
        self._descriptor = making.descriptor()

    @property
    def size(self) -> None:
        return None

    @property
    def etag(self) -> str:
        return self._etag

    @property
    def modified_ns(self) -> int:
        return 0

    def fileno(self) -> int | None:
        return None

    async def stream(self, start: int = 0, stop: int | None = None) -> AsyncIterator[bytes]:
        if start or stop is not None:
            raise FailedPrecondition("a rendition that is being made is read from its start")
        position = 0
        with self._making.wanting():
            while await self._making.grown(position):
                data = os.pread(self._descriptor, _CHUNK, position)
                position += len(data)
                yield data
                await asyncio.sleep(0)

    async def close(self) -> None:
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)
