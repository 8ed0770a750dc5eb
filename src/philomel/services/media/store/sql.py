"""Every statement of the media service, built once."""

from collections.abc import Sequence
from functools import cache, partial
from typing import Any

from msgspec import Struct
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Row,
    and_,
    bindparam,
    case,
    delete,
    false,
    func,
    or_,
    select,
    update,
)

from philomel.engines.audio import Analysis
from philomel.engines.log import Record
from philomel.engines.outbox import announce
from philomel.engines.sql import Database, insert_on, write_many
from philomel.services.media.contract import AssetFacts, AssetSource, LibraryRoot
from philomel.services.media.store import access, sounds
from philomel.services.media.store.tables import ASSETS, LIBRARY_ROOTS, State

VERSION = 1
"""Of the analysis: what it measures. Results of an older one are made again."""

AssetRow = Row[Any]
_REMOVED_AT_ONCE = 50
_ON_ROOT = LIBRARY_ROOTS.c.library_id == ASSETS.c.library_id
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)

_FIND = select(ASSETS).where(ASSETS.c.id.in_(_IDS))
_PLACE = (
    select(
        LIBRARY_ROOTS.c.root,
        ASSETS.c.path,
        ASSETS.c.container,
        ASSETS.c.codec,
        ASSETS.c.duration_ms,
        ASSETS.c.library_id,
        ASSETS.c.size,
        ASSETS.c.modified_ns,
        ASSETS.c.bitrate,
        ASSETS.c.stream_hash,
        func.coalesce(ASSETS.c.samples, 0),
    )
    .join(LIBRARY_ROOTS, _ON_ROOT)
    .where(ASSETS.c.id == bindparam("id"))
)
_REMOVE = delete(ASSETS).where(ASSETS.c.id.in_(_IDS))
_COUNT = (
    select(ASSETS.c.state, func.count())
    .join(LIBRARY_ROOTS, _ON_ROOT)
    .where(LIBRARY_ROOTS.c.away.is_(False))
    .group_by(ASSETS.c.state)
)
_TASKS = (
    select(
        ASSETS.c.id,
        ASSETS.c.library_id,
        LIBRARY_ROOTS.c.root,
        ASSETS.c.path,
        ASSETS.c.size,
        ASSETS.c.modified_ns,
        ASSETS.c.tries,
    )
    .join(LIBRARY_ROOTS, _ON_ROOT)
    .where(
        ASSETS.c.id.not_in(bindparam("busy", expanding=True)),
        LIBRARY_ROOTS.c.away.is_(False),
    )
    .limit(bindparam("limit"))
)
_NEXT = _TASKS.where(ASSETS.c.state == State.WAITING.value).order_by(
    ASSETS.c.queued_at, ASSETS.c.id
)
_OUTDATED = and_(ASSETS.c.state == State.DONE.value, ASSETS.c.analysis_version < VERSION)
_NEXT_OUTDATED = _TASKS.where(_OUTDATED)
_COUNT_OUTDATED = (
    select(func.count())
    .select_from(ASSETS)
    .join(LIBRARY_ROOTS, _ON_ROOT)
    .where(_OUTDATED, LIBRARY_ROOTS.c.away.is_(False))
)
# What was analysed must still be what is registered.
_SAME_FILE = and_(
    ASSETS.c.id == bindparam("asset"),
    ASSETS.c.size == bindparam("was_size"),
    ASSETS.c.modified_ns == bindparam("was_modified_ns"),
)
_DONE = (
    update(ASSETS)
    .where(_SAME_FILE)
    .values(
        state=State.DONE.value,
        error=None,
        stream_hash=bindparam("new_hash"),
        loudness=bindparam("new_loudness"),
        true_peak=bindparam("new_peak"),
        duration_ms=bindparam("new_duration"),
        analysis_version=VERSION,
        clipped=bindparam("new_clipped"),
        sample_rate=bindparam("new_rate"),
        samples=bindparam("new_samples"),
        delay=bindparam("new_delay"),
        padding=bindparam("new_padding"),
        fingerprinted=bindparam("new_fingerprinted"),
    )
)
_AS_IT_WAS = update(ASSETS).where(_SAME_FILE, _OUTDATED).values(analysis_version=VERSION)
_FAILED = (
    update(ASSETS)
    .where(_SAME_FILE)
    .values(
        state=bindparam("new_state"),
        tries=bindparam("new_tries"),
        queued_at=bindparam("new_queued"),
        error=bindparam("new_error"),
    )
)
_TRY_AGAIN = (
    update(ASSETS)
    .where(ASSETS.c.state == State.NOT_THERE.value)
    .values(state=State.WAITING.value, tries=0)
)
_LIST = (
    select(ASSETS.c.id, ASSETS.c.stream_hash.is_not(None), ASSETS.c.registered_at)
    .where(ASSETS.c.id > bindparam("after"))
    .order_by(ASSETS.c.id)
    .limit(bindparam("limit"))
)
_AWAY = (
    update(LIBRARY_ROOTS)
    .where(LIBRARY_ROOTS.c.library_id == bindparam("library"))
    .values(away=bindparam("is_away"))
)


