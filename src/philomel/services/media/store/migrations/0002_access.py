"""Who may hear which library, and whose account is gone."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ID = sa.String(22)
_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    # Until the catalogue says otherwise, which it does at its start, all stays as it was.
    for name in ("hidden", "restricted"):
        op.add_column(
            "library_roots", sa.Column(name, sa.Boolean, nullable=False, server_default=sa.false())
        )
    op.create_table(
        "library_listeners",
        sa.Column("library_id", _ID, primary_key=True),
        sa.Column("user_id", _ID, primary_key=True),
    )
    op.create_table(
        "departed",
        sa.Column("user_id", _ID, primary_key=True),
        sa.Column("removed_at", _BIG, nullable=False),
    )
