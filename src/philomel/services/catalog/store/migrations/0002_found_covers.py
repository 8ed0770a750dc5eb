"""Pictures that were found elsewhere."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ID = sa.String(22).with_variant(sa.String(22, collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("albums", sa.Column("found_cover_id", _ID))
    op.add_column("artists", sa.Column("found_cover_id", _ID))
