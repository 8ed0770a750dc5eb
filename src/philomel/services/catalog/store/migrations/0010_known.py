"""Tracks are found by the ids that others know them by."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name, column in (("recording", "recording_id"), ("isrc", "isrc")):
        tagged = sa.text(f"{column} IS NOT NULL")
        op.create_index(
            f"tracks_known_{name}",
            "tracks",
            [column],
            sqlite_where=tagged,
            postgresql_where=tagged,
        )
