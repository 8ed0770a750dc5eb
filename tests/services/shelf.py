"""A small catalogue in memory: what each listener may see, and which ids were merged."""

from collections.abc import Sequence
from typing import Any, cast

from philomel.kernel.caller import current
from philomel.services.catalog.contract import (
    Album,
    Albums,
    AlbumType,
    Alias,
    Artist,
    Artists,
    Catalog,
    Condition,
    Cover,
    Credit,
    CreditRole,
    EntryKind,
    EntryMatches,
    GetAlbums,
    GetArtists,
    GetTrackCovers,
    GetTracks,
    MatchedBy,
    MatchEntries,
    MatchTracks,
    Named,
    SelectedTracks,
    SelectTracks,
    Track,
    TrackCover,
    TrackCovers,
    TrackField,
    TrackMatch,
    TrackMatches,
    Tracks,
)
from philomel.services.catalog.rules.known import Candidate, NamedCandidate, best, best_entry


def _holds(track: Track, condition: Condition) -> bool:
    match condition.field:
        case TrackField.ID:
            found = track.id in condition.texts
        case TrackField.TITLE:
            found = track.title in condition.texts
        case TrackField.DURATION_MS:
            low, high = condition.low, condition.high
            length = track.duration_ms
            found = (low is None or length >= low) and (high is None or length <= high)
        case _:
            raise NotImplementedError(condition.field)
    return found is not condition.negated


class Shelf:
    """Answers by id for who may see it. `hidden` holds (user id, id)."""

    def __init__(self) -> None:
        self.tracks: dict[str, Track] = {}
        self.albums: dict[str, Album] = {}
        self.artists: dict[str, Artist] = {}
        self.aliases: dict[str, str] = {}
        self.hidden: set[tuple[str | None, str]] = set()

    def as_catalog(self) -> Catalog:
        return cast("Catalog", self)

    def add_track(
        self,
        id_: str,
        album: str | None = None,
        artists: Sequence[str] = (),
        cover: Cover | None = None,
    ) -> str:
        credits_ = [Credit(Named(artist, "Somebody"), CreditRole.ARTIST) for artist in artists]
        credits_.append(Credit(Named("c".rjust(22, "0"), "Composer"), CreditRole.COMPOSER))
        named = None if album is None else Named(album, "Album")
        self.tracks[id_] = Track(
            id_, "Title", tuple(credits_), 180_000, 1, album=named, cover=cover
        )
        return id_

    def add_album(self, id_: str) -> str:
        self.albums[id_] = Album(id_, "Album", AlbumType.ALBUM, (), 1, 1, 1)
        return id_

    def add_artist(self, id_: str) -> str:
        self.artists[id_] = Artist(id_, "Artist", "Artist", 1, 1, 1)
        return id_

    async def get_tracks(self, request: GetTracks, /) -> Tracks:
        items, aliases = self._find(self.tracks, request.ids)
        return Tracks(items, aliases)

    async def get_track_covers(self, request: GetTrackCovers, /) -> TrackCovers:
        found, _ = self._find(self.tracks, request.ids)
        return TrackCovers(tuple(TrackCover(t.id, t.cover) for t in found if t.cover is not None))

    async def get_albums(self, request: GetAlbums, /) -> Albums:
        items, aliases = self._find(self.albums, request.ids)
        return Albums(items, aliases)

    async def get_artists(self, request: GetArtists, /) -> Artists:
        items, aliases = self._find(self.artists, request.ids)
        return Artists(items, aliases)

    async def match_tracks(self, request: MatchTracks, /) -> TrackMatches:
        seen = [t for t in self.tracks.values() if self._visible(t.id)]
        candidates = [
            Candidate(
                t.id,
                t.title,
                tuple(c.artist.name for c in t.credits if c.role is CreditRole.ARTIST),
                t.album.name if t.album else "",
                t.duration_ms,
                t.isrc or "",
            )
            for t in seen
        ]
        ids = {t.id for t in seen}
        return TrackMatches(
            tuple(
                TrackMatch(known.id, MatchedBy.ID) if known.id in ids else best(known, candidates)
                for known in request.items
            )
        )

    async def match_entries(self, request: MatchEntries, /) -> EntryMatches:
        kept = self.albums if request.kind is EntryKind.ALBUM else self.artists
        candidates = [
            NamedCandidate(each.id, each.name) for each in kept.values() if self._visible(each.id)
        ]
        return EntryMatches(tuple(best_entry(known, candidates) for known in request.items))

    async def select_tracks(self, request: SelectTracks, /) -> SelectedTracks:
        """Only what is asked by id, title and length."""
        groups = [(g.every, g.conditions) for g in request.groups]
        found = [
            t
            for t in self.tracks.values()
            if self._visible(t.id)
            and (all if request.every else any)(
                (all if every else any)(_holds(t, c) for c in conditions)
                for every, conditions in groups
            )
        ]
        places = {id_: place for place, id_ in enumerate(request.ranked)}
        found.sort(key=lambda t: (places.get(t.id, len(places)), t.id), reverse=request.descending)
        kept = found[: request.most]
        page = kept[request.offset : request.offset + request.limit]
        length = sum(t.duration_ms for t in kept)
        return SelectedTracks(tuple(t.id for t in page), len(found), len(kept), length)

    def _visible(self, id_: str) -> bool:
        return (current().caller.user_id, id_) not in self.hidden

    def _find(self, shelf: dict[str, Any], ids: Sequence[str]) -> tuple[Any, tuple[Alias, ...]]:
        found: dict[str, Any] = {}
        aliases = []
        for asked in ids:
            id_ = self.aliases.get(asked, asked)
            if id_ in shelf and (current().caller.user_id, id_) not in self.hidden:
                found[id_] = shelf[id_]
                if id_ != asked:
                    aliases.append(Alias(asked, id_))
        return tuple(found.values()), tuple(aliases)
