"""What the playlists service keeps.

`mark` is a person's like and rating of one thing; a row with neither does not exist.
`alias` says which ids were merged into which, so that late calls find the new one.
`play_queue` and `share` hold their ids in one text, parted by blanks.
`unsaved` says when a like was taken back, for news of a merge that come later.

`playlist` is one playlist; `gone` ones wait to be cleared away and are seen by nobody.
`entry` is a track's place in one: entries are read by `place`, which leaves room between
neighbours. `edit` says how its entries changed, so that old snapshots are understood.
`shelved` says whose a playlist is: its owner's and its followers', in which `folder`, where.
`want` waits for a file; an entry that waits has the id of its want. `want_key` are the words
by which a new file is known to matter to it. `brought` remembers what was imported.
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
    false,
)

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
    Column("downloads", Boolean, nullable=False, server_default=false()),
    Column("named", Boolean, nullable=False, server_default=false()),
    Index("share_owner", "owner_id", "created_at"),
)

PLAYLIST = Table(
    "playlist",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("owner_id", _ID, nullable=False),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("public", Boolean, nullable=False),
    Column("collaborative", Boolean, nullable=False),
    Column("gone", Boolean, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("track_count", Integer, nullable=False),
    Column("duration_ms", BigInteger, nullable=False),
    Column("follower_count", Integer, nullable=False),
    Column("cover_id", _ID),
    Column("cover_sizes", String(100), nullable=False),
    Column("rules", Text),
    Column("source", String(200), nullable=False),
    Index("playlist_owner", "owner_id", "created_at", "id"),
    Index("playlist_public", "public", "follower_count", "id"),
    Index("playlist_gone", "gone"),
    Index("playlist_cover", "cover_id"),
)

ENTRY = Table(
    "entry",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("playlist_id", _ID, nullable=False),
    Column("place", BigInteger, nullable=False),
    Column("track_id", _ID),
    Column("duration_ms", BigInteger, nullable=False),
    Column("added_at", BigInteger, nullable=False),
    Column("added_by", _ID),
    Index("entry_place", "playlist_id", "place", "id"),
    Index("entry_track", "track_id"),
    Index("entry_added_by", "added_by"),
)

EDIT = Table(
    "edit",
    METADATA,
    Column("playlist_id", _ID, primary_key=True),
    Column("revision", BigInteger, primary_key=True),
    Column("edit", Text, nullable=False),
)

MOSAIC = Table(
    "mosaic",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("used_at", BigInteger, nullable=False),
    Index("mosaic_used", "used_at"),
)
"""Pictures that were drawn for playlists without one of their own, and when they were shown."""

SHELVED = Table(
    "shelved",
    METADATA,
    Column("user_id", _ID, primary_key=True),
    Column("playlist_id", _ID, primary_key=True),
    Column("public", Boolean, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("folder_id", _ID),
    Column("place", BigInteger, nullable=False),
    Index("shelved_playlist", "playlist_id"),
    Index("shelved_place", "user_id", "place"),
)

FOLDER = Table(
    "folder",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("user_id", _ID, nullable=False),
    Column("parent_id", _ID),
    Column("name", Text, nullable=False),
    Column("place", BigInteger, nullable=False),
    Index("folder_place", "user_id", "place"),
)

WANT = Table(
    "want",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("user_id", _ID, nullable=False),
    Column("kind", SmallInteger, nullable=False),
    Column("playlist_id", _ID),
    Column("want", Text, nullable=False),
    Column("mark", Text),
    Column("since", BigInteger, nullable=False),
    Index("want_user", "user_id", "since", "id"),
    Index("want_playlist", "playlist_id"),
)

WANT_KEY = Table(
    "want_key",
    METADATA,
    Column("key", String(32), primary_key=True),
    Column("want_id", _ID, primary_key=True),
    Index("want_key_want", "want_id"),
)

BROUGHT = Table(
    "brought",
    METADATA,
    Column("user_id", _ID, primary_key=True),
    Column("digest", String(32), primary_key=True),
    Column("want_id", _ID, nullable=False, server_default=""),
    Column("saved", Boolean, nullable=False, server_default=false()),
    Column("rated", Boolean, nullable=False, server_default=false()),
    Column("plays", BigInteger, nullable=False, server_default="0"),
    Column("heard_until", BigInteger, nullable=False, server_default="0"),
)

outbox.add_tables(METADATA)
