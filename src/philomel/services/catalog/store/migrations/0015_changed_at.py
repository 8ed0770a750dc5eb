"""When the catalogue changed last: players ask whether there is anything new since then."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # 0 until the next change: what changed before is not known, and nobody asked.
    op.add_column(
        "revision",
        sa.Column(
            "changed_at",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            nullable=False,
            server_default="0",
        ),
    )