_PLAIN = (
    *("library_id", "path", "size", "modified_ns", "container", "codec", "bitrate"),
    *("header_ms", "registered_at"),
)
_STATE = ("state", "tries", "queued_at", "error")
_RESULTS = (
    *("stream_hash", "loudness", "true_peak"),
    *("clipped", "sample_rate", "samples", "delay", "padding"),
)


class Place(Struct, frozen=True):
    """Where an asset's bytes are, and what they are."""

    root: bytes
    path: bytes
    container: str
    codec: str
    duration_ms: int
    library_id: str
    size: int
    modified_ns: int
    bitrate: int
    stream_hash: str | None
    samples: int

    @property
    def key(self) -> bytes:
        """In the store of libraries."""
        return self.root + b"\0" + self.path


class Task(Struct, frozen=True):
    """A file to analyse, as it was registered.

    Attributes:
        outdated: it was analysed, by an older version.
    """

    asset_id: str
    library_id: str
    root: bytes
    path: bytes
    size: int
    modified_ns: int
    tries: int
    outdated: bool = False

    def same_file(self) -> dict[str, Any]:
        return {
            "asset": self.asset_id,
            "was_size": self.size,
            "was_modified_ns": self.modified_ns,
        }


class MediaStore:
    """The database of the media service."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def has_left(self, user_id: str) -> bool:
        """Whether this person's account was removed."""
        return await self._database.read(lambda c: access.has_left(c, user_id))

    async def register(self, items: Sequence[AssetSource], now: int) -> None:
        rows = [_row(item, now) for item in items]
        if rows:
            await self._database.write(lambda connection: _upsert(connection, rows))

    async def remove(self, ids: Sequence[str]) -> None:
        for start in range(0, len(ids), _REMOVED_AT_ONCE):
            await self._database.write(partial(_remove, ids=ids[start : start + _REMOVED_AT_ONCE]))

    async def list(self, after: str, limit: int) -> Sequence[AssetFacts]:
        """Assets behind an id, by id."""
        values = {"after": after, "limit": limit}
        rows = await self._database.read(lambda c: c.execute(_LIST, values).all())
        return [AssetFacts(*row) for row in rows]

    async def find(self, ids: Sequence[str], user_id: str) -> Sequence[AssetRow]:
        """The known ones among `ids` that somebody may hear, in any order."""

        def work(connection: Connection) -> Sequence[AssetRow]:
            heard = access.hearable(connection, user_id) if user_id else None
            rows = connection.execute(_FIND, {"ids": ids}).all()
            return rows if heard is None else [row for row in rows if row.library_id in heard]

        return await self._database.read(work)

    async def place(self, asset_id: str, user_id: str) -> Place | None:
        """Where an asset is, if this person (empty: Philomel itself) may hear it."""

        def work(connection: Connection) -> Place | None:
            row = connection.execute(_PLACE, {"id": asset_id}).one_or_none()
            if row is None or row.library_id not in access.hearable(connection, user_id):
                return None
            return Place(*row)

        return await self._database.read(work)

    async def depart(self, user_id: str, now: int, forgotten: int) -> None:
        """Somebody's account was removed; forget those who left before `forgotten`."""
        await self._database.write(lambda c: access.depart(c, user_id, now, forgotten))

    async def set_roots(self, roots: Sequence[LibraryRoot]) -> None:
        await self._database.write(lambda connection: access.replace_roots(connection, roots))

    async def away(self) -> Sequence[LibraryRoot]:
        """Libraries whose folder was not there."""
        return await self._database.read(access.away)

    async def set_away(self, library_id: str, away: bool) -> None:
        values = {"library": library_id, "is_away": away}
        await self._database.write(lambda connection: connection.execute(_AWAY, values))

    async def count(self) -> dict[State, int]:
        """Assets of present libraries by the state of their analysis."""
        rows = await self._database.read(lambda c: c.execute(_COUNT).all(), long=True)
        return {State(state): count for state, count in rows}

    async def count_outdated(self) -> int:
        """Of those done, how many wait for what their analysis did not measure yet."""
        return await self._database.read(
            lambda c: c.execute(_COUNT_OUTDATED).scalar_one(), long=True
        )

    async def next_tasks(self, limit: int, busy: Sequence[str]) -> Sequence[Task]:
        """What waits for analysis, longest first, without what is being analysed.

        Only when nothing does, what an older version has analysed.
        """
        values = {"limit": limit, "busy": busy}

        def work(connection: Connection) -> Sequence[Task]:
            rows = connection.execute(_NEXT, values).all()
            if rows:
                return [Task(*row) for row in rows]
            return [Task(*row, outdated=True) for row in connection.execute(_NEXT_OUTDATED, values)]

        return await self._database.read(work)

    async def try_again(self) -> None:
        """Let files that were not there wait again."""
        await self._database.write(lambda connection: connection.execute(_TRY_AGAIN))

    async def finish(self, task: Task, analysis: Analysis, event: Record) -> bool:
        """Keep a result with its event, unless the file was registered anew meanwhile."""
        values = {**task.same_file(), **_results(analysis)}

        def work(connection: Connection) -> bool:
            kept = connection.execute(_DONE, values).rowcount == 1
            if kept:
                sounds.keep(connection, task.asset_id, analysis)
                announce(connection, [event])
            return kept

        return await self._database.write(work)

    async def leave(self, task: Task) -> None:
        """Keep what an older version found: the newer one cannot read the file."""
        await self._database.write(lambda c: c.execute(_AS_IT_WAS, task.same_file()))

    async def fail(
        self, task: Task, state: State, error: str | None, now: int, event: Record | None
    ) -> None:
        """Keep what became of a try; WAITING lets it be tried again, after all others."""
        values = {
            **task.same_file(),
            "new_state": state.value,
            "new_tries": task.tries + 1,
            "new_queued": now,
            "new_error": error,
        }

        def work(connection: Connection) -> None:
            if connection.execute(_FAILED, values).rowcount == 1 and event is not None:
                announce(connection, [event])

        await self._database.write(work)


