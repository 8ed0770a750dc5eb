"""Uploads."""

from msgspec import Struct
from sqlalchemy import Connection, bindparam, delete, insert, select, update

from philomel.services.catalog.contract import Upload, UploadState
from philomel.services.catalog.rules.paths import display
from philomel.services.catalog.store.tables import PRESENT, files, libraries, tracks
from philomel.services.catalog.store.writing.tables import uploads

_ONE = (
    select(uploads, libraries.c.path.label("root"), libraries.c.writable)
    .join(libraries, libraries.c.id == uploads.c.library_id)
    .where(uploads.c.id == bindparam("id"))
)
_SAME = select(uploads.c.id).where(
    uploads.c.library_id == bindparam("library"),
    uploads.c.path == bindparam("path"),
    uploads.c.size == bindparam("size"),
    uploads.c.state == UploadState.RECEIVING.value,
)
_BECAME = (
    select(files.c.track_id, tracks.c.album_id)
    .join(tracks, tracks.c.id == files.c.track_id)
    .where(
        files.c.library_id == bindparam("library"),
        files.c.path == bindparam("path"),
        files.c.state == PRESENT,
    )
)
_PLACE = (
    update(uploads)
    .where(uploads.c.id == bindparam("upload"))
    .values(path=bindparam("to"), state=bindparam("now_is"), due=bindparam("is_due"))
)
_FORGET = delete(uploads).where(uploads.c.id == bindparam("id"))
_OLD = delete(uploads).where(uploads.c.begun_at < bindparam("before"))


class Coming(Struct, frozen=True):
    """An upload with what its library is; `due` once it waits for its scan."""

    id: str
    library_id: str
    root: bytes
    writable: bool
    path: bytes
    size: int
    state: UploadState
    begun_at: int
    due: bool


def add(connection: Connection, id_: str, library_id: str, path: bytes, size: int, now: int) -> str:
    """A new upload; or the id of the same one that was begun before."""
    values = {"library": library_id, "path": path, "size": size}
    same: str | None = connection.execute(_SAME, values).scalars().first()
    if same is not None:
        return same
    connection.execute(
        insert(uploads),
        {
            "id": id_, "library_id": library_id, "path": path, "size": size,
            "state": UploadState.RECEIVING.value, "begun_at": now, "due": False,
        },
    )  # fmt: skip
    return id_


def find(connection: Connection, id_: str) -> Coming | None:
    row = connection.execute(_ONE, {"id": id_}).one_or_none()
    if row is None:
        return None
    return Coming(
        row.id, row.library_id, row.root, row.writable, row.path, row.size,
        UploadState(row.state), row.begun_at, row.due,
    )  # fmt: skip


def shown(connection: Connection, coming: Coming, received: int) -> Upload:
    """With what it became, as far as that is known."""
    became = None
    if coming.state is not UploadState.RECEIVING:
        values = {"library": coming.library_id, "path": coming.path}
        became = connection.execute(_BECAME, values).one_or_none()
    return Upload(
        id=coming.id, library_id=coming.library_id, path=display(coming.path), size=coming.size,
        received=received, state=coming.state, begun_at=coming.begun_at, read=not coming.due,
        track_id=became.track_id if became else None, album_id=became.album_id if became else None,
    )  # fmt: skip


def set_placed(connection: Connection, id_: str, path: bytes, state: UploadState) -> None:
    """It is in its place, under this name."""
    values = {
        "upload": id_,
        "to": path,
        "now_is": state.value,
        "is_due": state is UploadState.PLACED,
    }
    connection.execute(_PLACE, values)


def forget(connection: Connection, id_: str) -> None:
    connection.execute(_FORGET, {"id": id_})


def forget_old(connection: Connection, before: int) -> None:
    """Whatever was begun before then."""
    connection.execute(_OLD, {"before": before})
