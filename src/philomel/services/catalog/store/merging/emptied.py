"""What a retag emptied lives on where its tracks went, and its id answers for that."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import BindParameter, Connection, bindparam, delete, select, update

from philomel.services.catalog.contract import EntryKind, EntryMerged, MergeReason
from philomel.services.catalog.rules.drafts import VARIOUS_ARTISTS_ID
from philomel.services.catalog.store.browsing.tables import album_labels
from philomel.services.catalog.store.merging.records import Pair, merge_ids, record
from philomel.services.catalog.store.refreshing import Refreshed
from philomel.services.catalog.store.tables import album_credits, album_genres, albums, artists

Moves = Sequence[tuple[str, str]]
"""Former and present album (or artist) of a track, once for each track."""

_IDS: BindParameter[Sequence[str]] = bindparam("ids", expanding=True)
_ALBUMS = select(albums).where(albums.c.id.in_(_IDS))
_ARTISTS = select(artists).where(artists.c.id.in_(_IDS))
_CREDITED = select(album_credits.c.artist_id).where(album_credits.c.album_id == bindparam("id"))
_DROP_ALBUM = (
    delete(album_credits).where(album_credits.c.album_id.in_(_IDS)),
    delete(album_genres).where(album_genres.c.album_id.in_(_IDS)),
    delete(album_labels).where(album_labels.c.album_id.in_(_IDS)),
    delete(albums).where(albums.c.id.in_(_IDS)),
)
_DROP_ARTISTS = delete(artists).where(artists.c.id.in_(_IDS), artists.c.mbid.is_distinct_from(
    VARIOUS_ARTISTS_ID
))  # fmt: skip


def merge_emptied(
    connection: Connection,
    album_moves: Moves,
    artist_moves: Moves,
    found: Refreshed,
    now: int,
    causes: Mapping[tuple[str, str], str] | None = None,
) -> list[Struct]:
    """Merge albums and artists that have nothing left into where their tracks went.

    Args:
        causes: the merge of tracks that a move followed from.

    Returns:
        What to announce.
    """
    events: list[Struct] = []
    for kind, moves, empty in (
        (EntryKind.ALBUM, album_moves, found.empty_albums),
        (EntryKind.ARTIST, artist_moves, found.empty_artists),
    ):
        for old, new in _successors(moves, empty):
            cause = (causes or {}).get((old, new))
            if _merge(connection, kind, old, new, now, cause):
                events.append(EntryMerged(kind=kind, old=old, new=new, at=now))
    return events


def drop_albums(connection: Connection, ids: list[str]) -> None:
    for statement in _DROP_ALBUM:
        connection.execute(statement, {"ids": ids})


def _merge(
    connection: Connection, kind: EntryKind, old: str, new: str, now: int, cause: str | None
) -> bool:
    of_kind = _ALBUMS if kind is EntryKind.ALBUM else _ARTISTS
    rows = {row["id"]: row for row in connection.execute(of_kind, {"ids": [old, new]}).mappings()}
    if len(rows) < 2:
        return False
    if kind is EntryKind.ARTIST and rows[old]["mbid"] == VARIOUS_ARTISTS_ID:
        return False  # whoever has no album artist is theirs: they are nobody else
    before: dict[str, list[Any]] = {kind.value: [dict(rows[old])]}
    if kind is EntryKind.ALBUM:
        before["credits"] = list(connection.scalars(_CREDITED, {"id": old}))
        if rows[old]["library_id"] == rows[new]["library_id"]:  # others may not see it
            _give_cover(connection, albums, rows[old], rows[new])
    else:
        _give_cover(connection, artists, rows[old], rows[new])
    evidence = (
        "the tags of all its tracks changed" if cause is None else "its last track went there"
    )
    pair = Pair(old, new, MergeReason.RETAG, evidence, cause=cause)
    record(connection, kind, pair, (rows[old]["name"], rows[new]["name"]), before, now)
    merge_ids(connection, kind, old, new)
    if kind is EntryKind.ALBUM:
        drop_albums(connection, [old])
    else:
        connection.execute(_DROP_ARTISTS, {"ids": [old]})
    return True


def _give_cover(connection: Connection, table: Any, old: Any, new: Any) -> None:
    if old["cover_id"] is None or new["cover_id"] is not None:
        return
    given = {"cover_id": old["cover_id"]}
    if table is artists:
        given["cover_library_id"] = old["cover_library_id"]
    connection.execute(update(table).where(table.c.id == new["id"]).values(given))


def _successors(moves: Moves, empty: set[str]) -> Iterable[tuple[str, str]]:
    """For each emptied id, the one that most of its tracks went to last."""
    times = Counter(moves)
    for old in sorted({old for old, _ in moves if old in empty}):
        heirs = [(count, new) for (of, new), count in times.items() if of == old]
        heirs = [(count, new) for count, new in heirs if new not in empty]
        if heirs:
            yield old, max(heirs)[1]
