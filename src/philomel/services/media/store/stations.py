"""Stations in SQL."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from philomel.engines import outbox
from philomel.engines.log import Record
from philomel.engines.sql import Database
from philomel.services.media.store.tables import STATIONS

_ALL = select(STATIONS).order_by(STATIONS.c.name, STATIONS.c.id)
_ONE = select(STATIONS).where(STATIONS.c.id == bindparam("station"))
_COUNT = select(func.count()).select_from(STATIONS)
_DROP = delete(STATIONS).where(STATIONS.c.id == bindparam("station"))
_CHANGE = (
    update(STATIONS)
    .where(STATIONS.c.id == bindparam("station"))
    .values(
        name=bindparam("called"), stream_url=bindparam("stream"), home_page_url=bindparam("home")
    )
)


class StationRow(Struct, frozen=True):
    id: str
    name: str
    stream_url: str
    home_page_url: str
    added_at: int


class SqlStations:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> Sequence[StationRow]:
        """By name."""
        return await self._database.read(lambda c: [_row(row) for row in c.execute(_ALL)])

    async def find(self, station_id: str) -> StationRow | None:
        def work(connection: Connection) -> StationRow | None:
            row = connection.execute(_ONE, {"station": station_id}).one_or_none()
            return None if row is None else _row(row)

        return await self._database.read(work)

    async def add(self, station: StationRow, most: int, told: Sequence[Record]) -> bool:
        """False if there are too many."""
        values = {name: getattr(station, name) for name in station.__struct_fields__}

        def work(connection: Connection) -> bool:
            if (connection.scalar(_COUNT) or 0) >= most:
                return False
            connection.execute(insert(STATIONS), values)
            outbox.announce(connection, list(told))
            return True

        return await self._database.write(work)

    async def change(self, station: StationRow, told: Sequence[Record]) -> bool:
        """False if there is no such station."""
        values = {
            "station": station.id,
            "called": station.name,
            "stream": station.stream_url,
            "home": station.home_page_url,
        }

        def work(connection: Connection) -> bool:
            changed = bool(connection.execute(_CHANGE, values).rowcount)
            if changed:
                outbox.announce(connection, list(told))
            return changed

        return await self._database.write(work)

    async def remove(self, station_id: str, told: Sequence[Record]) -> bool:
        def work(connection: Connection) -> bool:
            removed = bool(connection.execute(_DROP, {"station": station_id}).rowcount)
            if removed:
                outbox.announce(connection, list(told))
            return removed

        return await self._database.write(work)


def _row(row: Any) -> StationRow:
    return StationRow(row.id, row.name, row.stream_url, row.home_page_url, row.added_at)
