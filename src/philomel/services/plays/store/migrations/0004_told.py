"""Totals are told again: the catalogue had no times of plays before."""

from alembic import op
from sqlalchemy import text

from philomel.engines.log import Record
from philomel.engines.outbox import announce
from philomel.kernel.ids import new_event_id
from philomel.rpc.codec import to_bytes
from philomel.services.plays.contract import TotalsChanged, TrackTotal

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_PAGE = text(
    "SELECT track_id, times, last_played_at FROM track_total WHERE track_id > :last "
    "ORDER BY track_id LIMIT 500"
)


def upgrade() -> None:
    connection, last = op.get_bind(), ""
    while rows := connection.execute(_PAGE, {"last": last}).all():
        at = max(row.last_played_at for row in rows)
        totals = tuple(TrackTotal(row.track_id, row.times, row.last_played_at) for row in rows)
        value = to_bytes(TotalsChanged(tracks=totals, at=at))
        announce(connection, [Record(new_event_id(at), "totals", "plays.TotalsChanged", value)])
        last = rows[-1].track_id
