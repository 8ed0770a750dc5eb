"""The covers, drawn: one idea an album, in a palette of its own."""

import io
import math
import random
from collections.abc import Callable
from typing import Final

from PIL import Image, ImageDraw, ImageFilter

_EDGE: Final = 800
_SCALE: Final = 2  # drawn larger and scaled down: smooth edges
_SIZE: Final = _EDGE * _SCALE
Color = tuple[int, int, int]


def draw(style: str) -> bytes:
    """A JPEG."""
    picture = _STYLES[style]().resize((_EDGE, _EDGE), Image.Resampling.LANCZOS)
    sink = io.BytesIO()
    picture.save(sink, "JPEG", quality=85, optimize=True)
    return sink.getvalue()


def _gradient(*stops: Color) -> Image.Image:
    """From top to bottom."""
    column = Image.new("RGB", (1, len(stops)))
    for row, color in enumerate(stops):
        column.putpixel((0, row), color)
    return column.resize((_SIZE, _SIZE), Image.Resampling.BICUBIC)


def _mix(one: Color, other: Color, share: float) -> Color:
    mixed = [round(a + (b - a) * share) for a, b in zip(one, other, strict=True)]
    return mixed[0], mixed[1], mixed[2]


def _drift() -> Image.Image:
    """A lantern's moon over layered waves."""
    picture = _gradient((24, 32, 66), (66, 62, 110), (214, 132, 120), (250, 196, 140))
    glow = Image.new("L", (_SIZE, _SIZE), 0)
    center, radius = (_SIZE * 0.5, _SIZE * 0.44), _SIZE * 0.15
    _disc(ImageDraw.Draw(glow), center, radius * 1.9, 120)
    glow = glow.filter(ImageFilter.GaussianBlur(_SIZE // 14))
    picture.paste(Image.new("RGB", picture.size, (255, 226, 178)), mask=glow)
    _disc(ImageDraw.Draw(picture), center, radius, (255, 238, 206))
    near, far = (14, 24, 52), (178, 104, 118)
    layers = 7
    for layer in range(layers):
        share = layer / (layers - 1)
        top = _SIZE * (0.52 + 0.40 * share)
        color = _mix(far, near, share**0.8)
        height, length = _SIZE * (0.012 + 0.022 * share), _SIZE / (2.6 - 1.1 * share)
        points = [
            (
                x,
                top
                + height * math.sin(2 * math.pi * x / length + 1.9 * layer)
                + height * 0.5 * math.sin(2 * math.pi * x / length * 2.3 + layer),
            )
            for x in range(0, _SIZE + 20, 20)
        ]
        ImageDraw.Draw(picture).polygon([*points, (_SIZE, _SIZE), (0, _SIZE)], fill=color)
    return picture


def _willow() -> Image.Image:
    """A tree of brass whose leaves are small discs."""
    picture = _gradient((238, 228, 208), (228, 206, 170))
    pen, chance = ImageDraw.Draw(picture), random.Random(5)  # noqa: S311 - a drawing
    for ring in range(9, 0, -1):
        color = _mix((236, 220, 190), (214, 170, 112), ring % 2 * 0.35 + 0.1)
        _disc(pen, (_SIZE * 0.5, _SIZE * 0.42), _SIZE * 0.045 * ring, color)
    leaves: list[tuple[float, float, int]] = []
    _branch(pen, chance, leaves, (_SIZE * 0.5, _SIZE * 0.93), -math.pi / 2, _SIZE * 0.19, 9)
    palette = ((176, 84, 38), (206, 120, 52), (146, 98, 48), (92, 110, 74), (226, 160, 84))
    for x, y, _ in leaves:
        _disc(pen, (x, y), chance.uniform(9, 21) * _SCALE / 2, chance.choice(palette))
    pen.rectangle((0, _SIZE * 0.93, _SIZE, _SIZE), fill=(74, 54, 44))
    return picture


def _branch(
    pen: ImageDraw.ImageDraw,
    chance: random.Random,
    leaves: list[tuple[float, float, int]],
    start: tuple[float, float],
    angle: float,
    length: float,
    depth: int,
) -> None:
    end = (start[0] + length * math.cos(angle), start[1] + length * math.sin(angle))
    pen.line((*start, *end), fill=(92, 62, 46), width=max(round(1.25**depth * 3), 3))
    if depth <= 3:
        leaves.append((*end, depth))
    if depth == 0:
        return
    for side in (-1, 1):
        turned = angle + side * chance.uniform(0.22, 0.52)
        _branch(pen, chance, leaves, end, turned, length * chance.uniform(0.74, 0.86), depth - 1)


_HERON: Final = (
    "......................",
    "..........####........",
    ".........##o##yyyy....",
    ".........######.......",
    "........###...........",
    ".......###............",
    ".......##.............",
    ".......###............",
    "........####..........",
    ".....#########........",
    "...####b########......",
    "..###bbbb########.....",
    ".##bbbbbb######.......",
    "###bbbb#####..........",
    "##....###.............",
    ".......y.y............",
    ".......y.y............",
    ".......y.y............",
    ".......y.y............",
    "......yy.yy...........",
)


def _heron() -> Image.Image:
    """A bird of large pixels over a sky of sixteen colours."""
    top, bottom = (28, 16, 72), (255, 146, 110)
    picture = Image.new("RGB", (_SIZE, _SIZE), top)
    pen, cell = ImageDraw.Draw(picture), _SIZE // 40
    for row in range(40):
        share = round(row / 39 * 13) / 13
        color = (
            _mix(top, (214, 58, 132), share * 2)
            if share < 0.5
            else (_mix((214, 58, 132), bottom, share * 2 - 1))
        )
        pen.rectangle((0, row * cell, _SIZE, (row + 1) * cell), fill=color)
    for row in range(-6, 7):
        half = round(math.sqrt(42.25 - row * row))
        if row < 1 or row % 2 == 0:
            box = (28 - half) * cell, (17 + row) * cell, (28 + half) * cell, (18 + row) * cell
            pen.rectangle(box, fill=_mix((255, 240, 150), (255, 120, 130), (row + 6) / 12))
    chance = random.Random(8)  # noqa: S311 - a drawing
    for _ in range(40):
        x, y = chance.randrange(40) * cell, chance.randrange(13) * cell
        pen.rectangle((x, y, x + cell // 2, y + cell // 2), fill=(240, 220, 255))
    pen.rectangle((0, 34 * cell, _SIZE, _SIZE), fill=(22, 30, 70))
    for row in range(34, 40):
        for _ in range(7):
            x, width = chance.randrange(40), chance.randrange(2, 7)
            box = (x * cell, row * cell, (x + width) * cell, row * cell + cell // 3)
            pen.rectangle(box, fill=(92, 74, 150))
    colors = {"#": (236, 240, 255), "b": (110, 150, 220), "y": (255, 196, 70), "o": (20, 16, 48)}
    for y, line in enumerate(_HERON):
        for x, mark in enumerate(line):
            if mark in colors:
                place = ((x + 6) * cell, (y + 15) * cell)
                pen.rectangle((*place, place[0] + cell, place[1] + cell), fill=colors[mark])
    return picture


def _metronome() -> Image.Image:
    """Circles that swing out of step, on dark paper."""
    picture = _gradient((26, 28, 34), (16, 17, 22))
    pen = ImageDraw.Draw(picture)
    accents = ((240, 196, 92), (226, 92, 74), (96, 168, 172), (232, 228, 216))
    columns = 12
    for column in range(columns):
        for row in range(columns):
            x = _SIZE * (column + 1) / (columns + 1)
            y = _SIZE * (row + 1) / (columns + 1)
            beat = (3 * column + 4 * row) % 12
            swing = math.sin(math.pi * (column / 3 + row / 4))
            radius = _SIZE * (0.010 + 0.020 * (0.5 + 0.5 * swing))
            color = accents[(column // 3 + row // 4) % 4] if beat in (0, 3, 4) else (64, 66, 76)
            _disc(pen, (x, y), radius, color)
    pivot = (_SIZE * 0.5, _SIZE * 0.96)
    tip = (_SIZE * 0.73, _SIZE * 0.10)
    pen.line((*pivot, *tip), fill=(232, 228, 216), width=_SIZE // 130)
    weight = (pivot[0] + 0.68 * (tip[0] - pivot[0]), pivot[1] + 0.68 * (tip[1] - pivot[1]))
    _disc(pen, weight, _SIZE * 0.055, (226, 92, 74))
    _disc(pen, pivot, _SIZE * 0.02, (232, 228, 216))
    return picture


def _disc(
    pen: ImageDraw.ImageDraw, center: tuple[float, float], radius: float, color: Color | int
) -> None:
    x, y = center
    pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=color)


_STYLES: Final[dict[str, Callable[[], Image.Image]]] = {
    "drift": _drift,
    "willow": _willow,
    "heron": _heron,
    "metronome": _metronome,
}
