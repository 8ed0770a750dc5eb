"""Play queues, bookmarks and shares in SQL.

Ids are kept as they were given and read through the aliases, so a merge moves nothing here.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select, update

from philomel.engines.sql import Database, insert_on
from philomel.services.playlists.contract import (
    Bookmark,
    ItemKind,
    PlayQueue,
    Share,
    SharedEntry,
    SharedKind,
)
from philomel.services.playlists.store.sql import resolve
from philomel.services.playlists.store.tables import BOOKMARK, QUEUE, SHARE

_QUEUE = select(QUEUE).where(QUEUE.c.user_id == bindparam("user"))
_DROP_QUEUE = delete(QUEUE).where(QUEUE.c.user_id == bindparam("user"))
_BOOKMARKS = (
    select(BOOKMARK)
    .where(BOOKMARK.c.user_id == bindparam("user"))
    .order_by(BOOKMARK.c.changed_at.desc(), BOOKMARK.c.track_id)
)
_DROP_BOOKMARKS = delete(BOOKMARK).where(BOOKMARK.c.user_id == bindparam("user"))
_DROP_BOOKMARK = _DROP_BOOKMARKS.where(BOOKMARK.c.track_id.in_(bindparam("ids", expanding=True)))
_SHARES = (
    select(SHARE)
    .where(SHARE.c.owner_id == bindparam("user"))
    .order_by(SHARE.c.created_at.desc(), SHARE.c.id)
)
_COUNT_SHARES = select(func.count()).where(SHARE.c.owner_id == bindparam("user"))
_SHARE = select(SHARE).where(SHARE.c.id == bindparam("share"))
_MY_SHARE = (SHARE.c.id == bindparam("share"), SHARE.c.owner_id == bindparam("user"))
_CHANGE = update(SHARE).where(*_MY_SHARE)
_DROP_SHARE = delete(SHARE).where(*_MY_SHARE)
_DROP_SHARES = delete(SHARE).where(SHARE.c.owner_id == bindparam("user"))
_VISIT = (
    update(SHARE)
    .where(SHARE.c.id == bindparam("share"))
    .values(visits=SHARE.c.visits + 1, visited_at=bindparam("now"))
)


class SqlKept:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._insert = partial(insert_on, database.dialect)

    async def save_queue(self, user_id: str, queue: PlayQueue) -> None:
        """Replace the person's queue; one without tracks is forgotten."""
        put = self._insert(QUEUE)
        columns = ("track_ids", "current", "position_ms", "changed_by", "changed_at")
        put = put.on_conflict_do_update(
            index_elements=[QUEUE.c.user_id],
            set_={name: put.excluded[name] for name in columns},
        )
        row = {
            "user_id": user_id,
            "track_ids": " ".join(queue.track_ids),
            "current": queue.current,
            "position_ms": queue.position_ms,
            "changed_by": queue.changed_by,
            "changed_at": queue.changed_at,
        }

        def work(connection: Connection) -> None:
            if queue.track_ids:
                connection.execute(put, row)
            else:
                connection.execute(_DROP_QUEUE, {"user": user_id})

        await self._database.write(work)

    async def queue(self, user_id: str) -> PlayQueue:
        def work(connection: Connection) -> PlayQueue:
            row = connection.execute(_QUEUE, {"user": user_id}).one_or_none()
            if row is None:
                return PlayQueue()
            ids = row.track_ids.split(" ")
            now = _by_now(connection, ids)
            return PlayQueue(
                track_ids=tuple(now[id_] for id_ in ids),
                current=row.current,
                position_ms=row.position_ms,
                changed_by=row.changed_by,
                changed_at=row.changed_at,
            )

        return await self._database.read(work)

    async def set_bookmark(self, user_id: str, mark: Bookmark, most: int) -> bool:
        """Replace the bookmark of a track, keeping its age; False if there are too many."""
        put = self._insert(BOOKMARK)

        def work(connection: Connection) -> bool:
            track_id = _by_now(connection, [mark.track_id])[mark.track_id]
            held = _bookmarks(connection, user_id)
            here = next((one for one in held if one.track_id == track_id), None)
            if here is None and len(held) >= most:
                return False
            _drop(connection, user_id, track_id)
            row = {
                "user_id": user_id,
                "track_id": track_id,
                "position_ms": mark.position_ms,
                "comment": mark.comment,
                "created_at": mark.created_at if here is None else here.created_at,
                "changed_at": mark.changed_at,
            }
            connection.execute(put, row)
            return True

        return await self._database.write(work)

    async def drop_bookmark(self, user_id: str, track_id: str) -> None:
        def work(connection: Connection) -> None:
            _drop(connection, user_id, _by_now(connection, [track_id])[track_id])

        await self._database.write(work)

    async def bookmarks(self, user_id: str) -> Sequence[Bookmark]:
        """All of a person, latest change first, one for a track."""
        return await self._database.read(lambda connection: _bookmarks(connection, user_id))

    async def add_share(self, share: Share, most: int) -> bool:
        """False if the person has too many."""
        put = self._insert(SHARE)
        row = {
            "id": share.id,
            "owner_id": share.owner_id,
            "entries": " ".join(f"{entry.kind.value}:{entry.id}" for entry in share.entries),
            "description": share.description,
            "created_at": share.created_at,
            "expires_at": share.expires_at,
            "visits": 0,
            "downloads": share.downloads,
            "named": share.named,
        }

        def work(connection: Connection) -> bool:
            if (connection.scalar(_COUNT_SHARES, {"user": share.owner_id}) or 0) >= most:
                return False
            connection.execute(put, row)
            return True

        return await self._database.write(work)

    async def change_share(
        self, user_id: str, share_id: str, changes: Mapping[str, object]
    ) -> bool:
        """Change these columns; False if there is no such share."""
        which = {"user": user_id, "share": share_id}

        def work(connection: Connection) -> bool:
            row = connection.execute(_SHARE, {"share": share_id}).one_or_none()
            if row is None or row.owner_id != user_id:
                return False
            if changes:
                connection.execute(_CHANGE.values(**changes), which)
            return True

        return await self._database.write(work)

    async def drop_share(self, user_id: str, share_id: str) -> bool:
        which = {"user": user_id, "share": share_id}
        return bool(await self._database.write(lambda c: c.execute(_DROP_SHARE, which).rowcount))

    async def shares(self, user_id: str, limit: int, offset: int) -> tuple[Sequence[Share], int]:
        def work(connection: Connection) -> tuple[Sequence[Share], int]:
            query = _SHARES.limit(limit).offset(offset)
            rows = connection.execute(query, {"user": user_id}).all()
            total = connection.scalar(_COUNT_SHARES, {"user": user_id}) or 0
            return [_share(row) for row in rows], total

        return await self._database.read(work)

    async def share(self, share_id: str) -> Share | None:
        def work(connection: Connection) -> Share | None:
            row = connection.execute(_SHARE, {"share": share_id}).one_or_none()
            return None if row is None else _share(row)

        return await self._database.read(work)

    async def count_visit(self, share_id: str, at: int) -> None:
        await self._database.write(lambda c: c.execute(_VISIT, {"share": share_id, "now": at}))

    async def forget(self, user_id: str) -> None:
        """Everything that is kept here for a person."""

        def work(connection: Connection) -> None:
            for statement in (_DROP_QUEUE, _DROP_BOOKMARKS, _DROP_SHARES):
                connection.execute(statement, {"user": user_id})

        await self._database.write(work)


