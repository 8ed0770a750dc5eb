"""A missing track turns out to be a present one: its id stays, and takes over what is there."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import BindParameter, Connection, RowMapping, bindparam, delete, select, update

from philomel.services.catalog.contract import EntryKind, EntryMerged
from philomel.services.catalog.rules.matching import replaced
from philomel.services.catalog.store.announcing import announce, entries_changed
from philomel.services.catalog.store.browsing.tables import chapters, lyrics
from philomel.services.catalog.store.merging.emptied import merge_emptied
from philomel.services.catalog.store.merging.records import Pair, apart, merge_ids, record
from philomel.services.catalog.store.refreshing import refresh
from philomel.services.catalog.store.tables import (
    PRESENT,
    files,
    track_credits,
    track_genres,
    tracks,
)

Row = dict[str, Any]
KEPT = frozenset(("id", "added_at", "shuffle"))
"""What a track keeps when it takes over what the tags of another file say."""
OF_TRACK = (track_credits, track_genres, lyrics, chapters)
"""Tables whose rows belong to a track by `track_id`."""

_TAKEN = [c.name for c in tracks.c if c.name not in KEPT and c.computed is None]
_IDS: BindParameter[Sequence[str]] = bindparam("ids", expanding=True)
_TRACKS = select(tracks).where(tracks.c.id.in_(_IDS))
_KNOWN = select(tracks.c.id).where(tracks.c.id.in_(_IDS))
_FILES = select(files).where(files.c.id.in_(_IDS))
_LYRICS = select(lyrics).where(lyrics.c.track_id.in_(_IDS))
_DROP = [delete(table).where(table.c.track_id.in_(_IDS)) for table in OF_TRACK]
_GIVE = [
    update(table).where(table.c.track_id == bindparam("was")).values(track_id=bindparam("becomes"))
    for table in (*OF_TRACK, files)
]
_DROP_TRACKS = delete(tracks).where(tracks.c.id.in_(_IDS))
_DROP_FILES = delete(files).where(files.c.id.in_(_IDS))
_TAKE = (
    update(tracks)
    .where(tracks.c.id == bindparam("track"))
    .values({name: bindparam(name) for name in _TAKEN})
)


class _Found(Struct, frozen=True):
    """A pair with its rows: `old` is present, `new` is missing and keeps its id."""

    pair: Pair
    heir: Row
    lost: Row
    lost_file: Row


def merge_tracks(
    connection: Connection, pairs: Sequence[Pair], now: int, *, ordered: bool = False
) -> list[str]:
    """Make `old`, which has a file, an alias of `new`, which is missing.

    Pairs that do not hold any more are left out: a file came back, an id was merged already,
    or an administrator said that these are two. Of one id only the first pair is taken.

    Args:
        ordered: an administrator asks for it: then both may be missing, and it counts
            no more that they were parted once.

    Returns:
        Ids of the records of the merges.
    """
    found = _holding(connection, pairs, ordered=ordered)
    if not found:
        return []
    texts: dict[str, list[Row]] = defaultdict(list)
    for row in connection.execute(_LYRICS, {"ids": [each.lost["id"] for each in found]}).mappings():
        texts[row["track_id"]].append(dict(row))
    made: list[str] = []
    causes: dict[tuple[str, str], str] = {}
    album_moves: list[tuple[str, str]] = []
    artist_moves: list[tuple[str, str]] = []
    people: set[str] = set()
    for each in found:
        heir, lost = each.heir, each.lost
        before = {
            "heir": [heir],
            "lost": [lost],
            "lost_file": [each.lost_file],
            "lyrics": texts[lost["id"]],
        }
        names = heir["title"], lost["title"]
        merge = record(connection, EntryKind.TRACK, each.pair, names, before, now)
        made.append(merge)
        was, becomes = (msgspec.json.decode(row["credits"]) for row in (lost, heir))
        moves = replaced(was, becomes)
        people.update(credit[1] for credit in (*was, *becomes))
        artist_moves.extend(moves)
        if lost["album_id"] != heir["album_id"]:
            album_moves.append((lost["album_id"], heir["album_id"]))
        for move in (*moves, *album_moves[-1:]):
            causes.setdefault(move, merge)
    _write(connection, found)
    shelves = {row["album_id"] for each in found for row in (each.heir, each.lost)}
    refreshed = refresh(connection, shelves, people, now)
    merged: list[Struct] = [
        EntryMerged(kind=EntryKind.TRACK, old=each.pair.old, new=each.pair.new, at=now)
        for each in found
    ]
    emptied = merge_emptied(connection, album_moves, artist_moves, refreshed, now, causes)
    ids = [id_ for each in found for id_ in (each.pair.old, each.pair.new)]
    changed = entries_changed([*ids, *refreshed.changed], now)
    announce(connection, [*merged, *emptied, *changed], now)
    return made


def tracks_known(connection: Connection, ids: Sequence[str]) -> set[str]:
    """Those of `ids` that are tracks, not aliases."""
    return set(connection.scalars(_KNOWN, {"ids": list(ids)}))


def _holding(connection: Connection, pairs: Sequence[Pair], *, ordered: bool) -> list[_Found]:
    ids = list({id_ for pair in pairs for id_ in (pair.old, pair.new)})
    if not ids:
        return []
    known = _by_id(connection.execute(_TRACKS, {"ids": ids}).mappings())
    file_ids = [row["file_id"] for row in known.values()]
    kept = _by_id(connection.execute(_FILES, {"ids": file_ids}).mappings())
    parted = set() if ordered else apart(connection, ids)
    found: list[_Found] = []
    taken: set[str] = set()
    for pair in pairs:
        heir, lost = known.get(pair.old), known.get(pair.new)
        if heir is None or lost is None or pair.old == pair.new or taken & {pair.old, pair.new}:
            continue
        here, there = (kept.get(row["file_id"], {}).get("state") for row in (heir, lost))
        if there is None or there == PRESENT or (here != PRESENT and not ordered):
            continue
        if frozenset((pair.old, pair.new)) in parted:
            continue
        taken |= {pair.old, pair.new}
        found.append(_Found(pair, heir, lost, kept[lost["file_id"]]))
    return found


def _write(connection: Connection, found: Sequence[_Found]) -> None:
    lost_ids = {"ids": [each.lost["id"] for each in found]}
    for statement in _DROP:
        connection.execute(statement, lost_ids)
    renamed = [{"was": each.heir["id"], "becomes": each.lost["id"]} for each in found]
    connection.execute(_DROP_FILES, {"ids": [each.lost["file_id"] for each in found]})
    for give in _GIVE:
        connection.execute(give, renamed)
    connection.execute(_DROP_TRACKS, {"ids": [each.heir["id"] for each in found]})
    connection.execute(_TAKE, [_taken_over(each) for each in found])
    for each in found:
        merge_ids(connection, EntryKind.TRACK, each.heir["id"], each.lost["id"])


def _taken_over(each: _Found) -> Row:
    values = {name: each.heir[name] for name in _TAKEN}
    values["play_count"] = each.lost["play_count"] + each.heir["play_count"]
    values["last_played_at"] = max(each.lost["last_played_at"], each.heir["last_played_at"])
    return {**values, "track": each.lost["id"]}


def _by_id(rows: Iterable[RowMapping]) -> dict[str, Row]:
    return {row["id"]: dict(row) for row in rows}
