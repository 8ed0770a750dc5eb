"""The words of a song."""

from typing import Protocol

from msgspec import Struct


class GetLyrics(Struct, frozen=True):
    track_id: str


class LyricWord(Struct, frozen=True, omit_defaults=True):
    """A word or a part of one, with the spaces behind it, in milliseconds from the start.

    Attributes:
        end_ms: None if it lasts until the next word.
    """

    start_ms: int
    text: str
    end_ms: int | None = None


class LyricLine(Struct, frozen=True, omit_defaults=True):
    """Attributes:
    start_ms: milliseconds from the start; None if the lyrics are not timed.
    end_ms: None if it lasts until the next line.
    words: together they are `text`; empty if only lines are timed.
    agent: the id of who sings it, if the lyrics tell voices apart.
    background: sung behind the line before.
    """

    text: str
    start_ms: int | None = None
    end_ms: int | None = None
    words: tuple[LyricWord, ...] = ()
    agent: str = ""
    background: bool = False


class LyricAgent(Struct, frozen=True, omit_defaults=True):
    """Who sings: "v1", a name if the lyrics give one, and whether it is a group."""

    id: str
    name: str = ""
    group: bool = False


class LyricSet(Struct, frozen=True, omit_defaults=True):
    """One text of a song.

    Attributes:
        language: a BCP 47 or ISO 639 code, "und" if not said.
        synced: its lines are timed.
        worded: its words are timed.
        source: "file" beside the track, or "tag".
    """

    language: str
    synced: bool
    worded: bool
    source: str
    lines: tuple[LyricLine, ...]
    agents: tuple[LyricAgent, ...] = ()


class Lyrics(Struct, frozen=True):
    """Attributes:
    text: the first set, plain or as LRC (`synced`).
    language: of the first set.
    sets: all of them; the best first.
    """

    text: str
    synced: bool
    language: str = "und"
    sets: tuple[LyricSet, ...] = ()


class LyricCalls(Protocol):
    """What is sung."""

    async def get_lyrics(self, request: GetLyrics, /) -> Lyrics:
        """The lyrics of a track in all their forms.

        Raises: TrackNotFound, also when it has none.
        """
        ...
