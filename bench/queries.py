"""What people type who look for music that does not exist."""

import random
from typing import NamedTuple

from bench.shelves import Shelves, misspelt

SEEN = 3
"""Libraries of the four that whoever asks may see: the first ones."""
MAX_KEYS = 40


class Wanted(NamedTuple):
    """What somebody has in mind, and what they type."""

    typed: str
    kind: str
    id: str
    name: str
    typo: bool


def queries(shelves: Shelves, count: int) -> list[Wanted]:
    """What people look for: popular things more often."""
    chance = random.Random(3)
    every = shelves.count
    step = max(1, every // 200_000)
    sample = [(n, t) for n, t in enumerate(shelves.tracks()) if n % step == 0]
    sample = [(n, t) for n, t in sample if shelves.albums[t.album].library < SEEN]
    weights = [1 + t.popularity**0.5 for _, t in sample]
    found = []
    for number, track in chance.choices(sample, weights, k=count):
        album = shelves.albums[track.album]
        artist = shelves.artists[album.artist].name
        form = chance.choices(("track", "artist", "album", "both"), (50, 20, 15, 15))[0]
        if form == "artist":
            text, kind, id_, name = artist, "artist", f"artist{album.artist}", artist
        elif form == "album":
            text, kind, id_, name = album.name, "album", f"album{track.album}", album.name
        else:
            text = track.name if form == "track" else f"{artist} {track.name}"
            kind, id_, name = "track", f"track{number}", track.name
        text = text.lower()[:MAX_KEYS]
        typo = chance.random() < 0.2
        found.append(Wanted(misspelt(chance, text) if typo else text, kind, id_, name, typo))
    return found


def with_fields(shelves: Shelves, wanted: list[Wanted]) -> list[tuple[str, str]]:
    """The same wishes as programs say them: the name of a form, and what is asked."""
    chance = random.Random(9)
    found = []
    for want in wanted:
        if want.kind != "track" or want.typo:
            continue
        number = int(want.id.removeprefix("track"))
        album = shelves.albums[number // 10 % len(shelves.albums)]
        artist = shelves.artists[album.artist].name
        decade = album.year // 10 * 10
        forms = {
            "track and artist": f"track:{want.name} artist:{artist}",
            "track and artist, quoted": f'track:"{want.name}" artist:"{artist}"',
            "artist, quoted": f'artist:"{artist}"',
            "artist with a typo": f"artist:{misspelt(chance, artist.lower())}",
            "album and years": f'album:"{album.name}" year:{decade}-{decade + 9}',
            "years": f"year:{decade}-{decade + 9}",
            "genre and years": f'genre:"genre {album.genre}" year:{decade}-{decade + 9}',
            "a word of a year": f"{want.name.split()[0].lower()} year:{album.year}",
            "a word, not of a genre": f'{want.name.split()[0].lower()} NOT genre:"genre 1"',
            "one name or the other": f'"{want.name}" OR "{album.name}"',
            "a recording": f"isrc:XXPHM{number:07}",
            "new of a genre": f'tag:new genre:"genre {album.genre}"',
            "the least played of an artist": f'tag:hipster artist:"{artist}"',
        }
        found += list(forms.items())
    return found
