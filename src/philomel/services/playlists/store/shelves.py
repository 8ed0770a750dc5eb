"""Folders, and the order in which a person keeps playlists and folders."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Table,
    and_,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from philomel.services.playlists.contract import Folder
from philomel.services.playlists.rules.order import GAP, places_between
from philomel.services.playlists.store.tables import FOLDER, SHELVED

MAX_FOLDERS = 1_000

_OF_USER = FOLDER.c.user_id == bindparam("user")
_FOLDERS = select(FOLDER).where(_OF_USER).order_by(FOLDER.c.place, FOLDER.c.id)
_COUNT = select(func.count()).where(_OF_USER)
_FIND = select(FOLDER).where(_OF_USER, FOLDER.c.id == bindparam("folder"))
_LAST = select(func.max(FOLDER.c.place)).where(_OF_USER)
_DROP = delete(FOLDER).where(FOLDER.c.id == bindparam("folder"))


def folders(connection: Connection, user_id: str) -> list[Folder]:
    return [_read(row) for row in connection.execute(_FOLDERS, {"user": user_id})]


def find(connection: Connection, user_id: str, id_: str) -> Folder | None:
    row = connection.execute(_FIND, {"user": user_id, "folder": id_}).first()
    return None if row is None else _read(row)


def count(connection: Connection, user_id: str) -> int:
    return connection.scalar(_COUNT, {"user": user_id}) or 0


def create(connection: Connection, user_id: str, folder: Folder) -> None:
    last = connection.scalar(_LAST, {"user": user_id})
    row = {
        "id": folder.id, "user_id": user_id, "parent_id": folder.parent_id,
        "name": folder.name, "place": 0 if last is None else last + GAP,
    }  # fmt: skip
    connection.execute(insert(FOLDER), row)


def rename(connection: Connection, id_: str, name: str) -> None:
    connection.execute(update(FOLDER).where(FOLDER.c.id == id_).values(name=name))


def remove(connection: Connection, user_id: str, folder: Folder) -> None:
    """What is in it goes to where it was itself."""
    parent = folder.parent_id
    within = and_(FOLDER.c.user_id == user_id, FOLDER.c.parent_id == folder.id)
    connection.execute(update(FOLDER).where(within).values(parent_id=parent))
    inside = and_(SHELVED.c.user_id == user_id, SHELVED.c.folder_id == folder.id)
    connection.execute(update(SHELVED).where(inside).values(folder_id=parent))
    connection.execute(_DROP, {"folder": folder.id})


def is_inside(all_folders: Sequence[Folder], id_: str, parent_id: str | None) -> bool:
    """Whether a folder would lie in itself with this parent."""
    parents = {folder.id: folder.parent_id for folder in all_folders}
    while parent_id is not None:
        if parent_id == id_:
            return True
        parent_id = parents.get(parent_id)
    return False


def move_folder(
    connection: Connection, user_id: str, id_: str, parent_id: str | None, before: str | None
) -> None:
    place = _place(connection, FOLDER, FOLDER.c.id, user_id, id_, before)
    where = and_(FOLDER.c.user_id == user_id, FOLDER.c.id == id_)
    connection.execute(update(FOLDER).where(where).values(parent_id=parent_id, place=place))


def move_playlist(
    connection: Connection, user_id: str, id_: str, folder_id: str | None, before: str | None
) -> None:
    place = _place(connection, SHELVED, SHELVED.c.playlist_id, user_id, id_, before)
    where = and_(SHELVED.c.user_id == user_id, SHELVED.c.playlist_id == id_)
    connection.execute(update(SHELVED).where(where).values(folder_id=folder_id, place=place))


def _place(
    connection: Connection,
    table: Table,
    key: Column[Any],
    user_id: str,
    moving: str,
    before: str | None,
) -> int:
    """A place in front of `before`, or at the end if it is None or not there."""
    rows = connection.execute(
        select(key.label("key"), table.c.place)
        .where(table.c.user_id == user_id, key != moving)
        .order_by(table.c.place, key)
    ).all()
    keys = [row.key for row in rows]
    at = keys.index(before) if before in keys else len(keys)
    left = rows[at - 1].place if at else None
    right = rows[at].place if at < len(rows) else None
    found = places_between(left, right, 1)
    if found is None:
        for number, each in enumerate(keys):
            where = and_(table.c.user_id == user_id, key == each)
            connection.execute(update(table).where(where).values(place=GAP * (number + 1)))
        return _place(connection, table, key, user_id, moving, before)
    return found[0]


def _read(row: Any) -> Folder:
    return Folder(row.id, row.name, row.parent_id)
