"""The tables of media: assets, and where the libraries are."""

from enum import IntEnum

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    false,
)

from philomel.engines import outbox

METADATA = MetaData()
outbox.add_tables(METADATA)

_ID = String(22)
_BIG = BigInteger().with_variant(Integer, "sqlite")


class State(IntEnum):
    """Of an asset's analysis."""

    WAITING = 0
    DONE = 1
    FAILED = 2
    NOT_THERE = 3
    """Not found as it was registered: tried again at the next start or registration."""


ASSETS = Table(
    "assets",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("library_id", _ID, nullable=False),
    Column("path", LargeBinary, nullable=False),
    Column("size", _BIG, nullable=False),
    Column("modified_ns", _BIG, nullable=False),
    Column("container", String(16), nullable=False),
    Column("codec", String(16), nullable=False),
    Column("duration_ms", _BIG, nullable=False),
    Column("bitrate", _BIG, nullable=False),
    Column("state", SmallInteger, nullable=False),
    Column("tries", SmallInteger, nullable=False),
    Column("queued_at", _BIG, nullable=False),
    Column("stream_hash", String(64)),
    Column("loudness", Float),
    Column("true_peak", Float),
    Column("error", Text),
    # of the analysis that the results are from; what an older one left is done again
    Column("analysis_version", SmallInteger, nullable=False, server_default="0"),
    Column("registered_at", _BIG, nullable=False, server_default="0"),
    Column("header_ms", _BIG),
    Column("clipped", _BIG),
    Column("sample_rate", Integer),
    Column("samples", _BIG),
    Column("delay", _BIG),
    Column("padding", _BIG),
    Column("fingerprinted", Boolean, nullable=False, server_default=false()),
    Index("ix_assets_state", "state", "queued_at", "library_id"),
    Index("ix_assets_analysis_version", "state", "analysis_version"),
)

# What is long and seldom read; `number` is short, for LANDMARKS.
SOUNDS = Table(
    "sounds",
    METADATA,
    Column("number", _BIG, primary_key=True, autoincrement=True),
    Column("asset_id", _ID, nullable=False),
    Column("blocks", LargeBinary, nullable=False),
    Column("landmarks", LargeBinary, nullable=False),
    Column("print", LargeBinary, nullable=False),
    Column("outline", LargeBinary, nullable=False),
    Index("ix_sounds_asset", "asset_id", unique=True),
)

# Which sounds have a moment like this: 28 bits of it. Some 32 rows for each sound.
LANDMARKS = Table(
    "landmarks",
    METADATA,
    Column("mark", Integer, primary_key=True, autoincrement=False),
    Column("number", _BIG, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

LIBRARY_ROOTS = Table(
    "library_roots",
    METADATA,
    Column("library_id", _ID, primary_key=True),
    Column("root", LargeBinary, nullable=False),
    Column("away", Boolean, nullable=False),
    Column("hidden", Boolean, nullable=False),
    Column("restricted", Boolean, nullable=False),
)

LIBRARY_LISTENERS = Table(
    "library_listeners",
    METADATA,
    Column("library_id", _ID, primary_key=True),
    Column("user_id", _ID, primary_key=True),
)
"""Who may hear a restricted library."""

DEPARTED = Table(
    "departed",
    METADATA,
    Column("user_id", _ID, primary_key=True),
    Column("removed_at", _BIG, nullable=False),
)
"""People whose accounts were removed: their addresses open nothing."""

STATIONS = Table(
    "stations",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("name", Text, nullable=False),
    Column("stream_url", Text, nullable=False),
    Column("home_page_url", Text, nullable=False),
    Column("added_at", _BIG, nullable=False),
)
