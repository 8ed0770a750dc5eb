"""Which plays and counts came from ids that were merged."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ID = sa.String(22).with_variant(sa.String(22, collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("play", sa.Column("was", _ID))
    op.create_table(
        "merged_count",
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("old_id", _ID, nullable=False),
        sa.Column("user_id", _ID, nullable=False),
        sa.Column("times", sa.BigInteger(), nullable=False),
        sa.Column("last_played_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "old_id", "user_id"),
    )
    op.create_index("merged_count_user", "merged_count", ["user_id"])
