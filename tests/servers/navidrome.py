"""A database file as Navidrome 0.63 leaves it: the tables and columns that an import reads.

The names, types and forms of values are those that a real Navidrome 0.63.2 wrote; the file
is made here because building that server takes minutes.
"""

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

VERSION = 20260703013908
_TABLES = (
    "goose_db_version (version_id integer, is_applied integer)",
    "user (id varchar PRIMARY KEY, user_name varchar, name varchar, is_admin bool)",
    "library (id integer PRIMARY KEY, name text, path text)",
    """media_file (
        id varchar PRIMARY KEY, path varchar, title varchar, artist varchar, album varchar,
        album_id varchar, artist_id varchar, duration real, track_number integer,
        disc_number integer, mbz_recording_id varchar, library_id integer, tags jsonb)""",
    "album (id varchar PRIMARY KEY, name varchar, album_artist varchar, mbz_album_id varchar)",
    "artist (id varchar PRIMARY KEY, name varchar, mbz_artist_id varchar)",
    """annotation (
        user_id varchar, item_id varchar, item_type varchar, play_count integer,
        play_date datetime, rating integer, starred bool, starred_at datetime,
        rated_at datetime)""",
    "scrobbles (media_file_id varchar, user_id varchar, submission_time integer)",
    """playlist (
        id varchar PRIMARY KEY, name varchar, comment varchar, public bool, owner_id varchar,
        rules varchar)""",
    "playlist_tracks (id integer, playlist_id varchar, media_file_id varchar)",
    """bookmark (
        user_id varchar, item_id varchar, item_type varchar, comment varchar,
        position integer, changed_by varchar, created_at datetime, updated_at datetime)""",
    """playqueue (
        id varchar, user_id varchar, current integer, position integer, changed_by varchar,
        items varchar, created_at datetime, updated_at datetime)""",
)


@dataclass
class Navidrome:
    """Attributes:
    path: of the file.
    songs: ids by title.
    """

    path: Path
    songs: dict[str, str] = field(default_factory=dict)

    @classmethod
    def make(cls, path: Path, music: str, *people: str) -> "Navidrome":
        made = cls(path)
        made.run(*(f"CREATE TABLE {table}" for table in _TABLES))
        made.insert("goose_db_version", VERSION, 1)
        made.insert("library", 1, "Music Library", music)
        for name in people:
            made.insert("user", f"user-{name}", name, name.title(), name == "anna")
        return made

    def run(self, *statements: str, values: Sequence[object] = ()) -> None:
        with closing(sqlite3.connect(self.path)) as connection, connection:
            for statement in statements:
                connection.execute(statement, values)

    def insert(self, table: str, *values: object) -> None:
        marks = ", ".join("?" * len(values))
        self.run(f"INSERT INTO {table} VALUES ({marks})", values=values)

    def song(
        self, title: str, artist: str, album: str, path: str, seconds: float, isrc: str = ""
    ) -> str:
        id_ = self.songs[title] = f"song-{title}"
        tags = json.dumps({"isrc": [{"id": "t", "value": isrc}]} if isrc else {})
        row = (id_, path, title, artist, album, f"album-{album}", f"artist-{artist}", seconds)
        self.insert("media_file", *row, 1, 0, "", 1, tags)
        self.run(
            "INSERT OR IGNORE INTO album VALUES (?, ?, ?, '')",
            values=(f"album-{album}", album, artist),
        )
        self.run(
            "INSERT OR IGNORE INTO artist VALUES (?, ?, NULL)", values=(f"artist-{artist}", artist)
        )
        return id_

    def mark(
        self,
        person: str,
        kind: str,
        item: str,
        *,
        plays: int = 0,
        rating: int = 0,
        starred: str | None = None,
    ) -> None:
        """Annotate; dates are "2024-05-06 07:08:09.123456789+00:00"."""
        played = "2024-05-06 07:08:09.123456789+00:00" if plays else None
        self.run(
            "DELETE FROM annotation WHERE user_id = ? AND item_id = ?",
            values=(f"user-{person}", item),
        )
        self.insert(
            "annotation", f"user-{person}", item, kind, plays, played, rating,
            starred is not None, starred, None,
        )  # fmt: skip

    def playlist(
        self, person: str, id_: str, name: str, songs: Sequence[str], rules: str | None = None
    ) -> None:
        self.run("DELETE FROM playlist WHERE id = ?", values=(id_,))
        self.run("DELETE FROM playlist_tracks WHERE playlist_id = ?", values=(id_,))
        self.insert("playlist", id_, name, f"{name}, as it was", False, f"user-{person}", rules)
        for number, song in enumerate(songs, start=1):
            self.insert("playlist_tracks", number, id_, song)
