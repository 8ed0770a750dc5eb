"""Implementations that do what the request says."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from philomel.kernel.caller import Context, current
from philomel.kernel.errors import KINDS
from philomel.services.catalog.contract import ScanPhase, ScanStatus, TrackNotFound, WatchScan
from philomel.services.playlists.contract import (
    BadRating,
    GetMarks,
    ListRated,
    ListSaved,
    Mark,
    Marks,
    Rate,
    Save,
    SavedPage,
    Unsave,
)


class Script:
    """Playlists whose ids say what happens; keeps what it saw."""

    def __init__(self) -> None:
        self.seen: list[Context] = []
        self.started = asyncio.Event()
        self.cancelled = asyncio.Event()

    def __getattr__(self, name: str) -> Any:
        async def missing(request: object) -> None:
            raise NotImplementedError(name)

        return missing

    async def save(self, request: Save, /) -> None:
        self.seen.append(current())
        match request.ids:
            case ("boom",):
                raise RuntimeError("the password is hunter2")
            case ("timeout",):
                raise TimeoutError("an inner one")
            case ("rating",):
                raise BadRating("no such stars: ★", retry_after=2.5)
            case ("long",):
                raise BadRating("ä" * 20_000)
            case ("track",):
                raise TrackNotFound("of another contract")
            case ("kind", name):
                (kind,) = (kind for kind in KINDS if kind.__name__ == name)
                raise kind("said so", code=f"test.{name}")
            case ("forever",):
                await self._forever()

    async def _forever(self) -> None:
        self.started.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.cancelled.set()
            raise

    async def unsave(self, request: Unsave, /) -> None:
        self.seen.append(current())

    async def rate(self, request: Rate, /) -> None:
        self.seen.append(current())

    async def get_marks(self, request: GetMarks, /) -> Marks:
        return Marks(tuple(Mark(each) for each in request.ids))

    async def list_saved(self, request: ListSaved, /) -> SavedPage:
        return SavedPage((Mark("x" * request.limit),), total=1)

    async def list_rated(self, request: ListRated, /) -> SavedPage:
        return SavedPage((), total=request.offset)


class Streams:
    """A catalogue that knows only scans."""

    def __init__(self) -> None:
        self.closed = asyncio.Event()
        self.seen: list[Context] = []

    def __getattr__(self, name: str) -> Any:
        async def missing(request: object) -> None:
            raise NotImplementedError(name)

        return missing

    async def watch_scan(self, request: WatchScan, /) -> AsyncIterator[ScanStatus]:
        count = 0
        try:
            while request.id != "three" or count < 3:
                self.seen.append(current())
                if request.id == "missing":
                    raise TrackNotFound("no such scan")
                if request.id == "stuck" and count:
                    await asyncio.Event().wait()
                count += 1
                yield ScanStatus("s", ScanPhase.READING, count)
                await asyncio.sleep(0)
        finally:
            self.closed.set()
