"""Why an album shows no cover although it has a picture."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("albums", sa.Column("cover_error", sa.Text))
