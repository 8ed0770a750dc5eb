"""How a shared track is played: every address lies below the share's own and ends with it.

What the media service signs stays inside this server: such an address is good for a day, for
whoever has it, whatever becomes of the share.
"""

import re

from msgspec.structs import replace

from philomel.gateway.api.playback import PlaybackView, view_of
from philomel.kernel.caller import ANONYMOUS, acting
from philomel.kernel.errors import NotFound
from philomel.services.catalog.contract import Track
from philomel.services.media.contract import (
    Media,
    OpenSigned,
    PlaybackFile,
    SignStream,
    StreamFormat,
)

ORIGINAL = "original"
PLAYLIST = "application/vnd.apple.mpegurl"
_QUERY = re.compile(rb"\?[^\"\r\n]*")


async def playback(media: Media, track: Track, above: str) -> PlaybackView:
    """As the extension API tells it, without what adapts: its playlists name signed addresses.

    Args:
        above: where the track lies, from the host's root.
    """
    view = await view_of(media, track, _asset(track))
    files = tuple(replace(file, path=f"{above}/files/{_name(file)}") for file in view.files)
    return replace(view, asset_id="", hls="", hls_aac="", hls_opus="", files=files)


async def sign(media: Media, track: Track, name: str) -> str:
    """The signed address of one form of a track, or of a part of it.

    Args:
        name: as `playback` names it; a part stands behind the rung, "flac/0.m4s".
    """
    if name == ORIGINAL:
        return (await media.sign_stream(SignStream(_asset(track)))).path
    rung, _, part = name.partition("/")
    for file in (await view_of(media, track, _asset(track))).files[1:]:
        path, _, query = file.path.partition("?")
        if part and file.adaptive and path.endswith(f"/{rung}.mp4"):
            return f"{path.removesuffix('.mp4')}/{part}?{query}"
        if not part and _name(file) == rung:
            return file.path
    raise NotFound("nothing is shared at this address")


async def sign_mp3(media: Media, track: Track) -> str:
    """What everything plays."""
    return (await media.sign_stream(SignStream(_asset(track), StreamFormat.MP3))).path


async def sign_file(media: Media, track: Track) -> str:
    """The original, to be kept under its own name."""
    suffix = f".{track.suffix}" if track.suffix else ""
    name = f"{track.title}{suffix}"
    return (await media.sign_stream(SignStream(_asset(track), download=name))).path


async def read_playlist(media: Media, signed: str) -> bytes:
    """The parts of a rung, without the signatures behind their names."""
    path, _, query = signed.partition("?")
    with acting(ANONYMOUS):
        opened = await media.open_signed(OpenSigned(path, query))
    if opened.body is None:
        raise NotFound("nothing is shared at this address")
    return _QUERY.sub(b"", opened.body)


def _name(file: PlaybackFile) -> str:
    return ORIGINAL if file.name == ORIGINAL else file.path.partition("?")[0].rpartition("/")[2]


def _asset(track: Track) -> str:
    if track.asset_id is None:
        raise NotFound("nothing is shared at this address")
    return track.asset_id
