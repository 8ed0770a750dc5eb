"""What a batch of files means for the catalogue, worked out before anything is written.

Only the scanner adds artists, albums and tracks, one batch after the other. Merges can come
between a plan and its write, so the write looks again (`Stale`).
"""

import secrets
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import (
    BindParameter,
    Connection,
    bindparam,
    literal_column,
    select,
    true,
    tuple_,
)

from philomel.kernel.ids import new_event_id, new_id
from philomel.services.catalog.contract import Settings
from philomel.services.catalog.rules import matching, paths
from philomel.services.catalog.rules.drafts import AlbumDraft, Draft, LyricsDraft, Name, year_of
from philomel.services.catalog.rules.folding import fold, sort_key, sort_name
from philomel.services.catalog.store.refreshing import artist_row, to_json
from philomel.services.catalog.store.tables import (
    ALBUM_ARTIST,
    ARTIST,
    BROKEN,
    COMPOSER,
    MISSING,
    PRESENT,
    albums,
    artists,
    files,
    genres,
    tracks,
)

Row = dict[str, Any]


class Intake(Struct, frozen=True):
    """A file as the scanner found it: `draft` is set, or `error`.

    Attributes:
        file_id: of a file that is known at this path.
        lyrics_ns: when the .lrc file beside it changed; 0 without one.
    """

    path: bytes
    size: int
    modified_ns: int
    inode: int
    lyrics_ns: int
    draft: Draft | None
    error: str | None = None
    warnings: tuple[str, ...] = ()
    file_id: str | None = None
    picture: bool = False
    container: str = ""
    codec: str = ""
    duration_ms: int = 0
    bitrate: int = 0
    sample_rate: int = 0
    channels: int = 0
    bit_depth: int | None = None


class Plan:
    """Rows to write, and what to tell about them."""

    def __init__(self, library_id: str) -> None:
        self.library_id = library_id
        self.new_artists: list[Row] = []
        self.artist_ids_found: list[Row] = []
        self.new_albums: list[Row] = []
        self.album_credits: list[Row] = []
        self.album_updates: list[Row] = []
        self.new_genres: list[Row] = []
        self.new_files: list[Row] = []
        self.file_updates: list[Row] = []
        self.new_tracks: list[Row] = []
        self.track_updates: list[Row] = []
        self.tracks_lost: list[str] = []
        self.credits: list[Row] = []
        self.genres: list[Row] = []
        self.lyrics: list[Row] = []
        self.errors: list[Row] = []
        self.displaced: list[Row] = []
        self.paths: list[bytes] = []
        self.albums: set[str] = set()
        self.artists: set[str] = set()
        self.album_moves: list[tuple[str, str]] = []
        self.artist_moves: list[tuple[str, str]] = []
        self.must_exist: dict[str, set[str]] = {
            "albums": set(), "artists": set(), "files": set(), "tracks": set(),
        }  # fmt: skip
        self.added = self.changed = self.moved = self.failed = 0


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
    albums.c.barcode, albums.c.type,
).where(albums.c.library_id == bindparam("library"), albums.c.key.in_(_IDS)).order_by(
    albums.c.added_at, albums.c.id
)  # fmt: skip
_GENRES = select(genres.c.id, genres.c.key).where(genres.c.key.in_(_IDS))
_ANY_LOST = select(files.c.id).where(files.c.state == MISSING, files.c.track_id.is_not(None))
_LOST = select(
    files.c.id, files.c.track_id, files.c.path, files.c.size, files.c.modified_ns, files.c.inode,
    files.c.duration_ms, files.c.codec, tracks.c.match_key, tracks.c.recording_id,
    tracks.c.release_track_id,
).join_from(files, tracks, tracks.c.id == files.c.track_id)  # fmt: skip
_LOST_BY = (
    _LOST.where(
        files.c.state == MISSING,
        tuple_(files.c.modified_ns, files.c.size).in_(bindparam("bytes", expanding=True)),
    ),
    _LOST.where(
        files.c.state == literal_column("0"),
        files.c.inode.in_(bindparam("inodes", expanding=True)),
    ),
    _LOST.where(
        files.c.state == MISSING,
        tracks.c.missing == true(),
        tracks.c.match_key.in_(bindparam("keys", expanding=True)),
    ),
    _LOST.where(
        files.c.state == MISSING,
        tracks.c.missing == true(),
        tracks.c.recording_id.in_(bindparam("recordings", expanding=True)),
    ),
)
_KNOWN = _LOST.where(files.c.id.in_(_IDS))
_TRACKS = select(tracks.c.id, tracks.c.album_id, tracks.c.credits, tracks.c.library_id).where(
    tracks.c.id.in_(_IDS)
)
_FILE_TRACKS = select(files.c.id, files.c.track_id).where(files.c.id.in_(_IDS))


