"""What the sampler holds."""

from typing import Final

from msgspec import Struct


class Album(Struct, frozen=True):
    """Attributes:
    style: which function of `pieces` plays it.
    suffix: the files' format.
    """

    artist: str
    title: str
    genres: tuple[str, ...]
    year: int
    style: str
    suffix: str
    tracks: tuple[str, ...]


ALBUMS: Final = (
    Album(
        "Tidal Lantern",
        "Slow Harbours",
        ("Ambient", "Drone"),
        2023,
        "drift",
        ".ogg",
        ("Low Water, First Light", "Fog Signals"),
    ),
    Album(
        "Clockwork Willow",
        "Copper Leaves",
        ("Acoustic", "Folk"),
        2024,
        "willow",
        ".flac",
        ("Morning in the Mechanism", "Rust and Honey", "Seven Small Springs"),
    ),
    Album(
        "Pixel Heron",
        "Sixteen Colour Sky",
        ("Chiptune", "Electronic"),
        2025,
        "heron",
        ".mp3",
        ("Press Start to Fly", "Wetlands, Level Two", "Boss of the Marsh"),
    ),
    Album(
        "Paper Metronome",
        "Night Shift Patterns",
        ("Minimal", "Electronic"),
        2026,
        "metronome",
        ".opus",
        ("Three Against Four", "Desk Lamp Waltz", "Last Tram, Empty"),
    ),
)
