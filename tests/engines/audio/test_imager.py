"""Covers: taken out of files, and rendered."""

import io
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from mutagen.flac import FLAC, Picture
from mutagen.id3 import APIC, ID3
from PIL import Image, ImageDraw
from tests.media import hostile
from tests.media.files import FORMATS, SUFFIX, make
from tests.media.templates import png

from philomel.engines.audio.families import families
from philomel.engines.audio.imager import WorkerImager
from philomel.engines.workers import TaskFailed
from philomel.engines.workers.forkserver import ForkWorkers

# one set of workers for all tests of the module: starting it takes longer than most of them
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def imager() -> AsyncIterator[WorkerImager]:
    workers = ForkWorkers(families())
    yield WorkerImager(workers)
    await workers.close()


async def embedded(imager: WorkerImager, path: Path) -> bytes | None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return await imager.embedded(descriptor)
    finally:
        os.close(descriptor)


def saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    sink = io.BytesIO()
    picture.save(sink, kind, **options)
    return sink.getvalue()


def opened(data: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(data))
    assert picture.format == "JPEG"
    assert picture.mode == "RGB"
    return picture


def near(found: object, wanted: tuple[int, int, int]) -> bool:
    assert isinstance(found, tuple)
    return all(abs(one - other) < 12 for one, other in zip(found, wanted, strict=True))


async def test_four_pictures_make_one(imager: WorkerImager) -> None:
    red = saved(Image.new("RGB", (50, 90), "red"), "PNG")
    green = saved(Image.new("RGB", (700, 700), (0, 160, 0)), "JPEG")
    large, small = await imager.mosaic([red, green, green, red], [641, 64])
    whole = opened(large)
    assert whole.size == (641, 641)
    assert opened(small).size == (64, 64)
    assert near(whole.getpixel((10, 10)), (254, 0, 0))
    assert near(whole.getpixel((630, 630)), (254, 0, 0))
    assert near(whole.getpixel((630, 10)), (0, 160, 0))
    for bad in ([red] * 3, [red, green, b"no picture", red], [red] * 5):
        with pytest.raises(TaskFailed):
            await imager.mosaic(bad, [64])


@pytest.mark.parametrize("name", FORMATS)
async def test_the_embedded_cover_comes_out_as_it_went_in(
    imager: WorkerImager, tmp_path: Path, name: str
) -> None:
    cover = png(300, 200, (10, 20, 30))
    path = make(tmp_path / f"a{SUFFIX[name]}", {"title": "A"}, name=name, cover=cover)
    assert await embedded(imager, path) == cover
    bare = make(tmp_path / f"b{SUFFIX[name]}", {"title": "A"}, name=name)
    assert await embedded(imager, bare) is None


async def test_the_front_cover_goes_before_other_pictures(
    imager: WorkerImager, tmp_path: Path
) -> None:
    back, front = png(2, 2, (1, 1, 1)), png(3, 3, (2, 2, 2))
    mp3 = make(tmp_path / "a.mp3", {"title": "A"})
    tag = ID3(mp3)
    tag.add(APIC(encoding=0, mime="image/png", type=4, desc="a", data=back))
    tag.add(APIC(encoding=0, mime="image/png", type=3, desc="b", data=front))
    tag.save()
    assert await embedded(imager, mp3) == front
    path = make(tmp_path / "a.flac")
    flac = FLAC(path)
    for kind, data in ((4, back), (3, front)):
        picture = Picture()
        picture.type, picture.mime, picture.data = kind, "image/png", data
        flac.add_picture(picture)
    flac.save()
    assert await embedded(imager, path) == front


@pytest.mark.parametrize(
    "name",
    [
        *sorted(hostile.UNPLAYABLE),
        "huge-picture.mp3",
        "huge-frame.mp3",
        "comments.ogg",
        "comments.flac",
    ],
)
async def test_hostile_files_have_no_cover(imager: WorkerImager, tmp_path: Path, name: str) -> None:
    special = {
        "huge-picture.mp3": lambda: hostile.id3_with_picture_of((1 << 28) - 20),
        "huge-frame.mp3": lambda: hostile.id3_with_frame_of(0x7FFFFFFF),
        "comments.ogg": lambda: hostile.ogg_with_comments(0xFFFFFFFF),
        "comments.flac": lambda: hostile.flac_with_comments(0xFFFFFFFF),
    }
    path = tmp_path / name
    path.write_bytes((hostile.UNPLAYABLE | special)[name]())
    assert await embedded(imager, path) is None


