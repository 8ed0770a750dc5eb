"""Pictures of playlists: those that people give them, and those that stand for these."""

import hashlib
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from philomel.engines.workers import TaskFailed
from philomel.kernel.caller import current
from philomel.kernel.errors import InvalidArgument
from philomel.kernel.ids import encode
from philomel.services.catalog.contract import Cover, GetTrackCovers
from philomel.services.playlists import rules
from philomel.services.playlists.contract import (
    BadCover,
    GetPlaylistCovers,
    Playlist,
    PlaylistCover,
    PlaylistCovers,
    SetPlaylistCover,
    ShownCover,
)
from philomel.services.playlists.rules import access
from philomel.services.playlists.service.choosing import Chooser
from philomel.services.playlists.service.context import Context
from philomel.services.playlists.service.mosaics import SIZES, key_of, mosaic_id
from philomel.services.playlists.store import entries, lists

LARGEST = 256 << 10
MOST, LOOKED_AT, BATCH = 100, 50, 500
"""A picture is of albums among so many first tracks."""
MOST_CHOSEN, MOST_KEPT, KEPT_MS = 5, 500, 600_000
"""Rules are read anew for so many pictures of one request; what they gave is kept for a while."""


class Picturing:
    """The part of `Playlists` that is about covers."""

    def __init__(self, context: Context, chooser: Chooser) -> None:
        self._context = context
        self._chooser = chooser
        self._chosen: dict[tuple[str, str, str | None], tuple[int, tuple[str, ...]]] = {}

    async def get_playlist_covers(self, request: GetPlaylistCovers, /) -> PlaylistCovers:
        caller = current().caller
        caller.require_known()
        ids = rules.check_ids(request.ids)
        if len(ids) > MOST:
            raise InvalidArgument(f"at most {MOST} playlists at a time")

        def work(connection: Connection) -> tuple[list[Playlist], dict[str, list[str]]]:
            found = lists.find(connection, ids, caller.user_id)
            seen = [playlist for playlist in found if access.may_read(playlist, caller)]
            plain = [each for each in seen if each.cover is None and each.rules is None]
            return seen, {each.id: _first(connection, each.id) for each in plain}

        seen, tracks = await self._context.database.read(work, long=len(ids) > MOST_CHOSEN)
        firsts: dict[str, Sequence[str]] = {**tracks, **await self._smart_firsts(seen)}
        covers = await self._covers_of(firsts)
        fours = {id_: of for id_, of in covers.items() if len(of) == 4}
        drawn = await self._context.mosaics.shown(list(fours.values()), wait=request.wait)
        return PlaylistCovers(
            tuple(
                ShownCover(
                    each.id,
                    each.cover
                    or (drawn.get(mosaic_id(fours[each.id])) if each.id in fours else None)
                    or next((PlaylistCover(c.id, c.sizes) for c in covers.get(each.id, ())), None),
                )
                for each in seen
            )
        )

    async def _smart_firsts(self, playlists: Sequence[Playlist]) -> dict[str, Sequence[str]]:
        """The first tracks of smart playlists, as the caller sees them."""
        found: dict[str, Sequence[str]] = {}
        now, user_id, fresh = self._context.clock.now(), current().caller.user_id, 0
        for each in playlists:
            if each.rules is None or each.cover is not None:
                continue
            key = (each.id, each.snapshot_id, user_id)
            at, ids = self._chosen.get(key, (0, ()))
            if at < now - KEPT_MS and fresh < MOST_CHOSEN:
                fresh += 1
                chosen = await self._chooser.choose(each.owner_id, each.rules, LOOKED_AT, 0)
                ids = chosen.track_ids
                self._chosen.pop(key, None)
                self._chosen[key] = (now, ids)
                while len(self._chosen) > MOST_KEPT:
                    self._chosen.pop(next(iter(self._chosen)))
            found[each.id] = ids
        return found

    async def _covers_of(self, firsts: Mapping[str, Sequence[str]]) -> dict[str, tuple[Cover, ...]]:
        """Up to four different pictures for each list of tracks."""
        every = list(dict.fromkeys(id_ for ids in firsts.values() for id_ in ids))
        of: dict[str, Cover] = {}
        for start in range(0, len(every), BATCH):
            asked = GetTrackCovers(tuple(every[start : start + BATCH]))
            found = await self._context.catalog.get_track_covers(asked)
            of |= {item.track_id: item.cover for item in found.items if item.cover.sizes}
        return {
            id_: tuple({of[track].id: of[track] for track in ids if track in of}.values())[:4]
            for id_, ids in firsts.items()
        }

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


def _first(connection: Connection, playlist_id: str) -> list[str]:
    found = entries.window(connection, playlist_id, 0, LOOKED_AT)
    return [entry.track_id for entry in found if entry.track_id is not None]


async def drop_cover(context: Context, cover: str, sizes: tuple[int, ...]) -> None:
    """Forget a picture that no playlist shows any more."""
    if await context.database.read(lambda c: lists.cover_used(c, cover)):
        return
    for size in sizes:
        await context.blobs.delete(key_of(cover, size))
