"""Albums are found by their MusicBrainz ids."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("albums_mbid", "albums", ["mbid"])
