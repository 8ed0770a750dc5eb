"""Looks for the present tracks that missing ones may live on in."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, false, select, true, tuple_, update

from philomel.services.catalog.rules.succession import Side, choose
from philomel.services.catalog.store.by_bytes import ByBytes
from philomel.services.catalog.store.merging.records import Pair, apart
from philomel.services.catalog.store.tables import (
    BROKEN,
    MISSING,
    PRESENT,
    albums,
    files,
    libraries,
    tracks,
)

PAGE = 300
NEAREST = 50
"""Tracks that are shorter, and as many that are longer, among all that share a key."""
_SOUGHT = 20

_IDS: BindParameter[Sequence[str]] = bindparam("ids", expanding=True)
_SIDES = (
    select(
        tracks.c.id, files.c.id, tracks.c.library_id, tracks.c.album_id, files.c.path,
        tracks.c.title, tracks.c.match_key, tracks.c.disc_number, tracks.c.track_number,
        albums.c.year, files.c.duration_ms, tracks.c.recording_id, tracks.c.release_track_id,
        files.c.stream_hash, tracks.c.added_at, files.c.lost_at, tracks.c.sort_key,
        files.c.inode, files.c.size, files.c.modified_ns,
    )
    # Said both ways: each has an index for whoever begins with the other.
    .join_from(tracks, files, (files.c.id == tracks.c.file_id) & (files.c.track_id == tracks.c.id))
    .join(albums, albums.c.id == tracks.c.album_id)
)  # fmt: skip
_LOST = (
    _SIDES.where(
        tracks.c.missing == true(),
        files.c.state == MISSING,
        tuple_(tracks.c.match_key, tracks.c.id) > tuple_(bindparam("key"), bindparam("after")),
        tracks.c.match_key >= bindparam("key"),
    )
    .order_by(tracks.c.match_key, tracks.c.id)
    .limit(PAGE)
)
_PRESENT = _SIDES.where(tracks.c.missing == false(), files.c.state == PRESENT)
_ON_ALBUMS = _PRESENT.where(tracks.c.album_id.in_(_IDS))
_NAMED = _PRESENT.where(
    tracks.c.library_id.in_(select(libraries.c.id)),  # the index of names begins with it
    tracks.c.sort_key.in_(_IDS),
    tracks.c.match_key.in_(bindparam("keys", expanding=True)),
)
_STAMPED = ByBytes(_PRESENT)
_TWINS = 10_000
"""More files with the same time and size as those of one page are not looked at."""

_HEARD = _PRESENT.where(files.c.stream_hash.in_(_IDS))
_HEARD_LOST = _SIDES.where(
    files.c.stream_hash.in_(_IDS), files.c.state == MISSING, tracks.c.missing == true()
).order_by(tracks.c.added_at, tracks.c.id)
_OF_FILES = _SIDES.where(files.c.id.in_(_IDS))
_DUE = (
    select(files.c.id)
    .where(files.c.seek_due.is_not(None))
    .order_by(files.c.seek_due)
    .limit(_SOUGHT)
)
_DONE = update(files).where(files.c.id.in_(_IDS)).values(seek_due=None)
_SEEK = update(files).where(files.c.id.in_(_IDS)).values(seek_due=bindparam("now"))

_OF_REMOVED = (
    select(files.c.id)
    .where(
        files.c.state.in_((PRESENT, BROKEN)),
        files.c.library_id.in_(
            select(libraries.c.id).where(
                libraries.c.hidden == true(), libraries.c.sampler == false()
            )
        ),
    )
    .limit(PAGE)
)

Place = tuple[str, str]
"""Match key and id of a missing track: where a page ends."""


def heirs_by_tags(connection: Connection, after: Place) -> tuple[list[Pair], Place | None]:
    """The next missing tracks that live on in present ones, and where to go on."""
    rows = connection.execute(_LOST, {"key": after[0], "after": after[1]}).all()
    if not rows:
        return [], None
    by_album, by_key = _Pool(), _Pool()
    by_hash: dict[str, list[Side]] = defaultdict(list)
    lost = [side(row) for row in rows]
    for row in connection.execute(_ON_ALBUMS, {"ids": _unique(each.album_id for each in lost)}):
        by_album.add(row.album_id, side(row))
    named = {"ids": _unique(row.sort_key for row in rows), "keys": _unique(r[6] for r in rows)}
    for row in connection.execute(_NAMED, named):
        by_key.add(row.match_key, side(row))
    hashes = _unique(each.stream_hash for each in lost if each.stream_hash)
    for row in connection.execute(_HEARD, {"ids": hashes}) if hashes else ():
        by_hash[row.stream_hash].append(side(row))
    by_stamp: dict[tuple[int, int, int], list[Side]] = defaultdict(list)
    stamps = {each.stamp for each in lost if each.stamp}
    if stamps:
        wanted = [(modified_ns, size) for _, size, modified_ns in stamps]
        for each in map(side, _STAMPED.rows(connection, wanted, _TWINS)):
            if each.stamp in stamps:
                by_stamp[each.stamp].append(each)
    found = [
        (
            each,
            choose(
                each,
                [
                    *by_album.near(each.album_id, each),
                    *by_key.near(each.match_key, each),
                    *(by_hash[each.stream_hash] if each.stream_hash else ()),
                    *(by_stamp[each.stamp] if each.stamp else ()),
                ],
            ),
        )
        for each in lost
    ]
    pairs = [
        Pair(old=heir[0].track_id, new=each.track_id, reason=heir[1].reason, evidence=heir[1].text)
        for each, heir in found
        if heir is not None
    ]
    parted = apart(connection, (id_ for pair in pairs for id_ in (pair.old, pair.new)))
    pairs = [pair for pair in pairs if frozenset((pair.old, pair.new)) not in parted]
    last = lost[-1]
    return pairs, (last.match_key, last.track_id)


class _Pool:
    """Present tracks by what they share: of thousands, only the nearest by length are looked at.

    Those at the same place of their album are kept apart, so that a crowd cannot hide them.
    """

    def __init__(self) -> None:
        self._sides: dict[object, list[Side]] = defaultdict(list)
        self._sorted: set[object] = set()

    def add(self, key: str, of: Side) -> None:
        self._sides[key].append(of)
        if of.place is not None:
            self._sides[key, of.place].append(of)

    def near(self, key: str, lost: Side) -> Iterable[Side]:
        yield from self._nearest(key, lost)
        if lost.place is not None and len(self._sides[key]) > 2 * NEAREST:
            yield from self._nearest((key, lost.place), lost)

    def _nearest(self, key: object, lost: Side) -> Sequence[Side]:
        among = self._sides[key]
        if len(among) <= 2 * NEAREST:
            return among
        if key not in self._sorted:
            among.sort(key=_length)
            self._sorted.add(key)
        at = bisect_left(among, lost.duration_ms, key=_length)
        return among[max(0, at - NEAREST) : at + NEAREST]


def _length(of: Side) -> int:
    return of.duration_ms


def lost_by_streams(connection: Connection, hashes: Iterable[str]) -> Mapping[str, list[Side]]:
    """Missing tracks with these audio streams, those known for longest first."""
    found: dict[str, list[Side]] = defaultdict(list)
    wanted = _unique(hashes)
    for row in connection.execute(_HEARD_LOST, {"ids": wanted}) if wanted else ():
        found[row.stream_hash].append(side(row))
    return found


def sides(connection: Connection, file_ids: Iterable[str]) -> dict[str, Side]:
    """Tracks by their files."""
    wanted = _unique(file_ids)
    rows = connection.execute(_OF_FILES, {"ids": wanted}) if wanted else ()
    return {each.file_id: each for each in map(side, rows)}


def of_removed(connection: Connection) -> Sequence[str]:
    """Files that are not missing yet, of libraries that were removed."""
    return connection.execute(_OF_REMOVED).scalars().all()


def due(connection: Connection) -> Sequence[str]:
    """Files whose sound waits to be compared."""
    return connection.execute(_DUE).scalars().all()


def sought(connection: Connection, file_ids: Sequence[str]) -> None:
    """The sound of these files was compared."""
    connection.execute(_DONE, {"ids": list(file_ids)})


def seek(connection: Connection, file_ids: Sequence[str], now: int) -> None:
    """Compare the sound of these files."""
    connection.execute(_SEEK, {"ids": list(file_ids), "now": now})


def side(row: Sequence[Any]) -> Side:
    """From a row of `_SIDES`."""
    (track, file, library, album, path, title, key, disc, number, year, duration) = row[:11]
    (recording, release_track, stream, added, lost, _, inode, size, modified) = row[11:]
    return Side(
        track, file, library, album, path, title, key,
        None if number is None else (disc or 1, number), year, duration, recording,
        release_track, stream, added, lost, (inode, size, modified) if inode else None,
    )  # fmt: skip


def _unique(ids: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(ids))
