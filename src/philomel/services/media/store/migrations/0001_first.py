"""Assets and the roots of libraries."""

import sqlalchemy as sa
from alembic import op

from philomel.engines import outbox

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ID = sa.String(22)
_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "assets",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("library_id", _ID, nullable=False),
        sa.Column("path", sa.LargeBinary, nullable=False),
        sa.Column("size", _BIG, nullable=False),
        sa.Column("modified_ns", _BIG, nullable=False),
        sa.Column("container", sa.String(16), nullable=False),
        sa.Column("codec", sa.String(16), nullable=False),
        sa.Column("duration_ms", _BIG, nullable=False),
        sa.Column("bitrate", _BIG, nullable=False),
        sa.Column("state", sa.SmallInteger, nullable=False),
        sa.Column("tries", sa.SmallInteger, nullable=False),
        sa.Column("queued_at", _BIG, nullable=False),
        sa.Column("stream_hash", sa.String(64)),
        sa.Column("loudness", sa.Float),
        sa.Column("true_peak", sa.Float),
        sa.Column("error", sa.Text),
    )
    op.create_index("ix_assets_state", "assets", ["state", "queued_at", "library_id"])
    op.create_table(
        "library_roots",
        sa.Column("library_id", _ID, primary_key=True),
        sa.Column("root", sa.LargeBinary, nullable=False),
        sa.Column("away", sa.Boolean, nullable=False),
    )
    outbox.create_tables_v1(op)
