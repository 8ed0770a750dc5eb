"""Libraries that may be written to, what is put into them, and what is mended in them."""

import sqlalchemy as sa
from alembic import op

from philomel.services.catalog.store.tables import BIG, ID

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Off, whatever was there before: nothing is written unless somebody says so.
    op.add_column(
        "libraries", sa.Column("writable", sa.Boolean, nullable=False, server_default=sa.false())
    )
    op.create_table(
        "uploads",
        sa.Column("id", ID, primary_key=True),
        sa.Column("library_id", ID, nullable=False),
        sa.Column("path", sa.LargeBinary, nullable=False),
        sa.Column("size", BIG, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("begun_at", BIG, nullable=False),
        sa.Column("due", sa.Boolean, nullable=False, server_default=sa.false()),
    )
    op.create_index("uploads_library", "uploads", ["library_id", "path"])
    op.create_table(
        "mends",
        sa.Column("id", ID, primary_key=True),
        sa.Column("batch", ID, nullable=False),
        sa.Column("track_id", ID, nullable=False),
        sa.Column("library_id", ID, nullable=False),
        sa.Column("path", sa.LargeBinary, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.Column("by", ID),
        sa.Column("before", sa.Text, nullable=False),
        sa.Column("after", sa.Text, nullable=False),
        sa.Column("cover", sa.Boolean, nullable=False),
        sa.Column("old_hash", sa.String(64), nullable=False),
        sa.Column("new_hash", sa.String(64), nullable=False),
        sa.Column("done", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("undone_at", BIG),
        sa.Column("due", sa.Boolean, nullable=False, server_default=sa.false()),
    )
    op.create_index("mends_track", "mends", ["track_id"])
