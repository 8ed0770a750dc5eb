"""The task that renders covers, by Pillow. Runs in a worker, sealed."""

import copy
import io
import struct
from collections.abc import Iterable
from typing import Final

from msgspec import Struct, msgpack
from PIL import (
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageOps,
    JpegImagePlugin,
    PngImagePlugin,
    PpmImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from philomel.engines.workers import Job

_READABLE: Final = ("JPEG", "PNG", "GIF", "WEBP", "BMP")
_LATE: Final = (
    # a sealed worker cannot load them later; PPM and TIFF are not read, but Pillow loads
    # the one beside the others and the other for EXIF
    copy,
    BmpImagePlugin,
    GifImagePlugin,
    JpegImagePlugin,
    PngImagePlugin,
    PpmImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)
_MAX_PIXELS: Final = 64_000_000
_SCALABLE: Final = ("L", "RGB", "RGBA", "CMYK", "YCbCr")
_MAX_EDGES: Final = 16
_SWATCH: Final = 64
_CORNERS: Final = ((0, 0), (1, 0), (0, 1), (1, 1))
_QUALITY: Final = 88
_ORIENTATION: Final = 0x0112


class Render(Struct, frozen=True, array_like=True):
    """What `render` is asked."""

    picture: bytes
    edges: tuple[int, ...]


class Mosaic(Struct, frozen=True, array_like=True):
    """What `mosaic` is asked."""

    pictures: tuple[bytes, ...]
    edges: tuple[int, ...]


def render(job: Job) -> bytes:
    """JPEGs, as a list."""
    request = msgpack.decode(job.argument, type=Render)
    _check(request.edges)
    picture = _open(request.picture, max(request.edges, default=1))
    return msgpack.encode(_renditions(picture, request.edges))


def mosaic(job: Job) -> bytes:
    """Four pictures as one square: JPEGs, as a list."""
    request = msgpack.decode(job.argument, type=Mosaic)
    _check(request.edges)
    if len(request.pictures) != len(_CORNERS):
        raise ValueError("a mosaic is of four pictures")
    half = (max(request.edges, default=1) + 1) // 2
    whole = Image.new("RGB", (2 * half, 2 * half))
    for (column, row), data in zip(_CORNERS, request.pictures, strict=True):
        tile = ImageOps.fit(_open(data, half), (half, half), Image.Resampling.LANCZOS)
        whole.paste(tile, (column * half, row * half))
    return msgpack.encode(_renditions(whole, request.edges))


def _check(edges: tuple[int, ...]) -> None:
    if len(edges) > _MAX_EDGES or not all(1 <= edge <= 8192 for edge in edges):
        raise ValueError("the sizes asked for make no sense")


def colour(job: Job) -> bytes:
    """The picture's colour as "#rrggbb"."""
    request = msgpack.decode(job.argument, type=Render)
    picture = _open(request.picture, _SWATCH)
    picture.thumbnail((_SWATCH, _SWATCH), Image.Resampling.BOX)
    return b"#%02x%02x%02x" % _dominant(picture)


def _dominant(picture: Image.Image) -> tuple[int, int, int]:
    """The mean of the shade that covers most, where lively ones count for more than greys."""
    shades: dict[tuple[int, int, int], list[int]] = {}
    data = picture.tobytes()
    for red, green, blue in zip(data[::3], data[1::3], data[2::3], strict=True):
        shade = shades.setdefault((red >> 5, green >> 5, blue >> 5), [0, 0, 0, 0])
        shade[0] += 1
        shade[1] += red
        shade[2] += green
        shade[3] += blue
    count, red, green, blue = max(shades.values(), key=_weight)
    return red // count, green // count, blue // count


def _weight(shade: list[int]) -> float:
    count, *sums = shade
    return count * (0.25 + (max(sums) - min(sums)) / (255 * count))


def _open(data: bytes, edge: int) -> Image.Image:
    try:
        picture = Image.open(io.BytesIO(data), formats=_READABLE)
    except (OSError, ValueError, SyntaxError, struct.error, Image.DecompressionBombError):
        raise ValueError("it is not a picture that Philomel reads") from None
    if picture.width * picture.height > _MAX_PIXELS:
        raise ValueError(f"a picture of {picture.width} by {picture.height} pixels is too large")
    try:
        # A JPEG is decoded at a fraction of its size where that is enough.
        picture.draft("RGB", (2 * edge, 2 * edge))
        picture.load()
        if picture.mode in _SCALABLE:  # before anything makes a copy of all its pixels
            picture.thumbnail((2 * edge, 2 * edge), Image.Resampling.BOX)
        return _upright(_opaque(picture))
    except (OSError, ValueError, SyntaxError, IndexError, struct.error):
        raise ValueError("the picture is damaged") from None


def _opaque(picture: Image.Image) -> Image.Image:
    """As RGB, on white where it can be seen through."""
    orientation = picture.getexif().get(_ORIENTATION)
    if "A" in picture.getbands() or "transparency" in picture.info:
        front = picture.convert("RGBA")
        flat = Image.new("RGB", front.size, "white")
        flat.paste(front, mask=front.getchannel("A"))
    elif picture.mode.startswith(("I", "F")):
        flat = _eight_bits(picture).convert("RGB")
    else:
        flat = picture.convert("RGB")
    if orientation is not None:
        flat.getexif()[_ORIENTATION] = orientation
    return flat


def _eight_bits(picture: Image.Image) -> Image.Image:
    """Pillow clips 16-bit greys instead of scaling them."""
    return picture.convert("F").point(lambda value: value / 256).convert("L")


def _upright(picture: Image.Image) -> Image.Image:
    return ImageOps.exif_transpose(picture)


def _renditions(picture: Image.Image, edges: Iterable[int]) -> list[bytes]:
    found: list[bytes] = []
    whole: bytes | None = None
    for edge in edges:
        if whole is not None and max(picture.size) <= edge:
            found.append(whole)  # byte for byte: callers keep what differs
            continue
        smaller = picture
        if max(picture.size) > edge:
            smaller = picture.copy()
            smaller.thumbnail((edge, edge), Image.Resampling.LANCZOS, reducing_gap=3.0)
        sink = io.BytesIO()
        smaller.save(sink, "JPEG", quality=_QUALITY, optimize=True, progressive=edge > 300)
        found.append(sink.getvalue())
        if smaller is picture:
            whole = found[-1]
    return found
