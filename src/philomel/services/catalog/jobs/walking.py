"""The walk over one library, in pieces: audio files with what lies beside them."""

from collections.abc import Iterator

from msgspec import Struct

from philomel.engines.blobs import Blobs, Entry, LinkRefused
from philomel.services.catalog.rules.paths import is_audio

PIECE = 1_000
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
    """An audio file; `lyrics_ns` is when the .lrc file beside it changed, or 0."""

    entry: Entry
    lyrics_ns: int


class Walker:
    """Walks below a folder. Blocks: `next_piece` runs in a thread.

    Attributes:
        errors: folders and files that could not be read, with a sentence each.
        pictures: folders in which a cover changed after `since_ns`.
    """

    def __init__(self, blobs: Blobs, below: bytes, since_ns: int) -> None:
        self.errors: dict[bytes, str] = {}
        self.pictures: set[bytes] = set()
        self._blocked: set[bytes] = set()
        self._since_ns = since_ns
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
        """Give files their lyrics: all names with one stem stand together in the order."""
        group: list[Entry] = []
        prefix, lyrics_ns = b"", 0
        for entry in entries:
            key = entry.key
            if not prefix or not key.startswith(prefix):
                for member in group:
                    yield Found(member, lyrics_ns)
                group.clear()
                prefix, lyrics_ns = _stem(key), 0
            if is_audio(key):
                group.append(entry)
            elif key[-4:].lower() == b".lrc":
                lyrics_ns = entry.modified_ns
            elif entry.modified_ns > self._since_ns and _is_cover(key):
                self.pictures.add(key.rpartition(b"/")[0])
        for member in group:
            yield Found(member, lyrics_ns)

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


def _stem(key: bytes) -> bytes:
    folder, slash, name = key.rpartition(b"/")
    stem, dot, _ = name.rpartition(b".")
    return folder + slash + (stem + dot if dot else name)


def _is_cover(key: bytes) -> bool:
    stem, _, extension = key.rpartition(b"/")[2].lower().rpartition(b".")
    return extension in _PICTURES and stem in _COVERS
