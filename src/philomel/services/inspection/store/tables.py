"""What inspection keeps: findings, what waits to be looked at, and which asset a track has."""

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

findings = Table(
    "findings",
    METADATA,
    Column("rank", SmallInteger, primary_key=True),
    Column("subject_id", ID, primary_key=True),
    Column("subject", String(10), nullable=False),
    Column("library_id", ID, nullable=False),
    Column("name", Text, nullable=False),
    Column("path", Text),
    Column("detail", Text, nullable=False),
    Column("peer_id", ID),
    Column("ignored", Boolean, nullable=False),
    Column("found_at", BigInteger, nullable=False),
    Column("round", BigInteger, nullable=False),
    Index("findings_subject", "subject_id"),
    Index("findings_peer", "peer_id"),
)
"""`rank`: the kind, the worst first. `round`: of errors of files, which look found them last."""

due = Table(
    "due",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("album", Boolean, primary_key=True),
    Column("alone", Boolean, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("times", Integer, nullable=False),
    Index("due_since", "album", "since", "id"),
)
"""`alone`: because of another copy; that one has been looked at. `times`: how often it was
marked; what is marked again while somebody looks at it stays."""

subjects = Table(
    "subjects",
    METADATA,
    Column("track_id", ID, primary_key=True),
    Column("asset_id", ID),
    Column("album_id", ID),
    Index("subjects_asset", "asset_id"),
)
"""Tracks that were looked at, as they were then."""

state = Table(
    "state",
    METADATA,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("swept", Boolean, nullable=False),
    Column("cursor", Text),
    Column("errors_due", Boolean, nullable=False),
    Column("errors_marked", Integer, nullable=False, server_default="0"),
)
"""One row. `swept`: all tracks of the catalogue were marked once, from `cursor` on.
`errors_marked`: how often errors became due; what becomes due during a look stays."""

outbox.add_tables(METADATA)
