"""What the playlists service keeps.

`mark` is a person's like and rating of one thing; a row with neither does not exist.
`alias` says which ids were merged into which, so that late calls find the new one.
`play_queue` and `share` hold their ids in one text, parted by blanks.
`unsaved` says when a like was taken back, for news of a merge that come later.
"""

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, String, Table, Text

from philomel.engines import outbox

METADATA = MetaData()

_ID = String(22).with_variant(String(22, collation="C"), "postgresql")
_KIND = String(8)

MARK = Table(
    "mark",
    METADATA,
    Column("user_id", _ID, primary_key=True),
    Column("kind", _KIND, primary_key=True),
    Column("item_id", _ID, primary_key=True),
    Column("saved_at", BigInteger),
    Column("rating", Integer),
    Column("rated_at", BigInteger),
    Index("mark_saved", "user_id", "kind", "saved_at", "item_id"),
    Index("mark_item", "kind", "item_id"),
)

ALIAS = Table(
    "alias",
    METADATA,
    Column("kind", _KIND, primary_key=True),
    Column("old_id", _ID, primary_key=True),
    Column("new_id", _ID, nullable=False),
    Index("alias_new", "kind", "new_id"),
)

UNSAVED = Table(
    "unsaved",
    METADATA,
    Column("user_id", _ID, primary_key=True),
    Column("kind", _KIND, primary_key=True),
    Column("item_id", _ID, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Index("unsaved_item", "kind", "item_id"),
)

QUEUE = Table(
    "play_queue",
    METADATA,
    Column("user_id", _ID, primary_key=True),
    Column("track_ids", Text, nullable=False),
    Column("current", Integer, nullable=False),
    Column("position_ms", BigInteger, nullable=False),
    Column("changed_by", Text, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
)

BOOKMARK = Table(
    "bookmark",
    METADATA,
    Column("user_id", _ID, primary_key=True),
    Column("track_id", _ID, primary_key=True),
    Column("position_ms", BigInteger, nullable=False),
    Column("comment", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
)

SHARE = Table(
    "share",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("owner_id", _ID, nullable=False),
    Column("entries", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
    Column("visited_at", BigInteger),
    Column("visits", BigInteger, nullable=False),
    Index("share_owner", "owner_id", "created_at"),
)

outbox.add_tables(METADATA)
