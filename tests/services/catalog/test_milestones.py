"""Any page of a long list is found without a walk, and only while that is right."""

from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, bindparam, delete, insert, update
from tests.conftest import DatabaseFor
from tests.services.catalog.test_plans import LIBRARIES, SEEN, Overheard, put, rows

from philomel.engines.sql import Database
from philomel.kernel.clock import FixedClock
from philomel.services.catalog import module
from philomel.services.catalog.contract import (
    AlbumSort,
    ListAlbums,
    ListTracks,
    TrackSort,
)
from philomel.services.catalog.jobs import surveyor
from philomel.services.catalog.jobs.surveyor import Surveyor
from philomel.services.catalog.store import entries, listing
from philomel.services.catalog.store.listing.milestones import Milestones
from philomel.services.catalog.store.listing.ranks import Ranks
from philomel.services.catalog.store.tables import album_genres, scans, tracks

TRACK_LISTS = [
    ListTracks(),
    ListTracks(sort=TrackSort.MOST_PLAYED),
    ListTracks(sort=TrackSort.RECENTLY_ADDED, genre="half"),
    ListTracks(sort=TrackSort.ALBUM_ORDER, genre="often"),
    ListTracks(from_year=1955, to_year=2001),
    ListTracks(to_year=1990, sort=TrackSort.MOST_PLAYED),
]
ALBUM_LISTS = [
    *(ListAlbums(sort=sort) for sort in AlbumSort if "r" not in sort.value[:1]),
    ListAlbums(genre="often", sort=AlbumSort.RECENTLY_ADDED),
    ListAlbums(from_year=1955, to_year=2001, sort=AlbumSort.YEAR_DESCENDING),
]


@pytest.fixture
async def database(database_for: DatabaseFor) -> Database:
    opened = await database_for(module.SCHEMA)
    every = rows()
    every[album_genres] = [
        {"genre_id": "often", "album_id": f"album{number:04}"} for number in range(300)
    ]
    for table, made in every.items():
        await opened.write(partial(put, table=table, made=made))
    return opened


class Watched:
    """A surveyor of a small catalogue, with what it found."""

    def __init__(self, database: Database) -> None:
        self.clock = FixedClock()
        self.ranks = Ranks(self.clock, step=20, many=40)
        self.milestones: Milestones = self.ranks.milestones
        self.job = Surveyor(
            database=database, milestones=self.milestones, clock=self.clock,
            fewest=2_000, stretch=70, pause=0,
        )  # fmt: skip

    @property
    def surveyed(self) -> set[str]:
        return {str(o.column) for o in listing.SURVEYED if self.milestones.road(o.column)}


EVERY = {str(order.column) for order in listing.SURVEYED}


async def test_any_page_is_found_without_a_walk(database: Database) -> None:
    watched = Watched(database)
    await watched.job.look()
    assert watched.surveyed == EVERY
    finds: list[tuple[Any, Any]] = [
        *((listing.list_tracks, request) for request in TRACK_LISTS),
        *((listing.list_albums, request) for request in ALBUM_LISTS),
    ]

    def work(connection: Connection) -> None:
        for find, request in finds:
            for seen in (SEEN, ("three",), LIBRARIES):
                check(connection, find, request, seen)

    def check(connection: Connection, find: Any, request: Any, seen: Any) -> None:
        fields = {name: getattr(request, name) for name in request.__struct_fields__}
        whole = find(
            connection, type(request)(**fields | {"limit": 3_000}), seen, Ranks(FixedClock())
        )
        for offset in range(3, whole.total, 307):
            fresh = Ranks(FixedClock(), step=20, many=40)
            fresh.milestones = watched.milestones
            heard: Any = Overheard(connection)
            asked = type(request)(**fields | {"limit": 20, "offset": offset})
            page = find(heard, asked, seen, fresh)
            assert page.ids == whole.ids[offset : offset + 20], (asked, seen)
            assert page.total == whole.total
            assert len(heard.said) <= 9, asked

    await database.read(work)


async def test_genres_are_counted_by_milestones(database: Database) -> None:
    watched = Watched(database)
    await watched.job.look()

    def work(connection: Connection) -> None:
        for seen in (SEEN, LIBRARIES):
            heard: Any = Overheard(connection)
            counted = entries.list_genres(heard, seen, watched.milestones)
            assert len(heard.said) == 1
            assert counted == entries.list_genres(connection, seen, Milestones())

    await database.read(work)


async def test_milestones_go_when_the_catalogue_changes(database: Database) -> None:
    watched = Watched(database)
    await watched.job.look()
    await watched.job.look()
    assert watched.surveyed == EVERY
    row = {
        "id": "scan", "phase": "reading", "full": False, "cancel": False, "started_at": 1,
        "walked": False, "found": 0, "read": 0, "added": 0, "changed": 0, "moved": 0,
        "missing": 0, "unchanged": 0, "errors": 0,
    }  # fmt: skip
    await database.write(lambda c: c.execute(insert(scans), row))
    watched.clock.advance(3_600_000)
    await watched.job.look()
    assert not watched.surveyed, "a scan is at work"
    done = update(scans).values(phase="done", changed=3)
    await database.write(lambda c: c.execute(done))
    await watched.job.look()
    assert watched.surveyed == EVERY
    watched.job._not_before = watched.clock.now() + 10_000
    await database.write(lambda c: c.execute(done.values(changed=4)))
    await watched.job.look()
    assert not watched.surveyed
    watched.clock.advance(9_000)
    await watched.job.look()
    assert not watched.surveyed, "surveys take a small part of the time"
    watched.clock.advance(1_000)
    await watched.job.look()
    assert watched.surveyed == EVERY


async def test_plays_change_only_the_orders_by_plays_and_not_at_once(database: Database) -> None:
    watched = Watched(database)
    await watched.job.look()
    before = {order: watched.milestones.road(order.column) for order in listing.SURVEYED}
    played = (
        update(tracks)
        .where(tracks.c.id == bindparam("track"))
        .values(play_count=100, last_played_at=5)
    )
    await database.write(lambda c: c.execute(played, {"track": "track00001"}))
    watched.clock.advance(60_000)
    await watched.job.look()
    assert before == {order: watched.milestones.road(order.column) for order in listing.SURVEYED}
    watched.clock.advance(surveyor.PLAYED_MS)
    await watched.job.look()
    changed = {o for o, road in before.items() if watched.milestones.road(o.column) is not road}
    assert changed == set(listing.PLAYED)
    assert watched.surveyed == EVERY


async def test_short_lists_need_none(database: Database) -> None:
    watched = Watched(database)
    await watched.job.look()
    await database.write(lambda c: c.execute(delete(scans)))
    small = Surveyor(database=database, milestones=watched.milestones, clock=watched.clock)
    await small.look()
    assert not watched.surveyed
