"""Chapters, as each format keeps them. Imported in workers only."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from philomel.engines.audio import ChapterMark
from philomel.engines.audio.tags.cleaning import clean_text

MAX_CHAPTERS: Final = 2_000
_MAX_TITLE: Final = 500

_VORBIS = re.compile(r"chapter(\d{1,4})(name)?", re.ASCII)
_CLOCK = re.compile(r"\s*(?:(\d{1,4}):)?(\d{1,5}):(\d{1,2})(?:[.,](\d{1,9}))?\s*", re.ASCII)
_CUE_INDEX = re.compile(
    r"\s*INDEX\s+0?1\s+(\d{1,4}):(\d{1,2}):(\d{1,2})\s*", re.ASCII | re.IGNORECASE
)
_CUE_TITLE = re.compile(r'\s*TITLE\s+"?([^"]{0,500})"?\s*', re.ASCII | re.IGNORECASE)
_CUE_TRACK = re.compile(r"\s*TRACK\s+\d{1,3}\s", re.ASCII | re.IGNORECASE)
_CUE_LENGTH: Final = 256 << 10

Start = tuple[int, str]
"""Milliseconds from the start, and a title."""


def is_chapter(name: str) -> bool:
    """Whether a Vorbis comment is a part of a chapter (CHAPTER001, CHAPTER001NAME)."""
    return name.startswith("chapter") and _VORBIS.fullmatch(name) is not None


def from_comments(comments: Mapping[str, str]) -> list[Start]:
    """https://wiki.xiph.org/Chapter_Extension."""
    starts: list[Start] = []
    for name, value in comments.items():
        found = _VORBIS.fullmatch(name)
        if found is None or found[2]:
            continue
        at = _milliseconds(value)
        if at is not None:
            starts.append((at, comments.get(f"{name}name", "")))
    return starts


def from_cue(text: str) -> list[Start]:
    """The tracks of a cue sheet that is kept in a tag."""
    starts: list[Start] = []
    title = ""
    for line in text[:_CUE_LENGTH].splitlines():
        if _CUE_TRACK.match(line):
            title = ""
        elif (found := _CUE_TITLE.fullmatch(line)) is not None:
            title = found[1].strip()
        elif (found := _CUE_INDEX.fullmatch(line)) is not None:
            minutes, seconds, frames = (int(part) for part in found.groups())
            starts.append(((minutes * 60 + seconds) * 1000 + frames * 1000 // 75, title))
    # One track is the whole file.
    return starts if len(starts) > 1 else []


def from_id3(frames: Iterable[Any]) -> list[tuple[int, int, str]]:
    """https://id3.org/id3v2-chapters-1.0."""
    marks: list[tuple[int, int, str]] = []
    for frame in frames:
        titles = [str(sub) for sub in frame.sub_frames.getall("TIT2")]
        title = titles[0] if titles else ""
        marks.append((int(frame.start_time), int(frame.end_time), title))
    return marks


def settle(
    marks: Sequence[Start] | Sequence[tuple[int, int, str]], duration_ms: int
) -> tuple[ChapterMark, ...]:
    """Chapters in the order of time, each with its end; none outside the track."""
    known = sorted(
        (mark[0], mark[1] if len(mark) == 3 else 0, mark[-1])
        for mark in marks
        if 0 <= mark[0] < duration_ms
    )[:MAX_CHAPTERS]
    chapters: list[ChapterMark] = []
    for place, (start, end, title) in enumerate(known):
        follows = known[place + 1][0] if place + 1 < len(known) else duration_ms
        last = end if start < end <= duration_ms else follows
        if last > start:
            chapters.append(ChapterMark(start, last, clean_text(title)[:_MAX_TITLE]))
    return tuple(chapters)


def _milliseconds(text: str) -> int | None:
    found = _CLOCK.fullmatch(text)
    if found is None:
        return None
    fraction = (found[4] or "0").ljust(3, "0")[:3]
    seconds = (int(found[1] or 0) * 60 + int(found[2])) * 60 + int(found[3])
    return seconds * 1000 + int(fraction)
