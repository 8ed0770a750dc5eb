"""Covers follow the pictures that lie beside the music, and go when nothing shows them."""

import asyncio
import io
import os
from pathlib import Path

from PIL import Image
from tests.media.files import make
from tests.services.catalog.house import ANNA, House

from philomel.engines.blobs.disk import DiskBlobs
from philomel.kernel.caller import OPERATOR, acting
from philomel.services.catalog.contract import (
    ListAlbums,
    ListArtists,
    RelocateLibrary,
    RemoveLibrary,
)
from philomel.services.catalog.service.keeping import GRACE_MS, Keeper


def picture(path: Path, colour: str, *, old: bool = False) -> None:
    data = io.BytesIO()
    Image.new("RGB", (100, 100), colour).save(data, "PNG")
    path.write_bytes(data.getvalue())
    if old:
        os.utime(path, ns=(10**18, 10**18))


async def cover(house: House) -> str | None:
    with acting(ANNA):
        (album,) = (await house.service.list_albums(ListAlbums())).items
    return album.cover.id if album.cover else None


async def until_cover(house: House, *, not_: str | None) -> str | None:
    async def holds() -> bool:
        return await cover(house) != not_

    await house.until(holds, "catalog covers")
    return await cover(house)


async def test_a_new_cover_may_be_older(house: House, music: Path) -> None:
    make(music / "a" / "song.mp3", {"title": "Song", "album": "X", "artist": "A"})
    await house.add(music)
    await house.scan()
    picture(music / "a" / "cover.png", "red", old=True)
    assert (await house.scan()).unchanged == 1
    red = await until_cover(house, not_=None)
    aside = music / "a" / "cover.txt"
    (music / "a" / "cover.png").rename(aside)
    picture(music / "a" / "cover.png", "blue", old=True)
    os.utime(music / "a" / "cover.png", ns=(9**18, 9**18))
    await house.scan(path=music / "a")
    blue = await until_cover(house, not_=red)
    (music / "a" / "cover.png").unlink()
    await house.scan(path=music / "a" / "song.mp3")  # says nothing of pictures
    await house.scan()
    assert await until_cover(house, not_=blue) is None
    aside.rename(music / "a" / "cover.png")
    await house.scan()
    assert await until_cover(house, not_=None) == red


async def test_a_cover_that_changed_on_the_way_to_another_disk(
    house: House, music: Path, tmp_path: Path
) -> None:
    make(music / "a" / "song.mp3", {"title": "Song", "album": "X", "artist": "A"})
    library = await house.add(music)
    await house.scan()
    picture(music / "a" / "cover.png", "red")
    await house.scan()
    red = await until_cover(house, not_=None)
    there = music.rename(tmp_path / "there")
    picture(there / "a" / "cover.png", "blue")
    with acting(OPERATOR):
        await house.service.relocate_library(RelocateLibrary(library.name, os.fsencode(there)))
    await house.scan()
    assert await until_cover(house, not_=red) is not None


async def test_an_artist_s_picture_is_replaced(house: House, music: Path) -> None:
    make(music / "A" / "X" / "song.mp3", {"title": "Song", "album": "X", "artist": "A"})
    picture(music / "A" / "artist.png", "red")
    await house.add(music)
    await house.scan()

    async def portrait() -> str | None:
        with acting(ANNA):
            (artist,) = (await house.service.list_artists(ListArtists())).items
        return artist.cover.id if artist.cover else None

    async def shown() -> bool:
        return await portrait() != before

    before: str | None = None
    await house.until(shown, "catalog covers")
    before = await portrait()
    picture(music / "A" / "artist.png", "blue")
    await house.scan()
    await house.until(shown, "catalog covers")


def kept(house: House) -> set[str]:
    folder = Path(os.fsdecode(house.blobs._root)) / "covers"
    return {path.name.partition("-")[0] for path in folder.rglob("*.jpg")}


async def cut_off_while_it_is_kept(house: House, keeper: Keeper) -> None:
    """As a kill does it: a picture is stored, and was never written down as kept."""
    data = io.BytesIO()
    Image.new("RGB", (100, 100), "green").save(data, "PNG")
    before = kept(house)
    keeping = asyncio.ensure_future(keeper.keep(data.getvalue()))
    async with asyncio.timeout(10):
        while kept(house) == before:
            await asyncio.sleep(0)
    keeping.cancel()
    await asyncio.wait((keeping,))


async def test_what_nothing_shows_goes_after_some_days(house: House, music: Path) -> None:
    make(music / "a" / "song.mp3", {"title": "Song", "album": "X", "artist": "A"})
    picture(music / "a" / "cover.png", "red")
    library = await house.add(music)
    await house.scan()
    red = await until_cover(house, not_=None)
    picture(music / "a" / "cover.png", "blue")
    await house.scan()
    blue = await until_cover(house, not_=red)
    covers = house.job("catalog covers")
    keeper: Keeper = covers._keeper  # type: ignore[attr-defined]  # jobs share it
    assert await keeper.sweep(house.clock.now()) == 0
    assert kept(house) == {red, blue}
    house.clock.advance(GRACE_MS + 1)
    # Found again just before it would have gone: it stays.
    data = io.BytesIO()
    Image.new("RGB", (100, 100), "red").save(data, "PNG")
    assert await keeper.keep(data.getvalue()) == red
    assert await keeper.sweep(house.clock.now()) == 0
    assert kept(house) == {red, blue}
    house.clock.advance(GRACE_MS + 1)
    assert await keeper.sweep(house.clock.now()) == 1
    assert kept(house) == {blue}
    assert isinstance(house.blobs, DiskBlobs)
    await cut_off_while_it_is_kept(house, keeper)
    assert len(kept(house)) == 2
    house.clock.advance(GRACE_MS + 1)
    assert await keeper.sweep(house.clock.now()) == 1
    assert kept(house) == {blue}
    picture(music / "a" / "cover.png", "red")
    await house.scan()
    assert await until_cover(house, not_=blue) == red
    assert kept(house) == {red, blue}
    with acting(OPERATOR):
        await house.service.remove_library(RemoveLibrary(library.name, purge=True))
    assert await keeper.sweep(house.clock.now()) == 0
    house.clock.advance(GRACE_MS + 1)
    assert await keeper.sweep(house.clock.now()) == 2
    assert kept(house) == set()
