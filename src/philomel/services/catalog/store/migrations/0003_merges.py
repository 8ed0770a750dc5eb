"""Why ids were merged, and since when files are missing."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ID = sa.String(22).with_variant(sa.String(22, collation="C"), "postgresql")
_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "merges",
        sa.Column("id", _ID, nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("old", _ID, nullable=False),
        sa.Column("new", _ID, nullable=False),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("old_name", sa.Text(), nullable=False),
        sa.Column("new_name", sa.Text(), nullable=False),
        sa.Column("at", _BIG, nullable=False),
        sa.Column("by", _ID),
        sa.Column("cause", _ID),
        sa.Column("before", sa.LargeBinary()),
        sa.Column("undone_at", _BIG),
        sa.PrimaryKeyConstraint("id"),
    )
    for name in ("old", "new", "cause"):
        op.create_index(f"merges_{name}", "merges", [name])
    op.add_column("files", sa.Column("lost_at", _BIG))
    op.add_column("files", sa.Column("seek_due", _BIG))
    op.create_index(
        "files_seek_due",
        "files",
        ["seek_due"],
        sqlite_where=sa.text("seek_due is not null"),
        postgresql_where=sa.text("seek_due is not null"),
    )
    op.drop_index("tracks_lost_match", "tracks")
    op.create_index(
        "tracks_lost_match",
        "tracks",
        ["match_key", "duration_ms"],
        sqlite_where=sa.text("missing = 1"),
        postgresql_where=sa.text("missing = true"),
    )
    # When they went is not known: what is there now was there before they went.
    op.execute(
        "UPDATE files SET lost_at = 1 + (SELECT COALESCE(MAX(added_at), 0) FROM tracks) "
        "WHERE state = 0"
    )
