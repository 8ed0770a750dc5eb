"""Files that are surely known ones at another place: their tracks follow without a look inside.

Only what follows from the path is written. Whatever may depend on it in another way, like names
guessed from folders, is left to the planning by tags.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import (
    BindParameter,
    Connection,
    bindparam,
    delete,
    false,
    func,
    select,
    update,
)

from philomel.services.catalog.rules.drafts import folder_key, release_key
from philomel.services.catalog.rules.matching import Stamp, sure
from philomel.services.catalog.rules.paths import album_folder
from philomel.services.catalog.store.announcing import announce, entries_changed
from philomel.services.catalog.store.applying import Stale
from philomel.services.catalog.store.by_bytes import ByBytes
from philomel.services.catalog.store.tables import (
    BIG,
    MISSING,
    PRESENT,
    albums,
    file_errors,
    files,
    tracks,
)

MANY = 4_000
"""Missing files that one look takes in; where more have the same bytes, tags decide."""

_IDS: BindParameter[Sequence[str]] = bindparam("ids", expanding=True)
_PATHS: BindParameter[Sequence[bytes]] = bindparam("paths", expanding=True)
# Without the library: with it, SQLite would look through all that is missing there.
_LOST = ByBytes(
    select(
        files.c.id, files.c.path, files.c.size, files.c.modified_ns, files.c.inode,
        files.c.lyrics_ns, files.c.library_id, files.c.container, files.c.codec,
        files.c.duration_ms, files.c.bitrate, files.c.track_id, tracks.c.file_id,
        tracks.c.missing, tracks.c.guessed, tracks.c.year, tracks.c.album_id,
        albums.c.key, albums.c.folder, albums.c.name, albums.c.year.label("album_year"),
        albums.c.mbid, albums.c.artists_tagged,
    )
    .join_from(files, tracks, tracks.c.id == files.c.track_id)
    .join(albums, albums.c.id == tracks.c.album_id)
    .where(files.c.state == MISSING)
)  # fmt: skip
_KEYS = select(albums.c.key, func.count()).where(
    albums.c.library_id == bindparam("library"), albums.c.key.in_(_IDS)
).group_by(albums.c.key)  # fmt: skip
_HERE = select(tracks.c.album_id).distinct().where(
    tracks.c.album_id.in_(_IDS), tracks.c.missing == false()
)  # fmt: skip
_STATES = select(files.c.id, files.c.track_id, files.c.path).where(
    files.c.id.in_(_IDS), func.coalesce(files.c.state, PRESENT) == MISSING
)
_ALBUM_KEYS = select(albums.c.id, albums.c.key).where(albums.c.id.in_(_IDS))
_MOVE = (
    update(files)
    .where(files.c.id == bindparam("file"))
    .values(
        path=bindparam("to"),
        inode=bindparam("new_inode"),
        state=PRESENT,
        lost_at=None,
        seek_due=None,
    )
)
_FIND = update(tracks).where(tracks.c.id.in_(_IDS)).values(missing=False)
_MOVE_ALBUM = (
    update(albums)
    .where(albums.c.id == bindparam("album"))
    .values(folder=bindparam("to"), key=bindparam("new_key"), cover_due=bindparam("due", type_=BIG))
)
_FORGET = delete(file_errors).where(
    file_errors.c.library_id == bindparam("library"), file_errors.c.path.in_(_PATHS)
)
_WARNED = (
    select(file_errors.c.path)
    .distinct()
    .where(file_errors.c.library_id == bindparam("library"), file_errors.c.path.in_(_PATHS))
)
_WARN = (
    update(file_errors)
    .where(file_errors.c.library_id == bindparam("library"), file_errors.c.path == bindparam("old"))
    .values(path=bindparam("to"))
)


class Seen(Struct, frozen=True):
    """A file that is not known at its place; `lyrics_ns` as in `files`."""

    stamp: Stamp
    lyrics_ns: int


class Move(Struct, frozen=True):
    """A known file that was found elsewhere.

    Attributes:
        was_key, key, folder: of its album, before and now.
    """

    file_id: str
    track_id: str
    album_id: str
    old: bytes
    now: Stamp
    container: str
    codec: str
    duration_ms: int
    bitrate: int
    was_key: str
    key: str
    folder: bytes


def find_moves(connection: Connection, library_id: str, seen: Sequence[Seen]) -> list[Move]:
    """Which of these are surely missing files of the library, whose tracks need no other look."""
    wanted = ((each.stamp.modified_ns, each.stamp.size) for each in seen)
    rows = _LOST.rows(connection, wanted, MANY)
    if not rows or len(rows) == MANY:
        return []
    stamps = [Stamp(row.path, row.size, row.modified_ns, row.inode) for row in rows]
    found = [
        (seen[place], rows[other])
        for place, other in sure([each.stamp for each in seen], stamps).items()
        if _is_plain(seen[place], rows[other], library_id)
    ]
    keys = {row.key for _, row in found}
    keys |= {folder_key(album_folder(each.stamp.path), row.name) for each, row in found}
    asked = {"library": library_id, "ids": list(keys)}
    known: dict[str, int] = {row[0]: row[1] for row in connection.execute(_KEYS, asked)}
    ids = list({row.album_id for _, row in found})
    here = set(connection.scalars(_HERE, {"ids": ids}))
    moves: list[Move] = []
    becomes: dict[str, str] = {}
    heirs: dict[str, str] = {}
    for each, row in found:
        key = _key(each.stamp.path, row, known, stays=row.album_id in here)
        # An album goes to one place, and no two become one without their tags being asked.
        if key is None or becomes.setdefault(row.album_id, key) != key:
            continue
        if key != row.key and heirs.setdefault(key, row.album_id) != row.album_id:
            continue
        moves.append(
            Move(
                row.id, row.track_id, row.album_id, row.path, each.stamp, row.container,
                row.codec, row.duration_ms, row.bitrate, row.key, key,
                album_folder(each.stamp.path),
            )
        )  # fmt: skip
    return moves


def take(
    connection: Connection, library_id: str, moves: Sequence[Move], now: int, scan_id: str
) -> None:
    """Let these tracks follow their files.

    Raises:
        Stale: something else happened to one of them; nothing was written.
    """
    states = {
        row.id: (row.track_id, row.path)
        for row in connection.execute(_STATES, {"ids": [move.file_id for move in moves]})
    }
    ids = list({move.album_id for move in moves})
    keys = {row[0]: row[1] for row in connection.execute(_ALBUM_KEYS, {"ids": ids})}
    for move in moves:
        if states.get(move.file_id) != (move.track_id, move.old):
            raise Stale
        if keys.get(move.album_id) != move.was_key:
            raise Stale
    connection.execute(
        _MOVE,
        [{"file": m.file_id, "to": m.now.path, "new_inode": m.now.inode} for m in moves],
    )
    connection.execute(_FIND, {"ids": [move.track_id for move in moves]})
    shelves = {
        move.album_id: {"album": move.album_id, "to": move.folder, "new_key": move.key, "due": now}
        for move in moves
        if _folder(move.old) != _folder(move.now.path)
    }
    if shelves:
        connection.execute(_MOVE_ALBUM, list(shelves.values()))
    _carry_warnings(connection, library_id, moves)
    ids = [move.track_id for move in moves]
    announce(connection, entries_changed(ids, now, scan_id, moved=True), now)


def _carry_warnings(connection: Connection, library_id: str, moves: Sequence[Move]) -> None:
    paths = [move.now.path for move in moves]
    connection.execute(_FORGET, {"library": library_id, "paths": paths})
    to = {move.old: move.now.path for move in moves}
    warned = connection.scalars(_WARNED, {"library": library_id, "paths": list(to)}).all()
    if warned:
        rows = [{"library": library_id, "old": old, "to": to[old]} for old in warned]
        connection.execute(_WARN, rows)


def _is_plain(seen: Seen, row: Any, library_id: str) -> bool:
    """Whether nothing of the track itself can depend on where its file lies."""
    return bool(
        row.library_id == library_id
        and row.missing
        and not row.guessed
        and row.file_id == row.id
        # A broken file has no container.
        and row.container
        and row.lyrics_ns == seen.lyrics_ns
        # What lost its name to another file has its warnings under that name no more.
        and b"\0" not in row.path
        and _suffix(row.path) == _suffix(seen.stamp.path)
        # A song of another year stays on its album only where its folder is that album's.
        and (row.year is None or row.album_year in (None, row.year))
    )


def _key(path: bytes, row: Any, known: Mapping[str, int], *, stays: bool) -> str | None:
    """The key of the track's album if that goes along to `path`; None if tags have to say.

    Args:
        known: how many albums of the library have a key.
        stays: some of the album is where it was, or is there already.
    """
    key: str = row.key
    was, folder = album_folder(row.path), album_folder(path)
    if folder == was:
        return key
    if row.artists_tagged or (row.mbid and key == release_key(row.mbid)):
        # Of two releases with one title the folder may say which it is.
        return key if known.get(key) == 1 else None
    new_key = folder_key(folder, row.name)
    if not folder or key == new_key:
        return key if folder else None
    goes = key == folder_key(was, row.name) and not stays and not known.get(new_key)
    return new_key if goes else None


def _folder(path: bytes) -> bytes:
    return path.rpartition(b"/")[0]


def _suffix(path: bytes) -> bytes:
    return path.rpartition(b".")[2].lower()
