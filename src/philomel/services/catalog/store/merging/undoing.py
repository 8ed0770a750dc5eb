"""One of two becomes two again."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import BindParameter, Connection, Table, bindparam, insert, select, update

from philomel.kernel.ids import new_event_id
from philomel.services.catalog.contract import (
    EntryKind,
    EntryMerged,
    EntrySplit,
    MergeNotFound,
    MergeReason,
    NotMergeable,
    TrackNotFound,
)
from philomel.services.catalog.store.announcing import announce, entries_changed
from philomel.services.catalog.store.browsing.tables import lyrics
from philomel.services.catalog.store.loading import resolve, resolve_one
from philomel.services.catalog.store.merging import records
from philomel.services.catalog.store.merging.tracks import OF_TRACK
from philomel.services.catalog.store.planning.plan import away
from philomel.services.catalog.store.refreshing import refresh
from philomel.services.catalog.store.tables import (
    MISSING,
    PRESENT,
    album_credits,
    albums,
    artists,
    files,
    genres,
    libraries,
    track_credits,
    track_genres,
    tracks,
)

Row = dict[str, Any]

_IDS: BindParameter[Sequence[str]] = bindparam("ids", expanding=True)
_TRACK = select(tracks).where(tracks.c.id == bindparam("id"))
_FILE = select(files).where(files.c.id == bindparam("id"))
_AT_PATH = select(files.c.id).where(
    files.c.library_id == bindparam("library"), files.c.path == bindparam("path")
)
_LIBRARY = select(libraries.c.id).where(libraries.c.id == bindparam("id"))
_ALBUM_IDS = select(albums.c.id).where(albums.c.id.in_(_IDS))
_ARTIST_IDS = select(artists.c.id).where(artists.c.id.in_(_IDS))
_NAMESAKE = select(artists.c.id).where(
    artists.c.name_key == bindparam("key"), artists.c.mbid.is_not_distinct_from(bindparam("mbid"))
)
_SAME_ALBUM = select(albums.c.id).where(
    albums.c.library_id == bindparam("library"), albums.c.key == bindparam("key"),
    albums.c.folder == bindparam("folder"),
)  # fmt: skip
_GENRES = select(genres.c.id).where(genres.c.name.in_(_IDS))
_GIVE = [
    update(table).where(table.c.track_id == bindparam("was")).values(track_id=bindparam("becomes"))
    for table in (*OF_TRACK, files)
]


def undo(connection: Connection, merge_id: str, now: int) -> Row:
    """Take a merge back, with those that followed from it; the record as it is then.

    Raises: MergeNotFound, NotMergeable.
    """
    merge = records.find(connection, merge_id)
    if merge is None:
        raise MergeNotFound("there was no such merge")
    if merge["undone_at"] is not None:
        raise NotMergeable("this merge was undone already")
    later = records.later(connection, merge)
    if later is not None:
        raise NotMergeable(f"undo the merge {later} first: it rests on this one")
    for each in records.caused(connection, merge_id):
        undo(connection, each, now)
    records.set_undone(connection, merge_id, now)
    before = records.rows_before(merge)
    led = map(str, before.get(records.ALIASES, ()))
    also = tuple(dict.fromkeys([*records.leading_to(connection, merge["old"]), *led]))
    records.part_ids(connection, merge["old"], also)
    kind = EntryKind(merge["kind"])
    parted = EntrySplit(kind=kind, source=merge["new"], part=merge["old"], at=now, also=also)
    # Before what follows: it may say that the part is another entry now.
    announce(connection, [parted], now)
    if kind is EntryKind.TRACK:
        changed = _part_tracks(connection, merge["old"], merge["new"], before, now)
    elif kind is EntryKind.ALBUM:
        changed = _restore_album(connection, merge["old"], before, now)
    else:
        changed = _restore_artist(connection, merge["old"], before, now)
    announce(connection, entries_changed([merge["old"], merge["new"], *changed], now), now)
    return {**merge, "undone_at": now}


def split(connection: Connection, track_id: str, person: str | None, now: int) -> Row:
    """Give the present file of a track a new id; the track waits for its own file.

    Raises: TrackNotFound, NotMergeable.
    """
    source = resolve_one(connection, track_id)
    row = connection.execute(_TRACK, {"id": source}).mappings().one_or_none()
    if row is None:
        raise TrackNotFound("there is no such track")
    file = dict(connection.execute(_FILE, {"id": row["file_id"]}).mappings().one())
    if file["state"] != PRESENT:
        raise NotMergeable("this track has no present file to part from it")
    source = str(row["id"])
    made, own = new_event_id(now), new_event_id(now)
    # Nothing is known of the file that will come: no size, time or sound is like its own.
    gone = {**file, "id": own, "size": 0, "modified_ns": 0, "inode": 0, "stream_hash": None}
    before: dict[str, list[Any]] = {
        "heir": [{**row, "id": made}],
        "lost": [{**row, "file_id": own}],
        "lost_file": [gone],
        "lyrics": [],
    }
    title = row["title"]
    said = "an administrator parted them"
    pair = records.Pair(made, source, MergeReason.PERSON, said, person)
    id_ = records.record(
        connection, EntryKind.TRACK, pair, (title, title), before, now, undone=True
    )
    parted = EntrySplit(kind=EntryKind.TRACK, source=source, part=made, at=now)
    announce(connection, [parted], now)
    changed = _part_tracks(connection, made, source, before, now)
    announce(connection, entries_changed([made, source, *changed], now), now)
    kept = records.find(connection, id_)
    assert kept is not None
    return kept


def _part_tracks(
    connection: Connection,
    part: str,
    source: str,
    before: Mapping[str, Sequence[Row]],
    now: int,
) -> set[str]:
    """`part` takes the file and what its tags say; `source` is missing as it was."""
    current = connection.execute(_TRACK, {"id": source}).mappings().one_or_none()
    if current is None:
        raise NotMergeable("the track was purged since")
    heir, lost, lost_file = (dict(before[name][0]) for name in ("heir", "lost", "lost_file"))
    if connection.execute(_LIBRARY, {"id": lost["library_id"]}).one_or_none() is None:
        raise NotMergeable("the library of the missing file is gone")
    # One merged before plays had times knows none; what was counted since stays with `source`.
    kept = {name: heir[name] for name in ("id", "added_at", "shuffle", "play_count")}
    kept["last_played_at"] = heir.get("last_played_at", 0)
    renamed = {"was": source, "becomes": part}
    connection.execute(insert(tracks), _fitting(tracks, {**current, **kept, "id": part}, {}))
    for statement in _GIVE:
        connection.execute(statement, renamed)
    # Columns that came since the merge are as the other one has them.
    lost = _fitting(tracks, lost, dict(current))
    lost["play_count"] = max(lost["play_count"], current["play_count"] - heir["play_count"])
    lost["last_played_at"] = current["last_played_at"]
    lost["album_id"] = _album_now(connection, lost["album_id"], current["album_id"])
    credit = _credits_now(connection, lost["credits"])
    values = {**lost, "missing": True, "credits": msgspec.json.encode(credit).decode()}
    del values["id"]
    connection.execute(update(tracks).where(tracks.c.id == source).values(values))
    where = {"library": lost_file["library_id"], "path": lost_file["path"]}
    if connection.execute(_AT_PATH, where).one_or_none() is not None:
        lost_file["path"] = away(lost_file["path"], lost_file["id"])
    # It was there together with the other: only its own file brings it back.
    file = connection.execute(_FILE, {"id": current["file_id"]}).mappings().one()
    lost_file = _fitting(files, lost_file, dict(file))
    lost_file |= {"state": MISSING, "lost_at": now, "seek_due": None, "track_id": source}
    connection.execute(insert(files), lost_file)
    _link(connection, source, lost, credit, before.get("lyrics", ()))
    people = {each[1] for each in (*credit, *msgspec.json.decode(current["credits"]))}
    found = refresh(connection, {lost["album_id"], current["album_id"]}, people, now)
    return found.changed


def _fitting(table: Table, row: Row, others: Row) -> Row:
    """A row that was kept, with the columns that the table has by now; new ones begin empty."""
    known = {**others, **row}
    return {c.name: known[c.name] for c in table.columns if c.name in known and c.computed is None}


def _link(
    connection: Connection,
    track: str,
    lost: Row,
    credit: Sequence[Sequence[Any]],
    text: Sequence[Row],
) -> None:
    here = {"track_id": track, "library_id": lost["library_id"]}
    known_roles = dict.fromkeys((each[0], each[1]) for each in credit)
    rows = [{**here, "artist_id": artist, "role": role} for role, artist in known_roles]
    if rows:
        connection.execute(insert(track_credits), rows)
    names = msgspec.json.decode(lost["genres"])
    known = connection.scalars(_GENRES, {"ids": names}).all() if names else ()
    if known:
        connection.execute(insert(track_genres), [{**here, "genre_id": id_} for id_ in known])
    # What was kept before lyrics had sets has no place any more.
    sets = [{**row, "track_id": track} for row in text if "content" in row]
    if sets:
        connection.execute(insert(lyrics), sets)


def _album_now(connection: Connection, album_id: str, otherwise: str) -> str:
    known = resolve(connection, [album_id], ()).get(album_id, album_id)
    there = connection.execute(_ALBUM_IDS, {"ids": [known]}).one_or_none()
    return otherwise if there is None else known


def _credits_now(connection: Connection, text: str) -> list[list[Any]]:
    """Roles and artists, and instruments where there are some."""
    credit: list[list[Any]] = msgspec.json.decode(text, type=list[list[Any]])
    merged = resolve(connection, [each[1] for each in credit], ())
    now = [[each[0], merged.get(each[1], each[1]), *each[2:]] for each in credit]
    there = set(connection.scalars(_ARTIST_IDS, {"ids": [each[1] for each in now]}))
    return [each for each in now if each[1] in there]


def _restore_album(
    connection: Connection, old: str, before: Mapping[str, Sequence[Row]], now: int
) -> set[str]:
    """The album as it was, without tracks: those whose tags name it come back to it."""
    row = _fitting(albums, before[EntryKind.ALBUM.value][0], {})
    if connection.execute(_LIBRARY, {"id": row["library_id"]}).one_or_none() is None:
        raise NotMergeable("the library of this album is gone")
    same = {"library": row["library_id"], "key": row["key"], "folder": row["folder"]}
    there = connection.execute(_SAME_ALBUM, same).scalars().first()
    if there is not None:
        return _same_again(connection, EntryKind.ALBUM, old, there, now)
    connection.execute(insert(albums), {**row, "track_count": 0, "genres": "[]"})
    known = resolve(connection, before["credits"], ())  # type: ignore[arg-type] # ids here
    ids = [known.get(id_, id_) for id_ in map(str, before["credits"])]
    there_too = connection.scalars(_ARTIST_IDS, {"ids": ids}).all() if ids else ()
    if there_too:
        rows = [{"album_id": old, "artist_id": id_} for id_ in there_too]
        connection.execute(insert(album_credits), rows)
    return set()


def _restore_artist(
    connection: Connection, old: str, before: Mapping[str, Sequence[Row]], now: int
) -> set[str]:
    row = _fitting(artists, before[EntryKind.ARTIST.value][0], {})
    namesake = {"key": row["name_key"], "mbid": row["mbid"]}
    there = connection.execute(_NAMESAKE, namesake).scalars().first()
    if there is not None:
        return _same_again(connection, EntryKind.ARTIST, old, there, now)
    connection.execute(insert(artists), row)
    return set()


def _same_again(
    connection: Connection, kind: EntryKind, old: str, there: str, now: int
) -> set[str]:
    """The entry was made anew since, from its tags: the former id is that one."""
    records.merge_ids(connection, kind, old, there)
    merged: list[Struct] = [EntryMerged(kind=kind, old=old, new=there, at=now)]
    announce(connection, merged, now)
    return {there}
