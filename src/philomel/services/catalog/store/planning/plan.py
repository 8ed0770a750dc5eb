"""What is planned: files as the scanner found them, and the rows to write."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from philomel.services.catalog.rules.drafts import Draft
from philomel.services.catalog.rules.folding import fold

Row = dict[str, Any]


class Intake(Struct, frozen=True):
    """A file as the scanner found it: `draft` is set, or `error`.

    Attributes:
        file_id: of a file that is known at this path.
        lyrics_ns: when the lyrics beside it changed; 0 without any.
    """

    path: bytes
    size: int
    modified_ns: int
    inode: int
    lyrics_ns: int
    draft: Draft | None
    error: str | None = None
    warnings: tuple[str, ...] = ()
    file_id: str | None = None
    picture: bool = False
    container: str = ""
    codec: str = ""
    duration_ms: int = 0
    bitrate: int = 0
    sample_rate: int = 0
    channels: int = 0
    bit_depth: int | None = None


class Plan:
    """Rows to write, and what to tell about them.

    Attributes:
        albums: those with a track that changed in any way.
        shifting: of these, the ones with tracks that came or went or are by others now.
        artists: those whose tracks came or went.
        same: known tracks of which nothing changed that they are found by.
    """

    def __init__(self, library_id: str) -> None:
        self.library_id = library_id
        self.new_artists: list[Row] = []
        self.artist_ids_found: list[Row] = []
        self.new_albums: list[Row] = []
        self.album_credits: list[Row] = []
        self.album_updates: list[Row] = []
        self.new_genres: list[Row] = []
        self.new_files: list[Row] = []
        self.file_updates: list[Row] = []
        self.new_tracks: list[Row] = []
        self.track_updates: list[Row] = []
        self.tracks_lost: list[str] = []
        self.credits: list[Row] = []
        self.genres: list[Row] = []
        self.lyrics: list[Row] = []
        self.chapters: list[Row] = []
        self.labels: dict[str, str] = {}
        self.album_labels: list[Row] = []
        self.relabelled: list[str] = []
        self.errors: list[Row] = []
        self.displaced: list[Row] = []
        self.paths: list[bytes] = []
        self.albums: set[str] = set()
        self.shifting: set[str] = set()
        self.artists: set[str] = set()
        self.album_moves: list[tuple[str, str]] = []
        self.artist_moves: list[tuple[str, str]] = []
        self.must_exist: dict[str, set[str]] = {
            "albums": set(), "artists": set(), "files": set(), "tracks": set(),
        }  # fmt: skip
        self.added = self.changed = self.failed = 0
        self.moved: list[str] = []
        self.same: set[str] = set()

    def add_labels(self, album_id: str, names: Sequence[str]) -> None:
        """Let an album have these record labels; in `relabelled` it had others before."""
        keys = {fold(name)[:200]: name for name in reversed(names)}
        self.labels = keys | self.labels
        self.album_labels.extend({"label_key": key, "album_id": album_id} for key in keys)


def away(path: bytes, file_id: str) -> bytes:
    """Where the row of a file is kept whose path another file has: no real path holds a NUL."""
    return path.partition(b"\0")[0] + b"\0" + file_id.encode()


def position_key(album: Row, disc: int | None, number: int | None, title_key: str) -> str:
    """Sorts the tracks of one album, and of all an artist's albums."""
    return (
        f"{album['year'] or 9999:04}{album['sort_key'][:80]}\x01{album['id']}\x01"
        f"{disc or 1:05}{number or 99999:05}{title_key[:60]}"
    )
