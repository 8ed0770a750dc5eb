"""Lyrics that others bring."""

from philomel.kernel.errors import InvalidArgument
from philomel.services.catalog.contract import Lyrics, ReadLyrics
from philomel.services.catalog.rules import lyrics

MAX_LYRICS = 100_000


def read_lyrics(request: ReadLyrics) -> Lyrics:
    """A text in lines and words.

    Raises: InvalidArgument.
    """
    if len(request.text) > MAX_LYRICS:
        raise InvalidArgument(f"lyrics have at most {MAX_LYRICS:,} characters")
    try:
        found = lyrics.parse(request.text, source=request.source)
    except lyrics.BadLyrics as error:
        raise InvalidArgument(str(error)) from None
    if found is None:
        raise InvalidArgument("there is nothing in these lyrics")
    return Lyrics(lyrics.text_of(found), found.synced, found.language, (found,))