def library_has_lost(connection: Connection) -> bool:
    """Whether any track waits for its file to come back."""
    return connection.execute(_ANY_LOST.limit(1)).first() is not None


class Planner:
    """Plans batches of one scan."""

    def __init__(self, settings: Settings) -> None:
        self._articles = settings.articles

    def plan(
        self, connection: Connection, library_id: str, batch: Sequence[Intake], now: int
    ) -> Plan:
        plan = Plan(library_id)
        good = [intake for intake in batch if intake.draft is not None]
        people = _People(connection, good, plan, self._articles, now)
        shelf = _Shelf(connection, good, plan, people, now)
        tags = _Genres(connection, good, plan)
        place = _Places(connection, batch, plan)
        for intake in batch:
            plan.paths.append(intake.path)
            messages = (intake.error,) if intake.error else intake.warnings
            plan.errors.extend(
                {
                    "library_id": library_id,
                    "path": intake.path,
                    "number": number,
                    "message": message[:1_000],
                    "fatal": intake.error is not None,
                }
                for number, message in enumerate(messages[:10])
            )
            if intake.draft is None:
                place.broken(intake, now)
                continue
            file_id, track_id, known = place.find(intake, now)
            album = shelf.find(intake.draft.album)
            credit = people.credits(intake.draft)
            row = _track_row(intake, intake.draft, album, credit, library_id, file_id)
            if known is None:
                row |= {
                    "id": track_id, "added_at": now, "play_count": 0, "cover_id": None,
                    "shuffle": secrets.randbits(31),
                }  # fmt: skip
                plan.new_tracks.append(row)
            else:
                row["track"] = track_id
                plan.track_updates.append(row)
                _moves(plan, known, album["id"], credit)
            _follow(plan, track_id, row["album_id"], credit, tags.ids(intake.draft.genres))
            _add_lyrics(plan, track_id, intake.draft.lyrics)
        return plan


def _track_row(
    intake: Intake,
    draft: Draft,
    album: Row,
    credit: list[tuple[int, str]],
    library_id: str,
    file_id: str,
) -> Row:
    key = sort_key(draft.title)
    return {
        "library_id": library_id,
        "file_id": file_id,
        "album_id": album["id"],
        "missing": False,
        "title": draft.title,
        "sort_key": key,
        "position_key": position_key(album, draft.disc_number, draft.track_number, key),
        "credits": to_json(credit),
        "genres": to_json(draft.genres),
        "match_key": draft.match_key,
        "disc_number": draft.disc_number,
        "disc_total": draft.disc_total,
        "track_number": draft.track_number,
        "track_total": draft.track_total,
        "date": draft.date,
        "original_date": draft.original_date,
        "year": draft.year,
        "explicit": draft.explicit,
        "isrc": draft.isrc,
        "recording_id": draft.recording_id,
        "release_track_id": draft.release_track_id,
        "comment": draft.comment,
        "bpm": draft.bpm,
        "gain_db": draft.gain_db,
        "gain_peak": draft.gain_peak,
        "album_gain_db": draft.album_gain_db,
        "album_gain_peak": draft.album_gain_peak,
        "duration_ms": intake.duration_ms,
    }


def position_key(album: Row, disc: int | None, number: int | None, title_key: str) -> str:
    """Sorts the tracks of one album, and of all an artist's albums."""
    return (
        f"{album['year'] or 9999:04}{album['sort_key'][:80]}\x01{album['id']}\x01"
        f"{disc or 1:05}{number or 99999:05}{title_key[:60]}"
    )


def _moves(plan: Plan, known: Row, album_id: str, credit: list[tuple[int, str]]) -> None:
    """Where a known track went: its former album and artists may be empty now."""
    plan.albums.add(known["album_id"])
    if known["album_id"] != album_id:
        plan.album_moves.append((known["album_id"], album_id))
    before = msgspec.json.decode(known["credits"])
    plan.artists.update(artist for _, artist in before)
    for role in (ARTIST, ALBUM_ARTIST, COMPOSER):
        old = [artist for of, artist in before if of == role]
        new = [artist for of, artist in credit if of == role]
        kept = set(old) & set(new)
        gone, come = ([a for a in names if a not in kept] for names in (old, new))
        plan.artist_moves.extend(zip(gone, come, strict=False))


def _follow(
    plan: Plan, track_id: str, album_id: str, credit: list[tuple[int, str]], genre_ids: list[str]
) -> None:
    plan.albums.add(album_id)
    plan.artists.update(artist for _, artist in credit)
    plan.credits.extend(
        {
            "track_id": track_id,
            "artist_id": artist,
            "role": role,
            "library_id": plan.library_id,
        }
        for role, artist in dict.fromkeys(credit)
    )
    plan.genres.extend({"track_id": track_id, "genre_id": genre} for genre in genre_ids)


