"""Which covers lie in which folder, and since when a cover is shown nowhere."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_ID = sa.String(22).with_variant(sa.String(22, collation="C"), "postgresql")
_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.add_column("covers", sa.Column("unused_since", _BIG))
    op.create_table(
        "folder_pictures",
        sa.Column("library_id", _ID, primary_key=True),
        sa.Column("folder", sa.LargeBinary, primary_key=True),
        sa.Column("signature", _BIG, nullable=False),
        sqlite_with_rowid=False,
    )
