"""Counters of failed tries."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, bindparam, case, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from philomel.services.accounts.rules.tries import FORGET_MS, Tries
from philomel.services.accounts.store.tables import TRIES

_FIND = select(TRIES).where(TRIES.c.id.in_(bindparam("ids", expanding=True)))


def find(connection: Connection, ids: Sequence[str]) -> Mapping[str, Tries]:
    rows = connection.execute(_FIND, {"ids": list(ids)})
    return {row.id: Tries(failures=row.failures, failed_at=row.failed_at) for row in rows}


def add_failure(connection: Connection, tries_id: str, now: int) -> None:
    """Count one more; the database adds, so that tries at once are all counted."""
    forgotten = TRIES.c.failed_at < now - FORGET_MS
    one_more = (
        update(TRIES)
        .where(TRIES.c.id == tries_id)
        .values(failures=case((forgotten, 1), else_=TRIES.c.failures + 1), failed_at=now)
    )
    if connection.execute(one_more).rowcount:
        return
    try:
        with connection.begin_nested():
            connection.execute(insert(TRIES).values(id=tries_id, failures=1, failed_at=now))
    except IntegrityError:
        # Another process was first.
        connection.execute(one_more)


def clear(connection: Connection, ids: Sequence[str]) -> None:
    connection.execute(delete(TRIES).where(TRIES.c.id.in_(list(ids))))


def prune(connection: Connection, now: int) -> None:
    connection.execute(delete(TRIES).where(TRIES.c.failed_at < now - FORGET_MS))
