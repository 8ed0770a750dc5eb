"""Whether a track whose file is gone lives on in a present one.

A file copied beside the old one, a better encoding added before the old one was deleted, a
moved file whose tags were mended: then there is a present track that the missing one is.
Two that were there together were two for their listener: only the same place on the same
album makes one of them the heir of the other. What came after the other went may stand
anywhere, if it sounds the same.
"""

import re
from collections.abc import Iterable, Mapping

from msgspec import Struct

from philomel.services.catalog.contract import MergeReason
from philomel.services.catalog.rules.folding import fold
from philomel.services.catalog.rules.matching import NEAR_MS, SAME_MS
from philomel.services.catalog.rules.paths import album_folder

_VERSION = re.compile(
    r"\b(live|unplugged|acoustic|demo|instrumental|karaoke|a ?cappella|remix|re-?mix|mix|edit|"
    r"dub|extended|rehearsal|outtake|alternate|alternative|take \d+|session|sessions|orchestral|"
    r"cover|reprise|part \d+|pt\.? ?\d+|no\.? ?\d+)\b"
)


class Side(Struct, frozen=True):
    """A track with its file, as far as it matters here.

    Attributes:
        place: disc and number; None without a number.
        year: of its album.
        added_at, lost_at: when the track came, and since when it is missing.
        stamp: inode, size and time of the file; None without an inode.
    """

    track_id: str
    file_id: str
    library_id: str
    album_id: str
    path: bytes
    title: str
    match_key: str
    place: tuple[int, int] | None
    year: int | None
    duration_ms: int
    recording_id: str | None
    release_track_id: str | None
    stream_hash: str | None
    added_at: int
    lost_at: int | None
    stamp: tuple[int, int, int] | None = None


class Evidence(Struct, frozen=True, order=True):
    strength: int
    reason: MergeReason
    text: str


def evidence(lost: Side, here: Side, score: float = 0.0) -> Evidence | None:
    """What says that `here` is what `lost` was; None if too little does.

    Args:
        score: how much they sound alike, from 0 to 1, if that makes them one recording.
    """
    apart = abs(lost.duration_ms - here.duration_ms)
    if lost.track_id == here.track_id or apart > NEAR_MS:
        return None
    if lost.stamp is not None and lost.stamp == here.stamp:
        # It was seen at its new place before its old one was looked at.
        return Evidence(100, MergeReason.FILE, "the same file under another name")
    came_after = lost.lost_at is not None and here.added_at >= lost.lost_at
    elsewhere = bool(lost.place and here.place and lost.place != here.place)
    at_place = lost.place is not None and lost.place == here.place
    edition = same_edition(lost, here)
    heard = _sound(lost, here, score)
    if heard is not None and (came_after or (edition and not elsewhere)):
        return heard
    if not edition:
        return None
    return _tags(lost, here, apart, came_after=came_after, elsewhere=elsewhere, at_place=at_place)


def choose(
    lost: Side, present: Iterable[Side], scores: Mapping[str, float] | None = None
) -> tuple[Side, Evidence] | None:
    """The heir of a missing track, by the strongest evidence; of equal ones the latest."""
    found = [
        (proof, here.added_at, here.track_id, here)
        for here in present
        if (proof := evidence(lost, here, (scores or {}).get(here.file_id, 0.0))) is not None
    ]
    if not found:
        return None
    proof, _, _, here = max(found, key=lambda each: (each[0].strength, *each[1:3]))
    return here, proof


def same_edition(one: Side, other: Side) -> bool:
    """Whether two tracks stand on the same release."""
    if one.album_id == other.album_id:
        return True
    if one.year is not None and other.year is not None and one.year != other.year:
        return False
    if one.match_key == other.match_key:
        return True
    # Mended names of the album: the new file lies at the same place beside the old one.
    beside = one.library_id == other.library_id and album_folder(one.path) == album_folder(
        other.path
    )
    return beside and one.place is not None and one.place == other.place


def version(title: str) -> frozenset[str]:
    """Words of a title that tell one recording of a song from another."""
    return frozenset(found[0] for found in _VERSION.finditer(fold(title)))


def _sound(lost: Side, here: Side, score: float) -> Evidence | None:
    length = f"{_time(lost.duration_ms)} and {_time(here.duration_ms)} long"
    if lost.stream_hash is not None and lost.stream_hash == here.stream_hash:
        return Evidence(90, MergeReason.STREAM, f"the same audio stream; {length}")
    if score > 0:
        text = f"the recordings sound the same ({score:.0%}); {length}"
        return Evidence(50, MergeReason.FINGERPRINT, text)
    return None


def _tags(
    lost: Side, here: Side, apart: int, *, came_after: bool, elsewhere: bool, at_place: bool
) -> Evidence | None:
    length = f"{_time(lost.duration_ms)} and {_time(here.duration_ms)} long"
    if _contradict(lost.release_track_id, here.release_track_id):
        return None
    if lost.release_track_id is not None and lost.release_track_id == here.release_track_id:
        return Evidence(80, MergeReason.IDENTIFIERS, f"the same track of a release; {length}")
    if _contradict(lost.recording_id, here.recording_id):
        return None
    if lost.recording_id is not None and lost.recording_id == here.recording_id and not elsewhere:
        return Evidence(70, MergeReason.IDENTIFIERS, f"the same recording and release; {length}")
    if version(lost.title) != version(here.title):
        return None
    same_title = fold(lost.title) == fold(here.title)
    if same_title and at_place:
        return Evidence(64, MergeReason.TAGS, f"the same album, number and title; {length}")
    if same_title and not elsewhere and lost.match_key == here.match_key:
        return Evidence(60, MergeReason.TAGS, f"the same artist, album and title; {length}")
    if came_after and same_title:
        return Evidence(42, MergeReason.TAGS, f"the same album and title, renumbered; {length}")
    if came_after and at_place and apart <= SAME_MS:
        return Evidence(41, MergeReason.TAGS, f"the same album and number, retitled; {length}")
    return None


def _contradict(one: str | None, other: str | None) -> bool:
    return one is not None and other is not None and one != other


def _time(duration_ms: int) -> str:
    minutes, seconds = divmod(round(duration_ms / 1_000), 60)
    return f"{minutes}:{seconds:02}"
