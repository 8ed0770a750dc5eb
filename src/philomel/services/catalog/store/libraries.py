"""Libraries: adding, showing, hiding, moving and forgetting them."""

from collections import defaultdict
from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import (
    BindParameter,
    Connection,
    bindparam,
    delete,
    false,
    func,
    insert,
    select,
    true,
    update,
)

from philomel.engines.sql import insert_on
from philomel.services.catalog.contract import Library, LibraryKind
from philomel.services.catalog.rules.folding import fold
from philomel.services.catalog.rules.reading import READ_VERSION
from philomel.services.catalog.store.announcing import announce, entries_changed
from philomel.services.catalog.store.browsing.tables import chapters, lyrics
from philomel.services.catalog.store.merging.emptied import drop_albums
from philomel.services.catalog.store.pictures import forget_folders
from philomel.services.catalog.store.refreshing import refresh
from philomel.services.catalog.store.tables import (
    BROKEN,
    MISSING,
    PRESENT,
    aliases,
    file_errors,
    files,
    libraries,
    library_grants,
    track_credits,
    track_genres,
    tracks,
)
from philomel.services.catalog.store.visible import has_other_music
from philomel.services.catalog.store.writing.tables import mends, uploads
from philomel.services.media.contract import LibraryRoot

_IDS: BindParameter[Sequence[str]] = bindparam("ids", expanding=True)
_ALL = select(libraries).order_by(libraries.c.name_key, libraries.c.id)
_FILES = select(files.c.library_id, files.c.state, func.count()).group_by(
    files.c.library_id, files.c.state
)
_ROOTS = (
    select(libraries.c.id, libraries.c.path, libraries.c.scanned_at, libraries.c.name)
    .where(libraries.c.hidden == false())
    .order_by(libraries.c.path)
)
_ROOTS_ALL = select(
    libraries.c.id, libraries.c.path, libraries.c.hidden, libraries.c.restricted
).order_by(libraries.c.path)
_RESTRICT = (
    update(libraries)
    .where(libraries.c.id == bindparam("library"))
    .values(restricted=bindparam("to"))
)
_ALLOW = (
    update(libraries).where(libraries.c.id == bindparam("library")).values(writable=bindparam("to"))
)
_REVOKE = delete(library_grants).where(
    library_grants.c.library_id == bindparam("library"), library_grants.c.user_id.in_(_IDS)
)
_GRANTED = (
    select(library_grants.c.user_id)
    .where(library_grants.c.library_id == bindparam("library"))
    .order_by(library_grants.c.user_id)
)
_GRANTS_OF = select(library_grants.c.library_id).where(
    library_grants.c.user_id == bindparam("user")
)
_REVOKE_ALL = delete(library_grants).where(library_grants.c.user_id == bindparam("user"))
_RENAME = (
    update(libraries)
    .where(libraries.c.id == bindparam("library"))
    .values(name=bindparam("new_name"), name_key=bindparam("new_key"), hidden=false())
)
_MOVE = (
    update(libraries)
    .where(libraries.c.id == bindparam("library"))
    .values(path=bindparam("new_path"), error=None, scanned_at=None)
)
_HIDE = update(libraries).where(libraries.c.id == bindparam("library")).values(hidden=true())
_SOME_TRACKS = (
    select(tracks.c.id, tracks.c.album_id)
    .where(tracks.c.library_id == bindparam("library"))
    .limit(bindparam("limit"))
)
_SOME_FILES = (
    select(files.c.id).where(files.c.library_id == bindparam("library")).limit(bindparam("limit"))
)
_FILES_OF = select(files.c.id).where(files.c.track_id.in_(_IDS))
_CREDITED = select(track_credits.c.artist_id).distinct().where(track_credits.c.track_id.in_(_IDS))
_FORGET_TRACKS = (
    delete(track_credits).where(track_credits.c.track_id.in_(_IDS)),
    delete(track_genres).where(track_genres.c.track_id.in_(_IDS)),
    delete(lyrics).where(lyrics.c.track_id.in_(_IDS)),
    delete(chapters).where(chapters.c.track_id.in_(_IDS)),
    delete(aliases).where(aliases.c.new.in_(_IDS)),
    delete(files).where(files.c.track_id.in_(_IDS)),
    delete(tracks).where(tracks.c.id.in_(_IDS)),
)
_FORGET_FILES = delete(files).where(files.c.id.in_(_IDS))
PURGED_AT_ONCE = 50


class Root(Struct, frozen=True):
    """Where a library is; `scanned_at` is None until a scan went through."""

    id: str
    path: bytes
    scanned_at: int | None
    name: str


