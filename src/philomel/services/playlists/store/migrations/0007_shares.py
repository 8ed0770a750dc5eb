"""What the page of a share offers and says."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("downloads", "named"):
        op.add_column(
            "share", sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false())
        )
