"""Likes and ratings."""

import sqlalchemy as sa
from alembic import op

from philomel.engines.outbox import create_tables_v1

ID = sa.String(22).with_variant(sa.String(22, collation="C"), "postgresql")
KIND = sa.String(8)


def upgrade() -> None:
    op.create_table(
        "mark",
        sa.Column("user_id", ID, primary_key=True),
        sa.Column("kind", KIND, primary_key=True),
        sa.Column("item_id", ID, primary_key=True),
        sa.Column("saved_at", sa.BigInteger),
        sa.Column("rating", sa.Integer),
        sa.Column("rated_at", sa.BigInteger),
    )
    op.create_index("mark_saved", "mark", ["user_id", "kind", "saved_at", "item_id"])
    op.create_index("mark_item", "mark", ["kind", "item_id"])
    op.create_table(
        "alias",
        sa.Column("kind", KIND, primary_key=True),
        sa.Column("old_id", ID, primary_key=True),
        sa.Column("new_id", ID, nullable=False),
    )
    op.create_index("alias_new", "alias", ["kind", "new_id"])
    create_tables_v1(op)
