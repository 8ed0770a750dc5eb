"""Which pictures were drawn, and when they were shown last."""

from collections.abc import Iterable, Sequence

from sqlalchemy import BindParameter, Connection, bindparam, delete, select, update

from philomel.engines.sql import insert_on
from philomel.services.playlists.store.tables import MOSAIC

_IDS: BindParameter[Sequence[str]] = bindparam("ids", expanding=True)
_KNOWN = select(MOSAIC).where(MOSAIC.c.id.in_(_IDS), MOSAIC.c.used_at > 0)
_USED = update(MOSAIC).where(MOSAIC.c.id.in_(_IDS))
_UNUSED = select(MOSAIC.c.id).where(MOSAIC.c.used_at < bindparam("before")).limit(500)
_FORGET = delete(MOSAIC).where(MOSAIC.c.id.in_(_IDS))


def known(connection: Connection, ids: Iterable[str]) -> dict[str, int]:
    """Those of these that are there, with the instant at which they were shown."""
    asked = list(ids)
    rows = connection.execute(_KNOWN, {"ids": asked}) if asked else ()
    return {row.id: row.used_at for row in rows}


def expect(connection: Connection, id_: str) -> None:
    """One whose files are being written: if that ends early, they are cleared away."""
    new = insert_on(connection.dialect.name, MOSAIC).values(id=id_, used_at=0)
    connection.execute(new.on_conflict_do_nothing())


def use(connection: Connection, ids: Sequence[str], at: int) -> None:
    connection.execute(_USED.values(used_at=at), {"ids": list(ids)})


def unused(connection: Connection, before: int) -> list[str]:
    return list(connection.execute(_UNUSED, {"before": before}).scalars())


def forget(connection: Connection, ids: Sequence[str]) -> None:
    connection.execute(_FORGET, {"ids": list(ids)})
