"""Asks the catalogue which tracks are meant."""

from collections.abc import Sequence

from philomel.services.catalog.contract import Catalog, Known, MatchTracks
from philomel.services.playlists.contract import MatchReason, Want, WantMatch

BATCH = 500


class Matcher:
    """Sees what the caller sees."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    async def match(self, wants: Sequence[Want]) -> list[WantMatch]:
        """What each is, in the order asked."""
        found = []
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
