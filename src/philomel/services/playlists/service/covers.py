"""Pictures that people give their playlists."""

import hashlib

from sqlalchemy import Connection

from philomel.engines.workers import TaskFailed
from philomel.kernel.caller import current
from philomel.kernel.ids import encode
from philomel.services.playlists.contract import BadCover, Playlist, SetPlaylistCover
from philomel.services.playlists.rules import access
from philomel.services.playlists.service.context import Context
from philomel.services.playlists.store import lists

LARGEST = 256 << 10
SIZES = (64, 300, 640)


class Picturing:
    """The part of `Playlists` that is about covers."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def set_playlist_cover(self, request: SetPlaylistCover, /) -> None:
        caller = current().caller
        caller.require_scope(access.UPLOAD)
        if len(request.jpeg) > LARGEST:
            raise BadCover("a cover has at most 256 KiB")

        def find(connection: Connection) -> Playlist:
            found = lists.find_one(connection, request.playlist_id, caller.user_id)
            return access.check_owner(found, caller)

        await self._context.database.read(find)
        cover, sizes = await self._keep(request.jpeg) if request.jpeg else (None, [])
        written = ",".join(map(str, sizes))

        def work(connection: Connection) -> Playlist:
            playlist = find(connection)
            values = {"cover_id": cover, "cover_sizes": f"[{written}]"}
            lists.change(connection, playlist, values, self._context.clock.now())
            return playlist

        before = (await self._context.database.write(work)).cover
        self._context.announced()
        if before is not None and before.id != cover:
            await drop_cover(self._context, before.id, before.sizes)

    async def _keep(self, jpeg: bytes) -> tuple[str, list[int]]:
        """Store the picture, drawn anew, in every size that is not enlarged."""
        if not jpeg.startswith(b"\xff\xd8\xff"):
            raise BadCover("a cover is a JPEG picture")
        try:
            rendered = await self._context.imager.render(jpeg, SIZES)
        except TaskFailed:
            raise BadCover("this picture cannot be read") from None
        # Never the id of an album's cover: the catalogue clears its own away.
        digest = hashlib.sha256(b"playlist" + jpeg).digest()
        cover = encode(int.from_bytes(digest[:16]))
        kept = []
        for place, (size, picture) in enumerate(zip(SIZES, rendered, strict=True)):
            if place and picture == rendered[place - 1]:
                continue
            await self._context.blobs.put(key_of(cover, size), picture)
            kept.append(size)
        return cover, kept


async def drop_cover(context: Context, cover: str, sizes: tuple[int, ...]) -> None:
    """Forget a picture that no playlist shows any more."""
    if await context.database.read(lambda c: lists.cover_used(c, cover)):
        return
    for size in sizes:
        await context.blobs.delete(key_of(cover, size))


def key_of(cover: str, size: int) -> bytes:
    return f"covers/{cover[:2]}/{cover}-{size}.jpg".encode()
