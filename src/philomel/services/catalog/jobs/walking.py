"""The walk over one library, in pieces: audio files with what lies beside them."""

from collections.abc import Iterator, Sequence
from zlib import crc32

from msgspec import Struct

from philomel.engines.blobs import UNFINISHED, Blobs, Entry, LinkRefused
from philomel.services.catalog.rules.paths import is_audio, is_lyrics, lyrics_stems

PIECE = 1_000
_GROUP = 2_000
"""Names that begin alike, so many at the most, are looked at together."""
_UNFINISHED = UNFINISHED + b"/"
_LYRICS = 8
"""More files of lyrics beside one track are left out."""
_PICTURES = frozenset((b"jpg", b"jpeg", b"png", b"webp", b"gif"))
_COVERS = frozenset((b"cover", b"folder", b"front", b"artist"))


def _spellings(*stems: bytes) -> tuple[bytes, ...]:
    return tuple(
        spelt + b"." + extension
        for stem in stems
        for spelt in (stem, stem.capitalize())
        for extension in (b"jpg", b"png", b"jpeg", b"webp")
    )


COVER_NAMES = _spellings(b"cover", b"folder", b"front")
PORTRAIT_NAMES = _spellings(b"artist")


class Found(Struct, frozen=True):
    """An audio file with the lyrics that lie beside it.

    Attributes:
        lyrics_ns: changes when they do; 0 without any.
    """

    entry: Entry
    lyrics_ns: int
    lyrics: tuple[bytes, ...] = ()


class Walker:
    """Walks below a folder. Blocks: `next_piece` runs in a thread.

    Attributes:
        errors: folders and files that could not be read, with a sentence each.
        pictures: folders with covers, and what follows from these covers' names, sizes and
            times: a new cover may be older than the one it replaces.
    """

    def __init__(self, blobs: Blobs, below: bytes) -> None:
        self.errors: dict[bytes, str] = {}
        self.pictures: dict[bytes, int] = {}
        self._blocked: set[bytes] = set()
        self._found = self._pair(blobs.walk(below, self._on_error))

    def next_piece(self) -> list[Found]:
        """The next files in byte order of their keys; none at the end.

        Raises:
            Unavailable: the library itself is not there.
        """
        piece: list[Found] = []
        for found in self._found:
            piece.append(found)
            if len(piece) >= PIECE:
                break
        return piece

    def _pair(self, entries: Iterator[Entry]) -> Iterator[Found]:
        """Give files their lyrics: names with one beginning stand together in the order.

        "song.en.lrc" comes before "song.mp3", so a group is as long as the beginning of its
        names up to their first dot stays the same.
        """
        group: list[Entry] = []
        prefix = b""
        for entry in entries:
            key = entry.key
            if key.startswith(_UNFINISHED):
                continue
            if not prefix or not key.startswith(prefix) or len(group) > _GROUP:
                yield from _paired(group)
                group.clear()
                prefix = _beginning(key)
            if is_audio(key) or is_lyrics(key):
                group.append(entry)
            elif _is_cover(key):
                folder, _, name = key.rpartition(b"/")
                said = b"%b\0%d\0%d" % (name, entry.size, entry.modified_ns)
                self.pictures[folder] = crc32(said, self.pictures.get(folder, 0))
        yield from _paired(group)

    def _on_error(self, key: bytes, error: OSError) -> None:
        reason = error.strerror or "unknown error"
        if isinstance(error, LinkRefused):
            self.errors[key] = f"It is not followed: {reason}."
            return
        self.errors[key] = f"It could not be read: {reason}."
        self._blocked.add(key)

    def is_blocked(self, path: bytes) -> bool:
        """Whether nothing can be said about a path, because a folder above is unreadable."""
        if not self._blocked:
            return False
        while path:
            if path in self._blocked:
                return True
            path = path.rpartition(b"/")[0]
        return b"" in self._blocked


def _paired(group: list[Entry]) -> Iterator[Found]:
    """The audio files of a group, each with the lyrics that are named after it."""
    texts = [entry for entry in group if not is_audio(entry.key)]
    if not texts:
        yield from (Found(entry, 0) for entry in group)
        return
    by_stem: dict[bytes, list[Entry]] = {}
    for text in texts:
        for stem in lyrics_stems(text.key):
            by_stem.setdefault(stem, []).append(text)
    for entry in group:
        if not is_audio(entry.key):
            continue
        beside = by_stem.get(entry.key.rpartition(b".")[0], ())[:_LYRICS]
        yield Found(entry, _stamp(beside), tuple(text.key for text in beside))


def _stamp(beside: Sequence[Entry]) -> int:
    """What changes when one of these comes, changes or goes; for one .lrc file its own time."""
    total = 0
    for text in beside:
        suffix = text.key.rpartition(b"/")[2].partition(b".")[2].lower()
        total += text.modified_ns ^ (0 if suffix == b"lrc" else crc32(suffix))
    return (total & (2**63 - 1)) or (1 if beside else 0)


def _beginning(key: bytes) -> bytes:
    folder, slash, name = key.rpartition(b"/")
    first, dot, _ = name.partition(b".")
    return folder + slash + (first + dot if dot else name)


def _is_cover(key: bytes) -> bool:
    stem, _, extension = key.rpartition(b"/")[2].lower().rpartition(b".")
    return extension in _PICTURES and stem in _COVERS
