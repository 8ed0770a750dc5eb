"""Shelves and books."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "shelves",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("name", sa.String(64), nullable=False, unique=True),
    )
    op.create_table(
        "books",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column(
            "shelf_id", sa.Integer, sa.ForeignKey("shelves.id", ondelete="CASCADE"), nullable=False
        ),
    )
