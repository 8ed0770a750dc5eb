"""Writes a music library for measurements: small real files with full, varied tags.

    python bench/generate.py DIR --files 20000

Every file is a valid piece of a third of a second with a pitch of its own and the tags that
a tagger would write. The same seed gives the same library. Files stay below 20 kB.
"""

import argparse
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.media.tagging import write_tags
from tests.media.templates import SUFFIX, encode

MIX: Final = (
    ("mp3", 40),
    ("flac", 20),
    ("ogg", 12),
    ("m4a", 10),
    ("opus", 8),
    ("alac", 3),
    ("wav", 2),
    ("aiff", 2),
    ("wv", 3),
)
"""Formats and their share in per cent; an album has one format."""

MAX_FILE: Final = 20_000
GENRES: Final = [
    "Rock",
    "Pop",
    "Jazz",
    "Ambient",
    "Folk",
    "Metal",
    "Techno",
    "House",
    "Classical",
    "Soul",
    "Funk",
    "Reggae",
    "Blues",
    "Punk",
    "Dub",
    "Country",
    "Soundtrack",
    "Latin",
    "Hip-Hop",
    "Drone",
    "Fado",
    "Chanson",
    "Schlager",
    "Shoegaze",
    "Trip-Hop",
]
ADJECTIVES: Final = [
    "Silent",
    "Golden",
    "Broken",
    "Electric",
    "Hollow",
    "Crimson",
    "Distant",
    "Paper",
    "Velvet",
    "Northern",
    "Restless",
    "Sunken",
    "Frozen",
    "Gentle",
    "Hidden",
    "Iron",
    "Lucid",
    "Midnight",
    "Nameless",
    "Ochre",
    "Pale",
    "Quiet",
    "Rusted",
    "Salt",
    "Tender",
]
NOUNS: Final = [
    "Harbor",
    "Engine",
    "Garden",
    "Mirror",
    "River",
    "Lantern",
    "Signal",
    "Orchard",
    "Machine",
    "Meadow",
    "Compass",
    "Thunder",
    "Window",
    "Theatre",
    "Satellite",
    "Cathedral",
    "Sparrow",
    "Archive",
    "Canyon",
    "Desert",
    "Island",
    "Letter",
    "Moon",
    "Nest",
    "Ocean",
]
VERBS: Final = [
    "Falling",
    "Leaving",
    "Waiting",
    "Burning",
    "Dreaming",
    "Turning",
    "Calling",
    "Fading",
    "Rising",
    "Sleeping",
]
FOREIGN: Final = (
    "Ærø",
    "Björk-ähnlich",
    "Señor Niño",
    "Łódź",
    "Ночь",
    "東京の夜",
    "서울",
    "Ελλάδα",
    "Æther",
    "Straße",
)


class Album(NamedTuple):
    """What its tracks share."""

    number: int
    artist: str
    artist_id: str
    title: str
    year: int
    genres: list[str]
    label: str
    format: str
    tracks: int


def albums(files: int, seed: int) -> Iterator[Album]:
    """Albums with `files` tracks in all; few artists have many albums, many have few."""
    chance = random.Random(seed)
    artists = max(1, files // 40)
    names = [f"{_name(chance)} {_roman(number)}".strip() for number in range(artists)]
    ids = [_uuid(chance) for _ in names]
    weights = [1 / (rank + 1) for rank in range(artists)]  # Zipf
    left, number = files, 0
    while left:
        [artist] = chance.choices(range(artists), weights)
        tracks = min(left, chance.randint(7, 13))
        yield Album(
            number,
            names[artist],
            ids[artist],
            f"{_name(chance)} {chance.choice(NOUNS)}",
            chance.randint(1955, 2025),
            chance.sample(GENRES, chance.choice((1, 1, 1, 2, 3))),
            f"{chance.choice(NOUNS)} Records",
            chance.choices([name for name, _ in MIX], [share for _, share in MIX])[0],
            tracks,
        )
        left -= tracks
        number += 1


def write_album(folder: Path, album: Album, seed: int) -> int:
    """Write an album's files and return their bytes."""
    chance = random.Random(f"{seed}/{album.number}")
    place = folder / _safe(album.artist) / f"{album.year} {_safe(album.title)} {album.number}"
    place.mkdir(parents=True, exist_ok=True)
    album_id, group_id, size = _uuid(chance), _uuid(chance), 0
    for track in range(1, album.tracks + 1):
        title = f"{chance.choice(VERBS)} {chance.choice(ADJECTIVES)} {chance.choice(NOUNS)}"
        if chance.random() < 0.1:
            title = f"{title} {chance.choice(FOREIGN)}"
        guest = f"{_name(chance)}" if chance.random() < 0.1 else None
        path = place / f"{track:02d} {_safe(title)}{SUFFIX[album.format]}"
        # a pitch of its own: no two files have the same stream hash
        path.write_bytes(encode.__wrapped__(album.format, 0.3, 100 + album.number + track / 50))
        write_tags(
            path,
            album.format,
            {
                "title": title,
                "artist": [album.artist, guest] if guest else album.artist,
                "album": album.title,
                "albumartist": album.artist,
                "composer": _name(chance),
                "genre": album.genres,
                "date": f"{album.year}-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}",
                "tracknumber": str(track),
                "tracktotal": str(album.tracks),
                "discnumber": "1",
                "disctotal": "1",
                "isrc": f"XX{album.number % 1000:03d}{album.year % 100:02d}{track:05d}",
                "label": album.label,
                "musicbrainz_trackid": _uuid(chance),
                "musicbrainz_albumid": album_id,
                "musicbrainz_releasegroupid": group_id,
                "musicbrainz_artistid": album.artist_id,
                "musicbrainz_albumartistid": album.artist_id,
                "replaygain_track_gain": f"{chance.uniform(-12, 3):.2f} dB",
            },
        )
        size += path.stat().st_size
        if path.stat().st_size > MAX_FILE:
            raise RuntimeError(f"{path} is larger than {MAX_FILE} bytes")
    return size


def _name(chance: random.Random) -> str:
    words = [chance.choice(ADJECTIVES), chance.choice(NOUNS)]
    if chance.random() < 0.08:
        words.append(chance.choice(FOREIGN))
    return " ".join(words)


def _roman(number: int) -> str:
    digits = ((100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"))
    text = ""
    for value, letters in (*digits, (4, "IV"), (1, "I")):
        count, number = divmod(number, value)
        text += letters * count
    return text


def _uuid(chance: random.Random) -> str:
    text = f"{chance.getrandbits(128):032x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def _safe(text: str) -> str:
    return text.replace("/", "-")


def main() -> None:
    parser = argparse.ArgumentParser(description="Write a music library for measurements.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    started, size = time.monotonic(), 0
    for album in albums(options.files, options.seed):
        size += write_album(options.folder, album, options.seed)
    seconds = time.monotonic() - started
    print(f"{options.files} files, {size / 1e6:.0f} MB in {seconds:.1f} s: {options.folder}")


if __name__ == "__main__":
    main()