def _row(item: AssetSource, now: int) -> dict[str, Any]:
    return {
        "id": item.asset_id,
        "library_id": item.library_id,
        "path": item.path,
        "size": item.size,
        "modified_ns": item.modified_ns,
        "container": item.container,
        "codec": item.codec,
        "duration_ms": item.duration_ms,
        "bitrate": item.bitrate,
        "header_ms": item.duration_ms,
        "state": State.WAITING.value,
        "tries": 0,
        "queued_at": now,
        "registered_at": now,
    }


def _results(analysis: Analysis) -> dict[str, Any]:
    gapless = analysis.gapless
    return {
        "new_hash": analysis.stream_hash,
        "new_loudness": analysis.loudness,
        "new_peak": analysis.true_peak,
        "new_duration": analysis.duration_ms,
        "new_clipped": analysis.clipped,
        "new_rate": gapless and gapless.sample_rate,
        "new_samples": gapless and gapless.samples,
        "new_delay": gapless and gapless.delay,
        "new_padding": gapless and gapless.padding,
        "new_fingerprinted": bool(analysis.print),
    }


def _remove(connection: Connection, ids: Sequence[str]) -> None:
    sounds.forget(connection, ids)
    connection.execute(_REMOVE, {"ids": ids})


def _upsert(connection: Connection, rows: list[dict[str, Any]]) -> None:
    write_many(connection, _register(connection.dialect.name), rows)


@cache
def _register(dialect: str) -> Any:
    """Registering again keeps the results, unless the file itself changed."""
    statement = insert_on(dialect, ASSETS)
    new = statement.excluded
    same = and_(ASSETS.c.size == new.size, ASSETS.c.modified_ns == new.modified_ns)
    settled = or_(ASSETS.c.state == State.DONE.value, ASSETS.c.state == State.FAILED.value)
    keep = and_(same, settled)
    values: dict[str, ColumnElement[Any]] = {name: new[name] for name in _PLAIN}
    values |= {name: case((keep, ASSETS.c[name]), else_=new[name]) for name in _STATE}
    values |= {name: case((same, ASSETS.c[name]), else_=None) for name in _RESULTS}
    values["fingerprinted"] = case((same, ASSETS.c.fingerprinted), else_=false())
    values["analysis_version"] = case((same, ASSETS.c.analysis_version), else_=0)
    analysed = and_(same, ASSETS.c.stream_hash.is_not(None))
    values["duration_ms"] = case((analysed, ASSETS.c.duration_ms), else_=new.duration_ms)
    return statement.on_conflict_do_update(index_elements=[ASSETS.c.id], set_=values)
