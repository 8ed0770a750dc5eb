"""A large catalogue that does not exist: names as a listener's are, by Zipf's law."""

import random
from collections.abc import Iterator
from itertools import accumulate
from typing import NamedTuple

_COMMON_TEXT = (
    "the of love you a in my to and me i it on for night is no be your time live all with "
    "heart blue one from we day man life world song out light what dream girl down dance "
    "river home fire rain moon away sun white red black star road lost never baby way"
)
_ONSETS_TEXT = "b br c ch cl d dr f fl g gr h j k l m n p ph pr qu r s sh sl st str t th tr v w z"
_COMMON, _ONSETS = _COMMON_TEXT.split(), _ONSETS_TEXT.split()
_VOWELS = ["a", "e", "i", "o", "u", "ai", "ea", "ee", "ia", "io", "oo", "ou"]
_CODAS = ["", "", "", "l", "m", "n", "nd", "ng", "r", "rd", "s", "st", "t", "x"]


class Artist(NamedTuple):
    name: str
    popularity: int


class Album(NamedTuple):
    """Attributes:
    artist: its place among the artists.
    library: number of the library, 0 is the largest.
    """

    name: str
    artist: int
    library: int
    popularity: int
    year: int
    genre: int


class Track(NamedTuple):
    name: str
    album: int
    number: int
    popularity: int


class _Words:
    """Words by Zipf's law: the n-th is used 1/n as often as the first."""

    def __init__(self, chance: random.Random, count: int, common: int) -> None:
        words = dict.fromkeys(_COMMON[:common])
        while len(words) < count:
            syllables = chance.choices((1, 2, 3, 4), (1, 6, 4, 1))[0]
            word = "".join(
                chance.choice(_ONSETS) + chance.choice(_VOWELS) for _ in range(syllables)
            )
            words[word + chance.choice(_CODAS)] = None
        self._words = list(words)
        self._weights = list(accumulate(1 / (rank + 3) for rank in range(count)))

    def some(self, chance: random.Random, count: int) -> list[str]:
        return chance.choices(self._words, cum_weights=self._weights, k=count)


class Shelves:
    """Artists, albums and tracks; the same ones for the same numbers.

    Args:
        tracks: how many.
        shares: of the libraries, in parts of the whole.
        albums: one for ten tracks if left out.
        artists: one for twenty tracks if left out.
    """

    def __init__(
        self,
        tracks: int,
        shares: tuple[float, ...] = (0.5, 0.2, 0.2, 0.1),
        *,
        albums: int | None = None,
        artists: int | None = None,
    ) -> None:
        chance = random.Random(7)
        self.count = tracks
        self.libraries = len(shares)
        words = max(500, min(60_000, tracks // 10))
        self._titles = _Words(chance, words, len(_COMMON))
        self._names = _Words(chance, words * 2, 12)
        self.artists = [self._artist(chance) for _ in range(artists or max(1, tracks // 20))]
        crowd = list(accumulate(1 / (rank + 20) for rank in range(len(self.artists))))
        albums = albums or max(1, tracks // 10)
        by = chance.choices(range(len(self.artists)), cum_weights=crowd, k=albums)
        lies_in = chance.choices(range(len(shares)), shares, k=albums)
        self.albums = [
            Album(
                self._title(chance, (1, 2, 3, 4)), artist, library, _popularity(chance),
                int(2025 - chance.expovariate(1 / 18)), int(chance.paretovariate(0.8)) % 400,
            )
            for artist, library in zip(by, lies_in, strict=True)
        ]  # fmt: skip

    def first_of(self, album: int) -> int:
        """The number of an album's first track; its others follow."""
        return -(-album * self.count // len(self.albums))

    def size_of(self, album: int) -> int:
        """How many tracks an album has."""
        return self.first_of(album + 1) - self.first_of(album)

    def tracks(self) -> Iterator[Track]:
        """All tracks, album by album; the same ones each time."""
        chance = random.Random(11)  # of its own: two may go through them at once
        for number in range(self.count):
            title = self._title(chance, (1, 2, 3, 4, 5))
            album = number * len(self.albums) // self.count
            place = number - self.first_of(album) + 1
            yield Track(title, album, place, _popularity(chance))

    def _artist(self, chance: random.Random) -> Artist:
        words = self._names.some(chance, chance.choices((1, 2, 3), (4, 6, 1))[0])
        name = " ".join(words).title()
        if chance.random() < 0.15:
            name = f"The {name}"
        return Artist(name, _popularity(chance))

    def _title(self, chance: random.Random, lengths: tuple[int, ...]) -> str:
        return " ".join(self._titles.some(chance, chance.choice(lengths))).title()


def _popularity(chance: random.Random) -> int:
    return int(chance.paretovariate(0.7)) - 1


def misspelt(chance: random.Random, text: str) -> str:
    """`text` with one typo in one of its longer words, never in a first letter."""
    words = text.split(" ")
    long = [place for place, word in enumerate(words) if len(word) >= 4]
    if not long:
        return text
    place = chance.choice(long)
    word = words[place]
    at = chance.randrange(1, len(word))
    letter = chance.choice("abcdefghijklmnopqrstuvwxyz")
    match chance.randrange(4):
        case 0:
            word = word[:at] + letter + word[at + 1 :]
        case 1:
            word = word[:at] + word[at + 1 :]
        case 2:
            word = word[:at] + letter + word[at:]
        case _:
            at = min(at, len(word) - 2)
            word = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return " ".join([*words[:place], word, *words[place + 1 :]])
