"""History and counts in SQL: what is asked and recorded. Merging is in `merge`."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from msgspec.structs import replace
from sqlalchemy import BindParameter, Connection, bindparam, case, delete, func, select, tuple_

from philomel.engines.log import Record
from philomel.engines.outbox import announce
from philomel.engines.sql import Among, Database, insert_on
from philomel.kernel.ids import new_event_id
from philomel.rpc.codec import to_bytes
from philomel.services.plays.contract import (
    NowPlaying,
    Play,
    PlaybackState,
    PlayCount,
    PlayedKind,
    PlayedSort,
    ReportPlayback,
    TotalsChanged,
    TrackTotal,
)
from philomel.services.plays.rules import Brought, Heard, Listen, Tally, heard_on, tally, together
from philomel.services.plays.store.present import LISTEN, listen_of, listen_row, now_playing
from philomel.services.plays.store.tables import ALIAS, COUNT, MERGED, NOW, PLAY, TOTAL

BATCH = 500
"""Rows moved or deleted in one transaction, so that none is long."""

MANY = 500
"""Longer pages are read in a thread."""

TOTALS_KEY = "totals"
"""One key for all totals: a later total never overtakes an earlier one in the log."""

_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_MINE = (COUNT.c.user_id == bindparam("user"), COUNT.c.kind == bindparam("kind"))
_RESOLVE = Among(
    select(ALIAS.c.old_id, ALIAS.c.new_id).where(ALIAS.c.kind == bindparam("kind")), ALIAS.c.old_id
)
_COUNTS = Among(select(COUNT).where(*_MINE), COUNT.c.item_id)
_PAGE = select(COUNT).where(*_MINE).limit(bindparam("limit")).offset(bindparam("offset"))
_PLAYED = {
    PlayedSort.MOST: _PAGE.order_by(COUNT.c.times.desc(), COUNT.c.item_id.desc()),
    PlayedSort.LAST: _PAGE.order_by(COUNT.c.last_played_at.desc(), COUNT.c.item_id.desc()),
}
_COUNT_PLAYED = select(func.count()).where(*_MINE)

_RECENT = (PLAY.c.user_id == bindparam("user"), PLAY.c.played_at >= bindparam("since"))
_TIMES, _LAST = func.count().label("times"), func.max(PLAY.c.played_at).label("last")
_RECENT_PAGE = (
    select(PLAY.c.track_id, _TIMES, _LAST)
    .where(*_RECENT)
    .group_by(PLAY.c.track_id)
    .limit(bindparam("limit"))
    .offset(bindparam("offset"))
)
_PLAYED_SINCE = {
    PlayedSort.MOST: _RECENT_PAGE.order_by(_TIMES.desc(), _LAST.desc(), PLAY.c.track_id.desc()),
    PlayedSort.LAST: _RECENT_PAGE.order_by(_LAST.desc(), PLAY.c.track_id.desc()),
}
_COUNT_SINCE = select(func.count(PLAY.c.track_id.distinct())).where(*_RECENT)

_HISTORY = select(PLAY).where(PLAY.c.user_id == bindparam("user")).limit(bindparam("limit"))
_LATEST = _HISTORY.order_by(PLAY.c.played_at.desc(), PLAY.c.track_id.desc())
_BEFORE = _LATEST.where(PLAY.c.played_at < bindparam("at"))
_AFTER = _HISTORY.where(PLAY.c.played_at > bindparam("at")).order_by(
    PLAY.c.played_at, PLAY.c.track_id
)

_NOW = (
    select(NOW).where(NOW.c.since >= bindparam("since")).order_by(NOW.c.since.desc(), NOW.c.user_id)
)
_MY_NOW = _NOW.where(NOW.c.user_id == bindparam("user"))
_THIS = (NOW.c.user_id == bindparam("user"), NOW.c.player == bindparam("player"))
_THIS_NOW = select(NOW).where(*_THIS)
_DROP_THIS_NOW = delete(NOW).where(*_THIS)
_FORGET_NOW = delete(NOW).where(NOW.c.since < bindparam("before"))

_TOTALS = select(TOTAL).where(TOTAL.c.track_id.in_(_IDS))

_DROP_PLAYS = delete(PLAY).where(
    PLAY.c.user_id == bindparam("user"), PLAY.c.played_at <= bindparam("until")
)
_NTH_PLAY = (
    select(PLAY.c.played_at)
    .where(PLAY.c.user_id == bindparam("user"))
    .order_by(PLAY.c.played_at)
    .limit(BATCH)
)
_SOME_COUNTS = (
    select(COUNT.c.kind, COUNT.c.item_id).where(COUNT.c.user_id == bindparam("user")).limit(BATCH)
)
_DROP_COUNTS = delete(COUNT).where(*_MINE, COUNT.c.item_id.in_(_IDS))
_DROP_NOW = delete(NOW).where(NOW.c.user_id == bindparam("user"))
_SOME_MERGED = (
    select(MERGED.c.kind, MERGED.c.old_id).where(MERGED.c.user_id == bindparam("user")).limit(BATCH)
)
_DROP_MERGED = delete(MERGED).where(
    MERGED.c.user_id == bindparam("user"),
    tuple_(MERGED.c.kind, MERGED.c.old_id).in_(bindparam("keys", expanding=True)),
)


class Upserts:
    """Statements that each engine spells in its own way."""

    def __init__(self, database: Database) -> None:
        insert = partial(insert_on, database.dialect)
        self.play = insert(PLAY).on_conflict_do_nothing()
        self.alias = insert(ALIAS).on_conflict_do_nothing()
        merged = insert(MERGED)
        self.merged = merged.on_conflict_do_update(
            index_elements=[MERGED.c.kind, MERGED.c.old_id, MERGED.c.user_id],
            set_={
                "times": MERGED.c.times + merged.excluded.times,
                "last_played_at": merged.excluded.last_played_at,
            },
        )
        count = insert(COUNT)
        later = count.excluded.last_played_at
        self.count = count.on_conflict_do_update(
            index_elements=[COUNT.c.user_id, COUNT.c.kind, COUNT.c.item_id],
            set_={
                "times": COUNT.c.times + count.excluded.times,
                "last_played_at": case(
                    (later > COUNT.c.last_played_at, later), else_=COUNT.c.last_played_at
                ),
            },
        )
        total = insert(TOTAL)
        latest = total.excluded.last_played_at
        self.total = total.on_conflict_do_update(
            index_elements=[TOTAL.c.track_id],
            set_={
                "times": TOTAL.c.times + total.excluded.times,
                "last_played_at": case(
                    (latest > TOTAL.c.last_played_at, latest), else_=TOTAL.c.last_played_at
                ),
            },
        )
        now = insert(NOW)
        self.now = now.on_conflict_do_update(
            index_elements=[NOW.c.user_id, NOW.c.player],
            set_={name: now.excluded[name] for name in LISTEN},
        )


class SqlPlays:
    """A `PlayStore` in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._upserts = Upserts(database)

    async def record(self, user_id: str, heard: Sequence[Heard], at: int) -> int:
        def work(connection: Connection) -> int:
            new = self._keep(connection, user_id, _once(_renamed(connection, heard)))
            counts = tally(new)
            if counts:
                self._count(connection, user_id, counts)
                tell_totals(connection, [each.play.track_id for each in new], at)
            return len(new)

        return await self._database.write(work)

    async def counts(
        self, user_id: str, kind: PlayedKind, ids: Sequence[str]
    ) -> Sequence[PlayCount]:
        def work(connection: Connection) -> list[PlayCount]:
            resolved = resolve(connection, kind, ids)
            mine = {"user": user_id, "kind": kind.value}
            rows = _COUNTS.rows(connection, mine, list(resolved.values()))
            found = {row.item_id: row for row in rows}
            return [
                PlayCount(asked, found[id_].times, found[id_].last_played_at)
                for asked, id_ in resolved.items()
                if id_ in found
            ]

        return await self._database.read(work, long=len(ids) > BATCH)

    async def played(
        self, user_id: str, kind: PlayedKind, sort: PlayedSort, limit: int, offset: int
    ) -> tuple[Sequence[PlayCount], int]:
        values: dict[str, Any] = {"user": user_id, "kind": kind.value}
        page = values | {"limit": limit, "offset": offset}

        def work(connection: Connection) -> tuple[Sequence[PlayCount], int]:
            rows = connection.execute(_PLAYED[sort], page)
            items = [PlayCount(row.item_id, row.times, row.last_played_at) for row in rows]
            return items, connection.scalar(_COUNT_PLAYED, values) or 0

        return await self._database.read(work, long=limit > MANY)

    async def played_since(
        self, user_id: str, since: int, sort: PlayedSort, limit: int, offset: int
    ) -> tuple[Sequence[PlayCount], int]:
        values: dict[str, Any] = {"user": user_id, "since": since}
        page = values | {"limit": limit, "offset": offset}

        def work(connection: Connection) -> tuple[Sequence[PlayCount], int]:
            rows = connection.execute(_PLAYED_SINCE[sort], page)
            items = [PlayCount(row.track_id, row.times, row.last) for row in rows]
            return items, connection.scalar(_COUNT_SINCE, values) or 0

        return await self._database.read(work)

    async def history(
        self, user_id: str, limit: int, before: int | None, after: int | None
    ) -> Sequence[Play]:
        values: dict[str, Any] = {"user": user_id, "limit": limit}
        query = _LATEST
        if before is not None:
            query, values["at"] = _BEFORE, before
        elif after is not None:
            query, values["at"] = _AFTER, after

        def work(connection: Connection) -> list[Play]:
            return [
                Play(row.track_id, row.played_at, row.utc_offset_minutes, row.player)
                for row in connection.execute(query, values)
            ]

        found = await self._database.read(work)
        return found if after is None else found[::-1]

    def bringing(
        self, user_id: str, brought: Sequence[Brought], at: int
    ) -> Callable[[Connection], None]:
        single = [heard for each in brought for heard in each.heard]

        def work(connection: Connection) -> None:
            new = self._keep(connection, user_id, _once(_renamed(connection, single)))
            counts = dict(tally(new))
            counted = _renamed(connection, [each.counted for each in brought])
            for each, so in zip(brought, counted, strict=True):
                for key in tally([so]) if each.times.count else ():
                    counts[key] = together(counts.get(key), each.times)
            if counts:
                self._count(connection, user_id, counts)
                tell_totals(connection, [so.play.track_id for so in counted], at)

        return work

    async def set_now(self, now: NowPlaying, forget_before: int) -> None:
        def work(connection: Connection) -> None:
            connection.execute(_FORGET_NOW, {"before": forget_before})
            row = listen_row(Listen(now.track_id, now.since, now.since))
            person = {"user_id": now.user_id, "player": now.player}
            connection.execute(self._upserts.now, {**person, **row})

        await self._database.write(work)

    async def listen(
        self, user_id: str, told: ReportPlayback, now: int, forget_before: int
    ) -> Listen:
        person = {"user_id": user_id, "player": told.player}

        def work(connection: Connection) -> Listen:
            connection.execute(_FORGET_NOW, {"before": forget_before})
            which = {"user": user_id, "player": told.player}
            row = connection.execute(_THIS_NOW, which).one_or_none()
            listen = heard_on(None if row is None else listen_of(row), told, now)
            if told.state is PlaybackState.STOPPED:
                connection.execute(_DROP_THIS_NOW, which)
            else:
                connection.execute(self._upserts.now, {**person, **listen_row(listen)})
            return listen

        return await self._database.write(work)

    async def now(self, user_id: str | None, since: int) -> Sequence[NowPlaying]:
        values: dict[str, Any] = {"since": since}
        if user_id is not None:
            values["user"] = user_id
        query = _NOW if user_id is None else _MY_NOW
        return await self._database.read(
            lambda connection: [now_playing(row) for row in connection.execute(query, values)]
        )

    async def forget(self, user_id: str) -> None:
        await self._in_batches(lambda connection: _forget_plays(connection, user_id))
        await self._in_batches(lambda connection: _forget_counts(connection, user_id))
        await self._in_batches(lambda connection: _forget_merged(connection, user_id))
        await self._database.write(lambda c: c.execute(_DROP_NOW, {"user": user_id}))

    async def _in_batches(self, work: Callable[[Connection], bool]) -> None:
        while await self._database.write(work):
            pass

    def _keep(
        self, connection: Connection, user_id: str, heard: Sequence[Heard]
    ) -> Sequence[Heard]:
        """Write the history; the plays that it did not have yet."""
        if not heard:
            return ()
        rows = [play_row(user_id, each.play) for each in heard]
        statement = self._upserts.play.returning(PLAY.c.track_id, PLAY.c.played_at)
        new = {(row.track_id, row.played_at) for row in connection.execute(statement, rows)}
        return [each for each in heard if (each.play.track_id, each.play.played_at) in new]

    def _count(
        self, connection: Connection, user_id: str, counts: Mapping[tuple[PlayedKind, str], Tally]
    ) -> None:
        # In one order everywhere, so that two transactions never wait for each other.
        ordered = sorted(counts.items())
        rows = [
            {
                "user_id": user_id,
                "kind": kind.value,
                "item_id": item_id,
                "times": added.count,
                "last_played_at": added.last_played_at,
            }
            for (kind, item_id), added in ordered
        ]
        connection.execute(self._upserts.count, rows)
        totals = [
            {
                "track_id": item_id,
                "times": added.count,
                "last_played_at": added.last_played_at,
            }
            for (kind, item_id), added in ordered
            if kind is PlayedKind.TRACK
        ]
        connection.execute(self._upserts.total, totals)


