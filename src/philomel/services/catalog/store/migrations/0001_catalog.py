"""Libraries, files, tracks, albums, artists, genres, and the state of scans."""

import sqlalchemy as sa
from alembic import op

from philomel.engines import outbox

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ID = sa.String(22).with_variant(sa.String(22, collation="C"), "postgresql")
_KEY = sa.String(250).with_variant(sa.String(250, collation="C"), "postgresql")
_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _create_entries()
    _create_links()
    _create_files()
    outbox.create_tables_v1(op)


def _create_entries() -> None:
    op.create_table(
        "tracks",
        sa.Column("id", _ID, nullable=False),
        sa.Column("library_id", _ID, nullable=False),
        sa.Column("file_id", _ID, nullable=False),
        sa.Column("album_id", _ID, nullable=False),
        sa.Column("missing", sa.Boolean(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("sort_key", _KEY, nullable=False),
        sa.Column("position_key", _KEY, nullable=False),
        sa.Column("credits", sa.Text(), nullable=False),
        sa.Column("genres", sa.Text(), nullable=False),
        sa.Column("match_key", sa.String(32), nullable=False),
        sa.Column("disc_number", sa.Integer()),
        sa.Column("disc_total", sa.Integer()),
        sa.Column("track_number", sa.Integer()),
        sa.Column("track_total", sa.Integer()),
        sa.Column("date", sa.String(10)),
        sa.Column("original_date", sa.String(10)),
        sa.Column("year", sa.Integer()),
        sa.Column("explicit", sa.Boolean(), nullable=False),
        sa.Column("isrc", sa.String(12)),
        sa.Column("recording_id", sa.String(36)),
        sa.Column("release_track_id", sa.String(36)),
        sa.Column("comment", sa.Text()),
        sa.Column("bpm", sa.Integer()),
        sa.Column("gain_db", sa.Float()),
        sa.Column("gain_peak", sa.Float()),
        sa.Column("album_gain_db", sa.Float()),
        sa.Column("album_gain_peak", sa.Float()),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.Column("cover_id", _ID),
        sa.Column("added_at", _BIG, nullable=False),
        sa.Column("play_count", sa.Integer(), nullable=False),
        sa.Column("shuffle", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("tracks_added", "tracks", ["added_at", "id"])
    op.create_index("tracks_album", "tracks", ["album_id", "position_key", "id"])
    op.create_index("tracks_library", "tracks", ["library_id"])
    op.create_index(
        "tracks_lost_match",
        "tracks",
        ["match_key"],
        sqlite_where=sa.text("missing = 1"),
        postgresql_where=sa.text("missing = true"),
    )
    op.create_index(
        "tracks_lost_recording",
        "tracks",
        ["recording_id"],
        sqlite_where=sa.text("missing = 1"),
        postgresql_where=sa.text("missing = true"),
    )
    op.create_index("tracks_played", "tracks", ["play_count", "id"])
    op.create_index("tracks_shuffle", "tracks", ["shuffle"])
    op.create_index("tracks_sort", "tracks", ["sort_key", "id"])
    op.create_table(
        "albums",
        sa.Column("id", _ID, nullable=False),
        sa.Column("library_id", _ID, nullable=False),
        sa.Column("key", sa.String(32), nullable=False),
        sa.Column("folder", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sort_key", _KEY, nullable=False),
        sa.Column("artist_sort_key", _KEY, nullable=False),
        sa.Column("credits", sa.Text(), nullable=False),
        sa.Column("artists_tagged", sa.Boolean(), nullable=False),
        sa.Column("genres", sa.Text(), nullable=False),
        sa.Column("type", sa.String(20), nullable=False),
        sa.Column("date", sa.String(10)),
        sa.Column("original_date", sa.String(10)),
        sa.Column("year", sa.Integer()),
        sa.Column("label", sa.Text()),
        sa.Column("barcode", sa.String(64)),
        sa.Column("mbid", sa.String(36)),
        sa.Column("explicit", sa.Boolean(), nullable=False),
        sa.Column("track_count", sa.Integer(), nullable=False),
        sa.Column("duration_ms", _BIG, nullable=False),
        sa.Column("cover_id", _ID),
        sa.Column("cover_due", _BIG),
        sa.Column("added_at", _BIG, nullable=False),
        sa.Column("play_count", sa.Integer(), nullable=False),
        sa.Column("shuffle", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("albums_added", "albums", ["added_at", "id"])
    op.create_index("albums_artist", "albums", ["artist_sort_key", "id"])
    op.create_index("albums_cover_due", "albums", ["cover_due"])
    op.create_index("albums_key", "albums", ["library_id", "key"])
    op.create_index("albums_listed", "albums", ["library_id", "track_count"])
    op.create_index("albums_played", "albums", ["play_count", "id"])
    op.create_index("albums_shuffle", "albums", ["shuffle"])
    op.create_index("albums_sort", "albums", ["sort_key", "id"])
    op.create_table(
        "artists",
        sa.Column("id", _ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", _KEY, nullable=False),
        sa.Column("sort_name", sa.Text(), nullable=False),
        sa.Column("sort_key", _KEY, nullable=False),
        sa.Column("mbid", sa.String(36)),
        sa.Column("cover_id", _ID),
        sa.Column("cover_library_id", _ID),
        sa.Column("added_at", _BIG, nullable=False),
        sa.Column("play_count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("artists_mbid", "artists", ["mbid"], unique=True)
    op.create_index("artists_name", "artists", ["name_key"])
    op.create_index("artists_sort", "artists", ["sort_key", "id"])
    op.create_table(
        "genres",
        sa.Column("id", _ID, nullable=False),
        sa.Column("key", _KEY, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_table(
        "libraries",
        sa.Column("id", _ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", _KEY, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("path", sa.LargeBinary(), nullable=False),
        sa.Column("added_at", _BIG, nullable=False),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.Column("sampler", sa.Boolean(), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("error", sa.Text()),
        sa.Column("scanned_at", _BIG),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name_key"),
        sa.UniqueConstraint("path"),
    )
    op.create_table(
        "covers",
        sa.Column("id", _ID, nullable=False),
        sa.Column("sizes", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "lyrics",
        sa.Column("track_id", _ID, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("synced", sa.Boolean(), nullable=False),
        sa.Column("language", sa.String(3), nullable=False),
        sa.PrimaryKeyConstraint("track_id"),
    )


def _create_links() -> None:
    op.create_table(
        "track_credits",
        sa.Column("artist_id", _ID, nullable=False),
        sa.Column("track_id", _ID, nullable=False),
        sa.Column("role", sa.SmallInteger(), nullable=False),
        sa.Column("library_id", _ID, nullable=False),
        sa.PrimaryKeyConstraint("artist_id", "track_id", "role"),
        sqlite_with_rowid=False,
    )
    op.create_index("track_credits_track", "track_credits", ["track_id"])
    op.create_table(
        "track_genres",
        sa.Column("genre_id", _ID, nullable=False),
        sa.Column("track_id", _ID, nullable=False),
        sa.Column("library_id", _ID, nullable=False),
        sa.PrimaryKeyConstraint("genre_id", "track_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("track_genres_track", "track_genres", ["track_id"])
    op.create_table(
        "album_credits",
        sa.Column("artist_id", _ID, nullable=False),
        sa.Column("album_id", _ID, nullable=False),
        sa.PrimaryKeyConstraint("artist_id", "album_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("album_credits_album", "album_credits", ["album_id"])
    op.create_table(
        "album_genres",
        sa.Column("genre_id", _ID, nullable=False),
        sa.Column("album_id", _ID, nullable=False),
        sa.PrimaryKeyConstraint("genre_id", "album_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("album_genres_album", "album_genres", ["album_id"])
    op.create_table(
        "artist_libraries",
        sa.Column("artist_id", _ID, nullable=False),
        sa.Column("library_id", _ID, nullable=False),
        sa.Column("track_count", sa.Integer(), nullable=False),
        sa.Column("album_count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("artist_id", "library_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("artist_libraries_library", "artist_libraries", ["library_id", "artist_id"])
    op.create_table(
        "library_grants",
        sa.Column("library_id", _ID, nullable=False),
        sa.Column("user_id", _ID, nullable=False),
        sa.PrimaryKeyConstraint("library_id", "user_id"),
    )
    op.create_table(
        "aliases",
        sa.Column("old", _ID, nullable=False),
        sa.Column("new", _ID, nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.PrimaryKeyConstraint("old"),
    )
    op.create_index("aliases_new", "aliases", ["new"])


def _create_files() -> None:
    op.create_table(
        "files",
        sa.Column("id", _ID, nullable=False),
        sa.Column("library_id", _ID, nullable=False),
        sa.Column("path", sa.LargeBinary(), nullable=False),
        sa.Column("track_id", _ID),
        sa.Column("state", sa.SmallInteger(), nullable=False),
        sa.Column("size", _BIG, nullable=False),
        sa.Column("modified_ns", _BIG, nullable=False),
        sa.Column("inode", _BIG, nullable=False),
        sa.Column("lyrics_ns", _BIG, nullable=False),
        sa.Column("container", sa.String(20), nullable=False),
        sa.Column("codec", sa.String(20), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.Column("bitrate", sa.Integer(), nullable=False),
        sa.Column("sample_rate", sa.Integer(), nullable=False),
        sa.Column("channels", sa.Integer(), nullable=False),
        sa.Column("bit_depth", sa.Integer()),
        sa.Column("picture", sa.Boolean(), nullable=False),
        sa.Column("stream_hash", sa.String(64)),
        sa.Column("added_at", _BIG, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("library_id", "path"),
    )
    op.create_index("files_bytes", "files", ["modified_ns", "size"])
    op.create_index(
        "files_lost_inode",
        "files",
        ["inode"],
        sqlite_where=sa.text("state = 0"),
        postgresql_where=sa.text("state = 0"),
    )
    op.create_index("files_state", "files", ["library_id", "state"])
    op.create_index("files_stream_hash", "files", ["stream_hash"])
    op.create_index("files_track", "files", ["track_id"])
    op.create_table(
        "file_errors",
        sa.Column("library_id", _ID, nullable=False),
        sa.Column("path", sa.LargeBinary(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("fatal", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("library_id", "path", "number"),
    )
    op.create_table(
        "scans",
        sa.Column("id", _ID, nullable=False),
        sa.Column("phase", sa.String(20), nullable=False),
        sa.Column("full", sa.Boolean(), nullable=False),
        sa.Column("path", sa.LargeBinary()),
        sa.Column("cancel", sa.Boolean(), nullable=False),
        sa.Column("started_at", _BIG, nullable=False),
        sa.Column("finished_at", _BIG),
        sa.Column("walked", sa.Boolean(), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("read", sa.Integer(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("moved", sa.Integer(), nullable=False),
        sa.Column("missing", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("errors", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text()),
        sa.PrimaryKeyConstraint("id"),
    )
