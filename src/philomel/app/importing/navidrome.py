"""What people kept in Navidrome, from a copy of its database.

Of each table only what means something here is read, and what is missing reads as nothing,
so that older and newer versions work as well; `KNOWN` are those whose tables were looked at.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from uuid import UUID

from philomel.app.importing.found import (
    Found,
    FoundBookmark,
    FoundPerson,
    FoundPlaylist,
    FoundQueue,
)
from philomel.app.importing.moments import milliseconds
from philomel.app.importing.sqlite import Foreign, Row, opened
from philomel.app.importing.values import number, path, text, thousandths
from philomel.app.refusal import Exit, Refusal
from philomel.services.playlists.contract import ItemKind, SmartRules, Want, WantedMark
from philomel.services.playlists.rules.files.nsp import Unsayable, read_rules

SOURCE = "navidrome"
KNOWN = (20241026183640, 20260818002312)
"""The schema versions between which nothing that is read here has changed: 0.55 to 0.63."""
MOST_HEARD = 500
_MOST_QUEUED = 20_000
_LONGEST_MS = 1 << 40

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SONG = (
    "id", "path", "title", "artist", "album", "duration", "track_number", "disc_number",
    "mbz_recording_id", "library_id", "tags",
)  # fmt: skip
_MARK = (
    "user_id", "item_id", "item_type", "play_count", "play_date", "rating", "rated_at",
    "starred", "starred_at",
)  # fmt: skip
_LIST = ("id", "name", "comment", "owner_id", "public", "rules")
_KINDS = {"media_file": ItemKind.TRACK, "album": ItemKind.ALBUM, "artist": ItemKind.ARTIST}
_UNDERSTOOD = {
    "annotation": {*_MARK, "ann_id"},
    "scrobbles": {"id", "user_id", "media_file_id", "submission_time"},
    "playlist_tracks": {"id", "playlist_id", "media_file_id"},
    "bookmark": {
        "user_id", "item_id", "item_type", "comment", "position", "changed_by", "created_at",
        "updated_at",
    },
    "playqueue": {
        "id", "user_id", "current", "position", "changed_by", "items", "created_at", "updated_at",
    },
}  # fmt: skip
_NEEDED = {
    "user": {"id", "user_name"},
    "media_file": {"id", "path", "title"},
    "annotation": {"user_id", "item_id", "item_type"},
}


def read(file: Path) -> Found:
    """Everything that people kept there.

    Raises:
        Refusal: the file is not Navidrome's database.
    """
    with opened(file) as database:
        for table, columns in _NEEDED.items():
            if not columns <= database.columns(table):
                raise Refusal(
                    f"{file} is no database of Navidrome: it has no table {table!r} with "
                    f"{', '.join(sorted(columns))}",
                    Exit.USAGE,
                    "import.not_navidrome",
                )
        return _Reading(database).everything()


class _Reading:
    """One walk through a database."""

    def __init__(self, database: Foreign) -> None:
        self._database = database
        self._wants: dict[tuple[ItemKind, str], Want] = {}

    def everything(self) -> Found:
        marks = [
            row for row in self._database.rows("annotation", _MARK) if row["item_type"] in _KINDS
        ]
        heard = self._heard()
        entries = self._entries()
        songs = {text(row["item_id"]) for row in marks if row["item_type"] == "media_file"}
        songs |= {song for _, song in heard} | {song for each in entries.values() for song in each}
        queues = self._table("playqueue", ("user_id", "items", "current", "position"))
        bookmarks = self._table("bookmark", ("user_id", "item_id", "position", "comment"))
        songs |= {song for row in queues for song in _items(row)}
        songs |= {text(row["item_id"]) for row in bookmarks}
        self._read_songs(sorted(songs))
        self._read_named(ItemKind.ALBUM, "album", ("id", "name", "album_artist", "mbz_album_id"))
        self._read_named(ItemKind.ARTIST, "artist", ("id", "name", "mbz_artist_id"))
        marked, placed, queued = _by_person(marks), _by_person(bookmarks), _by_person(queues)
        lists = _by_person(self._database.rows("playlist", _LIST, "name, id"), "owner_id")
        plays: dict[str, dict[str, list[int]]] = defaultdict(dict)
        for (person, song), moments in heard.items():
            plays[person][song] = moments
        people: list[FoundPerson] = []
        for user in self._database.rows("user", ("id", "user_name"), "user_name"):
            id_, name = text(user["id"]), text(user["user_name"])
            if name:
                found = FoundPerson(
                    name=name,
                    marks=tuple(self._marks(marked[id_], plays[id_])),
                    playlists=tuple(self._playlists(lists[id_], entries)),
                    bookmarks=tuple(self._bookmarks(placed[id_])),
                    queue=self._queue(queued[id_]),
                )
                people.append(found)
        return Found(SOURCE, tuple(people), tuple(self._notes()))

    def _table(self, name: str, columns: tuple[str, ...]) -> list[Row]:
        return list(self._database.rows(name, columns))

    def _heard(self) -> Mapping[tuple[str, str], list[int]]:
        """The oldest plays with a date, by person and song."""
        found: dict[tuple[str, str], list[int]] = defaultdict(list)
        columns = ("user_id", "media_file_id", "submission_time")
        for row in self._database.rows("scrobbles", columns, "submission_time"):
            at = milliseconds(row["submission_time"])
            plays = found[(text(row["user_id"]), text(row["media_file_id"]))]
            if at and len(plays) < MOST_HEARD and at not in plays[-1:]:
                plays.append(at)
        return found

    def _entries(self) -> Mapping[str, list[str]]:
        """The songs of every playlist, in its order."""
        found: dict[str, list[str]] = defaultdict(list)
        columns = ("playlist_id", "media_file_id", "id")
        for row in self._database.rows("playlist_tracks", columns, "playlist_id, id"):
            found[text(row["playlist_id"])].append(text(row["media_file_id"]))
        return found

    def _read_songs(self, ids: list[str]) -> None:
        libraries = {
            row["id"]: text(row["path"]) for row in self._database.rows("library", ("id", "path"))
        }
        for row in self._database.of_ids("media_file", _SONG, ids):
            place = path(row["path"])
            root = libraries.get(row["library_id"], "")
            if root and place and not place.startswith("/"):
                place = f"{root.rstrip('/')}/{place}"
            if not (place or text(row["title"])):
                continue  # nobody could ever find it
            self._wants[(ItemKind.TRACK, text(row["id"]))] = Want(
                title=text(row["title"]),
                artist=text(row["artist"]),
                album=text(row["album"]),
                duration_ms=thousandths(row["duration"]),
                path=place,
                isrc=_isrc(row["tags"]),
                musicbrainz_id=text(row["mbz_recording_id"]),
                track_number=number(row["track_number"]),
                disc_number=number(row["disc_number"]),
            )

    def _read_named(self, kind: ItemKind, table: str, columns: tuple[str, ...]) -> None:
        """Albums or artists: a name, perhaps an artist, and a MusicBrainz id."""
        for row in self._database.rows(table, columns):
            name = text(row["name"])
            if name:
                self._wants[(kind, text(row["id"]))] = Want(
                    kind=kind,
                    title=name,
                    artist=text(row.get("album_artist")),
                    musicbrainz_id=text(row[columns[-1]]),
                )

    def _marks(self, rows: Iterable[Row], heard: Mapping[str, list[int]]) -> Iterable[WantedMark]:
        told = set()
        for row in rows:
            item, kind = text(row["item_id"]), _KINDS[row["item_type"]]
            want = self._wants.get((kind, item))
            if want is None:
                continue
            plays: list[int] = []
            if kind is ItemKind.TRACK:
                told.add(item)
                plays = heard.get(item, [])
            made = _mark(row, kind, want, plays)
            if made is not None:
                yield made
        for item, plays in heard.items():
            want = self._wants.get((ItemKind.TRACK, item))
            if item not in told and want is not None and plays:
                yield WantedMark(want=want, key=canonical(item), heard=tuple(plays))

    def _playlists(
        self, rows: Iterable[Row], entries: Mapping[str, list[str]]
    ) -> Iterable[FoundPlaylist]:
        for row in rows:
            rules, note = _rules(row["rules"])
            songs = entries.get(text(row["id"]), ())
            wants = [self._wants.get((ItemKind.TRACK, song)) for song in songs]
            if None in wants:
                note = f"{note}; " * bool(note) + "some of its songs are gone there as well"
            yield FoundPlaylist(
                id=f"{SOURCE}:{canonical(text(row['id']))}",
                name=text(row["name"]) or "Playlist",
                comment=text(row["comment"]),
                public=bool(row["public"]),
                entries=tuple(want for want in wants if want is not None),
                rules=rules,
                note=note,
            )

    def _bookmarks(self, rows: Iterable[Row]) -> Iterable[FoundBookmark]:
        for row in rows:
            want = self._wants.get((ItemKind.TRACK, text(row["item_id"])))
            if want is not None:
                place = number(row["position"], _LONGEST_MS)
                yield FoundBookmark(want, place, text(row["comment"]))

    def _queue(self, rows: Iterable[Row]) -> FoundQueue | None:
        for row in rows:
            songs = _items(row)
            if not songs:
                continue
            # An index since 0.56; before that the song's id.
            current = row["current"]
            place = songs.index(current) if current in songs else number(current)
            known = [song for song in songs if (ItemKind.TRACK, song) in self._wants]
            gone_before = sum((ItemKind.TRACK, song) not in self._wants for song in songs[:place])
            wants = tuple(self._wants[(ItemKind.TRACK, song)] for song in known)
            if wants:
                at = min(max(place - gone_before, 0), len(wants) - 1)
                return FoundQueue(wants, at, number(row["position"], _LONGEST_MS))
        return None

    def _notes(self) -> Iterable[str]:
        columns = ("version_id",)
        versions = [
            number(r["version_id"]) for r in self._database.rows("goose_db_version", columns)
        ]
        newest = max(versions, default=0)
        if not KNOWN[0] <= newest <= KNOWN[1]:
            yield (
                f"the database has version {newest}; this was made for {KNOWN[0]} to {KNOWN[1]} "
                "(Navidrome 0.55 to 0.63): look whether everything came along"
            )
        for table, understood in _UNDERSTOOD.items():
            there = self._database.columns(table)
            if not there and table != "scrobbles":
                yield f"there is no table {table!r}"
            for column in sorted(there - understood):
                yield f"column {column!r} of table {table!r} is not known and was left alone"


def canonical(id_: str) -> str:
    """An id as the newest Navidrome writes it, whichever version wrote this one.

    Since July 2026 it renames all ids to 22 characters; what was brought before that must
    be known again after it.
    """
    try:
        if len(id_) == 36:
            return _base62(UUID(id_).int)
        if len(id_) == 32:
            return _base62(int(id_, 16))
        if len(id_) == 22:
            value = 0
            for character in id_:
                value = value * 62 + _DIGITS.index(character)
            if value >> 128:
                digest = hashlib.md5(id_.encode(), usedforsecurity=False).digest()
                return _base62(int.from_bytes(digest))
    except ValueError:
        pass
    return id_


def _base62(value: int) -> str:
    written = ""
    while value:
        value, rest = divmod(value, 62)
        written = _DIGITS[rest] + written
    return written.rjust(22, "0")


def _mark(row: Row, kind: ItemKind, want: Want, heard: list[int]) -> WantedMark | None:
    rating, plays = number(row["rating"]), 0
    if kind is ItemKind.TRACK:
        plays = max(number(row["play_count"]) - len(heard), 0)
    saved_at = milliseconds(row["starred_at"]) if row["starred"] else None
    rating = rating if 1 <= rating <= 5 else 0
    if saved_at is None and not (rating or plays or heard):
        return None
    return WantedMark(
        want=want,
        key=canonical(text(row["item_id"])),
        saved_at=saved_at,
        rating=rating,
        rated_at=milliseconds(row["rated_at"]) or None,
        plays=plays,
        last_played_at=milliseconds(row["play_date"]) if plays else 0,
        heard=tuple(heard),
    )


def _rules(written: object) -> tuple[SmartRules | None, str]:
    if not isinstance(written, str) or not written.strip() or written.strip() == "null":
        return None, ""
    try:
        return read_rules(written), ""
    except Unsayable as error:
        return None, f"a smart playlist there, of chosen tracks here: {error.message}"


def _isrc(tags: object) -> str:
    """The first ISRC of the song's tags, which are JSON: {"isrc": [{"value": …}]}."""
    try:
        found = json.loads(tags if isinstance(tags, str) else "{}")
        return text(found["isrc"][0]["value"])
    except (ValueError, RecursionError, LookupError, TypeError):
        return ""


def _items(row: Row) -> list[str]:
    written = row["items"] if isinstance(row["items"], str) else ""
    return [
        song for each in written.split(",", _MOST_QUEUED)[:_MOST_QUEUED] if (song := text(each))
    ]


def _by_person(rows: Iterable[Row], column: str = "user_id") -> Mapping[str, Sequence[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[text(row[column])].append(row)
    return found
