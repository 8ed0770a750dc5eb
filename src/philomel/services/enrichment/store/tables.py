"""What the enrichment service keeps.

`tasks` are entries to ask about; one that is done stays, so that it is not asked again.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
)

from philomel.engines import outbox

METADATA = MetaData()

ID = String(22).with_variant(String(22, collation="C"), "postgresql")

WAITING, FOUND, NOTHING, FAILED = 0, 1, 2, 3
"""States of a task."""

choice = Table(
    "choice",
    METADATA,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("enabled", Boolean, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("filling", String(10)),
    Column("cursor", Text),
    Column("error", Text),
)
"""One row, once somebody decided. `filling`: the kind of entries whose list is being read,
from `cursor` on; empty when all are known."""

tasks = Table(
    "tasks",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("kind", SmallInteger, nullable=False),
    Column("state", SmallInteger, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("note", Text),
    Index("tasks_due", "state", "kind", "due_at"),
)

artist_infos = Table(
    "artist_infos",
    METADATA,
    Column("artist_id", ID, primary_key=True),
    Column("musicbrainz_id", String(36)),
    Column("biography", Text),
    Column("language", String(20)),
    Column("source", Text),
    Column("source_url", Text),
    Column("links", Text, nullable=False),
    Column("found_at", BigInteger, nullable=False),
)
"""`links`: JSON [[kind, url], ...]."""

found_lyrics = Table(
    "found_lyrics",
    METADATA,
    Column("track_id", ID, primary_key=True),
    Column("text", Text, nullable=False),
    Column("synced", Boolean, nullable=False),
    Column("source", Text, nullable=False),
    Column("found_at", BigInteger, nullable=False),
)

outbox.add_tables(METADATA)
