"""The lyrics of a track: its own, or what open services know."""

from philomel.kernel.errors import NotFound, PhilomelError
from philomel.services.catalog.contract import Catalog, GetLyrics, Lyrics, ReadLyrics, TrackNotFound
from philomel.services.enrichment.contract import Enrichment, GetFoundLyrics


async def find_lyrics(catalog: Catalog, enrichment: Enrichment, track_id: str) -> Lyrics:
    """What the files bring comes first.

    Raises:
        TrackNotFound: nobody knows any, or the caller may not see the track.
    """
    try:
        return await catalog.get_lyrics(GetLyrics(track_id))
    except NotFound as missing:
        try:
            found = await enrichment.get_found_lyrics(GetFoundLyrics(track_id))
            return await catalog.read_lyrics(ReadLyrics(found.text, found.source))
        except PhilomelError:
            # Whatever ails the search elsewhere: the track itself has no lyrics.
            raise TrackNotFound(missing.message) from None