def _by_now(connection: Connection, ids: Sequence[str]) -> dict[str, str]:
    """Tracks by the ids they go by now; a queue is longer than a statement may be."""
    found: dict[str, str] = {}
    for start in range(0, len(ids), 500):
        found |= resolve(connection, ItemKind.TRACK, ids[start : start + 500])
    return found


def _bookmarks(connection: Connection, user_id: str) -> list[Bookmark]:
    rows = connection.execute(_BOOKMARKS, {"user": user_id}).all()
    now = _by_now(connection, [row.track_id for row in rows])
    found: dict[str, Bookmark] = {}
    for row in rows:
        id_ = now[row.track_id]
        mark = Bookmark(id_, row.position_ms, row.comment, row.created_at, row.changed_at)
        found.setdefault(id_, mark)
    return list(found.values())


def _drop(connection: Connection, user_id: str, track_id: str) -> None:
    """Of all the ids that a track ever had."""
    rows = connection.execute(_BOOKMARKS, {"user": user_id}).all()
    now = _by_now(connection, [row.track_id for row in rows])
    ids = [old for old, new in now.items() if new == track_id]
    if ids:
        connection.execute(_DROP_BOOKMARK, {"user": user_id, "ids": ids})


def _share(row: Any) -> Share:
    entries = (part.partition(":") for part in row.entries.split(" "))
    return Share(
        id=row.id,
        owner_id=row.owner_id,
        token="",
        entries=tuple(SharedEntry(SharedKind(kind), id_) for kind, _, id_ in entries),
        description=row.description,
        created_at=row.created_at,
        expires_at=row.expires_at,
        visited_at=row.visited_at,
        visits=row.visits,
        downloads=row.downloads,
        named=row.named,
    )
