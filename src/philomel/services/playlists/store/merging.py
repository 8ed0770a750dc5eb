"""Two ids turned out to be one, or one to be two: marks move, or stay on both.

In batches, each of which is complete in itself, so that the work may stop and be repeated
anywhere.
"""

from collections.abc import Sequence
from functools import partial

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from philomel.services.playlists.contract import ItemKind
from philomel.services.playlists.rules import Opinion, merged
from philomel.services.playlists.store import NEVER
from philomel.services.playlists.store.sql import BATCH, SqlPlaylists, opinion, resolve
from philomel.services.playlists.store.tables import ALIAS, MARK, UNSAVED

_NEW_TO_OLD = (
    update(ALIAS)
    .where(ALIAS.c.kind == bindparam("of"), ALIAS.c.new_id == bindparam("was"))
    .values(new_id=bindparam("becomes"))
)
_PART_ALIAS = delete(ALIAS).where(
    ALIAS.c.kind == bindparam("of"), ALIAS.c.old_id == bindparam("id")
)
_LEAD = (
    update(ALIAS)
    .where(ALIAS.c.kind == bindparam("of"), ALIAS.c.old_id.in_(bindparam("ids", expanding=True)))
    .values(new_id=bindparam("becomes"))
)
_ITEM = (MARK.c.kind == bindparam("kind"), MARK.c.item_id == bindparam("id"))
_OF_ITEM = select(MARK).where(*_ITEM).limit(BATCH)
_AFTER = (
    select(MARK)
    .where(*_ITEM, MARK.c.user_id > bindparam("after"))
    .order_by(MARK.c.user_id)
    .limit(BATCH)
)
_OF_USERS = select(MARK).where(*_ITEM, MARK.c.user_id.in_(bindparam("users", expanding=True)))
_DROP_OF_USERS = delete(MARK).where(
    MARK.c.kind == bindparam("kind"),
    MARK.c.item_id.in_(bindparam("ids", expanding=True)),
    MARK.c.user_id.in_(bindparam("users", expanding=True)),
)
_TAKEN_BACK = select(UNSAVED.c.user_id, UNSAVED.c.item_id, UNSAVED.c.at).where(
    UNSAVED.c.kind == bindparam("kind"),
    UNSAVED.c.item_id.in_(bindparam("ids", expanding=True)),
    UNSAVED.c.at >= bindparam("since"),
)
_THEIRS = _TAKEN_BACK.where(UNSAVED.c.user_id.in_(bindparam("users", expanding=True)))
_TOOK_BACK = _TAKEN_BACK.limit(BATCH)
_UNLIKE = (
    update(MARK)
    .where(
        MARK.c.kind == bindparam("of"),
        MARK.c.item_id.in_(bindparam("ids", expanding=True)),
        MARK.c.user_id == bindparam("user"),
        MARK.c.saved_at <= bindparam("until"),
    )
    .values(saved_at=None)
)
_DROP_EMPTY = delete(MARK).where(
    MARK.c.kind == bindparam("of"),
    MARK.c.item_id.in_(bindparam("ids", expanding=True)),
    MARK.c.user_id == bindparam("user"),
    MARK.c.saved_at.is_(None),
    MARK.c.rating.is_(None),
)
_FORGET = delete(UNSAVED).where(
    UNSAVED.c.kind == bindparam("of"),
    UNSAVED.c.item_id.in_(bindparam("ids", expanding=True)),
    UNSAVED.c.user_id == bindparam("user"),
)


class MergingPlaylists(SqlPlaylists):
    """`SqlPlaylists` that can merge and split: the whole `PlaylistStore`."""

    async def merge(self, kind: ItemKind, old: str, new: str, at: int = NEVER) -> None:
        # First the alias, so that no new mark lands on the old id; then the marks that do.
        target = await self.database.write(lambda c: self._add_alias(c, kind, old, new))
        if target == old:
            return
        await self.in_batches(lambda connection: _take_back(connection, kind, (old, target), at))
        await self.in_batches(lambda connection: _move(connection, kind, old, target))

    async def split(
        self, kind: ItemKind, source: str, part: str, also: Sequence[str], at: int
    ) -> None:
        def part_ids(connection: Connection) -> None:
            of = {"of": kind.value}
            connection.execute(_PART_ALIAS, {**of, "id": part})
            if also:
                connection.execute(_LEAD, {**of, "ids": list(also), "becomes": part})

        await self.database.write(part_ids)
        after: str | None = ""
        while after is not None:
            last = after
            after = await self.database.write(
                partial(self._copy, kind=kind, source=source, part=part, after=last, at=at)
            )

    def _copy(
        self, connection: Connection, kind: ItemKind, source: str, part: str, after: str, at: int
    ) -> str | None:
        rows = connection.execute(_AFTER, {"kind": kind.value, "id": source, "after": after}).all()
        if not rows:
            return None
        users = [row.user_id for row in rows]
        asked = {"kind": kind.value, "ids": [part], "since": at, "users": users}
        gone = {row.user_id for row in connection.execute(_THEIRS, asked)}
        copies = [
            {
                "user_id": row.user_id, "kind": kind.value, "item_id": part,
                "saved_at": None if row.user_id in gone else row.saved_at,
                "rating": row.rating, "rated_at": row.rated_at,
            }
            for row in rows
            if row.user_id not in gone or row.rating is not None
        ]  # fmt: skip
        if copies:
            connection.execute(self.insert(MARK).on_conflict_do_nothing(), copies)
        return str(users[-1])

    def _add_alias(self, connection: Connection, kind: ItemKind, old: str, new: str) -> str:
        """Where the marks of `old` belong: aliases never point at another alias."""
        target = resolve(connection, kind, [new])[new]
        if target == old:
            return old
        alias = self.insert(ALIAS).on_conflict_do_nothing()
        connection.execute(alias, {"kind": kind.value, "old_id": old, "new_id": target})
        connection.execute(_NEW_TO_OLD, {"of": kind.value, "was": old, "becomes": target})
        return target


def _take_back(connection: Connection, kind: ItemKind, ids: Sequence[str], since: int) -> int:
    """Likes that were taken back once both ids were one are taken back from both."""
    asked = {"kind": kind.value, "ids": list(ids), "since": since}
    rows = connection.execute(_TOOK_BACK, asked).all()
    for row in rows:
        of = {"of": kind.value, "ids": list(ids), "user": row.user_id}
        connection.execute(_UNLIKE, {**of, "until": row.at})
        connection.execute(_DROP_EMPTY, of)
        connection.execute(_FORGET, of)
    return len(rows)


def _move(connection: Connection, kind: ItemKind, old: str, new: str) -> int:
    rows = connection.execute(_OF_ITEM, {"kind": kind.value, "id": old}).all()
    if not rows:
        return 0
    users = [row.user_id for row in rows]
    values = {"kind": kind.value, "id": new, "users": users}
    there = {row.user_id: opinion(row) for row in connection.execute(_OF_USERS, values)}
    both = {"kind": kind.value, "ids": [old, new], "users": users}
    connection.execute(_DROP_OF_USERS, both)
    moved = []
    for row in rows:
        became = merged(opinion(row), there.get(row.user_id, Opinion()))
        moved.append(
            {
                "user_id": row.user_id,
                "kind": kind.value,
                "item_id": new,
                "saved_at": became.saved_at,
                "rating": became.rating,
                "rated_at": became.rated_at,
            }
        )
    connection.execute(insert(MARK), moved)
    return len(moved)
