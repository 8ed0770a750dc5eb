"""History, counts, totals, and what is playing now."""

import sqlalchemy as sa
from alembic import op

from philomel.engines.outbox import create_tables_v1

ID = sa.String(22).with_variant(sa.String(22, collation="C"), "postgresql")
KIND = sa.String(8)


def upgrade() -> None:
    op.create_table(
        "play",
        sa.Column("user_id", ID, primary_key=True),
        sa.Column("played_at", sa.BigInteger, primary_key=True),
        sa.Column("track_id", ID, primary_key=True),
        sa.Column("utc_offset_minutes", sa.Integer, nullable=False),
        sa.Column("player", sa.Text, nullable=False),
    )
    op.create_index("play_track", "play", ["track_id"])
    op.create_table(
        "play_count",
        sa.Column("user_id", ID, primary_key=True),
        sa.Column("kind", KIND, primary_key=True),
        sa.Column("item_id", ID, primary_key=True),
        sa.Column("times", sa.BigInteger, nullable=False),
        sa.Column("last_played_at", sa.BigInteger, nullable=False),
    )
    op.create_index("play_count_most", "play_count", ["user_id", "kind", "times", "item_id"])
    op.create_index(
        "play_count_last", "play_count", ["user_id", "kind", "last_played_at", "item_id"]
    )
    op.create_index("play_count_item", "play_count", ["kind", "item_id"])
    op.create_table(
        "track_total",
        sa.Column("track_id", ID, primary_key=True),
        sa.Column("times", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "now_playing",
        sa.Column("user_id", ID, primary_key=True),
        sa.Column("player", sa.String(128), primary_key=True),
        sa.Column("track_id", ID, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "alias",
        sa.Column("kind", KIND, primary_key=True),
        sa.Column("old_id", ID, primary_key=True),
        sa.Column("new_id", ID, nullable=False),
    )
    op.create_index("alias_new", "alias", ["kind", "new_id"])
    create_tables_v1(op)
