"""Many who want many things made at once: in turn, a few at a time, and the rest is told when."""

import asyncio
from collections import Counter
from pathlib import Path

import pytest
from tests.gateway.media.ladder import on_air
from tests.media.files import make
from tests.services.media.conftest import LISTENER, OTHER

from philomel.engines.audio.renditions import making
from philomel.services.media.contract import Settings


async def test_a_crowd_is_served_in_turn_and_does_not_keep_others_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "PATIENCE", 60.0)  # a busy machine is not what is tried here
    async with on_air(tmp_path, Settings(max_encodes=1)) as station:
        make(station.house.root / "song.flac", seconds=2, channels=2, rate=44_100)
        # Nobody has analysed them, so each is a content of its own.
        assets = [await station.add("song.flac", "flac", 2) for _ in range(100)]
        masters = [(await station.playback(asset, LISTENER)).hls for asset in assets]
        wanted = [hls.replace("master.m3u8", "aac-96/0.m4s") for hls in masters]
        crowd = [asyncio.create_task(station.get(path)) for path in wanted]
        lonely = await station.playback(assets[0], OTHER)
        assert (await station.get(lonely.hls)).status_code == 200
        answers = await asyncio.gather(*crowd)
        statuses = Counter(answer.status_code for answer in answers)
        assert set(statuses) == {200, 429}
        assert statuses[200] >= 9, "one at work and eight that wait"
        refused = next(answer for answer in answers if answer.status_code == 429)
        assert int(refused.headers["retry-after"]) > 0
        assert refused.json()["error"]["code"] == "media.too_many_streams"
        # Who was sent away is served a little later.
        again = wanted[answers.index(refused)]
        assert (await station.get(again)).status_code == 200


async def test_two_hundred_of_one_rendition_get_the_same(tmp_path: Path) -> None:
    async with on_air(tmp_path) as station:
        make(station.house.root / "song.flac", seconds=2, channels=2, rate=44_100)
        asset = await station.add("song.flac", "flac", 2)
        path = (await station.playback(asset)).hls.replace("master.m3u8", "aac-160/0.m4s")
        answers = await asyncio.gather(*(station.get(path) for _ in range(200)))
        assert {answer.status_code for answer in answers} == {200}
        assert len({answer.content for answer in answers}) == 1
        async with asyncio.timeout(10):
            while not (left := [*station.shelf.walk(b"renditions")]):
                await asyncio.sleep(0.01)  # between the last part and its publication
        assert len(left) == 1
