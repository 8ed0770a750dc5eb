"""What the catalogue keeps.

A track has one file, and lives in that file's library; an album lives in one library too. So what
a caller may see is decided by one column of the row itself. Artists span libraries: what each has
of them is in `artist_libraries`. Sort keys compare as code points on both engines. Indexes named
`_lost_` hold only what is missing (see migrations); `_recent`, `artists_played` what was played.
"""

from collections.abc import Sequence

from sqlalchemy import (
    BigInteger,
    BindParameter,
    Boolean,
    Column,
    ColumnElement,
    Computed,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    func,
    true,
)

from philomel.engines import outbox

METADATA = MetaData()

ID = String(22).with_variant(String(22, collation="C"), "postgresql")
KEY = String(250).with_variant(String(250, collation="C"), "postgresql")
BIG = BigInteger().with_variant(Integer, "sqlite")

PRESENT, MISSING, BROKEN = 1, 0, 2
"""States of a file; a broken one is there, but cannot be played."""

ARTIST, ALBUM_ARTIST, COMPOSER = 0, 1, 2
"""Roles in credits, by their numbers: see `rules.people`."""

libraries = Table(
    "libraries",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_key", KEY, nullable=False, unique=True),
    Column("kind", String(20), nullable=False),
    Column("path", LargeBinary, nullable=False, unique=True),
    Column("added_at", BIG, nullable=False),
    Column("hidden", Boolean, nullable=False),
    Column("sampler", Boolean, nullable=False),
    Column("restricted", Boolean, nullable=False),
    Column("error", Text),
    Column("scanned_at", BIG),
    Column("read_version", SmallInteger, nullable=False, server_default="1"),
    Column("writable", Boolean, nullable=False, server_default=false()),
)
"""`restricted`: only for those with a grant. `read_version`: every file was read by it."""

library_grants = Table(
    "library_grants",
    METADATA,
    Column("library_id", ID, primary_key=True),
    Column("user_id", ID, primary_key=True),
)

files = Table(
    "files",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("library_id", ID, nullable=False),
    Column("path", LargeBinary, nullable=False),
    Column("track_id", ID),
    Column("state", SmallInteger, nullable=False),
    Column("size", BIG, nullable=False),
    Column("modified_ns", BIG, nullable=False),
    Column("inode", BIG, nullable=False),
    Column("lyrics_ns", BIG, nullable=False),
    Column("container", String(20), nullable=False),
    Column("codec", String(20), nullable=False),
    Column("duration_ms", Integer, nullable=False),
    Column("bitrate", Integer, nullable=False),
    Column("sample_rate", Integer, nullable=False),
    Column("channels", Integer, nullable=False),
    Column("bit_depth", Integer),
    Column("picture", Boolean, nullable=False),
    Column("stream_hash", String(64)),
    Column("added_at", BIG, nullable=False),
    Column("lost_at", BIG),
    Column("seek_due", BIG),
    Column("heard", Boolean, nullable=False, server_default=false()),
    Column("loudness", Float),
    Column("true_peak", Float),
    Column("read_version", SmallInteger, nullable=False, server_default="1"),
    UniqueConstraint("library_id", "path"),
    Index("files_track", "track_id"),
    Index("files_state", "library_id", "state"),
    Index("files_stream_hash", "stream_hash"),
    Index("files_bytes", "modified_ns", "size"),
    Index("files_lost_inode", "inode"),
    Index("files_seek_due", "seek_due"),
)
"""The id is the asset id. `lyrics_ns`: when the .lrc file beside it changed, 0 without one.
`stream_hash`: of the encoded audio; silence has none, because all silence is the same.
`lost_at`: since when it is missing. `seek_due`: since when its sound waits to be compared.
`heard`: media told what it measured. `read_version`: see `rules.reading`."""

