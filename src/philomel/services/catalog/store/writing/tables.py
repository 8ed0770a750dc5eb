"""Uploads, and changes of tags."""

from sqlalchemy import Boolean, Column, Index, LargeBinary, String, Table, Text, false

from philomel.services.catalog.store.tables import BIG, ID, METADATA

uploads = Table(
    "uploads",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("library_id", ID, nullable=False),
    Column("path", LargeBinary, nullable=False),
    Column("size", BIG, nullable=False),
    Column("state", String(20), nullable=False),
    Column("begun_at", BIG, nullable=False),
    Column("due", Boolean, nullable=False, server_default=false()),
    Index("uploads_library", "library_id", "path"),
)
"""`due`: it is in its place, and a scan has to read it."""

mends = Table(
    "mends",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("batch", ID, nullable=False),
    Column("track_id", ID, nullable=False),
    Column("library_id", ID, nullable=False),
    Column("path", LargeBinary, nullable=False),
    Column("name", Text, nullable=False),
    Column("at", BIG, nullable=False),
    Column("by", ID),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("cover", Boolean, nullable=False),
    Column("old_hash", String(64), nullable=False),
    Column("new_hash", String(64), nullable=False),
    Column("done", Boolean, nullable=False, server_default=false()),
    Column("undone_at", BIG),
    Column("due", Boolean, nullable=False, server_default=false()),
    Index("mends_track", "track_id"),
)
"""`done`: the file was replaced. The hashes are those of the file before and after; what brings
the one back from the other is a blob under the id."""
