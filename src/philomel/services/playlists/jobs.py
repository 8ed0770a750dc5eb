"""What others announce and playlists follows, and what is cleared away behind removals."""

import asyncio
import logging
from functools import partial

from philomel.engines.log import Message
from philomel.engines.outbox import Effect
from philomel.kernel.caller import SERVICE, acting
from philomel.rpc.codec import from_bytes
from philomel.services.accounts.contract import UserRemoved
from philomel.services.catalog.contract import (
    EntriesChanged,
    EntryMerged,
    EntrySplit,
    GetTracks,
    Track,
)
from philomel.services.playlists.contract import ItemKind
from philomel.services.playlists.rules.wants import keys_of_names, keys_of_track
from philomel.services.playlists.service.bringing import Attacher
from philomel.services.playlists.service.context import Context
from philomel.services.playlists.service.covers import drop_cover
from philomel.services.playlists.service.mosaics import Mosaics
from philomel.services.playlists.store import clearing, wants

_log = logging.getLogger(__name__)

GROUP = "playlists"
TOPICS = ("philomel.catalog", "philomel.accounts")
REST_SECONDS = 600.0


class Follower:
    """Handles what comes from the log.

    All of this work may be large and may be repeated, so it goes in batches of its own
    and leaves no effect for the inbox's transaction.
    """

    def __init__(self, context: Context, attacher: Attacher) -> None:
        self._context = context
        self._attacher = attacher

    async def handle(self, message: Message) -> Effect | None:
        marks, value = self._context.marks, message.record.value
        match message.record.type:
            case "catalog.EntryMerged":
                merged = from_bytes(EntryMerged, value)
                kind = ItemKind(merged.kind.value)
                await marks.merge(kind, merged.old, merged.new, merged.at)
                if kind is ItemKind.TRACK:
                    await self._move(merged.old, merged.new)
            case "catalog.EntrySplit":
                split = from_bytes(EntrySplit, value)
                kind = ItemKind(split.kind.value)
                await marks.split(kind, split.source, split.part, split.also, split.at)
            case "catalog.EntriesChanged":
                await self._look_for(from_bytes(EntriesChanged, value).ids)
            case "catalog.LibrariesChanged":
                await self._look_for_all()
            case "accounts.UserRemoved":
                removed = from_bytes(UserRemoved, value)
                await marks.forget(removed.user_id)
                await self._context.kept.forget(removed.user_id)
                await self._forget(removed.user_id, removed.at)
            case _:
                pass
        return None

    async def _move(self, old: str, new: str) -> None:
        target = await self._context.marks.now(ItemKind.TRACK, new)
        write = self._context.database.write
        moved = int(target != old)
        while moved:
            moved = await write(lambda c: clearing.move_track(c, old, target))

    async def _forget(self, user_id: str, at: int) -> None:
        while await self._context.database.write(lambda c: clearing.forget(c, user_id, at)):
            pass
        self._context.announced()
        self._context.cleared()

    async def _look_for(self, ids: tuple[str, ...]) -> None:
        """Attach what waits for one of these, if they are tracks."""
        if not await self._attacher.there_are():
            return
        with acting(SERVICE):
            tracks = (await self._context.catalog.get_tracks(GetTracks(ids))).items
        keys = {key for track in tracks for key in _keys(track)}
        found = await self._context.database.read(lambda c: wants.of_keys(c, keys))
        for start in range(0, len(found), clearing.BATCH):
            await self._attacher.look(found[start : start + clearing.BATCH])

    async def _look_for_all(self) -> None:
        """Somebody may see more than before: everything that waits is looked for again."""
        last = ""
        while True:
            ids = await self._context.database.read(partial(wants.after, id_=last))
            if not ids:
                return
            last = ids[-1]
            await self._attacher.look(ids)


class Clearing:
    """The job that takes away what is left of removed playlists."""

    name = "playlists.clearing"

    def __init__(self, context: Context, woken: asyncio.Event) -> None:
        self._context = context
        self._woken = woken

    async def run(self) -> None:
        while True:
            self._woken.clear()
            for playlist_id, cover, sizes in await self._context.database.read(clearing.gone):
                clear = partial(clearing.clear, playlist_id=playlist_id)
                while await self._context.database.write(clear):
                    pass
                if cover is not None:
                    await drop_cover(self._context, cover, sizes)
            await self._context.mosaics.clear()
            try:
                async with asyncio.timeout(REST_SECONDS):
                    await self._woken.wait()
            except TimeoutError:
                continue


class Drawing:
    """The job that draws pictures of albums for playlists."""

    name = "playlists.drawing"

    def __init__(self, mosaics: Mosaics) -> None:
        self._mosaics = mosaics

    async def run(self) -> None:
        await self._mosaics.work()


def _keys(track: Track) -> set[str]:
    artists = {credit.artist.name for credit in track.credits}
    return keys_of_names(track.album.name if track.album else "", artists) | keys_of_track(
        track.title, track.path or "", track.isrc or "", track.musicbrainz_id or ""
    )
