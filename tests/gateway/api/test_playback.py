"""What players tell, over the extension API and the real service."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from tests.gateway.running import House, serving
from tests.gateway.shelf import ALICE, BOB, id_of

from philomel.engines.log.local import open_local_log
from philomel.engines.sql.migrate import prepare
from philomel.engines.sql.sqlite import open_sqlite
from philomel.gateway import api
from philomel.services.plays import module

TRACK = id_of("track Airbag")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House()
    database = open_sqlite(tmp_path / "plays.sqlite")
    asyncio.run(prepare(database, module.SCHEMA, tmp_path))
    log = open_local_log(tmp_path / "log.sqlite", house.clock)
    shelf = cast("Any", house.shelf)
    house.plays, _ = module.build(module.Deps(database, log, house.clock, shelf))
    with serving(house) as running:
        yield running

    async def close() -> None:
        await database.close()
        await log.close()

    asyncio.run(close())


def tell(house: House, state: str, position_ms: int, **more: Any) -> httpx.Response:
    told = {"track_id": TRACK, "state": state, "position_ms": position_ms, "player": "web", **more}
    headers = {"Authorization": f"Bearer {house.people.token(ALICE)}"}
    return house.http.post(f"{house.url}{api.PREFIX}/me/playback", headers=headers, json=told)


def played(house: House, who: str = ALICE) -> list[str]:
    headers = {"Authorization": f"Bearer {house.people.token(who)}"}
    answer = house.http.get(f"{house.url}/v1/me/player/recently-played", headers=headers)
    return [item["track"]["id"] for item in answer.json()["items"]]


def test_a_listen_counts_once_however_often_it_is_told(house: House) -> None:
    length = house.shelf.tracks[TRACK].duration_ms
    assert tell(house, "starting", 0).status_code == 204
    house.clock.advance(length // 4)
    tell(house, "playing", length // 4)
    assert played(house) == []
    house.clock.advance(length // 2)
    tell(house, "playing", length * 3 // 4)
    tell(house, "paused", length * 3 // 4)
    tell(house, "stopped", length * 3 // 4)
    assert played(house) == [TRACK]
    assert played(house, BOB) == []


def test_what_is_skipped_over_is_not_heard(house: House) -> None:
    length = house.shelf.tracks[TRACK].duration_ms
    tell(house, "starting", 0)
    house.clock.advance(5_000)
    # A seek is told as two places: where it was left, and where it goes on.
    tell(house, "playing", 5_000)
    tell(house, "playing", length - 5_000)
    house.clock.advance(5_000)
    tell(house, "stopped", length)
    assert played(house) == []


def test_what_nothing_plays_at_is_refused(house: House) -> None:
    assert tell(house, "dancing", 0).status_code == 400
    assert tell(house, "playing", -1).status_code == 400
    assert tell(house, "playing", 0, rate=0.0).status_code == 400
    assert tell(house, "playing", 0, volume=1).status_code == 400
