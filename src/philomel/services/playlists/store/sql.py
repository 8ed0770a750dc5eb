"""Likes and ratings in SQL."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import (
    Connection,
    bindparam,
    delete,
    func,
    select,
    tuple_,
    update,
)

from philomel.engines.log import Record
from philomel.engines.outbox import announce
from philomel.engines.sql import Among, Database, insert_on
from philomel.kernel.ids import new_event_id
from philomel.rpc.codec import to_bytes
from philomel.services.playlists.contract import ItemKind, Mark, MarksChanged
from philomel.services.playlists.rules import Opinion
from philomel.services.playlists.store import NEVER, Place
from philomel.services.playlists.store.tables import ALIAS, MARK, UNSAVED

T = TypeVar("T")

BATCH = 500
"""Rows moved or deleted in one transaction, so that none is long."""
FAR = 2_000
"""A page that many likes away is read in a thread: the others need not wait."""
REMEMBERED_MS = 30 * 86_400_000
"""How long it is known that a like was taken back: longer than any news of a merge takes."""

_MINE = (MARK.c.user_id == bindparam("user"), MARK.c.kind == bindparam("kind"))
_THESE = MARK.c.item_id.in_(bindparam("ids", expanding=True))

_RESOLVE = Among(
    select(ALIAS.c.old_id, ALIAS.c.new_id).where(ALIAS.c.kind == bindparam("kind")), ALIAS.c.old_id
)
_FIND = Among(select(MARK).where(*_MINE), MARK.c.item_id)
_FOLLOWERS = (
    select(MARK.c.item_id, func.count())
    .where(MARK.c.kind == bindparam("kind"), _THESE, MARK.c.saved_at.is_not(None))
    .group_by(MARK.c.item_id)
)
_SAVED = (
    select(MARK)
    .where(*_MINE, MARK.c.saved_at.is_not(None))
    .order_by(MARK.c.saved_at.desc(), MARK.c.item_id.desc())
    .limit(bindparam("limit"))
    .offset(bindparam("offset"))
)
_SAVED_AFTER = _SAVED.where(
    tuple_(MARK.c.saved_at, MARK.c.item_id) < tuple_(bindparam("at"), bindparam("id"))
)
_COUNT_SAVED = select(func.count()).where(*_MINE, MARK.c.saved_at.is_not(None))
_RATED = (
    select(MARK)
    .where(*_MINE, MARK.c.rating.is_not(None))
    .order_by(MARK.c.rating.desc(), MARK.c.rated_at.desc(), MARK.c.item_id)
    .limit(bindparam("limit"))
    .offset(bindparam("offset"))
)
_COUNT_RATED = select(func.count()).where(*_MINE, MARK.c.rating.is_not(None))

_UNSAVE = (
    update(MARK)
    .where(
        MARK.c.user_id == bindparam("user"),
        # In an UPDATE a parameter must not be named like a column.
        MARK.c.kind == bindparam("of"),
        _THESE,
        MARK.c.saved_at.is_not(None),
    )
    .values(saved_at=None)
)
_FORGET_UNSAVED = delete(UNSAVED).where(
    UNSAVED.c.user_id == bindparam("user"), UNSAVED.c.at < bindparam("until")
)
_FORGIVE = delete(UNSAVED).where(
    UNSAVED.c.user_id == bindparam("user"),
    UNSAVED.c.kind == bindparam("kind"),
    UNSAVED.c.item_id.in_(bindparam("ids", expanding=True)),
)
_DROP_EMPTY = delete(MARK).where(*_MINE, _THESE, MARK.c.saved_at.is_(None), MARK.c.rating.is_(None))

_OF_PERSON = (
    select(MARK.c.kind, MARK.c.item_id).where(MARK.c.user_id == bindparam("user")).limit(BATCH)
)
_DROP = delete(MARK).where(
    MARK.c.user_id == bindparam("user"),
    tuple_(MARK.c.kind, MARK.c.item_id).in_(bindparam("keys", expanding=True)),
)


class SqlPlaylists:
    """What is asked and kept; `merging` adds what makes it a whole `PlaylistStore`."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.insert = partial(insert_on, database.dialect)

    async def save(
        self,
        user_id: str,
        kind: ItemKind,
        ids: Sequence[str],
        at: int,
        dates: Mapping[str, int] | None = None,
    ) -> None:
        # A like that is there already keeps its date, and nobody is told.
        like = self.insert(MARK)
        like = like.on_conflict_do_update(
            index_elements=[MARK.c.user_id, MARK.c.kind, MARK.c.item_id],
            set_={"saved_at": like.excluded.saved_at},
            where=MARK.c.saved_at.is_(None),
        )

        def work(connection: Connection) -> None:
            now = resolve(connection, kind, ids)
            resolved = list(dict.fromkeys(now.values()))
            when = {now[id_]: date for id_, date in (dates or {}).items() if id_ in now}
            found = _found(connection, user_id, kind, resolved)
            new = [id_ for id_ in resolved if found.get(id_, Opinion()).saved_at is None]
            rows = [
                {
                    "user_id": user_id,
                    "kind": kind.value,
                    "item_id": id_,
                    "saved_at": when.get(id_, at),
                }
                for id_ in new
            ]
            if rows:
                connection.execute(like, rows)
                values = {"user": user_id, "kind": kind.value, "ids": new}
                connection.execute(_FORGIVE, values)
                tell_marks(connection, user_id, kind, new, at)

        await self.database.write(work)

    async def unsave(self, user_id: str, kind: ItemKind, ids: Sequence[str], at: int) -> None:
        remember = self.insert(UNSAVED)
        remember = remember.on_conflict_do_update(
            index_elements=[UNSAVED.c.user_id, UNSAVED.c.kind, UNSAVED.c.item_id],
            set_={"at": remember.excluded.at},
        )

        def work(connection: Connection) -> None:
            resolved = list(dict.fromkeys(resolve(connection, kind, ids).values()))
            values = {"user": user_id, "kind": kind.value, "ids": resolved}
            taken = [
                {"user_id": user_id, "kind": kind.value, "item_id": id_, "at": at}
                for id_ in resolved
            ]
            if taken:
                connection.execute(_FORGET_UNSAVED, {"user": user_id, "until": at - REMEMBERED_MS})
                connection.execute(remember, taken)
            if resolved and connection.execute(_UNSAVE, values | {"of": kind.value}).rowcount:
                connection.execute(_DROP_EMPTY, values)
                tell_marks(connection, user_id, kind, resolved, at)

        await self.database.write(work)

    async def rate(
        self, user_id: str, kind: ItemKind, id_: str, rating: int | None, at: int
    ) -> None:
        stars = self.insert(MARK)
        stars = stars.on_conflict_do_update(
            index_elements=[MARK.c.user_id, MARK.c.kind, MARK.c.item_id],
            set_={"rating": stars.excluded.rating, "rated_at": stars.excluded.rated_at},
        )

        def work(connection: Connection) -> None:
            item_id = resolve(connection, kind, [id_])[id_]
            found = _found(connection, user_id, kind, [item_id]).get(item_id, Opinion())
            if found.rating == rating:
                return
            row = {"user_id": user_id, "kind": kind.value, "item_id": item_id}
            rated_at = None if rating is None else at
            connection.execute(stars, {**row, "rating": rating, "rated_at": rated_at})
            connection.execute(_DROP_EMPTY, {"user": user_id, "kind": kind.value, "ids": [item_id]})
            tell_marks(connection, user_id, kind, [item_id], at)

        await self.database.write(work)

    async def marks(self, user_id: str, kind: ItemKind, ids: Sequence[str]) -> Sequence[Mark]:
        def work(connection: Connection) -> list[Mark]:
            resolved = resolve(connection, kind, ids)
            found = _found(connection, user_id, kind, resolved.values())
            return [
                Mark(asked, found[id_].saved_at, found[id_].rating)
                for asked, id_ in resolved.items()
                if id_ in found
            ]

        return await self.database.read(work, long=len(ids) > BATCH)

    async def followers(self, kind: ItemKind, ids: Sequence[str]) -> Mapping[str, int]:
        def work(connection: Connection) -> dict[str, int]:
            resolved = resolve(connection, kind, ids)
            values = {"kind": kind.value, "ids": list(resolved.values())}
            rows = connection.execute(_FOLLOWERS, values).all() if ids else ()
            counts = {row[0]: row[1] for row in rows}
            return {asked: counts[id_] for asked, id_ in resolved.items() if id_ in counts}

        return await self.database.read(work)

    async def saved(
        self, user_id: str, kind: ItemKind, limit: int, offset: int, after: Place | None
    ) -> tuple[Sequence[Mark], int]:
        values: dict[str, Any] = {"user": user_id, "kind": kind.value}
        page = values | {"limit": limit, "offset": offset}
        if after is not None:
            page |= {"at": after.saved_at, "id": after.item_id}
        query = _SAVED if after is None else _SAVED_AFTER
        return await self.database.read(
            lambda connection: (
                _marks(connection.execute(query, page).all()),
                connection.scalar(_COUNT_SAVED, values) or 0,
            ),
            long=offset > FAR,
        )

    async def rated(
        self, user_id: str, kind: ItemKind, limit: int, offset: int
    ) -> tuple[Sequence[Mark], int]:
        values: dict[str, Any] = {"user": user_id, "kind": kind.value}
        page = values | {"limit": limit, "offset": offset}
        return await self.database.read(
            lambda connection: (
                _marks(connection.execute(_RATED, page).all()),
                connection.scalar(_COUNT_RATED, values) or 0,
            )
        )

    async def now(self, kind: ItemKind, id_: str) -> str:
        return await self.database.read(lambda c: resolve(c, kind, [id_])[id_])

    async def forget(self, user_id: str) -> None:
        def work(connection: Connection) -> int:
            rows = connection.execute(_OF_PERSON, {"user": user_id}).all()
            keys = [(row.kind, row.item_id) for row in rows]
            if keys:
                connection.execute(_DROP, {"user": user_id, "keys": keys})
            return len(keys)

        await self.in_batches(work)
        await self.database.write(
            lambda c: c.execute(_FORGET_UNSAVED, {"user": user_id, "until": NEVER})
        )

    async def in_batches(self, work: Callable[[Connection], int]) -> None:
        while await self.database.write(work):
            pass