def play_row(user_id: str, play: Play) -> dict[str, Any]:
    return {
        "user_id": user_id,
        "played_at": play.played_at,
        "track_id": play.track_id,
        "utc_offset_minutes": play.utc_offset_minutes,
        "player": play.player,
    }


def resolve(connection: Connection, kind: PlayedKind, ids: Iterable[str]) -> dict[str, str]:
    """Each id and the one it goes by now, in the order given."""
    asked = list(dict.fromkeys(ids))
    rows = _RESOLVE.rows(connection, {"kind": kind.value}, asked)
    aliases = {row.old_id: row.new_id for row in rows}
    return {id_: aliases.get(id_, id_) for id_ in asked}


def tell_totals(connection: Connection, ids: Iterable[str], at: int) -> None:
    """Announce the totals of at most 500 tracks as they are now."""
    rows = connection.execute(_TOTALS, {"ids": sorted(set(ids))})
    tracks = tuple(TrackTotal(row.track_id, row.times, row.last_played_at) for row in rows)
    value = to_bytes(TotalsChanged(tracks=tracks, at=at))
    announce(connection, [Record(new_event_id(at), TOTALS_KEY, "plays.TotalsChanged", value)])


def _once(heard: Sequence[Heard]) -> Sequence[Heard]:
    return list({(each.play.track_id, each.play.played_at): each for each in heard}.values())


