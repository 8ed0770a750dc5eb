"""Every order of a list has an index for each library."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_ORDERS = {
    "tracks": {
        "sort": "sort_key",
        "added": "added_at",
        "played": "play_count",
        "shuffle": "shuffle",
    },
    "albums": {
        "sort": "sort_key",
        "artist": "artist_sort_key",
        "added": "added_at",
        "played": "play_count",
        "shuffle": "shuffle",
    },
}


def upgrade() -> None:
    # PostgreSQL computes when it writes; SQLite adds no such column to a table that is there.
    stored = op.get_bind().dialect.name == "postgresql"
    for name, unknown in (("year_up", 9999), ("year_down", 0)):
        value = sa.Computed(f"coalesce(year, {unknown})", persisted=stored)
        op.add_column("albums", sa.Column(name, sa.Integer(), value))
        op.create_index(f"albums_{name}", "albums", ["library_id", name, "id"])
    for table, orders in _ORDERS.items():
        for name, column in orders.items():
            op.drop_index(f"{table}_{name}", table)
            op.create_index(f"{table}_{name}", table, ["library_id", column, "id"])
    op.create_index("tracks_position", "tracks", ["library_id", "position_key", "id"])
    op.create_index("tracks_year", "tracks", ["library_id", "year"])
    op.drop_index("artist_libraries_library", "artist_libraries")
    op.create_index(
        "artist_libraries_library", "artist_libraries", ["library_id", "artist_id", "album_count"]
    )
