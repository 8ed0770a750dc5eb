"""Which renditions are kept."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "renditions",
        sa.Column("name", sa.String(128), primary_key=True),
        sa.Column("size", _BIG, nullable=False),
        sa.Column("parts", sa.LargeBinary, nullable=False),
        sa.Column("used_at", _BIG, nullable=False),
    )
    op.create_index("ix_renditions_used_at", "renditions", ["used_at"])
