"""Covers: which albums wait for one, and what was found."""

from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import (
    BindParameter,
    Connection,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from philomel.services.catalog.contract import EntryKind
from philomel.services.catalog.store.announcing import announce, entries_changed, revise
from philomel.services.catalog.store.loading import resolve_one
from philomel.services.catalog.store.pictures.tables import folder_pictures
from philomel.services.catalog.store.refreshing import to_json
from philomel.services.catalog.store.tables import (
    PRESENT,
    album_credits,
    albums,
    artists,
    covers,
    files,
    libraries,
    tracks,
)

_IDS: BindParameter[Sequence[str]] = bindparam("ids", expanding=True)
_FOLDER_KEYS: BindParameter[Sequence[bytes]] = bindparam("folders", expanding=True)
_WAITING = (
    select(
        albums.c.id,
        albums.c.cover_due,
        albums.c.cover_id,
        albums.c.cover_error,
        albums.c.library_id,
        libraries.c.path,
    )
    .join_from(albums, libraries, libraries.c.id == albums.c.library_id)
    .order_by(albums.c.cover_due, albums.c.id)
    .limit(1)
)
_DUE = _WAITING.where(albums.c.cover_due <= bindparam("now"))
_NEVER_DUE = _WAITING.where(albums.c.cover_due > bindparam("now"))
_LATEST_MS = 86_400_000
"""Nothing is put off for a day: what is, was before the clock was set back."""
_FILES = (
    select(files.c.path, files.c.picture)
    .join_from(tracks, files, files.c.id == tracks.c.file_id)
    .where(tracks.c.album_id == bindparam("id"), files.c.state == PRESENT)
    .order_by(tracks.c.position_key, tracks.c.id)
    .limit(200)
)
_ARTISTS = (
    select(album_credits.c.artist_id)
    .join_from(album_credits, artists, artists.c.id == album_credits.c.artist_id)
    .where(
        album_credits.c.album_id == bindparam("id"),
        or_(artists.c.cover_id.is_(None), artists.c.cover_library_id == bindparam("library")),
    )
)
_KNOWN = select(func.count()).where(covers.c.id == bindparam("id"), covers.c.unused_since.is_(None))
_FOLDERS = (
    select(folder_pictures.c.folder, folder_pictures.c.signature)
    .where(
        folder_pictures.c.library_id == bindparam("library"),
        folder_pictures.c.folder > bindparam("after"),
    )
    .order_by(folder_pictures.c.folder)
    .limit(bindparam("limit"))
)
_ROOT_FOLDER = select(folder_pictures.c.folder, folder_pictures.c.signature).where(
    folder_pictures.c.library_id == bindparam("library"), folder_pictures.c.folder == b""
)
_FORGET_FOLDERS = delete(folder_pictures).where(
    folder_pictures.c.library_id == bindparam("library"), folder_pictures.c.folder.in_(_FOLDER_KEYS)
)
_FORGET_COVER = delete(covers).where(covers.c.id == bindparam("cover"))
_COLOURLESS = select(covers.c.id).where(covers.c.colour.is_(None)).limit(1)
_COLOUR = (
    update(covers).where(covers.c.id == bindparam("cover")).values(colour=bindparam("new_colour"))
)
_DONE = (
    update(albums)
    .where(albums.c.id == bindparam("album"), albums.c.cover_due == bindparam("was_due"))
    .values(cover_due=None)
)
_LATER = (
    update(albums).where(albums.c.id == bindparam("album")).values(cover_due=bindparam("later"))
)
_ALL_LATER = (
    update(albums)
    .where(albums.c.cover_due <= bindparam("later"), albums.c.library_id == bindparam("library_of"))
    .values(cover_due=bindparam("later"))
)
_SET = (
    update(albums)
    .where(albums.c.id == bindparam("album"))
    .values(cover_id=bindparam("cover"), cover_error=bindparam("error"))
)
_FOUND = {
    EntryKind.ALBUM: update(albums)
    .where(albums.c.id == bindparam("entry"))
    .values(found_cover_id=bindparam("cover")),
    EntryKind.ARTIST: update(artists)
    .where(artists.c.id == bindparam("entry"))
    .values(found_cover_id=bindparam("cover")),
}
_SET_ARTISTS = (
    update(artists)
    .where(artists.c.id.in_(_IDS), artists.c.cover_id.is_distinct_from(bindparam("cover")))
    .values(cover_id=bindparam("cover"), cover_library_id=bindparam("library"))
)


class Waiting(Struct, frozen=True):
    """An album whose cover is to be looked for.

    Attributes:
        files: paths of its present files, in the order of the album.
        pictured: those that have a picture inside.
        artists: its artist, if there is one and their picture is none or from this library.
    """

    album_id: str
    due: int
    cover_id: str | None
    cover_error: str | None
    library_id: str
    root: bytes
    files: tuple[bytes, ...]
    pictured: tuple[bytes, ...]
    artists: tuple[str, ...]


def next_waiting(connection: Connection, now: int) -> Waiting | None:
    row = connection.execute(_DUE, {"now": now}).one_or_none()
    if row is None:
        row = connection.execute(_NEVER_DUE, {"now": now + _LATEST_MS}).one_or_none()
    if row is None:
        return None
    found = connection.execute(_FILES, {"id": row.id}).all()
    asked = {"id": row.id, "library": row.library_id}
    theirs = tuple(connection.execute(_ARTISTS, asked).scalars())
    return Waiting(
        row.id, row.cover_due, row.cover_id, row.cover_error, row.library_id, row.path,
        tuple(path for path, _ in found), tuple(path for path, pictured in found if pictured),
        theirs if len(theirs) == 1 else (),
    )  # fmt: skip


def postpone(connection: Connection, album: Waiting, until: int) -> None:
    """Come back to an album whose library is away."""
    connection.execute(_LATER, {"album": album.album_id, "later": until})


def postpone_all(connection: Connection, album: Waiting, until: int) -> None:
    """Come back to every album of a library that is away."""
    connection.execute(_ALL_LATER, {"library_of": album.library_id, "later": until})


def known_folders(
    connection: Connection, library_id: str, after: bytes | None, limit: int
) -> list[tuple[bytes, int]]:
    """Folders with covers and their signatures, in byte order, behind `after`."""
    rows: list[tuple[bytes, int]] = []
    if after is None:  # the root itself is the empty name, which nothing comes before
        found = connection.execute(_ROOT_FOLDER, {"library": library_id}).all()
        rows = [(row.folder, row.signature) for row in found]
    values = {"library": library_id, "after": after or b"", "limit": limit}
    return rows + [(row.folder, row.signature) for row in connection.execute(_FOLDERS, values)]


def record_folders(
    connection: Connection, library_id: str, found: Sequence[tuple[bytes, int | None]]
) -> None:
    """What covers lie in these folders now; None: none any more."""
    folders = [folder for folder, _ in found]
    connection.execute(_FORGET_FOLDERS, {"library": library_id, "folders": folders})
    rows = [
        {"library_id": library_id, "folder": folder, "signature": signature}
        for folder, signature in found
        if signature is not None
    ]
    if rows:
        connection.execute(insert(folder_pictures), rows)


def forget_folders(connection: Connection, library_id: str) -> None:
    connection.execute(delete(folder_pictures).where(folder_pictures.c.library_id == library_id))


def is_known(connection: Connection, cover_id: str) -> bool:
    """Whether a cover is kept, and will be tomorrow."""
    return bool(connection.execute(_KNOWN, {"id": cover_id}).scalar_one())


def expect_cover(connection: Connection, cover_id: str, sizes: Sequence[int], now: int) -> None:
    """A cover whose pictures are being stored: nothing shows it yet."""
    if not is_known(connection, cover_id):
        connection.execute(_FORGET_COVER, {"cover": cover_id})
        values = {"id": cover_id, "sizes": to_json(sizes), "colour": "", "unused_since": now}
        connection.execute(insert(covers), values)


def add_cover(connection: Connection, cover_id: str, sizes: Sequence[int], colour: str) -> None:
    if not is_known(connection, cover_id):
        connection.execute(_FORGET_COVER, {"cover": cover_id})
        values = {"id": cover_id, "sizes": to_json(sizes), "colour": colour}
        connection.execute(insert(covers), values)


def next_colourless(connection: Connection) -> str | None:
    """A cover from before there were colours."""
    return connection.execute(_COLOURLESS).scalar_one_or_none()


def set_colour(connection: Connection, cover_id: str, colour: str) -> None:
    connection.execute(_COLOUR, {"cover": cover_id, "new_colour": colour})
    revise(connection)


def take_found(connection: Connection, kind: EntryKind, id_: str, cover: str, now: int) -> bool:
    """Remember a picture from elsewhere; False if there is no such album or artist."""
    entry = resolve_one(connection, id_)
    done = connection.execute(_FOUND[kind], {"entry": entry, "cover": cover}).rowcount > 0
    if done and entry is not None:
        announce(connection, entries_changed([entry], now), now)
    return done


def settle(
    connection: Connection,
    album: Waiting,
    cover: str | None,
    portrait: str | None,
    now: int,
    *,
    error: str | None = None,
) -> None:
    """Record what an album's cover is, and a picture of its artist if there was one.

    Args:
        error: why there is no cover although there is a picture.
    """
    changed: list[str] = []
    if (cover, error) != (album.cover_id, album.cover_error):
        values = {"album": album.album_id, "cover": cover, "error": error}
        connection.execute(_SET, values)
        changed.append(album.album_id)
    if portrait is not None and album.artists:
        of = {"ids": album.artists, "cover": portrait, "library": album.library_id}
        if connection.execute(_SET_ARTISTS, of).rowcount:
            changed.extend(album.artists)
    connection.execute(_DONE, {"album": album.album_id, "was_due": album.due})
    announce(connection, entries_changed(changed, now), now)
