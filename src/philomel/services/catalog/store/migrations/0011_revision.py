"""How often the catalogue changed: whoever keeps an answer asks whether it is still true."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The row comes with the first change: a restored table must be empty before.
    op.create_table(
        "revision",
        sa.Column("one", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("changes", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
    )
