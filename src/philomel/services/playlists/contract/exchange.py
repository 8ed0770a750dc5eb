"""Playlists as files of other programs."""

from enum import StrEnum

from msgspec import Struct

from philomel.services.playlists.contract.playlists import Playlist
from philomel.services.playlists.contract.wants import Want


class PlaylistFormat(StrEnum):
    M3U8 = "m3u8"
    """Lines of paths, UTF-8, with the extended comments that players write."""
    XSPF = "xspf"
    """https://xspf.org/spec, XML."""
    JSPF = "jspf"
    """The same as JSON: https://xspf.org/jspf."""


class ImportPlaylist(Struct, frozen=True):
    """A file of any of the formats, or Navidrome's smart playlist (`.nsp`).

    Which one it is is seen by its content.

    Attributes:
        content: at most 2 MiB with at most 10,000 tracks. Paths in it are only compared.
        name: of the playlist; that in the file, if it is left out.
    otherwise: the name, if there is none in the file either.
        source: as in `CreatePlaylist`: what is there already from it is left alone.
        dry_run: look everything up, and keep nothing.
    """

    content: bytes
    name: str = ""
    public: bool = False
    source: str = ""
    dry_run: bool = False
    otherwise: str = ""


class PlaylistImported(Struct, frozen=True):
    """Attributes:
    playlist: None after a dry run.
    total: tracks in the file; of rules, those they give now.
    missing: how many were not found; they wait in the playlist.
    not_found: the first 200 of these.
    known: it had been imported before.
    rules: it is a smart playlist.
    """

    name: str
    total: int
    missing: int
    playlist: Playlist | None = None
    not_found: tuple[Want, ...] = ()
    known: bool = False
    rules: bool = False


class ExportPlaylist(Struct, frozen=True):
    playlist_id: str
    format: PlaylistFormat = PlaylistFormat.M3U8


class FilePart(Struct, frozen=True):
    """Attributes:
    content: the next bytes of the file.
    """

    content: bytes