def _renamed(connection: Connection, heard: Sequence[Heard]) -> Sequence[Heard]:
    """The plays under the ids that everything goes by now."""
    tracks = resolve(connection, PlayedKind.TRACK, (each.play.track_id for each in heard))
    albums = resolve(connection, PlayedKind.ALBUM, (e.album_id for e in heard if e.album_id))
    artists = resolve(connection, PlayedKind.ARTIST, (id_ for e in heard for id_ in e.artist_ids))
    return [
        Heard(
            replace(each.play, track_id=tracks[each.play.track_id]),
            albums[each.album_id] if each.album_id else None,
            tuple(artists[id_] for id_ in each.artist_ids),
        )
        for each in heard
    ]


def _forget_plays(connection: Connection, user_id: str) -> bool:
    instants = connection.scalars(_NTH_PLAY, {"user": user_id}).all()
    if instants:
        connection.execute(_DROP_PLAYS, {"user": user_id, "until": instants[-1]})
    return bool(instants)


def _forget_counts(connection: Connection, user_id: str) -> bool:
    rows = connection.execute(_SOME_COUNTS, {"user": user_id}).all()
    for kind in {row.kind for row in rows}:
        ids = [row.item_id for row in rows if row.kind == kind]
        connection.execute(_DROP_COUNTS, {"user": user_id, "kind": kind, "ids": ids})
    return bool(rows)


def _forget_merged(connection: Connection, user_id: str) -> bool:
    rows = connection.execute(_SOME_MERGED, {"user": user_id}).all()
    if rows:
        keys = [(row.kind, row.old_id) for row in rows]
        connection.execute(_DROP_MERGED, {"user": user_id, "keys": keys})
    return bool(rows)
