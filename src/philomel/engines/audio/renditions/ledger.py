"""What is kept, how large it is and when it was last used: a table of its own.

It is a cache's: whoever loses it loses nothing but the time to make things again.
"""

from collections.abc import Collection, Sequence
from typing import Any, Final

from msgspec import Struct, msgpack
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    bindparam,
    delete,
    func,
    or_,
    select,
    update,
)

from philomel.engines.sql import Database, Schema, insert_on

METADATA = MetaData()
_BIG = BigInteger().with_variant(Integer, "sqlite")

RENDITIONS = Table(
    "renditions",
    METADATA,
    Column("name", String(128), primary_key=True),
    Column("size", _BIG, nullable=False),
    Column("parts", LargeBinary, nullable=False),
    Column("used_at", _BIG, nullable=False, index=True),
)

SCHEMA: Final = Schema(
    name="renditions",
    version=1,
    compatible_from=1,
    metadata=METADATA,
    migrations="philomel.engines.audio.renditions.migrations",
)

Parts = tuple[tuple[int, int], ...]
"""Start and stop of each, the header first; empty for a plain file."""

_PARTS: Final = msgpack.Decoder(Parts)
_FIND = select(RENDITIONS.c.size, RENDITIONS.c.parts).where(RENDITIONS.c.name == bindparam("one"))
_TOTAL = select(func.coalesce(func.sum(RENDITIONS.c.size), 0))
_OLDEST = (
    select(RENDITIONS.c.name, RENDITIONS.c.size, RENDITIONS.c.used_at)
    .where(
        or_(RENDITIONS.c.used_at < bindparam("before"), RENDITIONS.c.used_at > bindparam("after"))
    )
    .order_by(RENDITIONS.c.used_at, RENDITIONS.c.name)
    .limit(bindparam("limit"))
)
_TOUCH = (
    update(RENDITIONS)
    .where(RENDITIONS.c.name.in_(bindparam("names", expanding=True)))
    .where(RENDITIONS.c.used_at < bindparam("now"))
    .values(used_at=bindparam("now"))
)
_DROP = delete(RENDITIONS).where(RENDITIONS.c.name == bindparam("one"))
_DROP_UNUSED = _DROP.where(RENDITIONS.c.used_at == bindparam("last_used"))
_KNOWN = select(RENDITIONS.c.name).where(RENDITIONS.c.name.in_(bindparam("names", expanding=True)))


class Kept(Struct, frozen=True):
    size: int
    parts: Parts


class Old(Struct, frozen=True):
    name: str
    size: int
    used_at: int


class Ledger:
    """Args:
    database: prepared with `SCHEMA`.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, name: str) -> Kept | None:
        row = await self._database.read(lambda c: c.execute(_FIND, {"one": name}).one_or_none())
        return None if row is None else Kept(row.size, _PARTS.decode(row.parts))

    async def keep(self, name: str, kept: Kept, now: int) -> None:
        values = {
            "name": name,
            "size": kept.size,
            "parts": msgpack.encode(kept.parts),
            "used_at": now,
        }

        def work(connection: Connection) -> None:
            statement: Any = insert_on(connection.dialect.name, RENDITIONS)
            connection.execute(
                statement.on_conflict_do_update(index_elements=["name"], set_=values), [values]
            )

        await self._database.write(work)

    async def touch(self, names: Collection[str], now: int) -> None:
        """These were used by now."""
        values = {"names": sorted(names), "now": now}
        await self._database.write(lambda connection: connection.execute(_TOUCH, values))

    async def total(self) -> int:
        """Bytes of all that is kept."""
        return int(await self._database.read(lambda c: c.execute(_TOTAL).scalar_one()))

    async def oldest(self, before: int, after: int, limit: int) -> Sequence[Old]:
        """What was last used before a time, longest ago first; and after one that is to come."""
        values = {"before": before, "after": after, "limit": limit}
        rows = await self._database.read(lambda c: c.execute(_OLDEST, values).all())
        return [Old(*row) for row in rows]

    async def drop(self, one: Old) -> bool:
        """Forget it, unless somebody has used it meanwhile."""
        values = {"one": one.name, "last_used": one.used_at}
        work = self._database.write(lambda c: c.execute(_DROP_UNUSED, values).rowcount)
        return await work == 1

    async def forget(self, name: str) -> None:
        """Its bytes are gone."""
        await self._database.write(lambda connection: connection.execute(_DROP, {"one": name}))

    async def known(self, names: Collection[str]) -> set[str]:
        values = {"names": list(names)}
        return set(await self._database.read(lambda c: c.execute(_KNOWN, values).scalars().all()))
