"""What is shown for playlists that were given no picture."""

import io

import pytest
from PIL import Image
from tests.services.people import ADAM, PROGRAM, ZOE, id_of
from tests.services.running import running, until
from tests.services.shelf import Shelf

from philomel.engines.blobs import Blobs
from philomel.engines.outbox import Job
from philomel.kernel.caller import acting
from philomel.kernel.clock import FixedClock
from philomel.kernel.errors import NotFound
from philomel.services.catalog.contract import Cover
from philomel.services.playlists.contract import (
    AddItems,
    CreatePlaylist,
    GetPlaylistCovers,
    ItemKind,
    NewItem,
    Playlist,
    PlaylistCover,
    Playlists,
    Save,
    SmartField,
    SmartOperator,
    SmartRule,
    SmartRules,
)
from philomel.services.playlists.service import PlaylistService
from philomel.services.playlists.store import mosaics

TRACKS = [id_of(name) for name in "abcdef"]
COVERS = [Cover(id_of(f"cover{name}"), (64, 300)) for name in "abcd"]
COLOURS = ["red", "green", "blue", "white"]
DAY = 86_400_000


def key(cover: PlaylistCover, size: int) -> bytes:
    return f"covers/{cover.id[:2]}/{cover.id}-{size}.jpg".encode()


@pytest.fixture
async def pictures(shelf: Shelf, blobs: Blobs) -> None:
    """Two tracks of a first album, then three of others; the last one has no picture."""
    for track, cover in zip(TRACKS, [COVERS[0], *COVERS, None], strict=True):
        shelf.add_track(track, cover=cover)
    for cover, colour in zip(COVERS, COLOURS, strict=True):
        data = io.BytesIO()
        Image.new("RGB", (300, 300), colour).save(data, "JPEG")
        await blobs.put(f"covers/{cover.id[:2]}/{cover.id}-300.jpg".encode(), data.getvalue())


async def made(service: Playlists, *tracks: str, public: bool = True) -> Playlist:
    playlist = await service.create_playlist(CreatePlaylist("x", public=public))
    await service.add_items(AddItems(playlist.id, tuple(map(NewItem, tracks))))
    return playlist


async def shown(
    service: Playlists, *playlists: Playlist, wait: bool = True
) -> list[PlaylistCover | None]:
    ids = tuple(playlist.id for playlist in playlists)
    found = await service.get_playlist_covers(GetPlaylistCovers(ids, wait))
    return [each.cover for each in found.items]


@pytest.mark.usefixtures("pictures")
async def test_four_albums_make_a_picture(service: Playlists, shelf: Shelf, blobs: Blobs) -> None:
    first = PlaylistCover(COVERS[0].id, COVERS[0].sizes)
    with acting(ZOE):
        playlist = await made(service, *TRACKS)
        few = await made(service, *TRACKS[:4])
        none = await made(service, TRACKS[5], public=False)
        (mosaic,) = await shown(service, playlist)
        assert await shown(service, few, none) == [first, None]
        liked = SmartRule(SmartField.LIKED, SmartOperator.IS, ("true",))
        smart = await service.create_playlist(
            CreatePlaylist("s", public=True, rules=SmartRules(rules=(liked,)))
        )
        await service.save(Save(ItemKind.TRACK, tuple(TRACKS)))
        assert await shown(service, smart) == [mosaic]
    assert mosaic is not None
    assert mosaic.sizes == (64, 300, 640)
    picture = Image.open(io.BytesIO(await blobs.get(key(mosaic, 640))))
    spots = [(x, y, x + 1, y + 1) for y in (9, 630) for x in (9, 630)]
    corners = [list(picture.convert("RGB").crop(spot).tobytes()) for spot in spots]
    assert [corner.index(max(corner)) for corner in corners[:3]] == [0, 1, 2]
    assert min(corners[3]) > 240
    # Somebody else sees of it what they see of the music, and no private ones.
    shelf.hidden.add((ADAM.user_id, TRACKS[4]))
    with acting(ADAM):
        assert await shown(service, playlist, none) == [first]
    with acting(PROGRAM):
        assert len(await shown(service, playlist, none)) == 1


@pytest.mark.usefixtures("pictures")
async def test_lists_do_not_wait_and_what_is_not_shown_goes(
    service: Playlists,
    built: tuple[PlaylistService, tuple[Job, ...]],
    blobs: Blobs,
    clock: FixedClock,
) -> None:
    with acting(ZOE):
        playlist = await made(service, *TRACKS)
        assert await shown(service, playlist, wait=False) == [
            PlaylistCover(COVERS[0].id, (64, 300))
        ]
        async with running(built[1]):
            found = PlaylistCover("", ())

            async def drawn() -> bool:
                nonlocal found
                (cover,) = await shown(service, playlist, wait=False)
                found = cover or found
                return found.sizes == (64, 300, 640)

            await until(drawn)
        clock.advance(20 * DAY)
        await shown(service, playlist)
    # One that was half drawn when the end came.
    half = PlaylistCover(id_of("half"), (64,))
    await built[0]._context.database.write(lambda c: mosaics.expect(c, half.id))
    await blobs.put(key(half, 64), b"jpeg")
    for days, there in ((20, True), (31, False)):
        clock.advance(days * DAY)
        await built[0]._context.mosaics.clear()
        if there:
            assert await blobs.get(key(found, 64))
    for gone in (found, half):
        with pytest.raises(NotFound):
            await blobs.get(key(gone, 64))


@pytest.mark.usefixtures("pictures")
async def test_a_picture_that_cannot_be_read_is_left_out(service: Playlists, blobs: Blobs) -> None:
    cover = COVERS[2]
    await blobs.put(f"covers/{cover.id[:2]}/{cover.id}-300.jpg".encode(), b"no picture")
    with acting(ZOE):
        playlist = await made(service, *TRACKS)
        for _ in range(2):
            assert await shown(service, playlist) == [PlaylistCover(COVERS[0].id, (64, 300))]