tracks = Table(
    "tracks",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("library_id", ID, nullable=False),
    Column("file_id", ID, nullable=False),
    Column("album_id", ID, nullable=False),
    Column("missing", Boolean, nullable=False),
    Column("title", Text, nullable=False),
    Column("sort_key", KEY, nullable=False),
    Column("position_key", KEY, nullable=False),
    Column("credits", Text, nullable=False),
    Column("genres", Text, nullable=False),
    Column("match_key", String(32), nullable=False),
    Column("disc_number", Integer),
    Column("disc_total", Integer),
    Column("track_number", Integer),
    Column("track_total", Integer),
    Column("date", String(10)),
    Column("original_date", String(10)),
    Column("year", Integer),
    Column("explicit", Boolean, nullable=False),
    Column("isrc", String(12)),
    Column("recording_id", String(36)),
    Column("release_track_id", String(36)),
    Column("comment", Text),
    Column("bpm", Integer),
    Column("gain_db", Float),
    Column("gain_peak", Float),
    Column("album_gain_db", Float),
    Column("album_gain_peak", Float),
    Column("duration_ms", Integer, nullable=False),
    Column("cover_id", ID),
    Column("added_at", BIG, nullable=False),
    Column("play_count", Integer, nullable=False),
    Column("shuffle", Integer, nullable=False),
    Column("tags", Text, nullable=False),
    Column("last_played_at", BIG, nullable=False),
    Column("guessed", Boolean, nullable=False, server_default=true()),
    Index("tracks_recent", "library_id", "last_played_at", "id"),
    Index("tracks_library", "library_id"),
    Index("tracks_sort", "library_id", "sort_key", "id"),
    Index("tracks_position", "library_id", "position_key", "id"),
    Index("tracks_year", "library_id", "year"),
    Index("tracks_album", "album_id", "position_key", "id"),
    Index("tracks_added", "library_id", "added_at", "id"),
    Index("tracks_played", "library_id", "play_count", "id"),
    Index("tracks_shuffle", "library_id", "shuffle", "id"),
    Index("tracks_lost_match", "match_key", "duration_ms"),
    Index("tracks_lost_recording", "recording_id"),
)
"""`credits`: JSON [[role, artist id], ...] in tag order, or [role, artist id, instrument];
`genres`: JSON [name, ...]; `tags`: JSON of `TrackTags`, or empty. `last_played_at` is 0 before
the first play, here and everywhere. `guessed`: some of its names may come from its path."""

track_credits = Table(
    "track_credits",
    METADATA,
    Column("artist_id", ID, primary_key=True),
    Column("track_id", ID, primary_key=True),
    Column("role", SmallInteger, primary_key=True),
    Column("library_id", ID, nullable=False),
    Index("track_credits_track", "track_id"),
    sqlite_with_rowid=False,
)

track_genres = Table(
    "track_genres",
    METADATA,
    Column("genre_id", ID, primary_key=True),
    Column("track_id", ID, primary_key=True),
    Column("library_id", ID, nullable=False),
    Index("track_genres_track", "track_id"),
    sqlite_with_rowid=False,
)

albums = Table(
    "albums",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("library_id", ID, nullable=False),
    Column("key", String(32), nullable=False),
    Column("folder", LargeBinary, nullable=False),
    Column("name", Text, nullable=False),
    Column("sort_key", KEY, nullable=False),
    Column("artist_sort_key", KEY, nullable=False),
    Column("credits", Text, nullable=False),
    Column("artists_tagged", Boolean, nullable=False),
    Column("genres", Text, nullable=False),
    Column("type", String(20), nullable=False),
    Column("date", String(10)),
    Column("original_date", String(10)),
    Column("year", Integer),
    Column("label", Text),
    Column("barcode", String(64)),
    Column("mbid", String(36)),
    Column("explicit", Boolean, nullable=False),
    Column("track_count", Integer, nullable=False),
    Column("duration_ms", BIG, nullable=False),
    Column("cover_id", ID),
    Column("found_cover_id", ID),
    Column("cover_due", BIG),
    Column("cover_error", Text),
    Column("added_at", BIG, nullable=False),
    Column("play_count", Integer, nullable=False),
    Column("shuffle", Integer, nullable=False),
    Column("year_up", Integer, Computed("coalesce(year, 9999)")),
    Column("year_down", Integer, Computed("coalesce(year, 0)")),
    Column("loudness", Float),
    Column("true_peak", Float),
    Column("tags", Text, nullable=False),
    Column("edition", Text),
    Column("release_group_id", String(36)),
    Column("group_key", String(32), nullable=False),
    Column("last_played_at", BIG, nullable=False),
    Index("albums_group", "group_key", "id"),
    Index("albums_recent", "library_id", "last_played_at", "id"),
    Index("albums_key", "library_id", "key"),
    Index("albums_listed", "library_id", "track_count"),
    Index("albums_sort", "library_id", "sort_key", "id"),
    Index("albums_artist", "library_id", "artist_sort_key", "id"),
    Index("albums_added", "library_id", "added_at", "id"),
    Index("albums_played", "library_id", "play_count", "id"),
    Index("albums_shuffle", "library_id", "shuffle", "id"),
    Index("albums_year_up", "library_id", "year_up", "id"),
    Index("albums_year_down", "library_id", "year_down", "id"),
    Index("albums_cover_due", "cover_due"),
    Index("albums_mbid", "mbid"),
)
"""Without tracks (`track_count` 0) an album is in no list. `credits`: JSON [artist id, ...].
`cover_due`: since when its cover waits to be looked for. `found_cover_id`: from elsewhere,
shown while there is no other. `tags`: JSON of `AlbumTags`, or empty.
`group_key`: equal for the editions of one album; empty for what is no album."""

