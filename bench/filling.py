"""Fills the database of a catalogue with rows of music that does not exist, without a scan."""

import hashlib
import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from bench.shelves import Album, Shelves, Track
from sqlalchemy import Table

from philomel.services.catalog.rules.folding import fold, sort_key
from philomel.services.catalog.store import tables as t
from philomel.services.catalog.store.planning import position_key

BATCH = 10_000
ADDED = 1_700_000_000_000
LIBRARIES = ("music", "more", "live", "spoken")
Row = dict[str, Any]


def id_of(kind: str, number: int) -> str:
    """Ids are spread as real ones are."""
    return "0" + hashlib.sha256(f"{kind} {number}".encode()).hexdigest()[:21]


def library_ids() -> list[str]:
    return [id_of("library", number) for number in range(len(LIBRARIES))]


def fill(path: Path, shelves: Shelves) -> None:
    """Put all of it into the file of a catalogue that is migrated and empty."""
    driver = sqlite3.connect(path, isolation_level=None)
    driver.execute("PRAGMA synchronous = OFF")
    driver.execute("PRAGMA cache_size = -200000")
    driver.execute("BEGIN")
    _insert(driver, t.libraries, _libraries())
    _insert(driver, t.genres, _genres())
    names = [sort_key(artist.name, ("The",)) for artist in shelves.artists]
    _insert(driver, t.artists, _artists(shelves, names))
    album_rows = list(_albums(shelves, names))
    _insert(driver, t.albums, album_rows)
    _insert(
        driver,
        t.album_credits,
        ({"artist_id": id_of("artist", a.artist), "album_id": id_of("album", n)}
         for n, a in enumerate(shelves.albums)),
    )  # fmt: skip
    _insert(
        driver,
        t.album_genres,
        ({"genre_id": id_of("genre", a.genre), "album_id": id_of("album", n)}
         for n, a in enumerate(shelves.albums)),
    )  # fmt: skip
    _insert(driver, t.artist_libraries, _artist_libraries(shelves))
    for table in (t.files, t.tracks, t.track_credits, t.track_genres):
        _insert(driver, table, _of_tracks(table, shelves, album_rows))
    driver.execute("COMMIT")
    driver.close()


def _insert(driver: sqlite3.Connection, table: Table, rows: Iterable[Row]) -> None:
    """What a row does not name is empty."""
    columns = [column for column in table.columns if column.computed is None]
    empty: Row = {
        column.name: None
        if column.nullable
        else b""
        if column.type.python_type is bytes
        else column.type.python_type()
        for column in columns
    }
    names = ", ".join(f'"{column.name}"' for column in columns)
    marks = ", ".join("?" for _ in columns)
    statement = f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})'
    waiting = iter(rows)
    while batch := [tuple((empty | row).values()) for row in islice(waiting, BATCH)]:
        driver.executemany(statement, batch)


def _libraries() -> Iterator[Row]:
    for id_, name in zip(library_ids(), LIBRARIES, strict=True):
        yield {
            "id": id_, "name": name, "name_key": name, "kind": "music",
            "path": f"/nowhere/{name}".encode(), "added_at": ADDED,
        }  # fmt: skip


def _genres() -> Iterator[Row]:
    for number in range(400):
        yield {"id": id_of("genre", number), "key": f"genre {number:03}", "name": f"Genre {number}"}


def _artists(shelves: Shelves, names: list[str]) -> Iterator[Row]:
    for number, artist in enumerate(shelves.artists):
        yield {
            "id": id_of("artist", number), "name": artist.name, "name_key": fold(artist.name)[:200],
            "sort_name": artist.name, "sort_key": names[number], "added_at": ADDED,
            "play_count": artist.popularity,
        }  # fmt: skip


def _albums(shelves: Shelves, names: list[str]) -> Iterator[Row]:
    libraries = library_ids()
    for number, album in enumerate(shelves.albums):
        artist = id_of("artist", album.artist)
        yield {
            "id": id_of("album", number), "library_id": libraries[album.library],
            "key": id_of("key", number), "name": album.name, "sort_key": sort_key(album.name),
            "artist_sort_key": names[album.artist], "credits": json.dumps([artist]),
            "genres": json.dumps([f"Genre {album.genre}"]), "type": "album", "year": album.year,
            "date": str(album.year), "track_count": shelves.size_of(number),
            "duration_ms": 240_000 * shelves.size_of(number),
            "added_at": ADDED + number * 1_000, "play_count": album.popularity,
            "artists_tagged": True, "shuffle": int(id_of("drawn", number)[1:9], 16) >> 1,
        }  # fmt: skip


def _artist_libraries(shelves: Shelves) -> Iterator[Row]:
    albums: dict[tuple[int, int], int] = defaultdict(int)
    tracks: dict[tuple[int, int], int] = defaultdict(int)
    for number, album in enumerate(shelves.albums):
        albums[album.artist, album.library] += 1
        tracks[album.artist, album.library] += shelves.size_of(number)
    for (artist, library), count in albums.items():
        yield {
            "artist_id": id_of("artist", artist), "library_id": library_ids()[library],
            "track_count": tracks[artist, library], "album_count": count,
            "play_count": 0, "last_played_at": 0,
        }  # fmt: skip


def _of_tracks(table: Table, shelves: Shelves, album_rows: list[Row]) -> Iterator[Row]:
    libraries = library_ids()
    for number, track in enumerate(shelves.tracks()):
        album = shelves.albums[track.album]
        id_, library = id_of("track", number), libraries[album.library]
        if table is t.files:
            yield _file(number, track, album, library)
        elif table is t.tracks:
            yield _track(number, track, album, album_rows[track.album])
        elif table is t.track_credits:
            artist = id_of("artist", album.artist)
            yield {"artist_id": artist, "track_id": id_, "role": t.ARTIST, "library_id": library}
        else:
            genre = id_of("genre", album.genre)
            yield {"genre_id": genre, "track_id": id_, "library_id": library}


def _file(number: int, track: Track, album: Album, library: str) -> Row:
    return {
        "id": id_of("file", number), "library_id": library, "track_id": id_of("track", number),
        "path": f"{album.artist}/{track.album}/{track.number} {number}.flac".encode(),
        "state": t.PRESENT, "size": 20_000_000, "modified_ns": ADDED * 1_000_000 + number,
        "inode": number, "container": "flac", "codec": "flac", "duration_ms": 240_000,
        "bitrate": 900, "sample_rate": 44_100, "channels": 2, "added_at": ADDED,
    }  # fmt: skip


def _track(number: int, track: Track, album: Album, row: Row) -> Row:
    key, artist = sort_key(track.name), id_of("artist", album.artist)
    return {
        "id": id_of("track", number), "library_id": row["library_id"],
        "file_id": id_of("file", number), "album_id": row["id"], "title": track.name,
        "sort_key": key, "position_key": position_key(row, 1, track.number, key),
        "credits": json.dumps([[t.ARTIST, artist], [t.ALBUM_ARTIST, artist]]),
        "genres": row["genres"], "match_key": id_of("match", number), "disc_number": 1,
        "track_number": track.number, "track_total": row["track_count"], "year": album.year,
        "date": str(album.year), "duration_ms": 240_000, "added_at": row["added_at"],
        "play_count": track.popularity, "shuffle": int(id_of("draw", number)[1:9], 16) >> 1,
    }  # fmt: skip
