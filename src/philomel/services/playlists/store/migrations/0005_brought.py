"""What of a mark was brought: what is added where it is from comes along later."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_ID = sa.String(22).with_variant(sa.String(22, collation="C"), "postgresql")


def upgrade() -> None:
    for column in (
        sa.Column("want_id", _ID, nullable=False, server_default=""),
        sa.Column("saved", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("rated", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("plays", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("heard_until", sa.BigInteger(), nullable=False, server_default="0"),
    ):
        op.add_column("brought", column)
