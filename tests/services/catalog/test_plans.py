"""Pages of long lists read what they show: by an index of the order, from a place nearby."""

import random
import re
from collections import defaultdict
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, Executable, Table, bindparam, insert, text, update
from tests.conftest import DatabaseFor

from philomel.engines.sql import Database
from philomel.kernel.clock import FixedClock
from philomel.services.catalog import module
from philomel.services.catalog.contract import (
    AlbumSort,
    ArtistSort,
    ListAlbums,
    ListArtists,
    ListTracks,
    TrackSort,
)
from philomel.services.catalog.rules.matching import Stamp
from philomel.services.catalog.store import listing, moving, scanning
from philomel.services.catalog.store.listing.ranks import Ranks, Sorted
from philomel.services.catalog.store.merging import heirs
from philomel.services.catalog.store.tables import (
    album_credits,
    albums,
    artist_libraries,
    artists,
    genres,
    libraries,
    track_credits,
    track_genres,
    tracks,
)

LIBRARIES = ("one", "two", "three")
SEEN = ("one", "two")
TRACKS = 3_000


def rows() -> dict[Any, list[dict[str, Any]]]:
    """A catalogue of three libraries; all artists are in all of them."""
    chance = random.Random(1)
    made: dict[Any, list[dict[str, Any]]] = {
        table: []
        for table in (
            libraries, artists, albums, tracks, genres, album_credits, artist_libraries,
            track_credits, track_genres,
        )
    }  # fmt: skip
    for at in LIBRARIES:
        made[libraries].append(
            {"id": at, "name": at, "name_key": at, "kind": "folder", "path": at.encode(),
             "added_at": 0, "hidden": False, "sampler": False, "restricted": False}
        )  # fmt: skip
    for number in range(60):
        id_ = f"artist{number:03}"
        made[artists].append(
            {"id": id_, "name": id_, "name_key": id_, "sort_name": id_, "sort_key": id_,
             "added_at": 0, "play_count": 0}
        )  # fmt: skip
        made[artist_libraries] += [
            {"artist_id": id_, "library_id": at, "track_count": 5, "album_count": number % 2}
            for at in LIBRARIES
        ]
    for genre in ("often", "half", "seldom"):
        made[genres].append({"id": genre, "key": genre, "name": genre})
    for number in range(TRACKS // 10):
        album, library = f"album{number:04}", LIBRARIES[number % 3]
        made[albums].append(
            {"id": album, "library_id": library, "key": album, "folder": b"", "name": album,
             "sort_key": f"{chance.randrange(100):03}", "artist_sort_key": f"{number % 60:03}",
             "credits": "[]", "artists_tagged": True, "genres": "[]", "type": "album",
             "year": None if number % 7 == 0 else 1950 + number % 60, "explicit": False,
             "track_count": 10, "duration_ms": 0, "added_at": number // 5,
             "play_count": number % 9, "shuffle": chance.randrange(2**31)}
        )  # fmt: skip
        made[album_credits].append({"artist_id": f"artist{number % 60:03}", "album_id": album})
        for place in range(10):
            id_ = f"track{number:04}{place}"
            made[tracks].append(
                {"id": id_, "library_id": library, "file_id": id_, "album_id": album,
                 "missing": False, "title": id_, "sort_key": f"{chance.randrange(500):03}",
                 "position_key": f"{number:04}{place}", "credits": "[]", "genres": "[]",
                 "match_key": "", "year": 1950 + number % 60, "explicit": False,
                 "duration_ms": 0, "added_at": number // 5, "play_count": place,
                 "shuffle": chance.randrange(2**31)}
            )  # fmt: skip
            made[track_genres].append({"genre_id": "often", "track_id": id_, "library_id": library})
            made[track_credits].append(
                {"artist_id": f"artist{number % 60:03}", "track_id": id_, "role": 0,
                 "library_id": library}
            )  # fmt: skip
    made[track_genres] += [
        {"genre_id": "half", "track_id": row["id"], "library_id": row["library_id"]}
        for row in made[tracks][::2]
    ]
    for row in made[tracks][::300]:
        made[track_genres].append(
            {"genre_id": "seldom", "track_id": row["id"], "library_id": row["library_id"]}
        )
    return made


@pytest.fixture
async def database(database_for: DatabaseFor) -> Database:
    opened = await database_for(module.SCHEMA)
    for table, made in rows().items():
        await opened.write(partial(put, table=table, made=made))
    return opened


def put(connection: Connection, table: Table, made: list[dict[str, Any]]) -> None:
    connection.execute(insert(table), made)


def ranks() -> Ranks:
    return Ranks(FixedClock(), step=50, many=100)


TRACK_LISTS = [
    *(ListTracks(sort=sort) for sort in TrackSort if sort is not TrackSort.RANDOM),
    *(ListTracks(sort=sort, reverse=True) for sort in TrackSort if sort is not TrackSort.RANDOM),
    ListTracks(genre="often", sort=TrackSort.DURATION, reverse=True),
    ListTracks(genre="often"),
    ListTracks(genre="often", sort=TrackSort.RECENTLY_ADDED),
    ListTracks(genre="half", sort=TrackSort.MOST_PLAYED),
    ListTracks(genre="seldom"),
    ListTracks(artist_id="artist007", sort=TrackSort.ALBUM_ORDER),
    ListTracks(from_year=1955, to_year=2001),
    ListTracks(library_id="two", sort=TrackSort.MOST_PLAYED),
]
ALBUM_LISTS = [
    *(ListAlbums(sort=sort) for sort in AlbumSort if sort is not AlbumSort.RANDOM),
    ListAlbums(from_year=1960, to_year=1999, sort=AlbumSort.YEAR),
    ListAlbums(artist_id="artist003", sort=AlbumSort.YEAR),
]


async def test_every_page_is_the_same_by_offset_and_by_cursor(database: Database) -> None:
    """And all pages together are the whole list, each thing once."""
    finds: list[tuple[Any, list[Any]]] = [
        (listing.list_tracks, TRACK_LISTS),
        (listing.list_albums, ALBUM_LISTS),
        (listing.list_artists, [ListArtists(), ListArtists(album_artists_only=False)]),
    ]

    def work(connection: Connection) -> None:
        for find, requests in finds:
            for request in requests:
                check(connection, find, request)

    def check(connection: Connection, find: Any, request: Any) -> None:
        known, kind = ranks(), type(request)
        fields = {name: getattr(request, name) for name in request.__struct_fields__}
        whole = find(connection, kind(**fields | {"limit": TRACKS}), SEEN, known)
        assert len(set(whole.ids)) == len(whole.ids) == whole.total, request
        cursor: str | None = None
        for offset in range(0, whole.total, 170):
            by_cursor = find(
                connection, kind(**fields | {"limit": 170, "cursor": cursor}), SEEN, known
            )
            by_offset = find(
                connection, kind(**fields | {"limit": 170, "offset": offset}), SEEN, known
            )
            assert by_cursor.ids == by_offset.ids == whole.ids[offset : offset + 170], request
            assert by_cursor.next == by_offset.next
            cursor = by_cursor.next
        assert cursor is None
        late = find(connection, kind(**fields | {"offset": whole.total}), SEEN, known)
        assert (late.ids, late.total, late.next) == ((), whole.total, None)

    await database.read(work)


async def test_years_that_are_not_known_come_last(database: Database) -> None:
    def last(connection: Connection) -> None:
        for sort in (AlbumSort.YEAR, AlbumSort.YEAR_DESCENDING):
            page = listing.list_albums(connection, ListAlbums(sort=sort, limit=300), SEEN, ranks())
            numbers = [int(id_.removeprefix("album")) for id_ in page.ids]
            years = [None if number % 7 == 0 else number % 60 for number in numbers]
            unknown = years.count(None)
            assert unknown
            assert set(years[-unknown:]) == {None}
            known = [year for year in years if year is not None]
            assert known == sorted(known, reverse=sort is AlbumSort.YEAR_DESCENDING)
        ranged = ListAlbums(from_year=0, to_year=20_000, limit=300)
        page = listing.list_albums(connection, ranged, SEEN, ranks())
        assert all(int(id_.removeprefix("album")) % 7 for id_ in page.ids)

    await database.read(last)


async def test_a_list_that_is_sorted_as_a_whole_is_kept(database: Database) -> None:
    """Both ways round, after any place, also one that is not there any more."""
    rows = [(f"{n:02}", n // 3) for n in range(20)]
    whole = Sorted(rows)
    for down in (False, True):
        way = rows[::-1] if down else rows
        assert whole.page(None, 7, 0, down=down) == way[:7]
        assert whole.page(None, 7, 16, down=down) == way[16:]
        assert whole.page(None, 7, 30, down=down) == []
        for at in (0, 5, 18, 19):
            place = (way[at][1], way[at][0])
            assert whole.page(place, 4, 2, down=down) == way[at + 3 : at + 7]
    assert whole.page((2, "07x"), 1, 0, down=False) == [rows[8]]
    assert whole.page((2, "07x"), 1, 0, down=True) == [rows[7]]

    def work(connection: Connection) -> None:
        known = Ranks(FixedClock(), step=50, many=10)
        for sort in (TrackSort.ALBUM_ORDER, TrackSort.MOST_PLAYED):
            heard: Any = Overheard(connection)
            request = ListTracks(artist_id="artist007", sort=sort, limit=11)
            every = listing.list_tracks(
                connection, ListTracks(artist_id="artist007", sort=sort), SEEN, ranks()
            )
            first = listing.list_tracks(connection, request, SEEN, known)
            assert first.ids == every.ids[:11]
            for more in ({"cursor": first.next}, {"offset": 11}):
                fields = {name: getattr(request, name) for name in request.__struct_fields__}
                page = listing.list_tracks(heard, ListTracks(**fields | more), SEEN, known)
                assert page.ids == every.ids[11:22]
            assert not [said for said, _ in heard.said if "ORDER BY" in str(said)]

    await database.read(work)


async def test_some_of_a_genre_are_drawn_where_it_lies(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "ALL_AT_ONCE", 100)
    made = rows()
    lies = {row["id"]: row["library_id"] for row in made[tracks]}
    half = {row["track_id"] for row in made[track_genres] if row["genre_id"] == "half"}

    def work(connection: Connection) -> None:
        heard: Any = Overheard(connection)
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL enable_seqscan = off"))
        drawn = []
        for _ in range(3):
            request = ListTracks(genre="half", sort=TrackSort.RANDOM, limit=30)
            page = listing.list_tracks(heard, request, SEEN, ranks())
            assert len(set(page.ids)) == len(page.ids) == 30
            assert half.issuperset(page.ids)
            assert {lies[id_] for id_ in page.ids} <= set(SEEN)
            drawn.append(page.ids)
        assert len(set(drawn)) == 3
        for plan in plans(connection, heard):
            assert not re.search(r"(SCAN|Seq Scan on) (tracks|track_genres)\b", plan), plan

    await database.read(work)


async def test_what_is_played_in_other_libraries_is_nobodys_business(database: Database) -> None:
    """The order of a caller's artists is that of their own libraries."""
    chance = random.Random(3)
    counts = {row["id"]: chance.randrange(4) for row in rows()[tracks]}
    values = [{"track": id_, "plays": n, "last": n * 10} for id_, n in counts.items()]
    played = (
        update(tracks)
        .where(tracks.c.id == bindparam("track"))
        .values(play_count=bindparam("plays"), last_played_at=bindparam("last"))
    )
    await database.write(lambda c: c.execute(played, values))
    credited = {row["track_id"]: row["artist_id"] for row in rows()[track_credits]}
    sums: dict[str, int] = defaultdict(int)
    for row in rows()[tracks]:
        if row["library_id"] == "one":
            sums[credited[row["id"]]] += counts[row["id"]]
    often = sorted((id_ for id_, n in sums.items() if n), key=lambda i: (sums[i], i), reverse=True)

    def work(connection: Connection) -> None:
        for known in (ranks(), Ranks(FixedClock(), step=5, many=5)):
            request = ListArtists(sort=ArtistSort.MOST_PLAYED, album_artists_only=False, limit=60)
            page = listing.list_artists(connection, request, ("one",), known)
            assert list(page.ids) == often
            assert page.total == len(often)
            start = ListArtists(sort=ArtistSort.MOST_PLAYED, album_artists_only=False, limit=7)
            first = listing.list_artists(connection, start, ("one",), known)
            more = ListArtists(
                sort=ArtistSort.MOST_PLAYED, album_artists_only=False, limit=7, cursor=first.next
            )
            assert list(listing.list_artists(connection, more, ("one",), known).ids) == often[7:14]
            with_albums = ListArtists(sort=ArtistSort.MOST_PLAYED, limit=60)
            page = listing.list_artists(connection, with_albums, ("one",), known)
            assert list(page.ids) == [id_ for id_ in often if int(id_[-3:]) % 2]
            last = ListArtists(sort=ArtistSort.RECENTLY_PLAYED, album_artists_only=False, limit=60)
            page = listing.list_artists(connection, last, ("one",), known)
            assert set(page.ids) == set(often)

    await database.read(work)


class Overheard:
    """A connection that keeps what is executed."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.dialect = connection.dialect
        self.said: list[tuple[Any, Any]] = []

    def execute(self, statement: Executable, values: Any = None) -> Any:
        self.said.append((statement, values))
        return self._connection.execute(statement, values)

    def scalars(self, statement: Executable, values: Any = None) -> Any:
        return self._connection.scalars(statement, values)


def plans(connection: Connection, heard: Overheard) -> list[str]:
    """How the engine goes about each statement that was executed."""
    query_plan = " QUERY PLAN" if connection.dialect.name == "sqlite" else ""
    found = []
    for statement, values in heard.said:
        literal = statement.params(**(values or {})).compile(
            dialect=connection.dialect, compile_kwargs={"literal_binds": True}
        )
        lines = connection.execute(text(f"EXPLAIN{query_plan} {literal}".replace(":", "\\:"))).all()
        found.append("\n".join(str(line[-1]) for line in lines))
    return found


WALKED: list[tuple[Any, Any]] = [
    *((listing.list_tracks, request) for request in [*TRACK_LISTS[:5], ListTracks(genre="often")]),
    (listing.list_tracks, ListTracks(from_year=1955, to_year=2001)),
    *((listing.list_albums, request) for request in ALBUM_LISTS[:6]),
    (listing.list_albums, ListAlbums(from_year=1950, to_year=2008)),
    (listing.list_albums, ListAlbums(sort=AlbumSort.YEAR, from_year=1950, to_year=2008)),
]


BAD = {
    "sqlite": (r"SCAN (tracks|albums|artists)$", r"TEMP B-TREE", r"AUTOMATIC"),
    "postgresql": (r"Seq Scan on (tracks|albums|artists)\b", r"\bSort +\(cost"),
}


async def test_long_lists_are_read_in_the_order_of_an_index(database: Database) -> None:
    if database.dialect == "postgresql":
        await database.write(lambda c: c.execute(text("ANALYZE")))

    def work(connection: Connection) -> None:
        heard: Any
        if connection.dialect.name == "postgresql":
            # It reads small tables from end to end: as if they were large.
            connection.execute(text("SET LOCAL enable_seqscan = off"))
            connection.execute(text("SET LOCAL enable_bitmapscan = off"))
            connection.execute(text("SET LOCAL enable_sort = off"))
        for find, request in WALKED:
            for seen in (("one",), SEEN):
                known = ranks()
                heard = Overheard(connection)
                first = find(heard, request, seen, known)
                fields = {name: getattr(request, name) for name in request.__struct_fields__}
                follow = type(request)(**fields | {"cursor": first.next})
                find(heard, follow, seen, known)
                for plan in plans(connection, heard):
                    for bad in BAD[connection.dialect.name]:
                        assert not re.search(bad, plan), f"{request}\n{plan}"

    await database.read(work)


async def test_tracks_are_found_by_their_files(database: Database) -> None:
    """News of an analysis, of a picture in a folder, and of files that moved, cost what they
    are about, however many files are missing."""

    def work(connection: Connection) -> None:
        heard: Any = Overheard(connection)
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL enable_seqscan = off"))
        heirs.sides(heard, ["track00001"])
        heirs.lost_by_streams(heard, ["hash"])
        moving.find_moves(heard, "one", [moving.Seen(Stamp(b"a.mp3", 1, 2, 3), 0)])
        scanning.find_renamed(heard, [("file", 1, 2, 3)])
        found = plans(connection, heard)
        if connection.dialect.name == "sqlite":
            due = str(scanning._DUE.compile(dialect=connection.dialect))
            lines = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {due}", (0, "one", b"", b"z"))
            found.append("\n".join(str(line[-1]) for line in lines))
        for plan in found:
            assert not re.search(r"(SCAN|Seq Scan on) (tracks|files|albums)\b", plan), plan

    await database.read(work)
