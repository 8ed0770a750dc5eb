"""Changes of tags."""

from collections.abc import Sequence

import msgspec
from msgspec import Struct
from sqlalchemy import BindParameter, Connection, bindparam, delete, false, insert, select, update

from philomel.kernel.paging import decode_cursor, encode_cursor
from philomel.services.catalog.contract import ListMends, Mend, Mends, TagFields
from philomel.services.catalog.rules.paths import display
from philomel.services.catalog.store.tables import PRESENT, files, libraries, tracks
from philomel.services.catalog.store.writing.tables import mends

_IDS: BindParameter[Sequence[str]] = bindparam("ids", expanding=True)
_FILES = (
    select(
        files.c.track_id, files.c.library_id, files.c.path, files.c.container,
        libraries.c.path.label("root"), libraries.c.name.label("library"), libraries.c.writable,
        tracks.c.title,
    )
    .join(libraries, libraries.c.id == files.c.library_id)
    .join(tracks, tracks.c.id == files.c.track_id)
    .where(
        files.c.track_id.in_(_IDS), files.c.state == PRESENT, libraries.c.hidden == false()
    )
)  # fmt: skip
_OF_ALBUM = (
    select(tracks.c.id)
    .where(tracks.c.album_id == bindparam("album"))
    .order_by(tracks.c.disc_number, tracks.c.track_number, tracks.c.id)
    .limit(bindparam("limit"))
)
_LIST = select(mends).where(mends.c.done).order_by(mends.c.id.desc()).limit(bindparam("limit"))
_ONE = select(mends).where(mends.c.id == bindparam("id"))
_BEGUN = (
    select(mends, libraries.c.path.label("root"))
    .join(libraries, libraries.c.id == mends.c.library_id)
    .where(mends.c.done == false(), mends.c.at < bindparam("before"))
)
_DONE = update(mends).where(mends.c.id == bindparam("mend")).values(done=True, due=True)
_UNDONE = (
    update(mends)
    .where(mends.c.id == bindparam("mend"))
    .values(undone_at=bindparam("now"), due=True)
)
_FORGET = delete(mends).where(mends.c.id == bindparam("id"))


class TaggedFile(Struct, frozen=True):
    """A present file of a track, and what its library is."""

    track_id: str
    library_id: str
    path: bytes
    container: str
    root: bytes
    library: str
    writable: bool
    title: str


class Kept(Struct, frozen=True):
    """A change with what undoing it needs."""

    mend: Mend
    path: bytes
    old_hash: str
    new_hash: str
    done: bool


class Begun(Struct, frozen=True):
    """A change of which it is not known whether it was made."""

    id: str
    root: bytes
    path: bytes
    new_hash: str


def files_of(connection: Connection, ids: Sequence[str]) -> list[TaggedFile]:
    """The present files of tracks, in the order of the ids."""
    rows = {row.track_id: row for row in connection.execute(_FILES, {"ids": list(ids)})}
    return [TaggedFile(*rows[id_]) for id_ in dict.fromkeys(ids) if id_ in rows]


def tracks_of(connection: Connection, album_id: str, limit: int) -> list[str]:
    values = {"album": album_id, "limit": limit}
    return list(connection.execute(_OF_ALBUM, values).scalars())


def add(connection: Connection, kept: Kept) -> None:
    """Before the file is replaced: whatever happens then, it can be found out."""
    mend = kept.mend
    connection.execute(
        insert(mends),
        {
            "id": mend.id, "batch": mend.batch, "track_id": mend.track_id,
            "library_id": mend.library_id, "path": kept.path, "name": mend.name, "at": mend.at,
            "by": mend.by, "before": _text(mend.before), "after": _text(mend.after),
            "cover": mend.cover, "old_hash": kept.old_hash, "new_hash": kept.new_hash,
            "done": False, "undone_at": None, "due": False,
        },
    )  # fmt: skip


def set_done(connection: Connection, id_: str) -> None:
    connection.execute(_DONE, {"mend": id_})


def set_undone(connection: Connection, id_: str, now: int) -> None:
    connection.execute(_UNDONE, {"mend": id_, "now": now})


def forget(connection: Connection, id_: str) -> None:
    connection.execute(_FORGET, {"id": id_})


def find(connection: Connection, id_: str) -> Kept | None:
    row = connection.execute(_ONE, {"id": id_}).one_or_none()
    if row is None:
        return None
    return Kept(_shown(row), row.path, row.old_hash, row.new_hash, row.done)


def begun(connection: Connection, before: int) -> list[Begun]:
    rows = connection.execute(_BEGUN, {"before": before})
    return [Begun(row.id, row.root, row.path, row.new_hash) for row in rows]


def list_mends(connection: Connection, request: ListMends) -> Mends:
    statement = _LIST
    if request.cursor is not None:
        statement = statement.where(mends.c.id < decode_cursor(request.cursor, tuple[str])[0])
    if request.track_id is not None:
        statement = statement.where(mends.c.track_id == request.track_id)
    rows = connection.execute(statement, {"limit": request.limit + 1}).all()
    items = tuple(_shown(row) for row in rows[: request.limit])
    more = len(rows) > request.limit
    return Mends(items=items, next=encode_cursor((items[-1].id,)) if more else None)


def _shown(row: object) -> Mend:
    values = row._mapping  # type: ignore[attr-defined]  # noqa: SLF001 - so SQLAlchemy calls it
    return Mend(
        id=values["id"], batch=values["batch"], track_id=values["track_id"],
        library_id=values["library_id"], name=values["name"], path=display(values["path"]),
        at=values["at"], by=values["by"], cover=values["cover"], undone_at=values["undone_at"],
        before=msgspec.json.decode(values["before"], type=TagFields),
        after=msgspec.json.decode(values["after"], type=TagFields),
    )  # fmt: skip


def _text(fields: TagFields) -> str:
    return msgspec.json.encode(fields).decode()
