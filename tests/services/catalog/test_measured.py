"""What media measured reaches the catalogue, also where its news was lost."""

from pathlib import Path
from typing import cast

from sqlalchemy import update
from tests.media.files import make
from tests.media.templates import png
from tests.services.catalog.house import ANNA, House

from philomel.kernel.caller import acting
from philomel.kernel.ids import new_id
from philomel.services.catalog.contract import GetTracks, ListAlbums, Track
from philomel.services.catalog.jobs.reconciling import GRACE_MS, Reconciling
from philomel.services.catalog.store.tables import covers
from philomel.services.media.contract import Asset, AssetsAnalysed, Loudness

HASH = "5" * 64
PICTURE = png(80, 80, (200, 30, 40))


def result(asset_id: str, loudness: Loudness | None) -> Asset:
    return Asset(
        id=asset_id, size=1, container="mp3", codec="mp3", duration_ms=1000,
        content_type="audio/mpeg", suffix="mp3", stream_hash=HASH, loudness=loudness,
    )  # fmt: skip


def asset(track: Track) -> str:
    assert track.asset_id
    return track.asset_id


async def test_loudness_of_tracks_and_albums(house: House, music: Path) -> None:
    for number in (1, 2):
        make(music / f"A/{number}.mp3", {"title": f"{number}", "artist": "A", "album": "A"})
    await house.add(music)
    await house.scan()
    tracks = await house.tracks()
    one, two = (asset(tracks[title]) for title in "12")
    house.media.together = Loudness(-11.0, 0.5)
    house.media.found = {one: result(one, Loudness(-10.0, 0.5))}
    await house.tell("philomel.media", AssetsAnalysed(ids=(one,), at=house.clock.now()))

    async def heard(title: str) -> bool:
        return (await house.tracks())[title].true_peak is not None

    await house.until(lambda: heard("1"), "catalog follower", "catalog loudness")
    track = (await house.tracks())["1"]
    assert (track.loudness, track.true_peak, track.album_loudness) == (-10.0, 0.5, None)
    house.media.found[two] = result(two, Loudness(-12.0, -1.0))
    await house.tell("philomel.media", AssetsAnalysed(ids=(two,), at=house.clock.now()))

    async def measured() -> bool:
        tracks = await house.tracks()
        return tracks["1"].album_loudness is not None and tracks["2"].true_peak is not None

    await house.until(measured, "catalog follower", "catalog loudness")
    track = (await house.tracks())["2"]
    assert (track.loudness, track.true_peak) == (-12.0, -1.0)
    assert (track.album_loudness, track.album_true_peak) == (-11.0, 0.5)


async def test_lost_news_is_made_good(house: House, music: Path) -> None:
    """Of an analysis that was announced before the file was written down."""
    make(music / "A/1.mp3", {"title": "1", "artist": "A", "album": "A"})
    make(music / "A/2.mp3", {"title": "2", "artist": "A", "album": "A"})
    await house.add(music)
    await house.scan()
    tracks = await house.tracks()
    one, silent = (asset(tracks[title]) for title in "12")
    house.media.found = {one: result(one, Loudness(-9.0, 0.0)), silent: result(silent, None)}
    job = cast("Reconciling", house.job("catalog reconciling"))
    await job.reconcile()
    tracks = await house.tracks()
    assert tracks["1"].loudness == -9.0
    assert tracks["1"].duration_ms == 1000
    assert tracks["2"].loudness is None
    asked = house.media.asked
    await job.reconcile()
    assert house.media.asked == asked


async def test_media_forgets_what_nobody_knows_after_a_while(house: House, music: Path) -> None:
    make(music / "A/1.mp3", {"title": "1", "artist": "A", "album": "A"})
    await house.add(music)
    await house.scan()
    known = set(house.media.assets)
    strange = new_id()
    house.media.assets[strange] = next(iter(house.media.assets.values()))
    house.media.registered_at = house.clock.now()
    job = cast("Reconciling", house.job("catalog reconciling"))
    await job.reconcile()
    assert set(house.media.assets) == {strange, *known}
    house.clock.advance(GRACE_MS + 1)
    await job.reconcile()
    assert set(house.media.assets) == known
    # a file that is away for a while is not forgotten
    (music / "A/1.mp3").unlink()
    await house.scan()
    house.clock.advance(GRACE_MS + 1)
    await job.reconcile()
    assert set(house.media.assets) == known


async def test_covers_from_before_there_were_colours_get_theirs(house: House, music: Path) -> None:
    make(music / "A/1.mp3", {"title": "1", "artist": "A", "album": "A"}, cover=PICTURE)
    await house.add(music)
    await house.scan()

    async def colour() -> str | None:
        with acting(ANNA):
            [album] = (await house.service.list_albums(ListAlbums())).items
        return album.cover.colour if album.cover else None

    async def coloured() -> bool:
        return await colour() is not None

    await house.until(coloured, "catalog covers")
    before = await colour()
    await house.database.write(lambda c: c.execute(update(covers).values(colour=None)))
    assert await colour() is None
    await house.until(coloured, "catalog covers")
    assert await colour() == before
    with acting(ANNA):
        [track] = (await house.service.get_tracks(GetTracks(tuple(await ids(house))))).items
    assert track.cover
    assert track.cover.colour == before


async def ids(house: House) -> list[str]:
    return [track.id for track in (await house.tracks()).values()]
