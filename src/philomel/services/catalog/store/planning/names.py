"""Artists, albums and genres that a batch names: known ones are found, new ones planned."""

import secrets
from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import (
    BindParameter,
    Connection,
    bindparam,
    select,
)

from philomel.kernel.ids import new_event_id, new_id
from philomel.services.catalog.rules import matching
from philomel.services.catalog.rules.drafts import AlbumDraft, Draft, Name, year_of
from philomel.services.catalog.rules.folding import fold, sort_key, sort_name
from philomel.services.catalog.rules.people import ROLE_NUMBERS
from philomel.services.catalog.store.planning.plan import Intake, Plan, Row
from philomel.services.catalog.store.refreshing import artist_row, tags_json, to_json
from philomel.services.catalog.store.tables import (
    ALBUM_ARTIST,
    ARTIST,
    COMPOSER,
    albums,
    artists,
    genres,
)

Credited = tuple[int, str] | tuple[int, str, str]
"""A role's number, an artist's id, and an instrument if there is one."""

_IDS: BindParameter[Sequence[str]] = bindparam("ids", expanding=True)
_ARTISTS_BY_NAME = (
    select(artists.c.id, artists.c.name_key, artists.c.mbid)
    .where(artists.c.name_key.in_(_IDS))
    .order_by(artists.c.added_at, artists.c.id)
)
_ARTISTS_BY_MBID = select(artists.c.id, artists.c.name_key, artists.c.mbid).where(
    artists.c.mbid.in_(_IDS)
)
_ALBUMS = select(
    albums.c.id, albums.c.key, albums.c.folder, albums.c.year, albums.c.sort_key,
    albums.c.track_count, albums.c.name, albums.c.date, albums.c.original_date, albums.c.label,
    albums.c.barcode, albums.c.type, albums.c.edition, albums.c.release_group_id,
    albums.c.tags, albums.c.group_key,
).where(albums.c.library_id == bindparam("library"), albums.c.key.in_(_IDS)).order_by(
    albums.c.added_at, albums.c.id
)  # fmt: skip
_GENRE_IDS = select(genres.c.id, genres.c.key).where(genres.c.key.in_(_IDS))


class People:
    """Artists by MusicBrainz id or, without one, by name."""

    def __init__(
        self,
        connection: Connection,
        batch: Sequence[Intake],
        plan: Plan,
        articles: tuple[str, ...],
        now: int,
    ) -> None:
        self._plan = plan
        self._articles = articles
        self._now = now
        everyone = {name for intake in batch if intake.draft for name in _names(intake.draft)}
        self._keys = {name: fold(name.name)[:200] for name in everyone}
        self._by_mbid: dict[str, str] = {}
        self._by_name: dict[str, list[tuple[str, str | None]]] = defaultdict(list)
        known = connection.execute(_ARTISTS_BY_NAME, {"ids": list(set(self._keys.values()))})
        for id_, key, mbid in known:
            self._by_name[key].append((id_, mbid))
        mbids = [name.mbid for name in everyone if name.mbid]
        if mbids:
            for id_, _key, mbid in connection.execute(_ARTISTS_BY_MBID, {"ids": mbids}):
                self._by_mbid[mbid] = id_
        self._made: set[str] = set()
        self._ids: dict[Name, str] = {}
        # Those with an id first: then a name without one finds them, whatever the order.
        for name in sorted(everyone, key=lambda name: (name.mbid is None, name.name)):
            self._ids[name] = self._find(name)

    def id(self, name: Name) -> str:
        return self._ids[name]

    def sort_key(self, name: Name) -> str:
        return sort_key(name.sort or name.name, self._articles)

    def credits(self, draft: Draft) -> list[Credited]:
        credit: list[Credited] = [
            *((ARTIST, self._ids[name]) for name in draft.artists),
            *((ALBUM_ARTIST, self._ids[name]) for name in draft.album.artists),
            *((COMPOSER, self._ids[name]) for name in draft.composers),
        ]
        for other in draft.others:
            role, id_ = ROLE_NUMBERS[other.role], self._ids[other.name]
            credit.append((role, id_, other.instrument) if other.instrument else (role, id_))
        return credit

    def _find(self, name: Name) -> str:
        key = self._keys[name]
        namesakes = self._by_name[key]
        if name.mbid is None:
            if namesakes:
                return self._seen(
                    next((i for i, mbid in namesakes if mbid is None), namesakes[0][0])
                )
        elif name.mbid in self._by_mbid:
            return self._seen(self._by_mbid[name.mbid])
        else:
            for place, (id_, mbid) in enumerate(namesakes):
                if mbid is None:
                    namesakes[place] = (id_, name.mbid)
                    self._by_mbid[name.mbid] = id_
                    self._plan.artist_ids_found.append({"artist": id_, "found": name.mbid})
                    return self._seen(id_)
        made = new_id()
        self._made.add(made)
        shelf = name.sort or sort_name(name.name, self._articles)
        self._plan.new_artists.append(
            artist_row(made, name.name, name.mbid, shelf, self._articles, self._now)
        )
        namesakes.append((made, name.mbid))
        if name.mbid:
            self._by_mbid[name.mbid] = made
        return made

    def _seen(self, id_: str) -> str:
        if id_ not in self._made:
            self._plan.must_exist["artists"].add(id_)
        return id_


