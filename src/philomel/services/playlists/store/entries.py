"""The entries of a playlist: reading them, and every change of them.

What is here runs inside one transaction. A change raises the playlist's revision, keeps the
edit that undoes it, and announces it.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import (
    BindParameter,
    Connection,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from philomel.engines.sql import write_many
from philomel.services.playlists.contract import (
    BadPosition,
    BadSnapshot,
    Item,
    ItemKind,
    Playlist,
    PlaylistFull,
    Want,
)
from philomel.services.playlists.rules import edits
from philomel.services.playlists.rules.edits import Edit
from philomel.services.playlists.rules.order import GAP, places_between
from philomel.services.playlists.store import lists
from philomel.services.playlists.store.sql import resolve
from philomel.services.playlists.store.tables import EDIT, ENTRY, PLAYLIST, WANT, WANT_KEY

MAX_ENTRIES = 100_000

_IDS: BindParameter[Sequence[str]] = bindparam("ids", expanding=True)
_OF = ENTRY.c.playlist_id == bindparam("playlist")
_ORDER = (ENTRY.c.place, ENTRY.c.id)
_PAGE = (
    select(
        ENTRY.c.id, ENTRY.c.track_id, ENTRY.c.added_at, ENTRY.c.added_by, ENTRY.c.place,
        ENTRY.c.duration_ms,
    )
    .where(_OF)
    .order_by(*_ORDER)
    .limit(bindparam("limit"))
    .offset(bindparam("offset"))
)  # fmt: skip
# One row for all: a row each, of ten thousand, takes many times as long.
_TRACK_IDS = select(func.aggregate_strings(_PAGE.subquery().c.track_id, ","))
_WANTS = select(WANT.c.id, WANT.c.want).where(WANT.c.id.in_(_IDS))
_ALL_IDS = select(ENTRY.c.id).where(_OF).order_by(*_ORDER)
_NUMBERED = (
    select(
        ENTRY.c.id, ENTRY.c.track_id, ENTRY.c.duration_ms,
        (func.row_number().over(order_by=_ORDER) - 1).label("position"),
    )
    .where(_OF)
    .subquery()
)  # fmt: skip
_OF_TRACKS = select(_NUMBERED).where(_NUMBERED.c.track_id.in_(_IDS)).order_by("position")
_OF_IDS = select(_NUMBERED).where(_NUMBERED.c.id.in_(_IDS)).order_by("position")
_LAST = select(func.max(ENTRY.c.place)).where(_OF)
_DROP = delete(ENTRY).where(_OF, ENTRY.c.id.in_(_IDS))
_DROP_ALL = delete(ENTRY).where(_OF)
_DROP_WANTS = delete(WANT).where(WANT.c.id.in_(_IDS))
_DROP_KEYS = delete(WANT_KEY).where(WANT_KEY.c.want_id.in_(_IDS))
_PLACE = update(ENTRY).where(ENTRY.c.id == bindparam("entry")).values(place=bindparam("becomes"))
_REVISION = select(PLAYLIST.c.revision, PLAYLIST.c.track_count).where(
    PLAYLIST.c.id == bindparam("playlist")
)
_CHANGED = update(PLAYLIST).where(PLAYLIST.c.id == bindparam("of")).values(
    revision=bindparam("becomes"), changed_at=bindparam("at"),
    track_count=PLAYLIST.c.track_count + bindparam("more"),
    duration_ms=PLAYLIST.c.duration_ms + bindparam("longer"),
)  # fmt: skip
_SINCE = (
    select(EDIT.c.edit, EDIT.c.revision)
    .where(EDIT.c.playlist_id == bindparam("playlist"), EDIT.c.revision > bindparam("since"))
    .order_by(EDIT.c.revision.desc())
)
_FORGET_EDITS = delete(EDIT).where(
    EDIT.c.playlist_id == bindparam("playlist"), EDIT.c.revision <= bindparam("until")
)


class NewEntry(Struct, frozen=True):
    """Attributes:
    id: its own, and of its want if it waits for a track.
    duration_ms: of the track, or as far as known.
    """

    id: str
    track_id: str | None
    duration_ms: int
    added_at: int
    added_by: str


class Numbered(Struct, frozen=True):
    """An entry and where it stands."""

    position: int
    id: str
    track_id: str | None
    duration_ms: int


def page(connection: Connection, playlist_id: str, limit: int, offset: int) -> list[Item]:
    asked = {"playlist": playlist_id, "limit": limit, "offset": offset}
    rows = connection.execute(_PAGE, asked).all()
    waiting = [row.id for row in rows if row.track_id is None]
    wants: dict[str, Want] = {}
    if waiting:
        found = connection.execute(_WANTS, {"ids": waiting})
        wants = {row.id: msgspec.json.decode(row.want, type=Want) for row in found}
    return [
        Item(row.id, row.track_id, row.added_at, row.added_by or "", wants.get(row.id))
        for row in rows
    ]


def track_ids(connection: Connection, playlist_id: str, limit: int, offset: int) -> tuple[str, ...]:
    """Of a page, without what waits for a track."""
    asked = {"playlist": playlist_id, "limit": limit, "offset": offset}
    found = connection.scalar(_TRACK_IDS, asked)
    return tuple(found.split(",")) if found else ()


def add(
    connection: Connection,
    playlist: Playlist,
    new: Sequence[NewEntry],
    position: int | None,
    at: int,
) -> str:
    """Add entries; the snapshot they make.

    Raises:
        BadPosition: there is no such place.
        PlaylistFull: they would be too many.
    """
    revision, count = _state(connection, playlist)
    start = count if position is None else position
    if not 0 <= start <= count:
        raise BadPosition("there is no such position to add at")
    if count + len(new) > MAX_ENTRIES:
        raise PlaylistFull(f"a playlist holds at most {MAX_ENTRIES} tracks")
    if not new:
        return playlist.snapshot_id
    places = _room(connection, playlist.id, start, count, len(new))
    _insert(connection, playlist.id, new, places)
    longer = sum(entry.duration_ms for entry in new)
    edit = edits.insertion(start, len(new))
    return _keep(connection, playlist, revision, edit, at, more=len(new), longer=longer)


def replace(connection: Connection, playlist: Playlist, new: Sequence[NewEntry], at: int) -> str:
    """All entries go, these come; the snapshot they make. Entries may keep their ids."""
    revision, count = _state(connection, playlist)
    rows = connection.execute(_PAGE, {"playlist": playlist.id, "limit": MAX_ENTRIES, "offset": 0})
    was = 0
    gone = []
    kept = {entry.id for entry in new}
    for row in rows:
        was += row.duration_ms
        if row.track_id is None and row.id not in kept:
            gone.append(row.id)
    _drop_wants(connection, gone)
    connection.execute(_DROP_ALL, {"playlist": playlist.id})
    places = places_between(None, None, len(new)) or []
    _insert(connection, playlist.id, new, places)
    longer = sum(entry.duration_ms for entry in new) - was
    edit = Edit(lost=True)
    return _keep(connection, playlist, revision, edit, at, more=len(new) - count, longer=longer)


def remove(connection: Connection, playlist: Playlist, gone: Sequence[Numbered], at: int) -> str:
    """Take entries out; the snapshot that leaves."""
    if not gone:
        return playlist.snapshot_id
    revision, _ = _state(connection, playlist)
    gone = sorted(gone, key=lambda entry: entry.position)
    ids = [entry.id for entry in gone]
    for start in range(0, len(ids), 500):
        some = ids[start : start + 500]
        connection.execute(_DROP, {"playlist": playlist.id, "ids": some})
    _drop_wants(connection, [entry.id for entry in gone if entry.track_id is None])
    shorter = sum(entry.duration_ms for entry in gone)
    edit = edits.removal([(entry.position, entry.id) for entry in gone])
    return _keep(connection, playlist, revision, edit, at, more=-len(gone), longer=-shorter)


def move(
    connection: Connection, playlist: Playlist, start: int, insert_before: int, length: int, at: int
) -> str:
    """Move a run of the present list; the snapshot that makes.

    Raises:
        BadPosition: there is no such run, or no such place.
    """
    revision, count = _state(connection, playlist)
    edits.check_range(start, insert_before, length, count)
    if start <= insert_before <= start + length:
        return playlist.snapshot_id
    moving = window(connection, playlist.id, start, length)
    places = _room(connection, playlist.id, insert_before, count, length)
    _place(connection, [entry.id for entry in moving], places)
    edit = edits.run_moved(start, length, insert_before)
    return _keep(connection, playlist, revision, edit, at)


def move_entries(
    connection: Connection, playlist: Playlist, ids: Sequence[str], anchor: str | None, at: int
) -> str:
    """Move entries, in this order, before another, or to the end."""
    if not ids:
        return playlist.snapshot_id
    revision, count = _state(connection, playlist)
    present = all_ids(connection, playlist.id)
    positions = {id_: number for number, id_ in enumerate(present)}
    before = count if anchor is None else positions[anchor]
    places = _room(connection, playlist.id, before, count, len(ids))
    _place(connection, ids, places)
    gone = sorted((positions[id_], id_) for id_ in ids)
    lands = before - sum(position < before for position, _ in gone)
    edit = edits.scattered_moved(gone, lands)
    return _keep(connection, playlist, revision, edit, at)


def window(connection: Connection, playlist_id: str, start: int, length: int) -> list[Numbered]:
    """The entries at these positions."""
    asked = {"playlist": playlist_id, "limit": length, "offset": start}
    return [
        Numbered(start + number, row.id, row.track_id, row.duration_ms)
        for number, row in enumerate(connection.execute(_PAGE, asked))
    ]


def of_tracks(connection: Connection, playlist_id: str, ids: Sequence[str]) -> list[Numbered]:
    """The entries of these tracks, whatever ids they go by now."""
    every = {*ids, *resolve(connection, ItemKind.TRACK, ids).values()}
    return _numbered(connection, _OF_TRACKS, playlist_id, every)


def of_ids(connection: Connection, playlist_id: str, ids: Iterable[str]) -> list[Numbered]:
    return _numbered(connection, _OF_IDS, playlist_id, set(ids))


def at_positions(
    connection: Connection, playlist_id: str, positions: Iterable[int]
) -> dict[int, Numbered]:
    """The entries at these positions of the present list; what is not there is left out."""
    found: dict[int, Numbered] = {}
    runs = groupby(enumerate(sorted(set(positions))), key=lambda pair: pair[1] - pair[0])
    for _, run in runs:
        wanted = [position for _, position in run]
        for entry in window(connection, playlist_id, wanted[0], len(wanted)):
            found[entry.position] = entry
    return found


def as_at(connection: Connection, playlist: Playlist, revision: int) -> list[str]:
    """Ids of the entries as they were at an old snapshot.

    Raises:
        BadSnapshot: that is not known any more.
    """
    present, _ = _state(connection, playlist)
    asked = {"playlist": playlist.id, "since": revision}
    rows = connection.execute(_SINCE, asked).all()
    if len(rows) != present - revision:
        raise BadSnapshot("the playlist changed too often since that snapshot")
    ids = connection.execute(_ALL_IDS, {"playlist": playlist.id}).scalars()
    return edits.as_before(ids, (msgspec.json.decode(row.edit, type=Edit) for row in rows))


def all_ids(connection: Connection, playlist_id: str) -> list[str]:
    return list(connection.execute(_ALL_IDS, {"playlist": playlist_id}).scalars())


def dated(connection: Connection, playlist_id: str) -> list[NewEntry]:
    """All entries, to be kept where they come again."""
    asked = {"playlist": playlist_id, "limit": MAX_ENTRIES, "offset": 0}
    return [
        NewEntry(row.id, row.track_id, row.duration_ms, row.added_at, row.added_by or "")
        for row in connection.execute(_PAGE, asked)
    ]


def revision_now(connection: Connection, playlist: Playlist) -> int:
    return _state(connection, playlist)[0]


def _state(connection: Connection, playlist: Playlist) -> tuple[int, int]:
    row = connection.execute(_REVISION, {"playlist": playlist.id}).one()
    return row.revision, row.track_count


def _numbered(
    connection: Connection, query: Any, playlist_id: str, ids: Iterable[str]
) -> list[Numbered]:
    asked = sorted(ids)
    found = []
    for start in range(0, len(asked), 500):
        values = {"playlist": playlist_id, "ids": asked[start : start + 500]}
        found += [
            Numbered(row.position, row.id, row.track_id, row.duration_ms)
            for row in connection.execute(query, values)
        ]
    return found


def _room(
    connection: Connection, playlist_id: str, before: int, count: int, needed: int
) -> list[int]:
    """Places for `needed` entries in front of position `before`."""
    if before == count:
        last = connection.scalar(_LAST, {"playlist": playlist_id})
        return places_between(last, None, needed) or []
    first = max(0, before - 1)
    asked = {"playlist": playlist_id, "offset": first, "limit": before - first + 1}
    rows = connection.execute(_PAGE, asked).all()
    left = rows[0].place if before else None
    places = places_between(left, rows[-1].place, needed)
    if places is None:
        # Seldom: this place was halved too often. Everything moves apart.
        ids = all_ids(connection, playlist_id)
        _place(connection, ids, [GAP * number for number in range(1, len(ids) + 1)])
        return _room(connection, playlist_id, before, count, needed)
    return places


def _place(connection: Connection, ids: Sequence[str], places: Sequence[int]) -> None:
    rows = [{"entry": id_, "becomes": place} for id_, place in zip(ids, places, strict=True)]
    write_many(connection, _PLACE, rows)


def _insert(
    connection: Connection, playlist_id: str, new: Sequence[NewEntry], places: Sequence[int]
) -> None:
    rows: list[Mapping[str, Any]] = [
        {
            "id": entry.id, "playlist_id": playlist_id, "place": place,
            "track_id": entry.track_id, "duration_ms": entry.duration_ms,
            "added_at": entry.added_at, "added_by": entry.added_by or None,
        }
        for entry, place in zip(new, places, strict=True)
    ]  # fmt: skip
    if rows:
        write_many(connection, ENTRY, rows)


def _drop_wants(connection: Connection, ids: Sequence[str]) -> None:
    for start in range(0, len(ids), 500):
        some = {"ids": list(ids[start : start + 500])}
        connection.execute(_DROP_KEYS, some)
        connection.execute(_DROP_WANTS, some)


def _keep(
    connection: Connection,
    playlist: Playlist,
    revision: int,
    edit: Edit,
    at: int,
    *,
    more: int = 0,
    longer: int = 0,
) -> str:
    becomes = revision + 1
    values = {"of": playlist.id, "becomes": becomes, "at": at, "more": more, "longer": longer}
    connection.execute(_CHANGED, values)
    row = {
        "playlist_id": playlist.id, "revision": becomes, "edit": msgspec.json.encode(edit).decode(),
    }  # fmt: skip
    connection.execute(insert(EDIT), row)
    old = {"playlist": playlist.id, "until": becomes - edits.REMEMBERED}
    connection.execute(_FORGET_EDITS, old)
    lists.tell(connection, playlist.owner_id, playlist.id, at)
    return edits.snapshot_id(playlist.id, becomes)
