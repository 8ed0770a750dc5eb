"""Findings and what waits to be looked at."""

import sqlalchemy as sa
from alembic import op

from philomel.engines import outbox

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ID = sa.String(22).with_variant(sa.String(22, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "findings",
        sa.Column("rank", sa.SmallInteger, primary_key=True),
        sa.Column("subject_id", _ID, primary_key=True),
        sa.Column("subject", sa.String(10), nullable=False),
        sa.Column("library_id", _ID, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("path", sa.Text),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("peer_id", _ID),
        sa.Column("ignored", sa.Boolean, nullable=False),
        sa.Column("found_at", sa.BigInteger, nullable=False),
        sa.Column("round", sa.BigInteger, nullable=False),
    )
    op.create_index("findings_subject", "findings", ["subject_id"])
    op.create_index("findings_peer", "findings", ["peer_id"])
    op.create_table(
        "due",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("album", sa.Boolean, primary_key=True),
        sa.Column("alone", sa.Boolean, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("times", sa.Integer, nullable=False),
    )
    op.create_index("due_since", "due", ["album", "since", "id"])
    op.create_table(
        "subjects",
        sa.Column("track_id", _ID, primary_key=True),
        sa.Column("asset_id", _ID),
        sa.Column("album_id", _ID),
    )
    op.create_index("subjects_asset", "subjects", ["asset_id"])
    op.create_table(
        "state",
        sa.Column("one", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("swept", sa.Boolean, nullable=False),
        sa.Column("cursor", sa.Text),
        sa.Column("errors_due", sa.Boolean, nullable=False),
    )
    op.bulk_insert(
        sa.table(
            "state",
            sa.column("one", sa.Integer),
            sa.column("swept", sa.Boolean),
            sa.column("errors_due", sa.Boolean),
        ),
        [{"one": 1, "swept": False, "errors_due": True}],
    )
    outbox.create_tables_v1(op)
