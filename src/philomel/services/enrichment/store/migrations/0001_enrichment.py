"""The choice, the tasks, and what was found."""

import sqlalchemy as sa
from alembic import op

from philomel.engines import outbox

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ID = sa.String(22).with_variant(sa.String(22, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "choice",
        sa.Column("one", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("enabled", sa.Boolean, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("filling", sa.String(10)),
        sa.Column("cursor", sa.Text),
        sa.Column("error", sa.Text),
    )
    op.create_table(
        "tasks",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("kind", sa.SmallInteger, nullable=False),
        sa.Column("state", sa.SmallInteger, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("note", sa.Text),
    )
    op.create_index("tasks_due", "tasks", ["state", "kind", "due_at"])
    op.create_table(
        "artist_infos",
        sa.Column("artist_id", _ID, primary_key=True),
        sa.Column("musicbrainz_id", sa.String(36)),
        sa.Column("biography", sa.Text),
        sa.Column("language", sa.String(20)),
        sa.Column("source", sa.Text),
        sa.Column("source_url", sa.Text),
        sa.Column("links", sa.Text, nullable=False),
        sa.Column("found_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "found_lyrics",
        sa.Column("track_id", _ID, primary_key=True),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("synced", sa.Boolean, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("found_at", sa.BigInteger, nullable=False),
    )
    outbox.create_tables_v1(op)
