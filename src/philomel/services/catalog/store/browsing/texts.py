"""What is read inside a track: lyrics and chapters."""

from collections.abc import Sequence
from typing import Final

import msgspec
from sqlalchemy import BindParameter, Connection, bindparam, false, select

from philomel.services.catalog.contract import Chapter, Chapters, Lyrics, LyricSet
from philomel.services.catalog.rules.lyrics import text_of
from philomel.services.catalog.store.browsing.tables import chapters, lyrics
from philomel.services.catalog.store.loading import resolve_one
from philomel.services.catalog.store.tables import lies_in, tracks
from philomel.services.catalog.store.visible import hides_explicit

_LIBRARIES: BindParameter[Sequence[str]] = bindparam("libraries", expanding=True)
_LYRICS = (
    select(lyrics.c.content)
    .join_from(lyrics, tracks, tracks.c.id == lyrics.c.track_id)
    .where(lyrics.c.track_id == bindparam("id"), lies_in(tracks.c.library_id, _LIBRARIES))
    .order_by(lyrics.c.number)
)
_CLEAN_LYRICS = _LYRICS.where(tracks.c.explicit == false())
_CHAPTERS = (
    select(chapters.c.marks)
    .select_from(tracks)
    .outerjoin(chapters, chapters.c.track_id == tracks.c.id)
    .where(tracks.c.id == bindparam("id"), lies_in(tracks.c.library_id, _LIBRARIES))
)
_SET: Final = msgspec.json.Decoder(LyricSet)
_ITEMS: Final[msgspec.json.Decoder[list[tuple[int, int, str]]]] = msgspec.json.Decoder(
    list[tuple[int, int, str]]
)


def get_lyrics(connection: Connection, track_id: str, visible: Sequence[str]) -> Lyrics | None:
    """None without any."""
    values = {"id": resolve_one(connection, track_id), "libraries": visible}
    statement = _CLEAN_LYRICS if hides_explicit(visible) else _LYRICS
    sets = tuple(_SET.decode(row) for row in connection.execute(statement, values).scalars())
    if not sets:
        return None
    return Lyrics(
        text=text_of(sets[0]), synced=sets[0].synced, language=sets[0].language, sets=sets
    )


def get_chapters(connection: Connection, track_id: str, visible: Sequence[str]) -> Chapters | None:
    """None if there is no such track."""
    values = {"id": resolve_one(connection, track_id), "libraries": visible}
    row = connection.execute(_CHAPTERS, values).one_or_none()
    if row is None:
        return None
    return Chapters(items=tuple(Chapter(*item) for item in _ITEMS.decode(row[0] or "[]")))