def _add_lyrics(plan: Plan, track_id: str, lyrics: LyricsDraft | None) -> None:
    if lyrics is not None:
        plan.lyrics.append(
            {
                "track_id": track_id,
                "text": lyrics.text,
                "synced": lyrics.synced,
                "language": lyrics.language,
            }
        )


class _People:
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

    def credits(self, draft: Draft) -> list[tuple[int, str]]:
        return [
            *((ARTIST, self._ids[name]) for name in draft.artists),
            *((ALBUM_ARTIST, self._ids[name]) for name in draft.album.artists),
            *((COMPOSER, self._ids[name]) for name in draft.composers),
        ]

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


class _Shelf:
    """Albums of one library."""

    def __init__(
        self,
        connection: Connection,
        batch: Sequence[Intake],
        plan: Plan,
        people: _People,
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
            "cover_due": self._now,
            "added_at": self._now,
            "play_count": 0,
            "shuffle": secrets.randbits(31),
        }
        self._plan.new_albums.append({**row, "track_count": 0})
        self._plan.album_credits.extend({"album_id": row["id"], "artist_id": a} for a in by)
        known.append(row)
        return row

    def _update(self, row: Row, drafts: list[AlbumDraft]) -> None:
        """Follow a retag of the album, once most of its tracks say the same."""
        new = {
            name: getattr(drafts[0], name)
            for name in ("name", "date", "original_date", "label", "barcode")
        } | {"type": drafts[0].type.value}
        agreed = all(
            draft.type.value == new["type"]
            and all(getattr(draft, name) == new[name] for name in new if name != "type")
            for draft in drafts
        )
        if not agreed or len(drafts) * 2 < row["track_count"]:
            return
        if any(row[name] != value for name, value in new.items()):
            year = year_of(drafts[0].original_date, drafts[0].date)
            new |= {"year": year, "sort_key": sort_key(drafts[0].name)}
            row |= new
            self._plan.album_updates.append({**new, "album": row["id"]})


class _Genres:
    def __init__(self, connection: Connection, batch: Sequence[Intake], plan: Plan) -> None:
        names = {name for intake in batch if intake.draft for name in intake.draft.genres}
        self._keys = {name: fold(name)[:200] for name in names}
        self._ids: dict[str, str] = {}
        if names:
            keys = list(set(self._keys.values()))
            self._ids = {k: i for i, k in connection.execute(_GENRES, {"ids": keys}).all()}
        for name in sorted(names):
            key = self._keys[name]
            if key not in self._ids:
                self._ids[key] = new_id()
                plan.new_genres.append({"id": self._ids[key], "key": key, "name": name})

    def ids(self, names: Sequence[str]) -> list[str]:
        return list(dict.fromkeys(self._ids[self._keys[name]] for name in names))


