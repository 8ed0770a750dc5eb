"""How often an artist was played in each library, for those who see only some of them."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    for name in ("play_count", "last_played_at"):
        op.add_column(
            "artist_libraries", sa.Column(name, _BIG, nullable=False, server_default=sa.text("0"))
        )
    op.execute(
        """
        WITH played AS (
            SELECT DISTINCT c.artist_id, c.library_id, t.id, t.play_count, t.last_played_at
            FROM tracks t JOIN track_credits c ON c.track_id = t.id
            WHERE t.play_count > 0 OR t.last_played_at > 0
        ), sums AS (
            SELECT artist_id, library_id, SUM(play_count) AS plays, MAX(last_played_at) AS last
            FROM played GROUP BY artist_id, library_id
        )
        UPDATE artist_libraries SET play_count = sums.plays, last_played_at = sums.last FROM sums
        WHERE artist_libraries.artist_id = sums.artist_id
        AND artist_libraries.library_id = sums.library_id
        """
    )
