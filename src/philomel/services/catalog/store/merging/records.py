"""What is kept of every merge: why it happened, and what there was before."""

import secrets
import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import (
    BindParameter,
    Connection,
    RowMapping,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from philomel.kernel.ids import decode, encode, new_event_id
from philomel.kernel.paging import decode_cursor, encode_cursor
from philomel.services.catalog.contract import (
    EntryKind,
    ListMerges,
    Merge,
    MergeReason,
    Merges,
)
from philomel.services.catalog.store.tables import aliases, merges

Row = dict[str, Any]

_IDS: BindParameter[Sequence[str]] = bindparam("ids", expanding=True)
_REDIRECT = update(aliases).where(aliases.c.new == bindparam("was")).values(new=bindparam("to"))
_SHOWN = tuple(column for column in merges.c if column.name != "before")
_LIST = select(*_SHOWN).order_by(merges.c.id.desc()).limit(bindparam("limit"))
_LATEST = select(func.max(merges.c.id))
_ONE = select(merges).where(merges.c.id == bindparam("id"))
_APART = select(merges.c.old, merges.c.new).where(
    merges.c.undone_at.is_not(None), or_(merges.c.old.in_(_IDS), merges.c.new.in_(_IDS))
)
_LEADING_TO = select(merges.c.old, merges.c.new).where(
    merges.c.new.in_(_IDS), merges.c.undone_at.is_(None)
)
_LATER = (
    select(merges.c.id)
    .where(
        merges.c.undone_at.is_(None),
        merges.c.id > bindparam("id"),
        or_(merges.c.old == bindparam("new"), merges.c.new == bindparam("new")),
        merges.c.kind == bindparam("of"),
    )
    .order_by(merges.c.id.desc())
    .limit(1)
)
_CAUSED = (
    select(merges.c.id)
    .where(merges.c.cause == bindparam("id"), merges.c.undone_at.is_(None))
    .order_by(merges.c.id.desc())
)
_UNDONE = update(merges).where(merges.c.id == bindparam("merge")).values(undone_at=bindparam("now"))
_LED_TO = select(aliases.c.old).where(aliases.c.new == bindparam("id"))
_FORGET_ALIAS = delete(aliases).where(aliases.c.old == bindparam("id"))
_LEAD = (
    update(aliases)
    .where(aliases.c.old.in_(bindparam("olds", expanding=True)))
    .values(new=bindparam("to"))
)


ALIASES = "aliases"
"""Under this a merge keeps the ids that led to the old one; some have no record of their own."""


class Pair(Struct, frozen=True):
    """A merge to be made: `old` becomes an alias of `new`."""

    old: str
    new: str
    reason: MergeReason
    evidence: str
    by: str | None = None
    cause: str | None = None


def record(
    connection: Connection,
    kind: EntryKind,
    pair: Pair,
    names: tuple[str, str],
    before: Mapping[str, Sequence[Any]],
    now: int,
    *,
    undone: bool = False,
) -> str:
    """Keep why `pair` was merged, with the rows as they were; the id of the record.

    Args:
        names: of old and new.
        undone: it is one that was taken back: it only says that both are not the same.
    """
    id_ = _next_id(connection, now)
    led = connection.execute(_LED_TO, {"id": pair.old}).scalars().all()
    before = {**before, ALIASES: led}
    connection.execute(
        insert(merges),
        {
            "id": id_, "kind": kind.value, "old": pair.old, "new": pair.new,
            "reason": pair.reason.value, "evidence": pair.evidence, "old_name": names[0],
            "new_name": names[1], "at": now, "by": pair.by, "cause": pair.cause,
            "before": zlib.compress(msgspec.msgpack.encode(before), 1),
            "undone_at": now if undone else None,
        },
    )  # fmt: skip
    return id_


def _next_id(connection: Connection, now: int) -> str:
    """In the order of the merges, also of those of one millisecond."""
    latest, fresh = connection.execute(_LATEST).scalar_one_or_none(), new_event_id(now)
    if latest is None or latest < fresh:
        return fresh
    return encode(decode(latest) + 1 + secrets.randbits(32))


def merge_ids(connection: Connection, kind: EntryKind, old: str, new: str) -> None:
    """Let `old` answer as `new` from now on, with everything that answered as `old`."""
    connection.execute(_REDIRECT, {"was": old, "to": new})
    connection.execute(insert(aliases), {"old": old, "new": new, "kind": kind.value})


def part_ids(connection: Connection, old: str, also: Sequence[str]) -> None:
    """Let `old` be no alias any more, and lead `also` to it."""
    connection.execute(_FORGET_ALIAS, {"id": old})
    if also:
        connection.execute(_LEAD, {"olds": list(also), "to": old})


def rows_before(merge: Row) -> dict[str, list[Row]]:
    """The rows that a merge kept, by what they are."""
    kept: bytes = merge["before"]
    found: dict[str, list[Row]] = msgspec.msgpack.decode(zlib.decompress(kept))
    return found


def find(connection: Connection, id_: str) -> Row | None:
    row = connection.execute(_ONE, {"id": id_}).mappings().one_or_none()
    return None if row is None else dict(row)


def shown(row: Row | RowMapping) -> Merge:
    return Merge(
        id=row["id"], kind=EntryKind(row["kind"]), old=row["old"], new=row["new"],
        reason=MergeReason(row["reason"]), evidence=row["evidence"], old_name=row["old_name"],
        new_name=row["new_name"], at=row["at"], by=row["by"], cause=row["cause"],
        undone_at=row["undone_at"],
    )  # fmt: skip


def list_merges(connection: Connection, request: ListMerges) -> Merges:
    statement = _LIST
    if request.cursor is not None:
        before = decode_cursor(request.cursor, tuple[str])[0]
        statement = statement.where(merges.c.id < before)
    if request.kind is not None:
        statement = statement.where(merges.c.kind == request.kind.value)
    if request.entry_id is not None:
        named = or_(merges.c.old == request.entry_id, merges.c.new == request.entry_id)
        statement = statement.where(named)
    rows = connection.execute(statement, {"limit": request.limit + 1}).mappings().all()
    items = tuple(shown(row) for row in rows[: request.limit])
    more = len(rows) > request.limit
    return Merges(items=items, next=encode_cursor((items[-1].id,)) if more else None)


def apart(connection: Connection, ids: Iterable[str]) -> set[frozenset[str]]:
    """Pairs of these ids that an administrator said are two."""
    wanted = list(set(ids))
    if not wanted:
        return set()
    return {frozenset(row) for row in connection.execute(_APART, {"ids": wanted})}


def later(connection: Connection, merge: Row) -> str | None:
    """The latest merge that rests on this one."""
    values = {"id": merge["id"], "new": merge["new"], "of": merge["kind"]}
    return connection.execute(_LATER, values).scalar_one_or_none()


def caused(connection: Connection, merge_id: str) -> Sequence[str]:
    return connection.execute(_CAUSED, {"id": merge_id}).scalars().all()


def leading_to(connection: Connection, id_: str) -> tuple[str, ...]:
    """Everything that became `id_`, at once or by way of others."""
    found: list[str] = []
    wanted = [id_]
    while wanted:
        rows = connection.execute(_LEADING_TO, {"ids": wanted}).all()
        wanted = [row.old for row in rows if row.old not in found]
        found.extend(wanted)
    return tuple(found)


def set_undone(connection: Connection, merge_id: str, now: int) -> None:
    connection.execute(_UNDONE, {"merge": merge_id, "now": now})
