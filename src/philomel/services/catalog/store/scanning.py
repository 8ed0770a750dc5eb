"""What the scanner asks of the files it knows, and the state of scans."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import (
    BindParameter,
    Connection,
    bindparam,
    case,
    delete,
    exists,
    func,
    insert,
    select,
    update,
)

from philomel.services.catalog.contract import ScanFinished, ScanPhase, ScanStatus
from philomel.services.catalog.store.announcing import announce, entries_changed, revise
from philomel.services.catalog.store.by_bytes import ByBytes
from philomel.services.catalog.store.planning import away
from philomel.services.catalog.store.tables import (
    BIG,
    MISSING,
    PRESENT,
    albums,
    file_errors,
    files,
    libraries,
    scans,
    tracks,
)

_IDS: BindParameter[Sequence[str]] = bindparam("ids", expanding=True)
_KNOWN = (
    select(
        files.c.path, files.c.id, files.c.state, files.c.size, files.c.modified_ns,
        files.c.lyrics_ns, files.c.inode, files.c.container, files.c.read_version,
    )
    .where(
        files.c.library_id == bindparam("library"),
        files.c.path > bindparam("after"),
        files.c.path < bindparam("before"),
    )
    .order_by(files.c.path)
    .limit(bindparam("limit"))
)  # fmt: skip
_BY_BYTES = ByBytes(select(files.c.id, files.c.size, files.c.modified_ns, files.c.inode))
_TWINS = 100_000
"""More files with the same time and size as those of one batch are not looked at."""

_STATES = select(files.c.id, files.c.track_id, files.c.path).where(files.c.id.in_(_IDS))
_SET_STATE = (
    update(files)
    .where(files.c.id.in_(_IDS))
    .values(
        state=bindparam("to"),
        lost_at=bindparam("lost"),
        # What was never heard cannot be compared by its sound.
        seek_due=case((files.c.stream_hash.is_not(None), bindparam("lost", type_=BIG))),
    )
)
_SET_MISSING = update(tracks).where(tracks.c.id.in_(_IDS)).values(missing=bindparam("to"))
_DISPLACE = (
    update(files)
    .where(files.c.id == bindparam("file"))
    .values(path=bindparam("away"), state=MISSING)
)
_LOST_SINCE = (
    select(files.c.id, files.c.track_id)
    .where(
        files.c.library_id.in_(select(libraries.c.id)),  # the index of states begins with it
        files.c.state == MISSING,
        files.c.lost_at >= bindparam("since"),
        files.c.id > bindparam("after"),
    )
    .order_by(files.c.id)
    .limit(bindparam("limit"))
)
_PRESENT = (
    select(files.c.id)
    .where(files.c.library_id == bindparam("library"), files.c.state == PRESENT)
    .limit(1)
)
_FORGET_BELOW = delete(file_errors).where(
    file_errors.c.library_id == bindparam("library"), file_errors.c.path.in_(_IDS)
)
_ORPHANED = (
    select(file_errors.c.path)
    .where(
        file_errors.c.library_id == bindparam("library"),
        file_errors.c.path > bindparam("after"),
        file_errors.c.path < bindparam("before"),
        ~exists().where(
            files.c.library_id == file_errors.c.library_id,
            files.c.path == file_errors.c.path,
            files.c.state != MISSING,
        ),
    )
    .distinct()
    .order_by(file_errors.c.path)
    .limit(bindparam("limit"))
)
_DUE = (
    update(albums)
    .where(
        albums.c.id.in_(
            select(tracks.c.album_id)
            .join_from(files, tracks, tracks.c.id == files.c.track_id)
            .where(
                files.c.library_id == bindparam("library"),
                files.c.path > bindparam("after"),
                files.c.path < bindparam("before"),
            )
        )
    )
    .values(cover_due=bindparam("due"))
)
_LIBRARY_DONE = (
    update(libraries)
    .where(libraries.c.id == bindparam("library"))
    .values(error=bindparam("message"), scanned_at=bindparam("at"))
)
_LIBRARY_FAILED = (
    update(libraries)
    .where(libraries.c.id == bindparam("library"))
    .values(error=bindparam("message"))
)
_OPEN = (ScanPhase.WAITING, ScanPhase.READING, ScanPhase.INDEXING)
_OPEN_SCAN = (
    select(scans).where(scans.c.phase.in_(_OPEN)).order_by(scans.c.started_at, scans.c.id).limit(1)
)
_SCAN = select(scans).where(scans.c.id == bindparam("id"))
_LATEST_SCAN = select(scans).order_by(scans.c.started_at.desc(), scans.c.id.desc()).limit(1)
_COUNTERS = (
    "walked", "found", "read", "added", "changed", "moved", "missing", "unchanged", "errors",
)  # fmt: skip
_SET_SCAN = (
    update(scans)
    .where(scans.c.id == bindparam("scan"))
    .values(
        phase=bindparam("new_phase"),
        finished_at=bindparam("finished"),
        error=bindparam("message"),
        **{name: bindparam(f"new_{name}") for name in _COUNTERS},
    )
)
_CANCEL = update(scans).where(scans.c.id == bindparam("scan")).values(cancel=True)
_LAST_WHOLE = select(func.max(scans.c.started_at)).where(scans.c.path.is_(None))
_OLD_SCANS = (
    select(scans.c.id)
    .where(scans.c.started_at != func.coalesce(_LAST_WHOLE.scalar_subquery(), 0))
    .order_by(scans.c.started_at.desc())
    .offset(50)
)

Known = tuple[bytes, str, int, int, int, int, int, str, int]
"""path, id, state, size, modified_ns, lyrics_ns, inode, container (empty if broken), edition"""


class Counters:
    """How far a scan is.

    Attributes:
        missing: what left its place; until the scan ends it may yet be found elsewhere, and
            then it is moved and not missing.
    """

    def __init__(self) -> None:
        self.walked = False
        self.found = self.read = self.added = self.changed = self.moved = 0
        self.missing = self.unchanged = self.errors = 0

    def become(self, other: "Counters") -> None:
        for name in _COUNTERS:
            setattr(self, name, getattr(other, name))


class ScanRow(Struct, frozen=True):
    id: str
    full: bool
    path: bytes | None
    started_at: int


def known_files(
    connection: Connection, library_id: str, after: bytes, before: bytes, limit: int
) -> Sequence[Known]:
    """The next known files in order of their paths."""
    values = {"library": library_id, "after": after, "before": before, "limit": limit}
    return [tuple(row) for row in connection.execute(_KNOWN, values)]


def has_present(connection: Connection, library_id: str) -> bool:
    return connection.execute(_PRESENT, {"library": library_id}).first() is not None


def find_renamed(connection: Connection, changed: Sequence[tuple[str, int, int, int]]) -> set[str]:
    """Which of these changed files, (id, size, modified_ns, inode), hold the bytes of another.

    Swapped names and a file put over another: what was known under the name is elsewhere now.
    """
    wanted = ((modified, size) for _, size, modified, _ in changed)
    known: dict[tuple[int, int], list[tuple[str, int]]] = {}
    for row in _BY_BYTES.rows(connection, wanted, _TWINS):
        known.setdefault((row.size, row.modified_ns), []).append((row.id, row.inode))
    return {
        file_id
        for file_id, size, modified, inode in changed
        for other, other_inode in known.get((size, modified), ())
        if other != file_id and other_inode == inode
    }


def mark(
    connection: Connection,
    *,
    missing: Sequence[str],
    displaced: Sequence[str],
    returned: Sequence[str],
    now: int,
    scan_id: str,
) -> list[str]:
    """Files that are gone, that lost their name to another, and that are back unchanged.

    Only what is back is announced: what is gone may be found elsewhere (`lost_since`).

    Returns:
        The tracks that are missing now.
    """
    found: list[str] = []
    gone: list[str] = []
    for ids, to in ((list(missing) + list(displaced), MISSING), (list(returned), PRESENT)):
        if not ids:
            continue
        rows = connection.execute(_STATES, {"ids": ids}).all()
        lost = now if to == MISSING else None
        connection.execute(_SET_STATE, {"ids": ids, "to": to, "lost": lost})
        track_ids = [row.track_id for row in rows if row.track_id]
        if track_ids:
            connection.execute(_SET_MISSING, {"ids": track_ids, "to": to == MISSING})
            (found if to == PRESENT else gone).extend(track_ids)
        if displaced and to == MISSING:
            names = set(displaced)
            rows_away = [
                {"file": row.id, "away": away(row.path, row.id)} for row in rows if row.id in names
            ]
            connection.execute(_DISPLACE, rows_away)
    tell(connection, found, now, scan_id)
    if gone:  # told of later, but no list is as it was
        revise(connection, now)
    return gone


def lost_since(
    connection: Connection, since: int, after: str, limit: int
) -> Sequence[tuple[str, str | None]]:
    """The next files, and their tracks, that went missing at `since` or later and still are."""
    values = {"since": since, "after": after, "limit": limit}
    return [(row[0], row[1]) for row in connection.execute(_LOST_SINCE, values)]


def tell(connection: Connection, track_ids: Sequence[str], now: int, scan_id: str) -> None:
    """Announce that these tracks changed."""
    announce(connection, entries_changed(track_ids, now, scan_id), now)


def record_errors(
    connection: Connection, library_id: str, errors: Sequence[tuple[bytes, str]]
) -> None:
    """Folders and links that could not be read."""
    paths = dict(errors)
    connection.execute(_FORGET_BELOW, {"library": library_id, "ids": list(paths)})
    rows: list[dict[str, Any]] = [
        {"library_id": library_id, "path": path, "number": 0, "message": text, "fatal": True}
        for path, text in paths.items()
    ]
    connection.execute(insert(file_errors), rows)


def orphaned_errors(
    connection: Connection, library_id: str, after: bytes, before: bytes, limit: int
) -> Sequence[bytes]:
    """Paths with errors at which no file is any more, or never was: folders."""
    values = {"library": library_id, "after": after, "before": before, "limit": limit}
    return connection.execute(_ORPHANED, values).scalars().all()


def forget_errors(connection: Connection, library_id: str, paths: Sequence[bytes]) -> None:
    connection.execute(_FORGET_BELOW, {"library": library_id, "ids": list(paths)})


def covers_due(connection: Connection, library_id: str, folder: bytes, now: int) -> None:
    """A picture in this folder changed: look at the covers of its albums again."""
    after, before = (folder + b"/", folder + b"0") if folder else (b"", b"\xff" * 8)
    connection.execute(_DUE, {"library": library_id, "after": after, "before": before, "due": now})


def library_done(connection: Connection, library_id: str, at: int, error: str | None) -> None:
    if error is None:
        connection.execute(_LIBRARY_DONE, {"library": library_id, "message": None, "at": at})
    else:
        connection.execute(_LIBRARY_FAILED, {"library": library_id, "message": error})


def add_scan(
    connection: Connection, scan_id: str, now: int, *, full: bool, path: bytes | None
) -> bool:
    """A new scan that waits for its turn; False if one has not ended yet."""
    if connection.execute(_OPEN_SCAN).first() is not None:
        return False
    old = connection.execute(_OLD_SCANS).scalars().all()
    if old:
        connection.execute(delete(scans).where(scans.c.id.in_(old)))
    row: dict[str, Any] = dict.fromkeys(_COUNTERS, 0)
    row |= {
        "id": scan_id, "phase": ScanPhase.WAITING.value, "full": full, "path": path,
        "cancel": False, "walked": False, "started_at": now, "finished_at": None, "error": None,
    }  # fmt: skip
    connection.execute(insert(scans), row)
    return True


def last_whole_scan(connection: Connection, before: int) -> int | None:
    """When the last scan of all libraries began; those after `before` are from a wrong clock."""
    statement = _LAST_WHOLE.where(scans.c.started_at < before)
    at: int | None = connection.execute(statement).scalar_one()
    return at


def open_scan(connection: Connection) -> ScanRow | None:
    """The scan that waits or was cut off."""
    row = connection.execute(_OPEN_SCAN).one_or_none()
    return None if row is None else ScanRow(row.id, row.full, row.path, row.started_at)


def is_cancelled(connection: Connection, scan_id: str) -> bool:
    row = connection.execute(_SCAN, {"id": scan_id}).one_or_none()
    return row is None or bool(row.cancel)


def cancel(connection: Connection) -> str | None:
    row = connection.execute(_OPEN_SCAN).one_or_none()
    if row is None:
        return None
    connection.execute(_CANCEL, {"scan": row.id})
    return str(row.id)


def set_scan(
    connection: Connection,
    scan_id: str,
    phase: ScanPhase,
    counters: Counters,
    *,
    finished_at: int | None = None,
    error: str | None = None,
) -> None:
    values: dict[str, Any] = {f"new_{name}": getattr(counters, name) for name in _COUNTERS}
    values |= {
        "scan": scan_id, "new_phase": phase.value, "finished": finished_at, "message": error,
    }  # fmt: skip
    connection.execute(_SET_SCAN, values)
    if finished_at is not None:
        announce(connection, [ScanFinished(scan_id=scan_id, at=finished_at)], finished_at)


def scan_status(connection: Connection, scan_id: str | None) -> ScanStatus | None:
    """The state of a scan, the latest one if none is named."""
    if scan_id is None:
        row = connection.execute(_LATEST_SCAN).one_or_none()
    else:
        row = connection.execute(_SCAN, {"id": scan_id}).one_or_none()
    if row is None:
        return None
    return ScanStatus(
        id=row.id, phase=ScanPhase(row.phase), started_at=row.started_at,
        finished_at=row.finished_at, error=row.error,
        **{name: getattr(row, name) for name in _COUNTERS},
    )  # fmt: skip
