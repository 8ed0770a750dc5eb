"""How far a player is, and how much of the track was heard."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # What is playing is forgotten after minutes, so the columns need no values for what is there.
    op.add_column("now_playing", sa.Column("started_at", sa.BigInteger()))
    op.add_column("now_playing", sa.Column("position_ms", sa.BigInteger()))
    op.add_column("now_playing", sa.Column("heard_ms", sa.BigInteger()))
    op.add_column("now_playing", sa.Column("state", sa.String(8)))
    op.add_column("now_playing", sa.Column("rate", sa.Float()))
