"""Playlists, folders and what waits for its file."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_ID = sa.String(22).with_variant(sa.String(22, collation="C"), "postgresql")
_BIG, _TEXT = sa.BigInteger(), sa.Text()


def upgrade() -> None:
    _lists()
    _shelves()
    _wants()


def _lists() -> None:
    op.create_table(
        "playlist",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("owner_id", _ID, nullable=False),
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("description", _TEXT, nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("collaborative", sa.Boolean(), nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.Column("revision", _BIG, nullable=False),
        sa.Column("created_at", _BIG, nullable=False),
        sa.Column("changed_at", _BIG, nullable=False),
        sa.Column("track_count", sa.Integer(), nullable=False),
        sa.Column("duration_ms", _BIG, nullable=False),
        sa.Column("follower_count", sa.Integer(), nullable=False),
        sa.Column("cover_id", _ID),
        sa.Column("cover_sizes", sa.String(100), nullable=False),
        sa.Column("rules", _TEXT),
        sa.Column("source", sa.String(200), nullable=False),
    )
    op.create_index("playlist_owner", "playlist", ["owner_id", "created_at", "id"])
    op.create_index("playlist_public", "playlist", ["public", "follower_count", "id"])
    op.create_index("playlist_gone", "playlist", ["gone"])
    op.create_index("playlist_cover", "playlist", ["cover_id"])
    op.create_table(
        "entry",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("playlist_id", _ID, nullable=False),
        sa.Column("place", _BIG, nullable=False),
        sa.Column("track_id", _ID),
        sa.Column("duration_ms", _BIG, nullable=False),
        sa.Column("added_at", _BIG, nullable=False),
        sa.Column("added_by", _ID),
    )
    op.create_index("entry_place", "entry", ["playlist_id", "place", "id"])
    op.create_index("entry_track", "entry", ["track_id"])
    op.create_index("entry_added_by", "entry", ["added_by"])
    op.create_table(
        "edit",
        sa.Column("playlist_id", _ID, primary_key=True),
        sa.Column("revision", _BIG, primary_key=True),
        sa.Column("edit", _TEXT, nullable=False),
    )


def _shelves() -> None:
    op.create_table(
        "shelved",
        sa.Column("user_id", _ID, primary_key=True),
        sa.Column("playlist_id", _ID, primary_key=True),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("since", _BIG, nullable=False),
        sa.Column("folder_id", _ID),
        sa.Column("place", _BIG, nullable=False),
    )
    op.create_index("shelved_playlist", "shelved", ["playlist_id"])
    op.create_index("shelved_place", "shelved", ["user_id", "place"])
    op.create_table(
        "folder",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("user_id", _ID, nullable=False),
        sa.Column("parent_id", _ID),
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("place", _BIG, nullable=False),
    )
    op.create_index("folder_place", "folder", ["user_id", "place"])


def _wants() -> None:
    op.create_table(
        "want",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("user_id", _ID, nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("playlist_id", _ID),
        sa.Column("want", _TEXT, nullable=False),
        sa.Column("mark", _TEXT),
        sa.Column("since", _BIG, nullable=False),
    )
    op.create_index("want_user", "want", ["user_id", "since", "id"])
    op.create_index("want_playlist", "want", ["playlist_id"])
    op.create_table(
        "want_key",
        sa.Column("key", sa.String(32), primary_key=True),
        sa.Column("want_id", _ID, primary_key=True),
    )
    op.create_index("want_key_want", "want_key", ["want_id"])
    op.create_table(
        "brought",
        sa.Column("user_id", _ID, primary_key=True),
        sa.Column("digest", sa.String(32), primary_key=True),
    )
