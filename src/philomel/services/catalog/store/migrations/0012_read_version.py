"""By which edition of the reading of tags files were read: an upgrade reads them again."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("files", "libraries"):
        op.add_column(
            table, sa.Column("read_version", sa.SmallInteger, nullable=False, server_default="1")
        )
