"""What a table is sorted by, and where its letters are."""

from functools import partial

import pytest
from sqlalchemy import Connection, update
from tests.conftest import DatabaseFor
from tests.services.catalog.test_plans import SEEN, put, ranks, rows

from philomel.engines.sql import Database
from philomel.services.catalog import module
from philomel.services.catalog.contract import EntryKind, ListLetters, ListTracks, TrackSort
from philomel.services.catalog.store import listing
from philomel.services.catalog.store.tables import albums, artists, tracks


@pytest.fixture
async def database(database_for: DatabaseFor) -> Database:
    opened = await database_for(module.SCHEMA)
    for table, made in rows().items():
        await opened.write(partial(put, table=table, made=made))
    return opened


@pytest.mark.parametrize("sort", [TrackSort.YEAR, TrackSort.BPM])
async def test_what_is_not_known_comes_last_both_ways(database: Database, sort: TrackSort) -> None:
    column = tracks.c[sort.value]

    def work(connection: Connection) -> None:
        connection.execute(update(tracks).values({column.name: None}))
        for number, id_ in enumerate(("track00000", "track00013", "track00025", "track00002"), 1):
            connection.execute(update(tracks).where(tracks.c.id == id_).values({column: number}))
        for reverse in (False, True):
            request = ListTracks(sort=sort, reverse=reverse, limit=3)
            page = listing.list_tracks(connection, request, SEEN, ranks())
            known = ["track00000", "track00013", "track00002"]
            assert list(page.ids) == (known[::-1] if reverse else known)

    await database.write(work)


async def test_an_album_stays_in_its_order_when_albums_are_turned(database: Database) -> None:
    def work(connection: Connection) -> None:
        request = ListTracks(sort=TrackSort.ALBUM, reverse=True, limit=500)
        page = listing.list_tracks(connection, request, SEEN, ranks())
        first = page.ids[:10]
        assert list(first) == sorted(first)
        assert len({id_[:-1] for id_ in first}) == 1
        turned = ListTracks(sort=TrackSort.NAME, reverse=True, limit=500, offset=100)
        plain = ListTracks(sort=TrackSort.NAME, limit=500, offset=page.total - 600)
        there, back = (
            listing.list_tracks(connection, each, SEEN, ranks()) for each in (turned, plain)
        )
        assert there.ids == back.ids[::-1]

    await database.read(work)


async def test_letters_say_where_they_begin(database: Database) -> None:
    """Of what the caller sees; what begins with no letter is before or behind them."""

    def work(connection: Connection) -> None:
        for number, key in enumerate(
            ("\u0430\u0431\u0431\u0430", "beatles", "abba", "zappa", "björk", "hidden")
        ):
            only = albums.c.id == f"album{number // 2 * 3 + number % 2:04}"
            if key == "hidden":
                only = albums.c.id == "album0002"
            connection.execute(update(albums).where(only).values(sort_key=key))
        found = listing.list_letters(connection, ListLetters(EntryKind.ALBUM), SEEN, ranks())
        assert found.total == 200
        assert [(each.letter, each.offset) for each in found.items] == [
            ("#", 0), ("a", 195), ("b", 196), ("z", 198), ("~", 199),
        ]  # fmt: skip
        connection.execute(update(artists).where(artists.c.id == "artist001").values(sort_key="x"))
        people = listing.list_letters(connection, ListLetters(EntryKind.ARTIST), SEEN, ranks())
        assert [(each.letter, each.offset) for each in people.items] == [("a", 0), ("x", 29)]

    await database.write(work)
