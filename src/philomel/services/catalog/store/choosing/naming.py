"""Which albums and artists are meant, by their names and MusicBrainz ids."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, or_, select

from philomel.kernel.errors import InvalidArgument
from philomel.services.catalog.contract import EntryKind, EntryMatch, KnownEntry
from philomel.services.catalog.rules.folding import SORT_LENGTH, fold, sort_key
from philomel.services.catalog.rules.known import NamedCandidate, best_entry
from philomel.services.catalog.store.tables import (
    album_credits,
    albums,
    artist_libraries,
    artists,
    lies_in,
)

_BATCH = 200

_KEYS: BindParameter[Sequence[str]] = bindparam("keys", expanding=True)
_IDS: BindParameter[Sequence[str]] = bindparam("mbids", expanding=True)
_SEEN: BindParameter[Sequence[str]] = bindparam("libraries", expanding=True)
_ALBUM = select(albums.c.id, albums.c.name, albums.c.mbid).where(albums.c.track_count > 0)
_ALBUMS = _ALBUM.where(albums.c.library_id.in_(_SEEN), albums.c.sort_key.in_(_KEYS))
_ALBUMS_BY_ID = _ALBUM.where(lies_in(albums.c.library_id, _SEEN), albums.c.mbid.in_(_IDS))
_CREDITS = (
    select(album_credits.c.album_id, artists.c.name)
    .join_from(album_credits, artists, artists.c.id == album_credits.c.artist_id)
    .where(album_credits.c.album_id.in_(_KEYS))
)
_ARTISTS = (
    select(artists.c.id, artists.c.name, artists.c.mbid)
    .where(
        or_(artists.c.name_key.in_(_KEYS), artists.c.mbid.in_(_IDS)),
        artists.c.id.in_(
            select(artist_libraries.c.artist_id).where(
                artist_libraries.c.artist_id == artists.c.id,
                lies_in(artist_libraries.c.library_id, _SEEN),
            )
        ),
    )
    .distinct()
)


def match(
    connection: Connection, kind: EntryKind, asked: Sequence[KnownEntry], seen: Sequence[str]
) -> list[EntryMatch]:
    """What each is, among what the caller may see.

    Raises:
        InvalidArgument: tracks are matched by more than a name.
    """
    if kind is EntryKind.TRACK:
        raise InvalidArgument("albums and artists are matched by name, tracks are not")
    if not seen:
        return [EntryMatch() for _ in asked]
    find = _albums if kind is EntryKind.ALBUM else _artists
    found: list[EntryMatch] = []
    for start in range(0, len(asked), _BATCH):
        some = asked[start : start + _BATCH]
        every = find(connection, some, seen)
        by_name: dict[str, dict[str, NamedCandidate]] = defaultdict(dict)
        by_mbid: dict[str, dict[str, NamedCandidate]] = defaultdict(dict)
        for each in every:
            by_name[fold(each.name)][each.id] = each
            by_mbid[each.mbid or ""][each.id] = each
        for known in some:
            mbid = known.musicbrainz_id.casefold()
            may_be = by_name[fold(known.name)] | (by_mbid[mbid] if mbid else {})
            found.append(best_entry(known, list(may_be.values())))
    return found


def _albums(
    connection: Connection, asked: Sequence[KnownEntry], seen: Sequence[str]
) -> list[NamedCandidate]:
    keys = _values(sort_key(known.name) for known in asked)
    mbids = _values(known.musicbrainz_id.casefold() for known in asked)
    libraries = list(seen)
    found = list(connection.execute(_ALBUMS, {"keys": keys, "libraries": libraries}))
    if mbids:
        found += connection.execute(_ALBUMS_BY_ID, {"mbids": mbids, "libraries": libraries})
    rows = {row.id: row for row in found}.values()
    names: dict[str, list[str]] = defaultdict(list)
    ids = [row.id for row in rows]
    for start in range(0, len(ids), _BATCH):
        for credit in connection.execute(_CREDITS, {"keys": ids[start : start + _BATCH]}):
            names[credit.album_id].append(credit.name)
    return [NamedCandidate(row.id, row.name, row.mbid, tuple(names[row.id])) for row in rows]


def _artists(
    connection: Connection, asked: Sequence[KnownEntry], seen: Sequence[str]
) -> list[NamedCandidate]:
    values: dict[str, Any] = {
        "keys": _values(fold(known.name)[:SORT_LENGTH] for known in asked),
        "mbids": _values(known.musicbrainz_id.casefold() for known in asked),
        "libraries": list(seen),
    }
    rows = connection.execute(_ARTISTS, values)
    return [NamedCandidate(row.id, row.name, row.mbid) for row in rows]


def _values(texts: Iterable[str]) -> list[str]:
    return list({text for text in texts if text})