def resolve(connection: Connection, kind: ItemKind, ids: Iterable[str]) -> dict[str, str]:
    """Each id and the one it goes by now, in the order given."""
    asked = list(dict.fromkeys(ids))
    rows = _RESOLVE.rows(connection, {"kind": kind.value}, asked)
    aliases = {row.old_id: row.new_id for row in rows}
    return {id_: aliases.get(id_, id_) for id_ in asked}


def _found(
    connection: Connection, user_id: str, kind: ItemKind, ids: Iterable[str]
) -> dict[str, Opinion]:
    rows = _FIND.rows(connection, {"user": user_id, "kind": kind.value}, list(ids))
    return {row.item_id: opinion(row) for row in rows}


def opinion(row: Any) -> Opinion:
    return Opinion(row.saved_at, row.rating, row.rated_at)


def _marks(rows: Sequence[Any]) -> Sequence[Mark]:
    return [Mark(row.item_id, row.saved_at, row.rating) for row in rows]


def tell_marks(
    connection: Connection, user_id: str, kind: ItemKind, ids: Sequence[str], at: int
) -> None:
    event = MarksChanged(user_id=user_id, kind=kind, ids=tuple(ids), at=at)
    record = Record(new_event_id(at), user_id, "playlists.MarksChanged", to_bytes(event))
    announce(connection, [record])
