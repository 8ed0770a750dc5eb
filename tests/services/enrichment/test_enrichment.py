"""Asking a local server that speaks the open services' APIs, for a real catalogue."""

import asyncio
import contextlib
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from tests.media.files import make
from tests.servers.openmusic import OpenMusic
from tests.services.catalog.house import ANNA, House
from tests.services.enrichment.conftest import Built

from philomel.engines.sql import Database
from philomel.kernel.caller import ANONYMOUS, OPERATOR, acting
from philomel.kernel.errors import PermissionDenied, Unauthenticated
from philomel.kernel.ids import new_id
from philomel.services.catalog.contract import (
    Album,
    Artist,
    ListAlbums,
    ListArtists,
)
from philomel.services.enrichment.contract import (
    Enrichment,
    GetArtistInfo,
    GetFoundLyrics,
    GetState,
    InfoNotFound,
    LookAgain,
    SetEnabled,
    State,
)
from philomel.services.enrichment.jobs import enricher
from philomel.services.enrichment.store import sql

BAND = "11111111-2222-3333-4444-555555555555"
OTHER = "11111111-2222-3333-4444-666666666666"
GROUP = "aaaaaaaa-2222-3333-4444-555555555555"


def picture(colour: str) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (400, 300), colour).save(data, "PNG")
    return data.getvalue()


def group(title: str, artist: str, mbid: str, score: int = 100) -> dict[str, Any]:
    credit = {"name": artist, "artist": {"id": mbid, "name": artist}}
    return {"id": GROUP, "title": title, "score": score, "artist-credit": [credit]}


def know(server: OpenMusic) -> None:
    server.groups["First Light"] = [group("First light!", "The Larks", BAND)]
    server.artists[BAND] = {
        "id": BAND,
        "name": "The Larks",
        "relations": [
            {"type": "wikidata", "url": {"resource": "https://www.wikidata.org/wiki/Q42"}},
            {"type": "official homepage", "url": {"resource": "https://larks.example/"}},
            {"type": "other", "url": {"resource": "javascript:alert(1)"}},
            {"type": "fanpage", "ended": True, "url": {"resource": "https://gone.example/"}},
        ],
    }
    server.entities["Q42"] = {
        "claims": {"P18": [{"mainsnak": {"datavalue": {"value": "The Larks live.jpg"}}}]},
        "sitelinks": {"enwiki": {"title": "The Larks (band)"}},
    }
    server.files["The_Larks_live.jpg"] = picture("green")
    server.summaries["en:The_Larks_(band)"] = {
        "type": "standard",
        "extract": "The Larks are a band.\x1b[31m <img src=x onerror=alert(1)>",
        "content_urls": {"desktop": {"page": "https://en.wikipedia.org/wiki/The_Larks_(band)"}},
    }
    server.fronts[GROUP] = picture("red")
    server.lyrics["The Larks", "Dawn"] = {
        "instrumental": False,
        "plainLyrics": "Here it comes",
        "syncedLyrics": "[00:01.00] Here it comes",
    }
    server.lyrics["The Larks", "Noon"] = {"instrumental": True}


@pytest.fixture
async def shelf(house: House, music: Path, openmusic: OpenMusic) -> House:
    know(openmusic)
    for number, title in enumerate(("Dawn", "Noon"), 1):
        tags = {"title": title, "artist": "The Larks", "album": "First Light"}
        make(music / f"a/{number}.mp3", {**tags, "tracknumber": str(number)})
    make(music / "b/1.mp3", {"title": "X", "artist": "Nobody", "album": "Nothing"})
    await house.add(music)
    await house.scan()
    return house


@asynccontextmanager
async def at_work(built: Built) -> AsyncIterator[None]:
    tasks = [asyncio.ensure_future(job.run()) for job in built[1]]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task