class _Places:
    """Which row each file gets, and which track it is."""

    def __init__(self, connection: Connection, batch: Sequence[Intake], plan: Plan) -> None:
        self._plan = plan
        known_ids = [intake.file_id for intake in batch if intake.file_id]
        self._known: dict[str, matching.Lost] = {}
        self._file_tracks: dict[str, str | None] = {}
        if known_ids:
            plan.must_exist["files"].update(known_ids)
            found = connection.execute(_KNOWN, {"ids": known_ids})
            self._known = {row[0]: matching.Lost(*row) for row in found}
        self._lost: dict[str, matching.Lost] = {}
        fresh = [intake for intake in batch if intake.draft and not intake.file_id]
        if fresh and library_has_lost(connection):
            self._find_lost(connection, fresh)
        self._by_key: dict[object, list[matching.Lost]] = defaultdict(list)
        for lost in self._lost.values():
            self._index(lost)
        track_ids = [lost.track_id for lost in (*self._known.values(), *self._lost.values())]
        self._tracks: dict[str, Row] = {}
        if track_ids:
            for row in connection.execute(_TRACKS, {"ids": track_ids}).mappings():
                self._tracks[row["id"]] = dict(row)

    def find(self, intake: Intake, now: int) -> tuple[str, str, Row | None]:
        """The file's id, its track's id, and the track as it was if it is known."""
        assert intake.draft is not None
        plan, row = self._plan, _file_row(intake, self._plan.library_id, PRESENT)
        fresh = _fresh(intake)
        file_id, known = intake.file_id, None
        if file_id is not None:
            known = self._known.get(file_id)
            if known is not None and matching.is_replaced(known, fresh):
                # The song that was here may come back elsewhere: it keeps its row.
                plan.displaced.append({"file": file_id, "away": away(intake.path, file_id)})
                plan.tracks_lost.append(known.track_id)
                self._touch(known)
                file_id, known = None, self._match(fresh)
                plan.moved += known is not None
            elif known is not None:
                plan.changed += 1
        else:
            known = self._match(fresh)
            plan.moved += known is not None
        if known is not None:
            before = self._tracks[known.track_id]
            plan.must_exist["files"].add(known.file_id)
            plan.must_exist["tracks"].add(known.track_id)
            plan.file_updates.append({**row, "file": known.file_id, "track_id": known.track_id})
            return known.file_id, known.track_id, before
        plan.added += 1
        # In order of time: neighbours in the folder are neighbours in every index.
        track_id = new_event_id(now)
        row["track_id"] = track_id
        if file_id is not None:
            plan.file_updates.append({**row, "file": file_id})
        else:
            file_id = new_event_id(now)
            plan.new_files.append({**row, "id": file_id, "added_at": now})
        return file_id, track_id, None

    def broken(self, intake: Intake, now: int) -> None:
        plan, row = self._plan, _file_row(intake, self._plan.library_id, BROKEN)
        plan.failed += 1
        if intake.file_id is None:
            plan.new_files.append({**row, "id": new_id(), "track_id": None, "added_at": now})
            return
        known = self._known.get(intake.file_id)
        row["track_id"] = known.track_id if known else None
        if known is not None:
            # What it was stays known, for the day the file is whole again.
            row |= {"duration_ms": known.duration_ms, "codec": known.codec}
            plan.tracks_lost.append(known.track_id)
            self._touch(known)
        plan.file_updates.append({**row, "file": intake.file_id})

    def _touch(self, known: matching.Lost) -> None:
        self._plan.albums.add(self._tracks[known.track_id]["album_id"])

    def _match(self, fresh: matching.Fresh) -> matching.Lost | None:
        if not self._lost:
            return None
        near = {
            lost.file_id: lost
            for key in _evidence_keys(fresh)
            for lost in self._by_key.get(key, ())
            if lost.file_id in self._lost
        }
        found = matching.match(fresh, near.values())
        if found is not None:
            del self._lost[found.file_id]
        return found

    def _index(self, lost: matching.Lost) -> None:
        for key in _evidence_keys(lost):
            self._by_key[key].append(lost)

    def _find_lost(self, connection: Connection, fresh: list[Intake]) -> None:
        drafts = [intake.draft for intake in fresh if intake.draft]
        values: tuple[tuple[str, list[Any]], ...] = (
            ("bytes", list({(i.modified_ns, i.size) for i in fresh})),
            ("inodes", list({i.inode for i in fresh if i.inode})),
            ("keys", list({d.match_key for d in drafts})),
            ("recordings", list({d.recording_id for d in drafts if d.recording_id})),
        )
        for statement, (name, wanted) in zip(_LOST_BY, values, strict=True):
            if wanted:
                for row in connection.execute(statement.limit(2_000), {name: wanted}):
                    self._lost[row[0]] = matching.Lost(*row)


def _evidence_keys(of: matching.Fresh | matching.Lost) -> Iterable[object]:
    yield of.size, of.modified_ns
    if of.inode:
        yield "inode", of.inode
    yield "key", of.match_key
    if of.recording_id:
        yield "recording", of.recording_id


def _fresh(intake: Intake) -> matching.Fresh:
    assert intake.draft is not None
    return matching.Fresh(
        intake.path, intake.size, intake.modified_ns, intake.inode, intake.duration_ms,
        intake.codec, intake.draft.match_key, intake.draft.recording_id,
        intake.draft.release_track_id,
    )  # fmt: skip


def away(path: bytes, file_id: str) -> bytes:
    """Where the row of a file is kept whose path another file has: no real path holds a NUL."""
    return path.partition(b"\0")[0] + b"\0" + file_id.encode()


def _file_row(intake: Intake, library_id: str, state: int) -> Row:
    return {
        "library_id": library_id,
        "path": intake.path,
        "state": state,
        "size": intake.size,
        "modified_ns": intake.modified_ns,
        "inode": intake.inode,
        "lyrics_ns": intake.lyrics_ns,
        "container": intake.container,
        "codec": intake.codec,
        "duration_ms": intake.duration_ms,
        "bitrate": intake.bitrate,
        "sample_rate": intake.sample_rate,
        "channels": intake.channels,
        "bit_depth": intake.bit_depth,
        "picture": intake.picture,
        "stream_hash": None,
    }


__all__ = ["Intake", "Plan", "Planner", "away", "library_has_lost", "paths", "position_key"]
