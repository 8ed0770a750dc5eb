"""What media measured: of files, and of albums as one."""

from collections.abc import Mapping, Sequence

from msgspec import Struct
from sqlalchemy import BindParameter, Connection, bindparam, delete, select, update

from philomel.engines.sql import insert_on
from philomel.services.catalog.store.announcing import revise
from philomel.services.catalog.store.tables import PRESENT, albums, files, tracks, unmeasured

_IDS: BindParameter[Sequence[str]] = bindparam("ids", expanding=True)
_HEARD = (
    update(files)
    .where(files.c.id == bindparam("file"))
    .values(heard=True, loudness=bindparam("new_loudness"), true_peak=bindparam("new_peak"))
)
_ALBUMS = (
    select(tracks.c.album_id)
    .distinct()
    .join_from(files, tracks, tracks.c.id == files.c.track_id)
    .where(files.c.id.in_(_IDS))
)
_WAITING = select(unmeasured.c.album_id, unmeasured.c.since).order_by(unmeasured.c.since).limit(1)
_FILES = (
    select(files.c.id)
    .join_from(tracks, files, files.c.id == tracks.c.file_id)
    .where(tracks.c.album_id == bindparam("album"), files.c.state == PRESENT)
    .order_by(files.c.id)
    .limit(bindparam("limit"))
)
_SET = (
    update(albums)
    .where(albums.c.id == bindparam("album"))
    .values(loudness=bindparam("new_loudness"), true_peak=bindparam("new_peak"))
)
_SETTLED = delete(unmeasured).where(
    unmeasured.c.album_id == bindparam("album"), unmeasured.c.since == bindparam("was_since")
)
_POSTPONE = (
    update(unmeasured)
    .where(unmeasured.c.album_id == bindparam("album"))
    .values(since=bindparam("later"))
)
_UNHEARD = select(files.c.id, files.c.heard, files.c.stream_hash, files.c.loudness).where(
    files.c.id.in_(_IDS)
)


class Measured(Struct, frozen=True):
    """LUFS and dBTP; None for what cannot be heard."""

    loudness: float | None
    true_peak: float | None


class Unmeasured(Struct, frozen=True):
    """An album that waits, with its files."""

    album_id: str
    since: int
    asset_ids: tuple[str, ...]


def record(connection: Connection, measured: Mapping[str, Measured], now: int) -> None:
    """Keep what was measured of files; their albums are to be measured anew."""
    rows = [
        {"file": file, "new_loudness": one.loudness, "new_peak": one.true_peak}
        for file, one in sorted(measured.items())
    ]
    connection.execute(_HEARD, rows)
    revise(connection)
    waiting = connection.execute(_ALBUMS, {"ids": list(measured)}).scalars().all()
    if waiting:
        statement = insert_on(connection.dialect.name, unmeasured)
        statement = statement.on_conflict_do_update(
            index_elements=[unmeasured.c.album_id], set_={"since": statement.excluded.since}
        )
        connection.execute(statement, [{"album_id": id_, "since": now} for id_ in sorted(waiting)])


def next_unmeasured(connection: Connection, limit: int) -> Unmeasured | None:
    """The album that waits longest, with `limit` of its present files at most."""
    row = connection.execute(_WAITING).one_or_none()
    if row is None:
        return None
    found = connection.execute(_FILES, {"album": row.album_id, "limit": limit}).scalars()
    return Unmeasured(row.album_id, row.since, tuple(found))


def settle(connection: Connection, album: Unmeasured, measured: Measured) -> None:
    values = {"new_loudness": measured.loudness, "new_peak": measured.true_peak}
    connection.execute(_SET, {"album": album.album_id, **values})
    revise(connection)
    connection.execute(_SETTLED, {"album": album.album_id, "was_since": album.since})


def postpone(connection: Connection, album: Unmeasured, later: int) -> None:
    """Let others go first."""
    connection.execute(_POSTPONE, {"album": album.album_id, "later": later})


def unheard(connection: Connection, ids: Sequence[str]) -> tuple[set[str], set[str]]:
    """Of some assets, those that are no file here, and those whose news is missing.

    A file that changed lost its hash; silence never has one.
    """
    rows = connection.execute(_UNHEARD, {"ids": ids}).all()
    deaf = {
        row.id
        for row in rows
        if not row.heard or (row.stream_hash is None and row.loudness is not None)
    }
    return set(ids) - {row.id for row in rows}, deaf
