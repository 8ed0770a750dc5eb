"""Playlists as files: bringing them in, and giving them out."""

from collections.abc import AsyncIterator

from philomel.kernel.caller import current
from philomel.services.catalog.contract import CreditRole, GetTracks, Track
from philomel.services.playlists.contract import (
    BadFile,
    CreatePlaylist,
    ExportPlaylist,
    FilePart,
    GetPlaylist,
    ImportPlaylist,
    Item,
    ListItems,
    NewItem,
    PlaylistImported,
    ReplaceItems,
    SmartRules,
    Want,
)
from philomel.services.playlists.rules.files import read_file, write_file
from philomel.services.playlists.service.choosing import Chooser
from philomel.services.playlists.service.context import Context
from philomel.services.playlists.service.entries import Ordering
from philomel.services.playlists.service.lists import Listing
from philomel.services.playlists.service.matching import Matcher
from philomel.services.playlists.store import lists

PAGE, PART, SHOWN = 500, 256 << 10, 200


class Exchanging(Listing, Ordering):
    """The part of `Playlists` that is about files."""

    _context: Context
    _chooser: Chooser
    _matcher: Matcher

    async def import_playlist(self, request: ImportPlaylist, /) -> PlaylistImported:
        current().caller.require_user()
        listed = read_file(request.content)
        name = (request.name or listed.name or request.otherwise or "Imported")[:200]
        if listed.rules is not None:
            return await self._import_rules(request, name, listed.rules)
        if not listed.wants:
            raise BadFile("there is no track in this file")
        matches = await self._matcher.match(listed.wants)
        pairs = list(zip(listed.wants, matches, strict=True))
        missing = [want for want, match in pairs if match.track_id is None]
        result = PlaylistImported(name, len(pairs), len(missing), not_found=tuple(missing[:SHOWN]))
        if request.dry_run:
            return result
        playlist = await self.create_playlist(
            CreatePlaylist(name, public=request.public, source=request.source)
        )
        known = bool(request.source and playlist.track_count)
        if not known:
            # Looked for again there: what waits must not miss a file that comes meanwhile.
            items = tuple(
                NewItem(match.track_id, None if match.track_id else want) for want, match in pairs
            )
            await self.replace_items(ReplaceItems(playlist.id, items))
            playlist = await self.get_playlist(GetPlaylist(playlist.id))
        return PlaylistImported(
            playlist.name, len(pairs), len(missing), playlist, tuple(missing[:SHOWN]), known
        )

    async def _import_rules(
        self, request: ImportPlaylist, name: str, rules: SmartRules
    ) -> PlaylistImported:
        user_id = current().caller.require_user()
        found = await self._chooser.choose(user_id, rules, 0, 0)
        if request.dry_run:
            return PlaylistImported(name, found.count, 0, rules=True)
        there = await self._context.database.read(
            lambda connection: lists.of_source(connection, user_id, request.source)
        )
        made = CreatePlaylist(name, public=request.public, rules=rules, source=request.source)
        playlist = there or await self.create_playlist(made)
        return PlaylistImported(
            playlist.name, found.count, 0, playlist, known=there is not None, rules=True
        )

    async def export_playlist(self, request: ExportPlaylist, /) -> AsyncIterator[FilePart]:
        playlist = await self.get_playlist(GetPlaylist(request.playlist_id))
        wants: list[Want] = []
        while True:
            page = await self.list_items(ListItems(playlist.id, PAGE, len(wants)))
            wants += await self._wants(page.items)
            if len(page.items) < PAGE:
                break
        content = write_file(request.format, playlist.name, wants)
        for start in range(0, len(content), PART):
            yield FilePart(content[start : start + PART])

    async def _wants(self, items: tuple[Item, ...]) -> list[Want]:
        ids = tuple(dict.fromkeys(item.track_id for item in items if item.track_id is not None))
        tracks: dict[str, Track] = {}
        if ids:
            found = await self._context.catalog.get_tracks(GetTracks(ids))
            tracks = {track.id: track for track in found.items}
            tracks |= {a.old: tracks[a.new] for a in found.aliases if a.new in tracks}
        return [
            item.want or _said_of(tracks.get(item.track_id or ""), item.track_id or "")
            for item in items
        ]


def _said_of(track: Track | None, id_: str) -> Want:
    """What a file says of a track; of one that the caller cannot see, only its id."""
    if track is None:
        return Want(track_id=id_)
    names = [each.artist.name for each in track.credits if each.role is CreditRole.ARTIST]
    return Want(
        title=track.title,
        artist=", ".join(names),
        album=track.album.name if track.album else "",
        duration_ms=track.duration_ms,
        path=track.path or "",
        isrc=track.isrc or "",
        musicbrainz_id=track.musicbrainz_id or "",
        track_id=track.id,
        track_number=track.track_number or 0,
        disc_number=track.disc_number or 0,
    )