album_credits = Table(
    "album_credits",
    METADATA,
    Column("artist_id", ID, primary_key=True),
    Column("album_id", ID, primary_key=True),
    Index("album_credits_album", "album_id"),
    sqlite_with_rowid=False,
)

album_genres = Table(
    "album_genres",
    METADATA,
    Column("genre_id", ID, primary_key=True),
    Column("album_id", ID, primary_key=True),
    Index("album_genres_album", "album_id"),
    sqlite_with_rowid=False,
)

artists = Table(
    "artists",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_key", KEY, nullable=False),
    Column("sort_name", Text, nullable=False),
    Column("sort_key", KEY, nullable=False),
    Column("mbid", String(36)),
    Column("cover_id", ID),
    Column("cover_library_id", ID),  # whose picture it is: others do not see it
    Column("found_cover_id", ID),
    Column("added_at", BIG, nullable=False),
    Column("play_count", Integer, nullable=False),
    Column("last_played_at", BIG, nullable=False),
    Index("artists_played", "play_count", "id"),
    Index("artists_recent", "last_played_at", "id"),
    Index("artists_name", "name_key"),
    Index("artists_mbid", "mbid", unique=True),
    Index("artists_sort", "sort_key", "id"),
)

artist_libraries = Table(
    "artist_libraries",
    METADATA,
    Column("artist_id", ID, primary_key=True),
    Column("library_id", ID, primary_key=True),
    Column("track_count", Integer, nullable=False),
    Column("album_count", Integer, nullable=False),
    *(Column(n, BIG, nullable=False, server_default="0") for n in ("play_count", "last_played_at")),
    Index("artist_libraries_library", "library_id", "artist_id", "album_count"),
    sqlite_with_rowid=False,
)

genres = Table(
    "genres",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("key", KEY, nullable=False, unique=True),
    Column("name", Text, nullable=False),
)

covers = Table(
    "covers",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("sizes", String(100), nullable=False),
    Column("colour", String(7)),
    Column("unused_since", BIG),
)
"""`colour`: "", if it has none, NULL unless looked for. `unused_since`: shown by nothing since."""

unmeasured = Table(
    "unmeasured",
    METADATA,
    Column("album_id", ID, primary_key=True),
    Column("since", BIG, nullable=False),
    Index("unmeasured_since", "since"),
)
"""Albums whose loudness as a whole is to be asked for."""

aliases = Table(
    "aliases",
    METADATA,
    Column("old", ID, primary_key=True),
    Column("new", ID, nullable=False),
    Column("kind", String(10), nullable=False),
    Index("aliases_new", "new"),
)

merges = Table(
    "merges",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("old", ID, nullable=False),
    Column("new", ID, nullable=False),
    Column("reason", String(20), nullable=False),
    Column("evidence", Text, nullable=False),
    Column("old_name", Text, nullable=False),
    Column("new_name", Text, nullable=False),
    Column("at", BIG, nullable=False),
    Column("by", ID),
    Column("cause", ID),
    Column("before", LargeBinary),
    Column("undone_at", BIG),
    Index("merges_old", "old"),
    Index("merges_new", "new"),
    Index("merges_cause", "cause"),
)
"""Why each alias is one. `before`: the rows as they were, to undo it. A pair that was undone
is never merged again by itself."""

file_errors = Table(
    "file_errors",
    METADATA,
    Column("library_id", ID, primary_key=True),
    Column("path", LargeBinary, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("message", Text, nullable=False),
    Column("fatal", Boolean, nullable=False),
)

scans = Table(
    "scans",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("phase", String(20), nullable=False),
    Column("full", Boolean, nullable=False),
    Column("path", LargeBinary),
    Column("cancel", Boolean, nullable=False),
    Column("started_at", BIG, nullable=False),
    Column("finished_at", BIG),
    Column("walked", Boolean, nullable=False),
    Column("found", Integer, nullable=False),
    Column("read", Integer, nullable=False),
    Column("added", Integer, nullable=False),
    Column("changed", Integer, nullable=False),
    Column("moved", Integer, nullable=False),
    Column("missing", Integer, nullable=False),
    Column("unchanged", Integer, nullable=False),
    Column("errors", Integer, nullable=False),
    Column("error", Text),
)


def lies_in(column: Column[str], libraries: BindParameter[Sequence[str]]) -> ColumnElement[bool]:
    """Whether a row lies in one of these libraries, looked at after other indexes are used.

    Nearly all rows of a server lie in few libraries: SQLite must not begin with that.
    """
    return func.coalesce(column, "").in_(libraries)


outbox.add_tables(METADATA)
