"""Shelves count their books. SQLite makes the table anew for that, under its foreign keys."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    with op.batch_alter_table("shelves", recreate="auto") as shelves:
        shelves.add_column(sa.Column("books", sa.Integer, nullable=False, server_default="0"))
        shelves.alter_column("name", existing_type=sa.String(64), nullable=False)
    op.execute(
        "UPDATE shelves SET books = (SELECT count(*) FROM books WHERE shelf_id = shelves.id)"
    )
