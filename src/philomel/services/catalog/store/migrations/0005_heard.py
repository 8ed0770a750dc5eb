"""What media measured: loudness of tracks and albums, and the colours of covers."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_ID = sa.String(22).with_variant(sa.String(22, collation="C"), "postgresql")
_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.add_column(
        "files", sa.Column("heard", sa.Boolean, nullable=False, server_default=sa.false())
    )
    for table in ("files", "albums"):
        op.add_column(table, sa.Column("loudness", sa.Float))
        op.add_column(table, sa.Column("true_peak", sa.Float))
    op.add_column("covers", sa.Column("colour", sa.String(7)))
    op.create_table(
        "unmeasured",
        sa.Column("album_id", _ID, primary_key=True),
        sa.Column("since", _BIG, nullable=False),
    )
    op.create_index("unmeasured_since", "unmeasured", ["since"])