def all_libraries(connection: Connection, *, paths: bool, counts: bool) -> list[Library]:
    """Every library, by name; with paths and errors for those who administer the server.

    Args:
        counts: of files, which are all looked at for that.
    """
    files_of: dict[str, dict[int, int]] = defaultdict(dict)
    for library, state, count in connection.execute(_FILES) if counts else ():
        files_of[library][state] = count
    other_music = has_other_music(connection)
    return [
        Library(
            id=row.id, name=row.name, kind=LibraryKind(row.kind),
            path=row.path if paths else b"", added_at=row.added_at,
            hidden=row.hidden or (row.sampler and other_music), sampler=row.sampler,
            error=row.error if paths else None,
            file_count=files_of[row.id].get(PRESENT, 0),
            missing_count=files_of[row.id].get(MISSING, 0),
            error_count=files_of[row.id].get(BROKEN, 0), restricted=row.restricted,
            writable=row.writable,
        )
        for row in connection.execute(_ALL)
    ]  # fmt: skip


def roots(connection: Connection) -> list[Root]:
    """The libraries that are scanned."""
    return [Root(row.id, row.path, row.scanned_at, row.name) for row in connection.execute(_ROOTS)]


def all_roots(connection: Connection) -> list[LibraryRoot]:
    """Every library with its path and who may hear it, hidden ones too."""
    return [
        LibraryRoot(
            library_id=row.id, root=row.path, hidden=row.hidden, restricted=row.restricted,
            user_ids=tuple(granted(connection, row.id)) if row.restricted else (),
        )
        for row in connection.execute(_ROOTS_ALL).all()
    ]  # fmt: skip


def add(connection: Connection, library: Library) -> None:
    connection.execute(
        insert(libraries),
        {
            "id": library.id, "name": library.name, "name_key": fold(library.name)[:200],
            "kind": library.kind.value, "path": library.path, "added_at": library.added_at,
            "hidden": False, "sampler": library.sampler, "restricted": False, "error": None,
            "scanned_at": None, "read_version": READ_VERSION, "writable": library.writable,
        },
    )  # fmt: skip


def show(connection: Connection, library_id: str, name: str) -> None:
    connection.execute(
        _RENAME, {"library": library_id, "new_name": name, "new_key": fold(name)[:200]}
    )


def move(connection: Connection, library_id: str, path: bytes) -> None:
    connection.execute(_MOVE, {"library": library_id, "new_path": path})


def hide(connection: Connection, library_id: str) -> None:
    connection.execute(_HIDE, {"library": library_id})


def set_restricted(connection: Connection, library_id: str, *, restricted: bool) -> None:
    """Whether only people with a grant see a library."""
    connection.execute(_RESTRICT, {"library": library_id, "to": restricted})


def set_writable(connection: Connection, library_id: str, *, writable: bool) -> None:
    """Whether administrators may write into a library."""
    connection.execute(_ALLOW, {"library": library_id, "to": writable})


def grant(connection: Connection, library_id: str, users: Sequence[str]) -> None:
    """Let these people see a library while it is restricted."""
    statement = insert_on(connection.dialect.name, library_grants).on_conflict_do_nothing()
    if users:
        rows = [{"library_id": library_id, "user_id": user} for user in users]
        connection.execute(statement, rows)


def revoke(connection: Connection, library_id: str, users: Sequence[str]) -> None:
    """Take that back."""
    connection.execute(_REVOKE, {"library": library_id, "ids": list(users)})


def revoke_everywhere(connection: Connection, user: str) -> list[str]:
    """Take every grant from somebody; ids of the libraries in question."""
    found = list(connection.execute(_GRANTS_OF, {"user": user}).scalars())
    if found:
        connection.execute(_REVOKE_ALL, {"user": user})
    return found


def granted(connection: Connection, library_id: str) -> list[str]:
    """Who has a grant."""
    return list(connection.execute(_GRANTED, {"library": library_id}).scalars())


def purge_some(connection: Connection, library_id: str, now: int) -> list[str]:
    """Forget some of a library's files with their tracks.

    Returns:
        Ids of the files that were forgotten; none when nothing is left of the library.
    """
    values = {"library": library_id, "limit": PURGED_AT_ONCE}
    rows = connection.execute(_SOME_TRACKS, values).all()
    if not rows:
        left = list(connection.execute(_SOME_FILES, values).scalars())
        if left:
            connection.execute(_FORGET_FILES, {"ids": left})
            return left
        for table in (file_errors, library_grants, uploads, mends):
            connection.execute(delete(table).where(table.c.library_id == library_id))
        forget_folders(connection, library_id)
        connection.execute(delete(libraries).where(libraries.c.id == library_id))
        return []
    ids = {"ids": [row.id for row in rows]}
    artists = connection.execute(_CREDITED, ids).scalars().all()
    gone = list(connection.execute(_FILES_OF, ids).scalars())
    for statement in _FORGET_TRACKS:
        connection.execute(statement, ids)
    found = refresh(connection, {row.album_id for row in rows}, artists, now)
    if found.empty_albums:
        drop_albums(connection, list(found.empty_albums))
    changed = [*ids["ids"], *found.changed, *found.empty_albums, *found.empty_artists]
    announce(connection, entries_changed(changed, now), now)
    return gone or ["-"]
