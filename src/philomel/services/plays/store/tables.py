"""What the plays service keeps.

`play` is the history, and the truth. `play_count` (per person) and `track_total` (of all
listeners, without saying whose) are kept in the transaction of each play. `alias` says which
ids were merged into which, so that late calls find the new one. `was` is the id that a play
was made under, where that was merged; `merged_count` says how much of a count came from an
id that was merged, so that it can go back (for all listeners together without saying whose).
"""

from sqlalchemy import BigInteger, Column, Float, Index, Integer, MetaData, String, Table, Text

from philomel.engines import outbox

METADATA = MetaData()

_ID = String(22).with_variant(String(22, collation="C"), "postgresql")
_KIND = String(8)

PLAY = Table(
    "play",
    METADATA,
    Column("user_id", _ID, primary_key=True),
    Column("played_at", BigInteger, primary_key=True),
    Column("track_id", _ID, primary_key=True),
    Column("utc_offset_minutes", Integer, nullable=False),
    Column("player", Text, nullable=False),
    Column("was", _ID),
    Index("play_track", "track_id"),
)

COUNT = Table(
    "play_count",
    METADATA,
    Column("user_id", _ID, primary_key=True),
    Column("kind", _KIND, primary_key=True),
    Column("item_id", _ID, primary_key=True),
    Column("times", BigInteger, nullable=False),
    Column("last_played_at", BigInteger, nullable=False),
    Index("play_count_most", "user_id", "kind", "times", "item_id"),
    Index("play_count_last", "user_id", "kind", "last_played_at", "item_id"),
    Index("play_count_item", "kind", "item_id"),
)

TOTAL = Table(
    "track_total",
    METADATA,
    Column("track_id", _ID, primary_key=True),
    Column("times", BigInteger, nullable=False),
    Column("last_played_at", BigInteger, nullable=False),
)

NOW = Table(
    "now_playing",
    METADATA,
    Column("user_id", _ID, primary_key=True),
    Column("player", String(128), primary_key=True),
    Column("track_id", _ID, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("started_at", BigInteger),
    Column("position_ms", BigInteger),
    Column("heard_ms", BigInteger),
    Column("state", String(8)),
    Column("rate", Float),
)

ALIAS = Table(
    "alias",
    METADATA,
    Column("kind", _KIND, primary_key=True),
    Column("old_id", _ID, primary_key=True),
    Column("new_id", _ID, nullable=False),
    Index("alias_new", "kind", "new_id"),
)

MERGED = Table(
    "merged_count",
    METADATA,
    Column("kind", _KIND, primary_key=True),
    Column("old_id", _ID, primary_key=True),
    Column("user_id", _ID, primary_key=True),
    Column("times", BigInteger, nullable=False),
    Column("last_played_at", BigInteger, nullable=False),
    Index("merged_count_user", "user_id"),
)
EVERYBODY = ""
"""Stands for all listeners together in `merged_count`."""

outbox.add_tables(METADATA)
