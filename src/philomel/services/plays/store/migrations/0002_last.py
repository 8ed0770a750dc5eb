"""When each track was heard last, by whomever."""

import sqlalchemy as sa
from alembic import op


def upgrade() -> None:
    op.add_column(
        "track_total",
        sa.Column("last_played_at", sa.BigInteger, nullable=False, server_default="0"),
    )
    op.execute(
        "UPDATE track_total SET last_played_at = COALESCE((SELECT MAX(last_played_at) "
        "FROM play_count WHERE kind = 'track' AND item_id = track_total.track_id), 0)"
    )
