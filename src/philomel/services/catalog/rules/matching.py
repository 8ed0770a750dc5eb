"""Which known track a new file is, and which known album a track is on."""

from collections.abc import Iterable

from msgspec import Struct

SAME_MS = 150
"""What headers say of a length and what decoding finds differ by a frame or two."""
NEAR_MS = 3_000
"""Two encodings of one recording differ by padding at both ends."""


class Lost(Struct, frozen=True):
    """A known file that is missing, with the track that waits for it."""

    file_id: str
    track_id: str
    path: bytes
    size: int
    modified_ns: int
    inode: int
    duration_ms: int
    codec: str
    match_key: str
    recording_id: str | None
    release_track_id: str | None


class Fresh(Struct, frozen=True):
    """A file that was not known at this place."""

    path: bytes
    size: int
    modified_ns: int
    inode: int
    duration_ms: int
    codec: str
    match_key: str
    recording_id: str | None
    release_track_id: str | None


def match(fresh: Fresh, lost: Iterable[Lost]) -> Lost | None:
    """The missing track that this file is, by the strongest evidence; None if there is none."""
    best, strength = None, 0
    for candidate in lost:
        found = evidence(fresh, candidate)
        if found > strength:
            best, strength = candidate, found
    return best


def evidence(fresh: Fresh, lost: Lost) -> int:
    """How strongly a file looks like a missing one; 0 is not at all."""
    same_bytes = (fresh.size, fresh.modified_ns) == (lost.size, lost.modified_ns)
    same_inode = fresh.inode != 0 and fresh.inode == lost.inode
    same_name = _name(fresh.path) == _name(lost.path)
    apart = abs(fresh.duration_ms - lost.duration_ms)
    if same_bytes and same_inode:
        return 100
    if same_bytes and same_name and apart <= NEAR_MS:
        return 90
    # Inodes are used again soon: only the same length makes it a retag.
    if same_inode and apart <= SAME_MS and fresh.codec == lost.codec:
        return 80
    if apart > NEAR_MS:
        return 0
    nearness = 2 if apart <= SAME_MS else 1
    if fresh.release_track_id and fresh.release_track_id == lost.release_track_id:
        return 70 + nearness
    if fresh.recording_id and fresh.recording_id == lost.recording_id:
        return 60 + nearness + (2 if fresh.match_key == lost.match_key else 0)
    if fresh.match_key == lost.match_key and not _contradict(fresh, lost):
        return 50 + nearness + (2 if same_name else 0)
    return 0


def is_replaced(before: Lost, now: Fresh) -> bool:
    """Whether a path holds other music than before: then the track there is missing."""
    if abs(before.duration_ms - now.duration_ms) <= NEAR_MS:
        return False
    return before.match_key != now.match_key and (
        before.recording_id is None or before.recording_id != now.recording_id
    )


class KnownAlbum(Struct, frozen=True):
    """An album of the same key in the same library."""

    id: str
    folder: bytes
    year: int | None


def choose_album(folder: bytes, year: int | None, known: Iterable[KnownAlbum]) -> str | None:
    """Which of the albums of one key a track is on; None if it is another one.

    One folder is one album, whatever the years of its songs. Two folders are one album
    unless their years say that they are two releases with the same title.
    """
    albums = list(known)
    for album in albums:
        if album.folder == folder:
            return album.id
    for album in albums:
        if album.year == year or album.year is None or year is None:
            return album.id
    return None


def _name(path: bytes) -> bytes:
    return path.partition(b"\0")[0].rpartition(b"/")[2]


def _contradict(fresh: Fresh, lost: Lost) -> bool:
    """Both say which recording they are, and it is not the same one."""
    return bool(
        fresh.recording_id and lost.recording_id and fresh.recording_id != lost.recording_id
    )
