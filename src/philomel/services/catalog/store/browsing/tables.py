"""What lies beside the entries: record labels, lyrics, chapters, and ways to find tracks."""

from sqlalchemy import Column, Index, Integer, Table, Text

from philomel.services.catalog.store.tables import BIG, ID, KEY, METADATA, tracks

__all__ = ["METADATA", "album_labels", "chapters", "labels", "lyrics", "revision"]

labels = Table(
    "labels",
    METADATA,
    Column("key", KEY, primary_key=True),
    Column("name", Text, nullable=False),
)
"""Folded names of record labels; one that no album has any more stays, and is in no list."""

album_labels = Table(
    "album_labels",
    METADATA,
    Column("label_key", KEY, primary_key=True),
    Column("album_id", ID, primary_key=True),
    Index("album_labels_album", "album_id"),
    sqlite_with_rowid=False,
)

lyrics = Table(
    "lyrics",
    METADATA,
    Column("track_id", ID, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("content", Text, nullable=False),
)
"""`content`: JSON of a `LyricSet`; number 0 is the best."""

chapters = Table(
    "chapters",
    METADATA,
    Column("track_id", ID, primary_key=True),
    Column("marks", Text, nullable=False),
)
"""`marks`: JSON [[start_ms, end_ms, title], ...]."""

# By the ids that others know tracks by. They hold only what is tagged: the migration says so.
Index("tracks_known_recording", tracks.c.recording_id)
Index("tracks_known_isrc", tracks.c.isrc)

revision = Table(
    "revision",
    METADATA,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("changes", BIG, nullable=False),
    Column("changed_at", BIG, nullable=False, server_default="0"),
)
"""How often, and when, something changed that others hear of: one row, once something did."""
