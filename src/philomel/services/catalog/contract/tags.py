"""What tags say beyond names and numbers, and what lies inside a track."""

from typing import Protocol

from msgspec import Struct


class TrackTags(Struct, frozen=True):
    """What the tags of a track say besides its own fields. Empty text: not tagged.

    Attributes:
        bpm: beats per minute, as exact as tagged.
        key: musical key, as tagged: "Am", "8A".
        work: the composition that this is a recording of.
        movement: its part: name, number and how many there are.
        media: what it was published on: "CD", "Vinyl".
        languages: ISO 639 codes, as tagged.
        isrcs: all of them; the first is the track's own field too.
        clean: published as an edited version without explicit words.
        title_sort: the title as it is sorted, if tagged.
    """

    subtitle: str = ""
    grouping: tuple[str, ...] = ()
    moods: tuple[str, ...] = ()
    key: str = ""
    bpm: float | None = None
    work: str = ""
    work_id: str = ""
    movement: str = ""
    movement_number: int | None = None
    movement_total: int | None = None
    disc_subtitle: str = ""
    media: str = ""
    languages: tuple[str, ...] = ()
    copyright: str = ""
    license: str = ""
    website: str = ""
    encoder: str = ""
    encoder_settings: str = ""
    isrcs: tuple[str, ...] = ()
    clean: bool = False
    title_sort: str = ""


class AlbumTags(Struct, frozen=True):
    """What the tags of an album say besides its own fields. Empty text: not tagged.

    Attributes:
        release_types: all that are tagged: "album", "live", "remix".
        release_status: "official", "promotion", "bootleg".
        country: of the release, as tagged: "DE", "XW".
        name_sort: the name as it is sorted, if tagged.
    """

    release_types: tuple[str, ...] = ()
    release_status: str = ""
    country: str = ""
    labels: tuple[str, ...] = ()
    catalog_numbers: tuple[str, ...] = ()
    script: str = ""
    name_sort: str = ""


class GetChapters(Struct, frozen=True):
    track_id: str


class Chapter(Struct, frozen=True):
    """A part of a track, in milliseconds from its start."""

    start_ms: int
    end_ms: int
    title: str


class Chapters(Struct, frozen=True):
    """Attributes:
    items: in the order of time; none if the track has no chapters.
    """

    items: tuple[Chapter, ...]


class ChapterCalls(Protocol):
    """Parts of a track."""

    async def get_chapters(self, request: GetChapters, /) -> Chapters:
        """The chapters of a track.

        Raises: TrackNotFound.
        """
        ...
