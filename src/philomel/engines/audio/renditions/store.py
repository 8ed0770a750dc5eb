"""The store of renditions, as doors open it."""

import asyncio
import logging
import os
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Mapping
from typing import NoReturn

from philomel.engines.audio import Packager
from philomel.engines.audio.renditions.ledger import Kept, Ledger
from philomel.engines.audio.renditions.making import Making, blob_key
from philomel.engines.audio.renditions.parts import Coming, Growing, Part
from philomel.engines.audio.renditions.recipe import Recipe, parse
from philomel.engines.audio.renditions.turns import Turns
from philomel.engines.blobs import Blob, DraftBlobs, Entry
from philomel.engines.blobs.disk import DiskBlob
from philomel.engines.blobs.lane import Lane
from philomel.engines.blobs.rooted import RootedBlobs
from philomel.kernel.clock import Clock
from philomel.kernel.errors import FailedPrecondition, NotFound, PhilomelError

_log = logging.getLogger(__name__)
_REMEMBERED = 4096
_FAILED_SECONDS = 30.0


class RenditionBlobs:
    """A read-only store whose blobs are made when they are missing.

    Args:
        originals: by what the recipes call source.
        shelf: where renditions are kept.
        ledger: which are.
        encodes: made at once.
    """

    def __init__(
        self,
        originals: RootedBlobs,
        shelf: DraftBlobs,
        ledger: Ledger,
        packager: Packager,
        clock: Clock,
        encodes: int,
    ) -> None:
        self._originals = originals
        self._shelf = shelf
        self._ledger = ledger
        self._packager = packager
        self._clock = clock
        self._turns = Turns(encodes)
        self._lane = Lane()
        self._making: dict[str, Making] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._remembered: OrderedDict[str, Kept] = OrderedDict()
        self._failed: OrderedDict[str, tuple[float, PhilomelError]] = OrderedDict()
        self._used: set[str] = set()
        self._reading: Counter[str] = Counter()
        self.grew = asyncio.Event()

    async def open(self, key: bytes) -> Blob:
        recipe = parse(key)
        making = None if recipe.only_kept else self._making.get(recipe.name)
        if making is None:
            kept = await self._find(recipe.name)
            found = None if kept is None else await self._open_kept(recipe, kept)
            if found is not None:
                return found
            if recipe.only_kept:
                raise NotFound("there is no such rendition")
            making = self._making.get(recipe.name) or self._begin(recipe)
        with making.wanting():
            there = await making.until(recipe.part)
            if there or recipe.part is None:
                return self._open_making(recipe, making)
            held = self._turns.hold(recipe.listener)
            return Coming(making, recipe.part, _etag(recipe), held)

    async def numbers(self) -> Mapping[str, float]:
        """How busy it is: encodes at work, waiting and refused so far, and bytes that are kept."""
        return {
            "encodes_active": self._turns.working,
            "encodes_waiting": self._turns.waiting,
            "encodes_refused_total": self._turns.refused,
            "renditions_bytes": await self._ledger.total(),
        }

    def take_used(self) -> set[str]:
        """What was used since the last time; what is being read counts."""
        used, self._used = self._used, set()
        return used | set(self._reading)

    def in_use(self, name: str) -> bool:
        return name in self._used or name in self._reading or name in self._making

    def making(self, name: str) -> bool:
        """Whether it is being made at the moment."""
        return name in self._making

    def forget(self, name: str) -> None:
        """It is not kept any more."""
        self._remembered.pop(name, None)

    async def _find(self, name: str) -> Kept | None:
        kept = self._remembered.get(name)
        if kept is None:
            kept = await self._ledger.find(name)
            if kept is None:
                return None
            self._remembered[name] = kept
            if len(self._remembered) > _REMEMBERED:
                self._remembered.popitem(last=False)
        else:
            self._remembered.move_to_end(name)
        return kept

    async def _open_kept(self, recipe: Recipe, kept: Kept) -> Blob | None:
        """None if its bytes are gone, whoever took them."""
        name = recipe.name
        if recipe.part is None:
            span = (0, kept.size)
        elif recipe.part < len(kept.parts):
            span = kept.parts[recipe.part]
        else:
            raise NotFound("the track is shorter")
        closed = self._read(name)
        try:
            whole = await self._shelf.open(blob_key(name))
        except NotFound:
            closed()
            self.forget(name)
            await self._ledger.forget(name)
            return None
        except BaseException:
            closed()
            raise
        if whole.size != kept.size:
            # Written by somebody else, or cut by a broken disk: nothing of it can be trusted.
            closed()
            await whole.close()
            self.forget(name)
            await self._ledger.forget(name)
            return None
        return Part(whole, span, _etag(recipe), closed)

    def _open_making(self, recipe: Recipe, making: Making) -> Blob:
        if recipe.part is None:
            return Growing(making, _etag(recipe))
        descriptor = making.descriptor()
        whole = DiskBlob(descriptor, os.fstat(descriptor), self._lane)
        return Part(whole, making.parts[recipe.part], _etag(recipe), self._read(recipe.name))

    def _read(self, name: str) -> Callable[[], None]:
        self._used.add(name)
        self._reading[name] += 1

        def closed() -> None:
            self._used.add(name)
            self._reading[name] -= 1
            if not self._reading[name]:
                del self._reading[name]

        return closed

    def _begin(self, recipe: Recipe) -> Making:
        at, error = self._failed.get(recipe.name, (float("-inf"), None))
        if error is not None and asyncio.get_running_loop().time() - at < _FAILED_SECONDS:
            raise type(error)(error.message, code=error.code, retry_after=error.retry_after)
        making = Making(recipe, self._originals, self._shelf, self._packager, self._turns)
        self._making[recipe.name] = making
        task = asyncio.create_task(self._make(making))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return making

    async def _make(self, making: Making) -> None:
        name = making.recipe.name
        try:
            await making.make(self._keep)
        except PhilomelError as error:
            _log.info("no rendition %s: %s", name, error.message)
            if error.code == "workers.task_failed":
                self._failed[name] = (asyncio.get_running_loop().time(), error)
                if len(self._failed) > _REMEMBERED:
                    self._failed.popitem(last=False)
        except Exception:  # whoever waits was told; the others go on
            _log.exception("the rendition %s was not made", name)
        finally:
            del self._making[name]

    async def _keep(self, making: Making) -> None:
        kept = Kept(making.size, tuple(making.parts))
        await self._ledger.keep(making.recipe.name, kept, self._clock.now())
        self.grew.set()

    async def get(self, key: bytes) -> bytes:
        blob = await self.open(key)
        try:
            return b"".join([chunk async for chunk in blob.stream()])
        finally:
            await blob.close()

    async def put(self, key: bytes, data: bytes) -> None:
        _refuse(key, data)

    async def delete(self, key: bytes) -> None:
        _refuse(key)

    def walk(
        self, below: bytes = b"", on_error: Callable[[bytes, OSError], None] | None = None
    ) -> Iterator[Entry]:
        """None: there are as many renditions as people ask for."""
        del below, on_error
        return iter(())

    async def close(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)


def _etag(recipe: Recipe) -> str:
    part = "" if recipe.part is None else f"-{recipe.part}"
    return f"{recipe.content}-{recipe.rung}{part}"


def _refuse(*_: bytes) -> NoReturn:
    raise FailedPrecondition("this store is read-only")
