"""Asks the catalogue which tracks are meant."""

from collections.abc import Sequence

from philomel.services.catalog.contract import (
    Catalog,
    EntryKind,
    Known,
    KnownEntry,
    MatchEntries,
    MatchTracks,
)
from philomel.services.playlists.contract import ItemKind, MatchReason, Want, WantMatch

BATCH = 500


class Matcher:
    """Sees what the caller sees."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    async def match(self, wants: Sequence[Want]) -> list[WantMatch]:
        """What each is, in the order asked."""
        found: dict[int, WantMatch] = {}
        for kind in {want.kind for want in wants}:
            these = [(place, want) for place, want in enumerate(wants) if want.kind is kind]
            asked = [want for _, want in these]
            if kind is ItemKind.TRACK:
                matches = await self._tracks(asked)
            else:
                matches = await self._named(EntryKind(kind.value), asked)
            found |= {place: match for (place, _), match in zip(these, matches, strict=True)}
        return [found[place] for place in range(len(wants))]

    async def _named(self, kind: EntryKind, wants: Sequence[Want]) -> list[WantMatch]:
        found: list[WantMatch] = []
        for start in range(0, len(wants), BATCH):
            asked = tuple(
                KnownEntry(want.title, want.artist, want.musicbrainz_id)
                for want in wants[start : start + BATCH]
            )
            matches = await self._catalog.match_entries(MatchEntries(kind, asked))
            found += [
                WantMatch(each.id, None if each.by is None else MatchReason(each.by.value))
                for each in matches.items
            ]
        return found

    async def _tracks(self, wants: Sequence[Want]) -> list[WantMatch]:
        found: list[WantMatch] = []
        for start in range(0, len(wants), BATCH):
            asked = tuple(map(_known, wants[start : start + BATCH]))
            matches = await self._catalog.match_tracks(MatchTracks(asked))
            found += [
                WantMatch(each.track_id, None if each.by is None else MatchReason(each.by.value))
                for each in matches.items
            ]
        return found


def _known(want: Want) -> Known:
    return Known(
        id=want.track_id,
        title=want.title,
        artist=want.artist,
        album=want.album,
        duration_ms=want.duration_ms,
        path=want.path,
        isrc=want.isrc,
        recording_id=want.musicbrainz_id,
        track_number=want.track_number,
        disc_number=want.disc_number,
    )
