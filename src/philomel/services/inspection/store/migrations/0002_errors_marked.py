"""How often errors of files became due."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "state", sa.Column("errors_marked", sa.Integer, nullable=False, server_default="0")
    )
