"""Which known track a new file is, and which known album a track is on."""

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct

SAME_MS = 150
"""What headers say of a length and what decoding finds differ by a frame or two."""
NEAR_MS = 3_000
"""Two encodings of one recording differ by padding at both ends."""


class Lost(Struct, frozen=True):
    """A known file that is missing, with the track that waits for it.

    Attributes:
        heard: its audio stream is known, so that analysis can tell whether another is the same.
    """

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
    disc: int | None = None
    number: int | None = None
    heard: bool = False


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
    disc: int | None = None
    number: int | None = None


def assign(
    fresh: Sequence[tuple[Fresh, Iterable[Lost]]],
) -> Mapping[int, Lost]:
    """Which missing file each file is, by position.

    The strongest evidence goes first, so that no file takes what is more surely another's.
    """
    scored = [
        (-strength, place, lost)
        for place, (file, candidates) in enumerate(fresh)
        for lost in candidates
        if (strength := evidence(file, lost)) > 0
    ]
    scored.sort(key=lambda each: each[:2])
    found: dict[int, Lost] = {}
    taken: set[str] = set()
    for _, place, lost in scored:
        if place not in found and lost.file_id not in taken:
            found[place] = lost
            taken.add(lost.file_id)
    return found


class Stamp(Struct, frozen=True):
    """What can be said of a file without opening it."""

    path: bytes
    size: int
    modified_ns: int
    inode: int


def sure(fresh: Sequence[Stamp], lost: Sequence[Stamp]) -> Mapping[int, int]:
    """Which missing file each file is, by position, where no tags are needed to say it.

    The same size and time, and the same inode or else the same name: nothing else on either
    side may look the same.
    """
    found: dict[int, int] = {}
    for key in (_by_inode, _by_name):
        theirs, taken = _alone(lost, key), set(found.values())
        for each, place in _alone(fresh, key).items():
            other = theirs.get(each)
            if place is None or other is None or place in found or other in taken:
                continue
            found[place] = other
    return found


def _alone(files: Sequence[Stamp], key: Callable[[Stamp], object]) -> Mapping[object, int | None]:
    """The place of each key; None where several have it."""
    places: dict[object, int | None] = {}
    for place, file in enumerate(files):
        of = key(file)
        if of is not None:
            places[of] = None if of in places else place
    return places


def _by_inode(file: Stamp) -> object:
    return (file.size, file.modified_ns, file.inode) if file.inode else None


def _by_name(file: Stamp) -> object:
    return file.size, file.modified_ns, _name(file.path)


def evidence(fresh: Fresh, lost: Lost) -> int:
    """How strongly a file looks like a missing one; 0 is not at all."""
    same_bytes = (fresh.size, fresh.modified_ns) == (lost.size, lost.modified_ns)
    same_inode = fresh.inode != 0 and fresh.inode == lost.inode
    same_name = _name(fresh.path) == _name(lost.path)
    same_key = fresh.match_key == lost.match_key
    apart = abs(fresh.duration_ms - lost.duration_ms)
    if same_bytes and same_inode:
        return 100
    if same_bytes and same_name and apart <= NEAR_MS:
        return 90
    if apart > NEAR_MS:
        return 0
    nearness = 2 if apart <= SAME_MS else 1
    if same_name and fold_path(fresh.path) == fold_path(lost.path) and (same_key or nearness == 2):
        return 85
    # Only the same length makes it a retag.
    retagged = same_inode and nearness == 2 and fresh.codec == lost.codec
    if retagged and same_name:
        return 80
    closeness = nearness + 2 * same_name + 3 * (fresh.size == lost.size)
    at_place, elsewhere = _places(fresh, lost)
    if fresh.release_track_id and fresh.release_track_id == lost.release_track_id:
        return 70 + nearness
    if fresh.recording_id and fresh.recording_id == lost.recording_id:
        return 60 + nearness + 2 * same_key + 4 * at_place - 4 * elsewhere
    if same_key and not elsewhere and not _contradict(fresh, lost):
        return 50 + closeness + 4 * at_place
    # A new file soon gets the inode of a deleted one: where sound can decide, it does.
    return 45 if retagged and not lost.heard else 0


def is_replaced(before: Lost, now: Fresh) -> bool:
    """Whether a path holds other music than before: then the track there is missing."""
    if abs(before.duration_ms - now.duration_ms) <= NEAR_MS:
        return False
    return before.match_key != now.match_key and (
        before.recording_id is None or before.recording_id != now.recording_id
    )


def replaced(
    before: Iterable[Sequence[Any]], now: Iterable[Sequence[Any]]
) -> list[tuple[str, str]]:
    """Who of a track's artists, (role, artist id), became whom: in each role, in order."""
    was, becomes = list(before), list(now)
    moves: list[tuple[str, str]] = []
    for role in dict.fromkeys(each[0] for each in was):
        old = [each[1] for each in was if each[0] == role]
        new = [each[1] for each in becomes if each[0] == role]
        kept = set(old) & set(new)
        gone, come = ([a for a in names if a not in kept] for names in (old, new))
        moves.extend(zip(gone, come, strict=False))
    return moves


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


def fold_path(path: bytes) -> str:
    """The same for paths that differ by case or by how accents are written."""
    if path.isascii():
        return path.partition(b"\0")[0].lower().decode()
    text = path.partition(b"\0")[0].decode("utf-8", "surrogateescape")
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def spellings(path: bytes) -> set[bytes]:
    """The ways in which systems write the accents of one path."""
    if path.isascii():
        return {path}
    text = path.decode("utf-8", "surrogateescape")
    return {
        unicodedata.normalize(form, text).encode("utf-8", "surrogateescape")
        for form in ("NFC", "NFD")
    }


def _name(path: bytes) -> str:
    return fold_path(path).rpartition("/")[2]


def _places(fresh: Fresh, lost: Lost) -> tuple[bool, bool]:
    """Whether both say that they stand at one place of an album, or at two."""
    if fresh.number is None or lost.number is None:
        return False, False
    same = (fresh.disc or 1, fresh.number) == (lost.disc or 1, lost.number)
    return same, not same


def _contradict(fresh: Fresh, lost: Lost) -> bool:
    """Both say which recording they are, and it is not the same one."""
    return bool(
        fresh.recording_id and lost.recording_id and fresh.recording_id != lost.recording_id
    )
