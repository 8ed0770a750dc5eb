"""Which tracks owe something to their path, so that a file that moves may have to be read again."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Of those that are known already nobody can say: they are read again when they move.
    op.add_column(
        "tracks", sa.Column("guessed", sa.Boolean, nullable=False, server_default=sa.true())
    )
