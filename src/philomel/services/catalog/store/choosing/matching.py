"""Which tracks are meant: by id, by path, and by names that an index finds."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, select

from philomel.kernel.ids import is_id
from philomel.services.catalog.contract import Known, MatchedBy, TrackMatch
from philomel.services.catalog.rules.folding import sort_key
from philomel.services.catalog.rules.known import Candidate, best, path_endings
from philomel.services.catalog.store.loading import resolve
from philomel.services.catalog.store.tables import (
    ARTIST,
    albums,
    artists,
    files,
    libraries,
    lies_in,
    track_credits,
    tracks,
)

_SAME_NAME = 20_000
"""So many tracks of the names asked are looked at: those with files before missing ones."""
_BATCH = 400

_KEYS: BindParameter[Sequence[Any]] = bindparam("keys", expanding=True)
_SEEN: BindParameter[Sequence[str]] = bindparam("libraries", expanding=True)
_THERE = select(tracks.c.id).where(tracks.c.id.in_(_KEYS), lies_in(tracks.c.library_id, _SEEN))
_ROOTS = select(libraries.c.id, libraries.c.path).where(libraries.c.id.in_(_SEEN))
_AT_PATH = select(files.c.path, files.c.track_id).where(
    files.c.library_id.in_(_SEEN), files.c.path.in_(_KEYS), files.c.track_id.is_not(None)
)
_FACTS = select(
    tracks.c.id, tracks.c.title, tracks.c.sort_key, tracks.c.duration_ms, tracks.c.isrc,
    tracks.c.recording_id, tracks.c.track_number, tracks.c.disc_number, tracks.c.missing,
    albums.c.name.label("album"),
).join_from(tracks, albums, albums.c.id == tracks.c.album_id)  # fmt: skip
_NAMED = (
    _FACTS.where(tracks.c.library_id.in_(_SEEN), tracks.c.sort_key.in_(_KEYS))
    .order_by(tracks.c.missing, tracks.c.id)
    .limit(_SAME_NAME)
)
_OF_ISRC = _FACTS.where(tracks.c.isrc.in_(_KEYS), lies_in(tracks.c.library_id, _SEEN))
_OF_RECORDING = _FACTS.where(tracks.c.recording_id.in_(_KEYS), lies_in(tracks.c.library_id, _SEEN))
_ARTISTS = (
    select(track_credits.c.track_id, artists.c.name)
    .join_from(track_credits, artists, artists.c.id == track_credits.c.artist_id)
    .where(track_credits.c.track_id.in_(_KEYS), track_credits.c.role == ARTIST)
)


def match(connection: Connection, asked: Sequence[Known], seen: Sequence[str]) -> list[TrackMatch]:
    """What each is, among the tracks of the libraries that the caller may see."""
    if not seen:
        return [TrackMatch() for _ in asked]
    found: dict[int, TrackMatch] = {}
    _by_id(connection, asked, seen, found)
    _by_path(connection, asked, seen, found)
    candidates = _candidates(connection, asked, seen, found)
    for place, known in enumerate(asked):
        if place not in found:
            found[place] = best(known, candidates[place])
    return [found[place] for place in range(len(asked))]


def _by_id(
    connection: Connection,
    asked: Sequence[Known],
    seen: Sequence[str],
    found: dict[int, TrackMatch],
) -> None:
    ids = list({known.id for known in asked if is_id(known.id)})
    if not ids:
        return
    there = set(_of_keys(connection, _THERE, ids, seen))
    now = resolve(connection, ids, [row.id for row in there])
    there |= set(_of_keys(connection, _THERE, list(now.values()), seen))
    known_ids = {row.id for row in there}
    for place, known in enumerate(asked):
        id_ = now.get(known.id, known.id)
        if id_ in known_ids:
            found[place] = TrackMatch(id_, MatchedBy.ID)


def _by_path(
    connection: Connection,
    asked: Sequence[Known],
    seen: Sequence[str],
    found: dict[int, TrackMatch],
) -> None:
    roots = [row.path for row in connection.execute(_ROOTS, {"libraries": seen})]
    endings = {
        place: path_endings(known.path, roots)
        for place, known in enumerate(asked)
        if known.path and place not in found
    }
    every = list({ending for each in endings.values() for ending in each})
    tracks_at = {row.path: row.track_id for row in _of_keys(connection, _AT_PATH, every, seen)}
    for place, each in endings.items():
        track_id = next((tracks_at[ending] for ending in each if ending in tracks_at), None)
        if track_id is not None:
            found[place] = TrackMatch(track_id, MatchedBy.PATH)


def _candidates(
    connection: Connection,
    asked: Sequence[Known],
    seen: Sequence[str],
    found: dict[int, TrackMatch],
) -> dict[int, list[Candidate]]:
    open_ = {place: known for place, known in enumerate(asked) if place not in found}
    names = {place: sort_key(known.title) for place, known in open_.items() if known.title}
    rows = list(_of_keys(connection, _NAMED, list(set(names.values())), seen))
    rows += _of_keys(connection, _OF_ISRC, _values(known.isrc for known in open_.values()), seen)
    recordings = _values(known.recording_id for known in open_.values())
    rows += _of_keys(connection, _OF_RECORDING, recordings, seen)
    ids = list({row.id for row in rows})
    by = defaultdict(list)
    for row in _of_keys(connection, _ARTISTS, ids, None):
        by[row.track_id].append(row.name)
    known_as: dict[tuple[str, str], dict[str, Candidate]] = defaultdict(dict)
    for row in rows:
        candidate = Candidate(
            id=row.id, title=row.title, artists=tuple(by[row.id]), album=row.album,
            duration_ms=row.duration_ms, isrc=row.isrc or "", recording_id=row.recording_id or "",
            track_number=row.track_number or 0, disc_number=row.disc_number or 0,
            missing=row.missing,
        )  # fmt: skip
        for key in (("name", row.sort_key), ("isrc", row.isrc), ("rec", row.recording_id)):
            if key[1]:
                known_as[key][row.id] = candidate
    return {
        place: list(
            {
                **known_as[("name", names.get(place, "\0"))],
                **known_as[("isrc", known.isrc or "\0")],
                **known_as[("rec", known.recording_id or "\0")],
            }.values()
        )
        for place, known in open_.items()
    }


def _values(texts: Iterable[str]) -> list[str]:
    return list({text for text in texts if text})


def _of_keys(
    connection: Connection, query: Any, keys: Sequence[Any], seen: Sequence[str] | None
) -> list[Any]:
    """Rows of a query by keys, among the visible libraries unless `seen` is None."""
    rows: list[Any] = []
    fixed = {} if seen is None else {"libraries": list(seen)}
    for start in range(0, len(keys), _BATCH):
        rows += connection.execute(query, {**fixed, "keys": list(keys[start : start + _BATCH])})
    return rows