async def until(done: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(20):
        while not await done():
            await asyncio.sleep(0.02)


async def state(service: Enrichment) -> State:
    with acting(OPERATOR):
        return await service.get_state(GetState())


async def switch(service: Enrichment, *, enabled: bool) -> State:
    with acting(OPERATOR):
        return await service.set_enabled(SetEnabled(enabled))


async def all_done(service: Enrichment, number: int) -> None:
    async def done() -> bool:
        now = await state(service)
        return now.waiting == 0 and now.found + now.nothing + now.failed >= number

    await until(done)


async def entries(house: House) -> tuple[dict[str, Artist], dict[str, Album]]:
    with acting(ANNA):
        artists = (await house.service.list_artists(ListArtists())).items
        albums = (await house.service.list_albums(ListAlbums())).items
    return {a.name: a for a in artists}, {a.name: a for a in albums}


async def test_a_yes_brings_what_is_known(
    shelf: House, service: Enrichment, built: Built, openmusic: OpenMusic
) -> None:
    assert (await state(service)).enabled is None
    async with at_work(built):
        assert openmusic.asked == []
        assert (await switch(service, enabled=True)).enabled is True
        await all_done(service, 7)
    artists, albums = await entries(shelf)
    larks = artists["The Larks"]
    assert larks.cover
    assert albums["First Light"].cover
    assert larks.cover != albums["First Light"].cover
    assert not artists["Nobody"].cover
    tracks = await shelf.tracks()
    with acting(ANNA):
        info = await service.get_artist_info(GetArtistInfo(larks.id))
        lyrics = await service.get_found_lyrics(GetFoundLyrics(tracks["Dawn"].id))
        for missing in (tracks["Noon"].id, tracks["X"].id, new_id()):
            with pytest.raises(InfoNotFound):
                await service.get_found_lyrics(GetFoundLyrics(missing))
    assert info.musicbrainz_id == BAND
    assert info.biography == "The Larks are a band.[31m <img src=x onerror=alert(1)>"
    assert info.source == "Wikipedia, CC BY-SA 4.0"
    assert info.source_url == "https://en.wikipedia.org/wiki/The_Larks_(band)"
    assert [link.kind for link in info.links] == ["wikidata", "official homepage"]
    assert (lyrics.text, lyrics.synced) == ("[00:01.00] Here it comes", True)
    assert openmusic.agents == {"Philomel/test (us@example.org)"}
    assert [blob async for blob in _found(shelf)] == []


async def _found(house: House) -> AsyncIterator[bytes]:
    for entry in await asyncio.to_thread(lambda: list(house.blobs.walk(b"found"))):
        yield entry.key


async def test_nobody_is_asked_twice(
    shelf: House,
    built: Built,
    openmusic: OpenMusic,
    music: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(enricher, "IDLE_SECONDS", 0.1)
    service = built[0]
    async with at_work(built), shelf.running("catalog relay"):
        await switch(service, enabled=True)
        await all_done(service, 7)
        asked = len(openmusic.asked)
        make(music / "a/3.mp3", {"title": "Dusk", "artist": "The Larks", "album": "First Light"})
        await shelf.scan()
        await all_done(service, 8)
        assert len(openmusic.asked) == asked + 1
        await switch(service, enabled=False)
        await switch(service, enabled=True)
        await all_done(service, 8)
        assert len(openmusic.asked) == asked + 1
        openmusic.lyrics["The Larks", "Dusk"] = {"plainLyrics": "Good night"}
        dusk = (await shelf.tracks())["Dusk"].id
        with acting(OPERATOR):
            await service.look_again(LookAgain((dusk,)))
        await all_done(service, 8)
    with acting(ANNA):
        found = await service.get_found_lyrics(GetFoundLyrics(dusk))
    assert (found.text, found.synced) == ("Good night", False)


@pytest.mark.parametrize("days", [91, -365])  # or the clock is set back
async def test_what_nobody_knew_is_asked_again_much_later(
    shelf: House, built: Built, openmusic: OpenMusic, days: int
) -> None:
    service = built[0]
    async with at_work(built):
        await switch(service, enabled=True)
        await all_done(service, 7)
    asked, nothing = len(openmusic.asked), (await state(service)).nothing
    assert nothing > 0
    shelf.clock.advance(days * 86_400_000)
    async with at_work(built):
        await until(lambda: _more(openmusic, asked))
        await all_done(service, 7)
    assert (await state(service)).nothing == nothing


async def _more(server: OpenMusic, than: int) -> bool:
    return len(server.asked) > than


@pytest.mark.parametrize("passes", [121_000, -365 * 86_400_000])
async def test_without_the_internet_all_waits(
    shelf: House, built: Built, openmusic: OpenMusic, passes: int
) -> None:
    service = built[0]
    openmusic.broken = (503, {"Retry-After": "120"})
    async with at_work(built):
        await switch(service, enabled=True)

        async def told() -> bool:
            return (await state(service)).error is not None

        await until(told)
    asked = len(openmusic.asked)
    assert asked == 1
    assert (await state(service)).waiting == 7
    openmusic.broken = None
    # Also where the clock is set back meanwhile.
    shelf.clock.advance(passes)
    async with at_work(built):
        await all_done(service, 7)
    assert (await state(service)).error is None
    assert (await entries(shelf))[0]["The Larks"].cover


async def test_names_alone_prove_nothing(shelf: House, built: Built, openmusic: OpenMusic) -> None:
    service = built[0]
    openmusic.groups["First Light"] = [
        group("First Light", "Another Band", OTHER),
        group("First Lights", "The Larks", BAND),
        group("First Light", "The Larks", BAND, score=70),
    ]
    async with at_work(built):
        await switch(service, enabled=True)
        await all_done(service, 7)
    artists, albums = await entries(shelf)
    assert not artists["The Larks"].cover
    assert not albums["First Light"].cover


@pytest.mark.parametrize("body", [b"not json", b"[]", b'{"id": 7}', b"[" * 100_000, b"\xff"])
async def test_broken_answers_break_nothing(
    shelf: House,
    built: Built,
    openmusic: OpenMusic,
    body: bytes,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    service = built[0]
    monkeypatch.setattr(openmusic, "answer", lambda _: (200, "application/json", body, {}))
    async with at_work(built):
        await switch(service, enabled=True)
        await all_done(service, 7)
    assert (await state(service)).found == 0


async def test_local_pictures_win(
    shelf: House, built: Built, openmusic: OpenMusic, music: Path
) -> None:
    service = built[0]
    (music / "artist.png").write_bytes(picture("blue"))
    (music / "a/cover.png").write_bytes(picture("blue"))
    await shelf.scan()

    async def own() -> bool:
        artists, albums = await entries(shelf)
        return bool(artists["The Larks"].cover and albums["First Light"].cover)

    await shelf.until(own, "catalog covers")
    before = await entries(shelf)
    async with at_work(built):
        await switch(service, enabled=True)
        await all_done(service, 7)
    assert (await entries(shelf))[0]["The Larks"].cover == before[0]["The Larks"].cover
    assert not any("FilePath" in path or "/front-" in path for path in openmusic.asked)


async def test_who_may_do_what(service: Enrichment, shelf: House) -> None:
    with acting(ANNA):
        for call in (
            service.get_state(GetState()),
            service.set_enabled(SetEnabled(True)),
            service.look_again(LookAgain(())),
        ):
            with pytest.raises(PermissionDenied):
                await call
    with acting(ANONYMOUS), pytest.raises(Unauthenticated):
        await service.get_artist_info(GetArtistInfo(new_id()))


async def test_merged_artists_keep_what_was_found(
    shelf: House, built: Built, database: Database
) -> None:
    service = built[0]
    async with at_work(built):
        await switch(service, enabled=True)
        await all_done(service, 7)
    artists, _ = await entries(shelf)
    old, new = artists["The Larks"].id, artists["Nobody"].id
    await database.write(lambda c: sql.merge(c, old, new))
    assert (await database.read(lambda c: sql.get_info(c, new))) is not None
    assert (await database.read(lambda c: sql.get_info(c, old))) is None
