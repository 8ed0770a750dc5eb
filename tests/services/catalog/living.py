"""The catalogue, the playlists and the plays over one folder, which outlive their process."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct
from tests.databases import sqlite_at
from tests.services.catalog.house import ANNA, CALM, House, Shelf

from philomel.engines.audio.imager import WorkerImager
from philomel.engines.keys.ring import KeyRing
from philomel.engines.outbox import Job
from philomel.engines.sql import Database
from philomel.engines.workers import Workers
from philomel.kernel.caller import acting
from philomel.services.catalog import module
from philomel.services.media.contract import RegisterAssets
from philomel.services.playlists import module as playlists
from philomel.services.playlists.contract import (
    AddItems,
    CreatePlaylist,
    Item,
    ItemKind,
    ListItems,
    NewItem,
    Playlists,
    Rate,
    RemovedItem,
    RemoveItems,
    Save,
    SetBookmark,
    Unsave,
)
from philomel.services.plays import module as plays
from philomel.services.plays.contract import Plays


class KeptShelf(Shelf):
    """Still knows tomorrow what it was told."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND)
        for line in path.read_bytes().splitlines():
            known = msgspec.json.decode(line, type=RegisterAssets)
            self.assets |= {item.asset_id: item for item in known.items}

    async def register_assets(self, request: RegisterAssets, /) -> None:
        await super().register_assets(request)
        os.write(self._file, msgspec.json.encode(request) + b"\n")

    def close(self) -> None:
        os.close(self._file)


class Living(Struct):
    """Attributes:
    jobs: of the playlists and the plays; the house has its own.
    """

    house: House
    shelf: KeptShelf
    playlists: Playlists
    plays: Plays
    jobs: Sequence[Job]
    databases: Sequence[Database]

    async def close(self) -> None:
        await self.house.close()
        self.shelf.close()
        for database in self.databases:
            await database.close()


async def live_in(
    folder: Path, workers: Workers, now: int, guard: Callable[[Database], Database] | None = None
) -> Living:
    """Open what is in a folder.

    Args:
        now: milliseconds after the beginning of the story.
        guard: stands between each database and its users.
    """
    folder.mkdir(parents=True, exist_ok=True)
    databases: list[Database] = []
    for schema in (module.SCHEMA, playlists.SCHEMA, plays.SCHEMA):
        database: Database = await sqlite_at(folder / f"{schema.name}.sqlite", schema)
        databases.append(database if guard is None else guard(database))
    shelf = KeptShelf(folder / "assets")
    house = House(databases[0], folder, workers, CALM, shelf=shelf)
    house.clock.advance(now)
    deps = house.log, house.clock, house.service
    keys = KeyRing.open(folder / "keys.json", house.clock)
    played, second = plays.build(plays.Deps(databases[2], *deps))
    liked, first = playlists.build(
        playlists.Deps(databases[1], *deps, keys, house.blobs, WorkerImager(workers), played)
    )
    return Living(house, shelf, liked, played, (*first, *second), databases)


async def do(service: Playlists, what: str, track_id: str, rating: int) -> None:
    """Let anna like, not like or rate a track, list it, take it off her list, or mark it."""
    with acting(ANNA):
        if what in {"list", "unlist"}:
            playlist = await _playlist(service)
            if what == "list":
                await service.add_items(AddItems(playlist, (NewItem(track_id),)))
            else:
                await service.remove_items(RemoveItems(playlist, (RemovedItem(track_id),)))
            return
        if what == "mark":
            await service.set_bookmark(SetBookmark(track_id, 100 * rating))
            return
        if what == "like":
            await service.save(Save(ItemKind.TRACK, (track_id,)))
        elif what == "unlike":
            await service.unsave(Unsave(ItemKind.TRACK, (track_id,)))
        else:
            await service.rate(Rate(ItemKind.TRACK, track_id, rating))


async def listed(service: Playlists) -> Sequence[Item]:
    """What is on anna's list."""
    with acting(ANNA):
        return (await service.list_items(ListItems(await _playlist(service), 500))).items


async def _playlist(service: Playlists) -> str:
    """Of one source there is one playlist."""
    return (await service.create_playlist(CreatePlaylist("Anna's", source="anna"))).id
