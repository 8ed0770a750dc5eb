"""The tables of the ledger."""

import sqlalchemy as sa
from alembic import op

from philomel.engines.outbox import create_tables_v1

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table("changes", sa.Column("name", sa.String(64), primary_key=True))
    op.create_table(
        "effects",
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("name", sa.String(64), nullable=False),
    )
    create_tables_v1(op)
