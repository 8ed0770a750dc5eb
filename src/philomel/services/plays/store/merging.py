"""Two ids turned out to be one: plays and counts of the old one move to the new one.

In batches, each of which is complete in itself, so that the work may stop and be repeated
anywhere. Counts are added. (Had one person two plays at the very same instant, one under
each id, the history keeps one of them, and the counts still say two.)
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, tuple_, update

from philomel.engines.sql import Database
from philomel.services.plays.contract import PlayedKind
from philomel.services.plays.store.sql import BATCH, SqlPlays, Upserts, resolve, tell_totals
from philomel.services.plays.store.tables import ALIAS, COUNT, NOW, PLAY, TOTAL

_RENAME_ALIASES = (
    update(ALIAS)
    .where(ALIAS.c.kind == bindparam("of"), ALIAS.c.new_id == bindparam("was"))
    .values(new_id=bindparam("becomes"))
)
_PLAYS = select(PLAY).where(PLAY.c.track_id == bindparam("old")).limit(BATCH)
_DROP_PLAYS = delete(PLAY).where(
    PLAY.c.track_id == bindparam("old"),
    tuple_(PLAY.c.user_id, PLAY.c.played_at).in_(bindparam("keys", expanding=True)),
)
_COUNTS = (
    select(COUNT)
    .where(COUNT.c.kind == bindparam("kind"), COUNT.c.item_id == bindparam("old"))
    .order_by(COUNT.c.user_id)
    .limit(BATCH)
)
_DROP_COUNTS = delete(COUNT).where(
    COUNT.c.kind == bindparam("kind"),
    COUNT.c.item_id == bindparam("old"),
    COUNT.c.user_id.in_(bindparam("users", expanding=True)),
)
_TOTAL = select(TOTAL).where(TOTAL.c.track_id == bindparam("old"))
_DROP_TOTAL = delete(TOTAL).where(TOTAL.c.track_id == bindparam("old"))
_MOVE_NOW = (
    update(NOW).where(NOW.c.track_id == bindparam("was")).values(track_id=bindparam("becomes"))
)


class MergingPlays(SqlPlays):
    """`SqlPlays` that can merge: the whole `PlayStore`."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._merge = Merge(Upserts(database))

    async def merge(self, kind: PlayedKind, old: str, new: str, at: int) -> None:
        # First the alias, so that nothing new lands on the old id; then what is there.
        target = await self._database.write(lambda c: self._merge.alias(c, kind, old, new))
        if target == old:
            return
        steps: list[Callable[[Connection], bool]] = [
            lambda connection: self._merge.counts(connection, kind, old, target)
        ]
        if kind is PlayedKind.TRACK:
            steps += [
                lambda connection: self._merge.plays(connection, old, target),
                lambda connection: self._merge.total(connection, old, target, at),
            ]
        for step in steps:
            await self._in_batches(step)


class Merge:
    """The steps of a merge; each tells whether there may be more to do."""

    def __init__(self, upserts: Upserts) -> None:
        self._upserts = upserts

    def alias(self, connection: Connection, kind: PlayedKind, old: str, new: str) -> str:
        """Where what belongs to `old` goes: aliases never point at another alias."""
        target = resolve(connection, kind, [new])[new]
        if target != old:
            row = {"kind": kind.value, "old_id": old, "new_id": target}
            connection.execute(self._upserts.alias, row)
            values = {"of": kind.value, "was": old, "becomes": target}
            connection.execute(_RENAME_ALIASES, values)
        return target

    def plays(self, connection: Connection, old: str, new: str) -> bool:
        rows = connection.execute(_PLAYS, {"old": old}).all()
        if rows:
            moved = [row._asdict() | {"track_id": new} for row in rows]
            connection.execute(self._upserts.play, moved)
            keys = [(row.user_id, row.played_at) for row in rows]
            connection.execute(_DROP_PLAYS, {"old": old, "keys": keys})
        return bool(rows)

    def counts(self, connection: Connection, kind: PlayedKind, old: str, new: str) -> bool:
        values: dict[str, Any] = {"kind": kind.value, "old": old}
        rows = connection.execute(_COUNTS, values).all()
        if rows:
            moved = [row._asdict() | {"item_id": new} for row in rows]
            connection.execute(self._upserts.count, moved)
            connection.execute(_DROP_COUNTS, values | {"users": [row.user_id for row in rows]})
        return bool(rows)

    def total(self, connection: Connection, old: str, new: str, at: int) -> bool:
        connection.execute(_MOVE_NOW, {"was": old, "becomes": new})
        total = connection.execute(_TOTAL, {"old": old}).one_or_none()
        if total is not None:
            connection.execute(self._upserts.total, total._asdict() | {"track_id": new})
            connection.execute(_DROP_TOTAL, {"old": old})
            tell_totals(connection, [new], at)
        return False
