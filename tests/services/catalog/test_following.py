"""Covers, analysis and play counts reach the catalogue."""

import io
from pathlib import Path

import pytest
from PIL import Image
from tests.media.files import make
from tests.services.catalog.house import ANNA, House

from philomel.kernel.caller import SERVICE, acting
from philomel.kernel.errors import InvalidArgument, PermissionDenied
from philomel.kernel.ids import new_id
from philomel.services.catalog.contract import (
    Cover,
    EntryKind,
    GetAlbums,
    GetTracks,
    GetVersion,
    ListAlbums,
    ListArtists,
    ListTracks,
    OfferPicture,
    TrackSort,
)
from philomel.services.catalog.jobs import following
from philomel.services.catalog.store.merging import hearing
from philomel.services.media.contract import Asset, AssetsAnalysed
from philomel.services.plays.contract import TotalsChanged, TrackTotal


def picture(edge: int, colour: str) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (edge, edge), colour).save(data, "PNG")
    return data.getvalue()


async def test_covers_from_the_folder_and_from_files(house: House, music: Path) -> None:
    make(music / "A/Folder/1.mp3", {"title": "1", "artist": "A", "album": "Folder"})
    (music / "A/Folder/Cover.png").write_bytes(picture(700, "red"))
    (music / "A/artist.jpg").write_bytes(picture(100, "green"))
    make(
        music / "B/Inside/1.flac",
        {"title": "2", "artist": "B", "album": "Inside"},
        cover=picture(400, "blue"),
    )
    make(music / "C/None/1.mp3", {"title": "3", "artist": "C", "album": "None"})
    (music / "C/None/cover.jpg").write_bytes(b"no picture")
    await house.add(music)
    await house.scan()

    async def found() -> bool:
        with acting(ANNA):
            albums = await house.service.list_albums(ListAlbums())
        return sum(album.cover is not None for album in albums.items) == 2

    await house.until(found, "catalog covers")
    with acting(ANNA):
        albums = {a.name: a for a in (await house.service.list_albums(ListAlbums())).items}
        artists = {a.name: a for a in (await house.service.list_artists(ListArtists())).items}
    for name, sizes in (("Folder", (64, 300, 640, 1200)), ("Inside", (64, 300, 640))):
        cover = albums[name].cover
        assert cover
        assert cover.sizes == sizes
        assert cover.colour
        assert cover.colour[1:3] > "f0" if name == "Folder" else cover.colour[5:] > "f0"
        for size in cover.sizes:
            key = f"covers/{cover.id[:2]}/{cover.id}-{size}.jpg".encode()
            with Image.open(io.BytesIO(await house.blobs.get(key))) as image:
                assert image.format == "JPEG"
                assert max(image.size) <= size
    assert artists["A"].cover
    assert not artists["B"].cover
    assert (await house.tracks())["1"].cover == albums["Folder"].cover


async def test_pictures_from_elsewhere_stand_back(house: House, music: Path) -> None:
    """They show where the files bring none, and for as long."""
    make(music / "A/None/1.mp3", {"title": "1", "artist": "A", "album": "None"})
    await house.add(music)
    await house.scan()
    with acting(ANNA):
        [album] = (await house.service.list_albums(ListAlbums())).items
        [artist] = (await house.service.list_artists(ListArtists())).items
        with pytest.raises(PermissionDenied):
            await house.service.offer_picture(OfferPicture(EntryKind.ALBUM, album.id, "found/a"))
    await house.blobs.put(b"found/a", picture(400, "blue"))
    await house.blobs.put(b"found/b", b"<html>not a picture</html>")

    async def offer(kind: EntryKind, id_: str, key: str) -> bool:
        with acting(SERVICE):
            return (await house.service.offer_picture(OfferPicture(kind, id_, key))).taken

    assert await offer(EntryKind.ALBUM, album.id, "found/a")
    assert await offer(EntryKind.ARTIST, artist.id, "found/a")
    assert not await offer(EntryKind.ALBUM, album.id, "found/b")
    assert not await offer(EntryKind.ALBUM, new_id(), "found/a")
    for kind, key in ((EntryKind.TRACK, "found/a"), (EntryKind.ALBUM, "found/nothing")):
        with pytest.raises(InvalidArgument):
            await offer(kind, album.id, key)

    async def covers() -> tuple[Cover | None, ...]:
        with acting(ANNA):
            [album] = (await house.service.list_albums(ListAlbums())).items
            [artist] = (await house.service.list_artists(ListArtists())).items
        [track] = (await house.tracks()).values()
        return album.cover, artist.cover, track.cover

    found, portrait, of_track = await covers()
    assert found
    assert found == portrait == of_track
    (music / "A/None/cover.png").write_bytes(picture(300, "red"))
    (music / "A/artist.png").write_bytes(picture(300, "green"))
    await house.scan()

    async def own() -> bool:
        cover, face, _ = await covers()
        return cover != found and face not in {cover, found}

    await house.until(own, "catalog covers")