async def test_renditions_fit_and_are_never_enlarged(imager: WorkerImager) -> None:
    made = await imager.render(png(1000, 500, (200, 100, 50)), (64, 300, 640, 1200))
    sizes = [opened(each).size for each in made]
    assert sizes == [(64, 32), (300, 150), (640, 320), (1000, 500)]
    assert near(opened(made[1]).getpixel((5, 5)), (200, 100, 50))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "BMP"])
async def test_common_formats_are_read(imager: WorkerImager, kind: str) -> None:
    data = saved(Image.new("RGB", (80, 80), (30, 160, 90)), kind)
    [made] = await imager.render(data, (64,))
    assert near(opened(made).getpixel((30, 30)), (30, 160, 90))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16"])
async def test_every_mode_becomes_rgb(imager: WorkerImager, mode: str) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"
    [made] = await imager.render(saved(Image.new(mode, (80, 40)), kind), (64,))
    assert opened(made).size == (64, 32)


async def test_what_can_be_seen_through_stands_on_white(imager: WorkerImager) -> None:
    [made] = await imager.render(saved(Image.new("RGBA", (80, 80), (255, 0, 0, 0)), "PNG"), (64,))
    assert near(opened(made).getpixel((30, 30)), (255, 255, 255))


async def test_a_turned_photo_stands_upright(imager: WorkerImager) -> None:
    picture = Image.new("RGB", (200, 100), "white")
    ImageDraw.Draw(picture).rectangle((0, 0, 99, 99), fill=(0, 0, 255))
    exif = picture.getexif()
    exif[0x0112] = 6  # turn it a quarter to the right to see it upright
    [made] = await imager.render(saved(picture, "JPEG", exif=exif), (100,))
    shown = opened(made)
    assert shown.size == (50, 100)
    assert near(shown.getpixel((25, 20)), (0, 0, 255))
    assert near(shown.getpixel((25, 80)), (255, 255, 255))


async def test_the_colour_of_a_picture_is_its_own(imager: WorkerImager) -> None:
    picture = Image.new("RGB", (300, 300), (230, 230, 230))
    ImageDraw.Draw(picture).rectangle((0, 0, 299, 119), fill=(200, 30, 60))
    # less than half of it, but the grey around it is no colour to go by
    red = await imager.colour(saved(picture, "PNG"))
    assert near(tuple(bytes.fromhex(red[1:])), (200, 30, 60))
    grey = await imager.colour(saved(Image.new("L", (1, 1), 90), "PNG"))
    assert grey == "#5a5a5a"
    with pytest.raises(TaskFailed):
        await imager.colour(hostile.SVG)


async def test_of_an_animation_the_first_picture_is_taken(imager: WorkerImager) -> None:
    frames = [Image.new("RGB", (64, 64), (index % 256, 0, 0)) for index in range(200)]
    frames[0] = Image.new("RGB", (64, 64), (0, 200, 0))
    data = saved(frames[0], "GIF", save_all=True, append_images=frames[1:])
    [made] = await imager.render(data, (64,))
    assert near(opened(made).getpixel((30, 30)), (0, 200, 0))


async def test_a_picture_of_many_pictures_costs_no_more_than_one(imager: WorkerImager) -> None:
    data = hostile.gif_with_frames(100_000)
    [made] = await imager.render(data, (64,))
    assert near(opened(made).getpixel((0, 0)), (0, 200, 0))
    assert (await imager.colour(data)).startswith("#0")


@pytest.mark.parametrize(
    "data",
    [
        hostile.SVG,
        hostile.HTML,
        b"",
        b"GIF89a" + hostile.HTML,
        b"\xff\xd8\xff" + hostile.HTML,
        hostile.png_flood(60_000),
        hostile.png_flood(9_000),
        b"BM" + bytes(50),
        b"%PDF-1.4\n",
        b"%!PS-Adobe-3.0 EPSF-3.0\n",
    ],
    ids=["svg", "html", "empty", "gif", "jpeg", "flood", "large", "bmp", "pdf", "eps"],
)
async def test_what_is_no_picture_or_a_trap_is_refused(imager: WorkerImager, data: bytes) -> None:
    with pytest.raises(TaskFailed) as caught:
        await imager.render(data, (64,))
    assert "Error" not in caught.value.message
    assert "memory" not in caught.value.message


async def test_a_picture_cut_short_is_refused(imager: WorkerImager) -> None:
    whole = saved(Image.effect_noise((300, 300), 50), "PNG")
    with pytest.raises(TaskFailed, match="damaged"):
        await imager.render(whole[: len(whole) // 2], (64,))


async def test_a_large_picture_is_within_the_limits(imager: WorkerImager) -> None:
    data = saved(Image.new("RGBA", (6_000, 6_000), (5, 6, 7, 255)), "PNG")
    made = await imager.render(data, (64, 1200))
    assert opened(made[1]).size == (1200, 1200)
