"""Keeps pictures: every one in a few sizes, under an id that follows from its bytes."""

import asyncio
import contextlib
import hashlib
import logging
from functools import partial

from philomel.engines.audio import Imager
from philomel.engines.blobs import Blobs
from philomel.engines.sql import Database
from philomel.engines.workers import TaskFailed
from philomel.kernel.clock import Clock
from philomel.kernel.errors import NotFound
from philomel.kernel.ids import encode
from philomel.services.catalog.store import pictures
from philomel.services.catalog.store.pictures import unused

_log = logging.getLogger(__name__)

SIZES = (64, 300, 640, 1200)
LARGEST = 32 << 20
GRACE_MS = 3 * 24 * 3_600_000
"""Addresses of covers live for two days at most."""
_BATCH = 200


class Keeper:
    def __init__(self, *, database: Database, blobs: Blobs, imager: Imager, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._blobs = blobs
        self._imager = imager
        self._turn = asyncio.Lock()

    async def keep(self, data: bytes) -> str | None:
        """Store a picture in every size; its id, or None if it is none."""
        async with self._turn:
            return await self._keep(data)

    async def sweep(self, now: int) -> int:
        """Forget covers that were shown nowhere for days; how many.

        An address of one that was handed out before works until then.
        """
        for look, since in ((unused.used_again, None), (unused.newly_unused, now)):
            ids = await self._database.read(look, long=True)
            for start in range(0, len(ids), _BATCH):
                some = ids[start : start + _BATCH]
                await self._database.write(partial(unused.mark, ids=some, now=since))
        before, gone = now - GRACE_MS, 0
        while True:
            look_again = partial(unused.long_unused, before=before, limit=_BATCH)
            found = await self._database.read(look_again, long=True)
            for cover, sizes in found:
                async with self._turn:  # nobody keeps it anew while it goes
                    for size in sizes:
                        await self._blobs.delete(_key(cover, size))
                    await self._database.write(
                        partial(unused.forget, cover_id=cover, before=before)
                    )
            gone += len(found)
            if len(found) < _BATCH:
                return gone

    async def _keep(self, data: bytes) -> str | None:
        cover = encode(int.from_bytes(hashlib.sha256(data).digest()[:16]))
        if await self._database.read(lambda c: pictures.is_known(c, cover)):
            return cover
        try:
            rendered = await self._imager.render(data, SIZES)
        except TaskFailed as error:
            _log.info("a cover cannot be used: %s", error)
            return None
        sizes = [
            size
            for place, size in enumerate(SIZES)
            if place == 0 or rendered[place] != rendered[place - 1]
        ]
        # Written down first as one that nothing shows: what a kill leaves is swept.
        now = self._clock.now()
        await self._database.write(lambda c: pictures.expect_cover(c, cover, sizes, now))
        for size, picture in zip(SIZES, rendered, strict=True):
            if size not in sizes:
                continue  # a small picture is not enlarged
            await self._blobs.put(_key(cover, size), picture)
        colour = await self._colour(rendered[0])
        await self._database.write(lambda c: pictures.add_cover(c, cover, sizes, colour))
        return cover

    async def mend_colour(self) -> bool:
        """Look at one cover from before there were colours; whether there was one."""
        cover = await self._database.read(pictures.next_colourless)
        if cover is None:
            return False
        colour = ""
        with contextlib.suppress(NotFound):
            colour = await self._colour(await self._blobs.get(_key(cover, SIZES[0])))
        await self._database.write(lambda c: pictures.set_colour(c, cover, colour))
        return True

    async def _colour(self, picture: bytes) -> str:
        """As "#rrggbb", or nothing."""
        try:
            return await self._imager.colour(picture)
        except TaskFailed as error:
            _log.warning("a cover has no colour: %s", error)
            return ""

    async def fetch(self, key: str) -> bytes | None:
        """A picture that was put into the blob store, unless it is too large."""
        blob = await self._blobs.open(key.encode())
        try:
            if blob.size is None or blob.size > LARGEST:
                return None
            return b"".join([part async for part in blob.stream()])
        finally:
            await blob.close()


def _key(cover: str, size: int) -> bytes:
    return f"covers/{cover[:2]}/{cover}-{size}.jpg".encode()