async def test_the_same_stream_proves_a_lost_track(house: House, music: Path) -> None:
    """Moved, retagged and rewritten at once: only analysis can tell."""
    make(music / "keep.mp3", {"title": "Keep", "artist": "A", "album": "X"})
    old_path = make(music / "old.mp3", {"title": "Old", "artist": "A", "album": "Y"}, seconds=1.0)
    await house.add(music)
    await house.scan()
    old = (await house.tracks())["Old"]
    assert old.asset_id

    async def analysed(asset_id: str, duration: int) -> None:
        source = house.media.assets[asset_id]
        house.media.found[asset_id] = Asset(
            id=asset_id, size=source.size, container="mp3", codec="mp3", duration_ms=duration,
            content_type="audio/mpeg", suffix="mp3", stream_hash="ab" * 32,
        )  # fmt: skip
        event = AssetsAnalysed(ids=(asset_id,), at=house.clock.now())
        await house.tell("philomel.media", event)

    await analysed(old.asset_id, 1_111)

    async def corrected() -> bool:
        return (await house.tracks())["Old"].duration_ms == 1_111

    await house.until(corrected, "catalog follower")
    old_path = old_path.rename(music / "moved.mp3")
    assert (await house.scan(full=True)).moved == 1
    assert await corrected()  # the same bytes: what analysis found still holds
    old_path.unlink()
    await house.scan()
    make(music / "new.mp3", {"title": "New", "artist": "B", "album": "Z"}, seconds=1.3)
    assert (await house.scan()).added == 1
    new = (await house.tracks())["New"]
    assert new.id != old.id
    assert new.asset_id
    await analysed(new.asset_id, 1_111)

    async def merged() -> bool:
        return "Old" not in await house.tracks()

    await house.until(merged, "catalog follower")
    with acting(ANNA):
        both = await house.service.get_tracks(GetTracks((old.id, new.id)))
        assert old.album
        album = await house.service.get_albums(GetAlbums((old.album.id,)))
    assert [track.id for track in both.items] == [old.id]
    assert both.items[0].title == "New"
    assert not both.items[0].missing
    assert [(alias.old, alias.new) for alias in both.aliases] == [(new.id, old.id)]
    assert [a.name for a in album.items] == ["Z"]
    assert (await house.scan()).unchanged == 2


async def test_one_recording_on_two_albums_stays_two(house: House, music: Path) -> None:
    """Also when one of them is retagged while the disk of the other is away."""
    album = make(music / "album/1.mp3", {"title": "Song", "artist": "A", "album": "X"})
    other = make(music / "best/1.mp3", {"title": "Song (best)", "artist": "A", "album": "Best of"})
    await house.add(music)
    await house.scan()
    before = await house.tracks()

    async def analysed(title: str, duration: int) -> None:
        asset_id = before[title].asset_id
        assert asset_id
        source = house.media.assets[asset_id]
        house.media.found[asset_id] = Asset(
            id=asset_id, size=source.size, container="mp3", codec="mp3", duration_ms=duration,
            content_type="audio/mpeg", suffix="mp3", stream_hash="cd" * 32,
        )  # fmt: skip
        await house.tell("philomel.media", AssetsAnalysed(ids=(asset_id,), at=house.clock.now()))

        async def heard() -> bool:
            return duration in {track.duration_ms for track in (await house.tracks()).values()}

        await house.until(heard, "catalog follower")

    await analysed("Song", 1_001)
    await analysed("Song (best)", 1_002)
    away = other.rename(music.parent / "away.mp3")
    assert (await house.scan()).missing == 1
    make(album, {"title": "Song", "artist": "A", "album": "X", "date": "1999"}, seconds=1.0)
    assert (await house.scan()).changed == 1
    await analysed("Song", 1_003)
    away.rename(other)
    await house.scan()
    after = await house.tracks()
    assert {title: track.id for title, track in after.items()} == {
        title: track.id for title, track in before.items()
    }


async def test_plays_order_lists(
    house: House, music: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "COUNTED", 1)  # each in a transaction of its own
    monkeypatch.setattr(hearing, "SUMMED", 1)
    for number in range(3):
        make(music / f"{number}.mp3", {"title": f"T{number}", "artist": "A", "album": "X"})
    await house.add(music)
    await house.scan()
    tracks = await house.tracks()
    with acting(ANNA):
        version = await house.service.get_version(GetVersion())
    totals = (TrackTotal(tracks["T1"].id, 5), TrackTotal(tracks["T2"].id, 7))
    await house.tell("philomel.plays", TotalsChanged(totals, house.clock.now()))

    async def counted() -> bool:
        with acting(ANNA):
            page = await house.service.list_tracks(ListTracks(sort=TrackSort.MOST_PLAYED))
            albums = (await house.service.list_albums(ListAlbums())).items
            artists = (await house.service.list_artists(ListArtists())).items
        plays = [(track.title, track.play_count) for track in page.items]
        sums = {album.play_count for album in albums} | {artist.play_count for artist in artists}
        return plays == [("T2", 7), ("T1", 5), ("T0", 0)] and sums == {12}

    await house.until(counted, "catalog follower")
    with acting(ANNA):
        # What was made of entries does not say how often they were played.
        assert await house.service.get_version(GetVersion()) == version
        listed = ListTracks(sort=TrackSort.MOST_PLAYED, limit=2)
        page, ids = (
            await house.service.list_tracks(listed),
            await house.service.list_track_ids(listed),
        )
        found = await house.service.get_tracks(GetTracks(ids.ids))
        assert (ids.total, ids.next) == (page.total, page.next)
        assert (page.items, ids.version) == (found.items, found.version)
        assert found.version == version.version
