"""One rendition in the making, read by any number of listeners while it grows."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial

from philomel.engines.audio import Packager, Piece
from philomel.engines.audio.renditions.recipe import Recipe
from philomel.engines.audio.renditions.turns import RETRY_AFTER, Aside, Turns
from philomel.engines.blobs import Draft, DraftBlobs
from philomel.engines.blobs.rooted import RootedBlobs
from philomel.kernel.errors import NotFound, PhilomelError, RateLimited, Unavailable

IDLE = 4.0
"""Seconds without a request after which nobody seems to want it any more."""

FORGET = 60.0
"""Seconds that what nobody wants waits, half done, for somebody to come back."""

LOOK = 10.0
"""Seconds without a piece after which the source's store is asked whether it is there."""

NEARLY_DONE = 0.75
PATIENCE, SOON = 6.0, 3.0
"""Seconds until the first bytes, and from then on until the answer begins that brings a part:
players give up after ten without one."""

HOLD = 50.0
"""Seconds that an answer which has begun waits for its part."""

FOLDER = b"renditions"


def blob_key(name: str) -> bytes:
    return FOLDER + b"/" + name.encode()


class Making:
    """Args:
    recipe: of whoever asked first.
    originals: where the source is opened.
    shelf: where the rendition goes.
    """

    def __init__(
        self,
        recipe: Recipe,
        originals: RootedBlobs,
        shelf: DraftBlobs,
        packager: Packager,
        turns: Turns,
    ) -> None:
        self.recipe = recipe
        self._originals = originals
        self._shelf = shelf
        self._packager = packager
        self._turns = turns
        self._loop = asyncio.get_running_loop()
        self._news = asyncio.Event()
        self._asked = asyncio.Event()
        self._asked_at = self._loop.time()
        self._wanted = 0
        self._draft: Draft | None = None
        self._ms = 0
        self._error: PhilomelError | None = None
        self._complete = False
        self.parts: list[tuple[int, int]] = []

    @property
    def size(self) -> int:
        return 0 if self._draft is None else self._draft.size

    def descriptor(self) -> int:
        """A copy of the draft's, which stays good when the draft is gone."""
        assert self._draft is not None
        return os.dup(self._draft.fileno())

    @contextmanager
    def wanting(self) -> Iterator[None]:
        """Inside the block, somebody wants it."""
        self._wanted += 1
        self._asked.set()
        try:
            yield
        finally:
            self._wanted -= 1
            self._asked_at = self._loop.time()

    async def until(self, number: int | None) -> bool:
        """Until a part is there, or the first bytes of the whole; False if it is on its way.

        Raises:
            PhilomelError: it cannot be made, or its turn does not come soon.
        """
        try:
            await self._wait(None, PATIENCE)
        except TimeoutError:
            raise RateLimited(
                "too many tracks are being converted at the moment",
                code="media.too_many_streams",
                retry_after=RETRY_AFTER,
            ) from None
        with suppress(TimeoutError):
            await self._wait(number, SOON)
        return self._has(number)

    async def comes(self, number: int) -> None:
        """Until a part is there that the encoder still has a long way to.

        Raises:
            PhilomelError: it cannot be made, or not even in that time.
        """
        try:
            await self._wait(number, HOLD)
        except TimeoutError:
            raise Unavailable("this part is still being made", retry_after=1) from None

    async def _wait(self, number: int | None, seconds: float) -> None:
        async with asyncio.timeout(seconds):
            while not self._has(number):
                self._refuse_if_over()
                await self._news.wait()

    async def grown(self, position: int) -> bool:
        """Wait for bytes behind `position`; False if there will be none.

        Raises:
            PhilomelError: it cannot be made to its end.
        """
        while self.size <= position and not self._complete:
            if self._error is not None:
                self._refuse_if_over()
            await self._news.wait()
        return self.size > position

    def _has(self, number: int | None) -> bool:
        return self.size > 0 if number is None else number < len(self.parts)

    def _refuse_if_over(self) -> None:
        if self._error is not None:
            # Each who waits gets an error of his own: they carry a trace.
            error = self._error
            raise type(error)(error.message, code=error.code, retry_after=error.retry_after)
        if self._complete:
            raise NotFound("the track is shorter")

    async def make(self, kept: Callable[["Making"], Awaitable[None]]) -> None:
        """Make and publish it.

        Args:
            kept: called when the bytes have their name.

        Raises:
            PhilomelError: it cannot be made; whoever waits hears the same.
        """
        try:
            await self._make(kept)
        except PhilomelError as error:
            self._error = error
            raise
        except BaseException:
            self._error = Unavailable("this rendition is not made any more", retry_after=1)
            raise
        finally:
            self._tell()
            if self._draft is not None:
                await self._draft.close()

    async def _make(self, kept: Callable[["Making"], Awaitable[None]]) -> None:
        source = await self._originals.open_file(self.recipe.source)
        try:
            if (source.size, source.modified_ns) != (self.recipe.size, self.recipe.modified_ns):
                raise NotFound("the file has changed since the scan")
            descriptor = source.fileno()
            assert descriptor is not None
            await self._encode(descriptor)
            assert self._draft is not None
            await self._draft.publish()
            await kept(self)
        finally:
            await source.close()

    async def _encode(self, descriptor: int) -> None:
        pieces = self._packager.pieces(descriptor, self.recipe.order)
        before = await self._state(descriptor)
        aside: Aside | None = None
        try:
            while True:
                async with self._turns.take(self.recipe.listener, self._is_wanted):
                    if aside is not None:
                        self._turns.come_back(aside)
                    if await self._go_on(pieces, descriptor, before):
                        return
                    aside = self._turns.step_aside()
                await self._until_wanted(aside)
        finally:
            if aside is not None:
                self._turns.come_back(aside)
            close = getattr(pieces, "aclose", None)
            if close is not None:
                await close()

    async def _go_on(
        self, pieces: AsyncIterator[Piece], descriptor: int, before: tuple[int, int]
    ) -> bool:
        """Go on as long as somebody wants it; whether it was made to the end.

        The worker that nobody reads from stands still: it cannot get rid of its next piece.
        """
        while self._is_wanted():
            piece = await self._next(pieces)
            if await self._state(descriptor) != before:
                raise NotFound("the file was changed while it was read")
            if piece is None:
                self._complete = True
                return True
            await self._add(piece)
        return False

    async def _next(self, pieces: AsyncIterator[Piece]) -> Piece | None:
        """The next piece; a disk that hangs holds up its own listeners only.

        Raises:
            Away: the source's store does not answer.
        """
        return await self._originals.awaited(self.recipe.source, anext(pieces, None), LOOK)

    async def _state(self, descriptor: int) -> tuple[int, int]:
        return await self._originals.look(self.recipe.source, partial(_state, descriptor))

    async def _add(self, piece: Piece) -> None:
        if self._draft is None:
            self._draft = await self._shelf.draft(blob_key(self.recipe.name))
        if piece.data:
            await self._draft.write(piece.data, piece.at)
        self.parts.extend(piece.parts)
        self._ms = max(self._ms, piece.ms)
        self._tell()

    def _tell(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    def _is_wanted(self) -> bool:
        nearly = self._ms >= NEARLY_DONE * (self.recipe.duration_ms or float("inf"))
        return self._wanted > 0 or nearly or self._loop.time() - self._asked_at < IDLE

    async def _until_wanted(self, aside: Aside) -> None:
        self._asked.clear()
        waiting = [asyncio.create_task(one.wait()) for one in (self._asked, aside.dismissed)]
        try:
            await asyncio.wait(waiting, timeout=FORGET, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waiting:
                one.cancel()
        if aside.dismissed.is_set() or not self._asked.is_set():
            raise Unavailable("this rendition is not made any more", retry_after=1)
        aside.woken = True


def _state(descriptor: int) -> tuple[int, int]:
    status = os.fstat(descriptor)
    return status.st_size, status.st_mtime_ns