def _names(draft: Draft) -> Iterable[Name]:
    yield from draft.artists
    yield from draft.album.artists
    yield from draft.composers
    for other in draft.others:
        yield other.name


class Shelf:
    """Albums of one library."""

    def __init__(
        self,
        connection: Connection,
        batch: Sequence[Intake],
        plan: Plan,
        people: People,
        now: int,
    ) -> None:
        self._plan = plan
        self._people = people
        self._now = now
        drafts = [intake.draft.album for intake in batch if intake.draft]
        self._known: dict[str, list[Row]] = defaultdict(list)
        keys = list({draft.key for draft in drafts})
        found = connection.execute(_ALBUMS, {"library": plan.library_id, "ids": keys})
        for known in found.mappings():
            self._known[known["key"]].append(dict(known))
        self._found: dict[AlbumDraft, Row] = {}
        chosen: dict[str, list[AlbumDraft]] = defaultdict(list)
        for draft in drafts:
            row = self._found.get(draft) or self._choose(draft)
            self._found[draft] = row
            chosen[row["id"]].append(draft)
        for row in {row["id"]: row for row in self._found.values()}.values():
            if "track_count" in row:
                plan.must_exist["albums"].add(row["id"])
                self._update(row, chosen[row["id"]])

    def find(self, draft: AlbumDraft) -> Row:
        return self._found[draft]

    def _choose(self, draft: AlbumDraft) -> Row:
        known = self._known[draft.key]
        chosen = matching.choose_album(
            draft.folder,
            draft.year,
            [matching.KnownAlbum(a["id"], a["folder"], a["year"]) for a in known],
        )
        if chosen is not None:
            return next(row for row in known if row["id"] == chosen)
        by = list(dict.fromkeys(self._people.id(name) for name in draft.artists))
        row: Row = {
            "id": new_event_id(self._now),
            "library_id": self._plan.library_id,
            "key": draft.key,
            "folder": draft.folder,
            "name": draft.name,
            "sort_key": sort_key(draft.name),
            "artist_sort_key": self._people.sort_key(draft.artists[0]) if by else "",
            "credits": to_json(by),
            "artists_tagged": bool(by),
            "genres": "[]",
            "type": draft.type.value,
            "date": draft.date,
            "original_date": draft.original_date,
            "year": draft.year,
            "label": draft.label,
            "barcode": draft.barcode,
            "mbid": draft.mbid,
            "explicit": False,
            "duration_ms": 0,
            "cover_id": None,
            "found_cover_id": None,
            "cover_due": self._now,
            "added_at": self._now,
            "play_count": 0,
            "shuffle": secrets.randbits(31),
            "last_played_at": 0,
            "edition": draft.edition,
            "release_group_id": draft.release_group_id,
            "group_key": draft.group_key,
            "tags": tags_json(draft.tags),
        }
        self._plan.new_albums.append({**row, "track_count": 0})
        self._plan.add_labels(row["id"], draft.tags.labels if draft.tags else ())
        self._plan.album_credits.extend({"album_id": row["id"], "artist_id": a} for a in by)
        known.append(row)
        return row

    def _update(self, row: Row, drafts: list[AlbumDraft]) -> None:
        """Follow a retag of the album, once most of its tracks say the same."""
        new = _said(drafts[0])
        agreed = all(_said(draft) == new for draft in {*drafts[1:]} - {drafts[0]})
        if not agreed or len(drafts) * 2 < row["track_count"]:
            return
        # Without tagged artists the key is found later, when the album's artists are.
        new["group_key"] = new["group_key"] or row["group_key"]
        if any(row[name] != value for name, value in new.items()):
            if row["tags"] != new["tags"]:
                tags = drafts[0].tags
                self._plan.relabelled.append(row["id"])
                self._plan.add_labels(row["id"], tags.labels if tags else ())
            year = year_of(drafts[0].original_date, drafts[0].date)
            new |= {"year": year, "sort_key": sort_key(drafts[0].name)}
            row |= new
            self._plan.album_updates.append({**new, "album": row["id"]})


def _said(draft: AlbumDraft) -> Row:
    """What an album's row takes over from its tags."""
    return {
        "name": draft.name,
        "date": draft.date,
        "original_date": draft.original_date,
        "label": draft.label,
        "barcode": draft.barcode,
        "type": draft.type.value,
        "edition": draft.edition,
        "release_group_id": draft.release_group_id,
        "group_key": draft.group_key,
        "tags": tags_json(draft.tags),
    }


class Genres:
    def __init__(self, connection: Connection, batch: Sequence[Intake], plan: Plan) -> None:
        names = {name for intake in batch if intake.draft for name in intake.draft.genres}
        self._keys = {name: fold(name)[:200] for name in names}
        self._ids: dict[str, str] = {}
        if names:
            keys = list(set(self._keys.values()))
            self._ids = {k: i for i, k in connection.execute(_GENRE_IDS, {"ids": keys}).all()}
        for name in sorted(names):
            key = self._keys[name]
            if key not in self._ids:
                self._ids[key] = new_id()
                plan.new_genres.append({"id": self._ids[key], "key": key, "name": name})

    def ids(self, names: Sequence[str]) -> list[str]:
        return list(dict.fromkeys(self._ids[self._keys[name]] for name in names))
