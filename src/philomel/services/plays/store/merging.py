"""Two ids turned out to be one: plays and counts of the old one move to the new one, and back.

In batches, each of which is complete in itself, so that the work may stop and be repeated
anywhere. Counts are added. (Had one person two plays at the very same instant, one under
each id, the history keeps one of them, and the counts still say two.)
"""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, tuple_, update

from philomel.engines.sql import Database
from philomel.services.plays.contract import PlayedKind
from philomel.services.plays.store.sql import BATCH, SqlPlays, Upserts, resolve, tell_totals
from philomel.services.plays.store.tables import ALIAS, COUNT, EVERYBODY, MERGED, NOW, PLAY, TOTAL

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
_PART_ALIAS = delete(ALIAS).where(
    ALIAS.c.kind == bindparam("of"), ALIAS.c.old_id == bindparam("id")
)
_LEAD = (
    update(ALIAS)
    .where(ALIAS.c.kind == bindparam("of"), ALIAS.c.old_id.in_(bindparam("ids", expanding=True)))
    .values(new_id=bindparam("becomes"))
)
_PLAYS_OF_PART = (
    select(PLAY)
    .where(
        PLAY.c.track_id == bindparam("source"),
        PLAY.c.was.in_(bindparam("ids", expanding=True)),
    )
    .limit(BATCH)
)
_MERGED = (
    select(MERGED)
    .where(MERGED.c.kind == bindparam("kind"), MERGED.c.old_id == bindparam("old"))
    .order_by(MERGED.c.user_id)
    .limit(BATCH)
)
_DROP_MERGED = delete(MERGED).where(
    MERGED.c.kind == bindparam("kind"),
    MERGED.c.old_id == bindparam("old"),
    MERGED.c.user_id.in_(bindparam("users", expanding=True)),
)
_LESS = (
    update(COUNT)
    .where(
        COUNT.c.user_id == bindparam("user"),
        COUNT.c.kind == bindparam("of"),
        COUNT.c.item_id == bindparam("item"),
    )
    .values(times=COUNT.c.times - bindparam("less"))
)
_NO_TIMES = delete(COUNT).where(
    COUNT.c.kind == bindparam("kind"), COUNT.c.item_id == bindparam("old"), COUNT.c.times <= 0
)
_LESS_TOTAL = (
    update(TOTAL)
    .where(TOTAL.c.track_id == bindparam("track"))
    .values(times=TOTAL.c.times - bindparam("less"))
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

    async def split(
        self, kind: PlayedKind, source: str, part: str, also: Sequence[str], at: int
    ) -> None:
        await self._database.write(lambda c: self._merge.part(c, kind, part, also))
        steps: list[Callable[[Connection], bool]] = []
        if kind is PlayedKind.TRACK:
            steps.append(lambda connection: self._merge.plays_back(connection, source, part, also))
        steps.append(lambda connection: self._merge.counts_back(connection, kind, source, part, at))
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
            moved = [row._asdict() | {"track_id": new, "was": row.was or old} for row in rows]
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
            kept = [
                {
                    "kind": kind.value, "old_id": old, "user_id": row.user_id,
                    "times": row.times, "last_played_at": row.last_played_at,
                }
                for row in rows
            ]  # fmt: skip
            connection.execute(self._upserts.merged, kept)
            connection.execute(_DROP_COUNTS, values | {"users": [row.user_id for row in rows]})
        return bool(rows)

    def total(self, connection: Connection, old: str, new: str, at: int) -> bool:
        connection.execute(_MOVE_NOW, {"was": old, "becomes": new})
        total = connection.execute(_TOTAL, {"old": old}).one_or_none()
        if total is not None:
            count = total._asdict()
            connection.execute(self._upserts.total, count | {"track_id": new})
            kept = {"kind": "track", "old_id": old, "user_id": EVERYBODY}
            connection.execute(self._upserts.merged, count | kept)
            connection.execute(_DROP_TOTAL, {"old": old})
            tell_totals(connection, [new], at)
        return False

    def part(
        self, connection: Connection, kind: PlayedKind, part: str, also: Sequence[str]
    ) -> None:
        connection.execute(_PART_ALIAS, {"of": kind.value, "id": part})
        if also:
            values = {"of": kind.value, "ids": list(also), "becomes": part}
            connection.execute(_LEAD, values)

    def plays_back(
        self, connection: Connection, source: str, part: str, also: Sequence[str]
    ) -> bool:
        asked = {"source": source, "ids": [part, *also]}
        rows = connection.execute(_PLAYS_OF_PART, asked).all()
        if rows:
            back = [
                row._asdict() | {"track_id": part, "was": None if row.was == part else row.was}
                for row in rows
            ]
            connection.execute(self._upserts.play, back)
            keys = [(row.user_id, row.played_at) for row in rows]
            connection.execute(_DROP_PLAYS, {"old": source, "keys": keys})
        return bool(rows)

    def counts_back(
        self, connection: Connection, kind: PlayedKind, source: str, part: str, at: int
    ) -> bool:
        """What came with a merge goes back; each row of it once, so this may be repeated."""
        rows = connection.execute(_MERGED, {"kind": kind.value, "old": part}).all()
        if not rows:
            return False
        everybody = [row for row in rows if row.user_id == EVERYBODY]
        people = [row for row in rows if row.user_id != EVERYBODY]
        if people:
            back = [
                {
                    "user_id": row.user_id, "kind": kind.value, "item_id": part,
                    "times": row.times, "last_played_at": row.last_played_at,
                }
                for row in people
            ]  # fmt: skip
            connection.execute(self._upserts.count, back)
            less = [
                {"user": row.user_id, "of": kind.value, "item": source, "less": row.times}
                for row in people
            ]
            connection.execute(_LESS, less)
            connection.execute(_NO_TIMES, {"kind": kind.value, "old": source})
        for row in everybody:
            total = {"track_id": part, "times": row.times, "last_played_at": row.last_played_at}
            connection.execute(self._upserts.total, total)
            connection.execute(_LESS_TOTAL, {"track": source, "less": row.times})
            tell_totals(connection, [source, part], at)
        users = [row.user_id for row in rows]
        connection.execute(_DROP_MERGED, {"kind": kind.value, "old": part, "users": users})
        return True
