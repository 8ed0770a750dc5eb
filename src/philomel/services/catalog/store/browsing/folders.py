"""The folders of a library as they lie on its disk."""

from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import Connection, bindparam, select

from philomel.kernel.errors import InvalidArgument
from philomel.kernel.paging import decode_cursor, encode_cursor
from philomel.services.catalog.contract import Folder, FolderPage, ListFolder
from philomel.services.catalog.rules import paths
from philomel.services.catalog.store.loading import load_tracks
from philomel.services.catalog.store.tables import PRESENT, files

# One step in the index of paths: from a file that was seen to the next one, or past a folder.
NEXT = (
    select(files.c.path, files.c.track_id)
    .where(
        files.c.library_id == bindparam("library"),
        files.c.path >= bindparam("start"),
        files.c.path < bindparam("end"),
        files.c.state == PRESENT,
    )
    .order_by(files.c.path)
    .limit(bindparam("limit"))
)
_MAX_PATH = 4_096
_FILES_AT_ONCE = 20


class _Item(Struct, frozen=True):
    """A folder's name or a track's id, and where to go on behind it."""

    behind: bytes
    folder: bytes | None = None
    track_id: str | None = None


def list_folder(
    connection: Connection, request: ListFolder, visible: Sequence[str]
) -> FolderPage | None:
    """None if the library is not one that the caller may see."""
    if request.library_id not in visible:
        return None
    path = request.path
    if len(path) > _MAX_PATH or path.startswith(b"/") or path.endswith(b"/"):
        raise InvalidArgument("the path is not one below a library")
    below = path + b"/" if path else b""
    start = below
    if request.cursor is not None:
        start = below + _from_hex(decode_cursor(request.cursor, tuple[str])[0])
    items = _items(connection, request.library_id, below, start, request.limit + 1)
    more, items = len(items) > request.limit, items[: request.limit]
    found = load_tracks(connection, [i.track_id for i in items if i.track_id], visible)
    return FolderPage(
        folders=tuple(
            Folder(path=below + item.folder, name=paths.display(item.folder))
            for item in items
            if item.folder is not None
        ),
        tracks=tuple(found[item.track_id] for item in items if item.track_id in found),
        above=path.rpartition(b"/")[0] if path else None,
        next=encode_cursor((items[-1].behind[len(below) :].hex(),)) if more else None,
    )


def _items(
    connection: Connection, library: str, below: bytes, start: bytes, wanted: int
) -> list[_Item]:
    """The next folders and tracks; a folder's files are stepped over, however many they are."""
    # "0" follows "/": what begins with `below` ends before it.
    end = below[:-1] + b"0" if below else b"\xff" * 8
    items: list[_Item] = []
    while len(items) < wanted:
        values = {"library": library, "start": start, "end": end, "limit": _FILES_AT_ONCE}
        rows = connection.execute(NEXT, values).all()
        for path, track_id in rows:
            name, slash, _ = path[len(below) :].partition(b"/")
            start = below + name + b"0" if slash else path + b"\0"
            if slash:
                items.append(_Item(start, folder=name))
                break
            if track_id is not None:
                items.append(_Item(start, track_id=track_id))
            if len(items) == wanted:
                break
        else:
            if len(rows) < _FILES_AT_ONCE:
                break
    return items


def _from_hex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise InvalidArgument("the cursor is not one of this list") from None
