"""Pictures that are drawn for playlists without one of their own."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_ID = sa.String(22).with_variant(sa.String(22, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "mosaic",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("used_at", sa.BigInteger(), nullable=False),
    )
    op.create_index("mosaic_used", "mosaic", ["used_at"])
