"""A packager that makes what a test hands it, when it hands it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable

from philomel.engines.audio import Order, Piece
from philomel.engines.blobs import Blob
from philomel.engines.workers import TaskFailed


class DripPackager:
    """Attributes:
    made: how many renditions were begun.
    closed: the last one was given up or done.
    """

    version = "test"

    def __init__(self) -> None:
        self.made = 0
        self.closed = asyncio.Event()
        self._pieces: asyncio.Queue[Piece | Exception | None] = asyncio.Queue()
        self._told = 0
        self._waiting = False

    async def pieces(self, descriptor: int, order: Order) -> AsyncIterator[Piece]:
        del descriptor, order
        self.made += 1
        self.closed.clear()
        try:
            while True:
                self._waiting = True
                piece = await self._pieces.get()
                self._waiting = False
                if piece is None:
                    return
                if isinstance(piece, Exception):
                    raise piece
                yield piece
        finally:
            self._waiting = False
            self.closed.set()

    async def warm(self) -> None:
        pass

    def asked_for_more(self) -> bool:
        return self._waiting

    async def header(self, data: bytes = b"head") -> None:
        self._told = len(data)
        await self._pieces.put(Piece(data, parts=((0, len(data)),)))

    async def part(self, data: bytes, ms: int = 0) -> None:
        start = self._told
        self._told += len(data)
        await self._pieces.put(Piece(data, parts=((start, self._told),), ms=ms))

    async def fail(self, message: str) -> None:
        await self._pieces.put(TaskFailed(message))

    async def end(self) -> None:
        await self._pieces.put(None)

    async def whole(self, opening: Awaitable[Blob], *parts: bytes) -> None:
        """Make all of what somebody opens."""
        opened = asyncio.ensure_future(opening)
        await self.header()
        for data in parts:
            await self.part(data)
        await self.end()
        blob = await opened
        await blob.close()
