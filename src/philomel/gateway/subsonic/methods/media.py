"""Which bytes a player gets: the original, a transcode, a picture.

A handler signs an address in the caller's name; the media door opens it, here or in the
process that holds the files.
"""

from collections.abc import Mapping

from philomel.gateway.subsonic import items
from philomel.gateway.subsonic.call import Call, Picture, Signed
from philomel.gateway.subsonic.errors import not_found
from philomel.gateway.subsonic.pictures import placeholder
from philomel.services.catalog.contract import Cover, Track
from philomel.services.media.contract import SignCovers, SignStream, StreamFormat
from philomel.services.playlists.contract import GetPlaylistCovers

FORMATS: Mapping[str, StreamFormat] = {
    "ogg": StreamFormat.VORBIS,
    "oga": StreamFormat.VORBIS,
    "vorbis": StreamFormat.VORBIS,
    "opus": StreamFormat.OPUS,
    "mp3": StreamFormat.MP3,
    "aac": StreamFormat.AAC,
    "m4a": StreamFormat.AAC,
}
# What a format is called by the suffix of files that hold it already.
_SUFFIXES: Mapping[StreamFormat, tuple[str, ...]] = {
    StreamFormat.VORBIS: ("ogg", "oga"),
    StreamFormat.OPUS: ("opus",),
    StreamFormat.MP3: ("mp3",),
    StreamFormat.AAC: ("m4a", "aac"),
}
_DOWNSAMPLED = StreamFormat.OPUS
_BITRATES = (32, 320)
_MAX_OFFSET = 7 * 24 * 3600
_MAX_SIZE = 1_200
_NO_COVER = Picture(placeholder())


async def stream(call: Call) -> Signed:
    """What `stream` plays."""
    track = await call.track(call.parameters.id())
    wanted = choose(
        track,
        (call.parameters.get("format") or "").lower(),
        call.parameters.whole("maxBitRate", 0),
        call.parameters.whole("timeOffset", 0, high=_MAX_OFFSET),
    )
    return Signed((await call.services.media.sign_stream(wanted)).path)


async def download(call: Call) -> Signed:
    """The untouched file."""
    track = await call.track(call.parameters.id())
    name = (track.path or "").rpartition("/")[2] or f"{track.title}.{track.suffix or 'bin'}"
    wanted = SignStream(asset_of(track), download=name)
    return Signed((await call.services.media.sign_stream(wanted)).path)


async def get_cover_art(call: Call) -> Signed | Picture:
    """The picture of a thing, or a plain one."""
    read = items.read_cover_id(call.parameters.need("id"))
    if read is None:
        raise not_found("the cover")
    cover = await _cover(call, *read)
    if cover is None or not cover.sizes:
        return _NO_COVER
    size = call.parameters.whole("size", _MAX_SIZE, high=_MAX_SIZE)
    chosen = min((known for known in cover.sizes if known >= size), default=max(cover.sizes))
    signed = await call.services.media.sign_covers(SignCovers((cover_key(cover, chosen),)))
    return Signed(signed.items[0].path)


def cover_key(cover: Cover, size: int) -> str:
    return f"covers/{cover.id[:2]}/{cover.id}-{size}.jpg"


def choose(track: Track, format_: str, max_bitrate: int, offset: int) -> SignStream:
    """What to send: the original if it fits what is asked, else a transcode.

    Args:
        track: whose file it is.
        format_: "raw" for the untouched file; a format of ours, or anything else for any.
        max_bitrate: kbit/s; 0 is no limit.
        offset: seconds from the start.

    Raises:
        Failure: no file is present.
    """
    asset = asset_of(track)
    if format_ == "raw":
        return SignStream(asset)
    asked = FORMATS.get(format_)
    bitrate = (track.bitrate or 0) // 1000
    small_enough = max_bitrate == 0 or bitrate <= max_bitrate
    same = asked is None or (track.suffix or "") in _SUFFIXES[asked]
    if small_enough and same and offset == 0:
        return SignStream(asset)
    format_asked = asked or (_own_format(track) if small_enough else _DOWNSAMPLED)
    limit = None if max_bitrate == 0 else min(max(max_bitrate, _BITRATES[0]), _BITRATES[1])
    return SignStream(asset, format=format_asked, bitrate=limit, offset_ms=offset * 1000)


def _own_format(track: Track) -> StreamFormat:
    """The format nearest to the file's own, for a start in the middle."""
    for format_, suffixes in _SUFFIXES.items():
        if track.suffix in suffixes:
            return format_
    return _DOWNSAMPLED


def asset_of(track: Track) -> str:
    """The file to play.

    Raises:
        Failure: none is present.
    """
    if track.asset_id is None:
        raise not_found("the file of this song")
    return track.asset_id


async def _playlist_cover(call: Call, id_: str) -> Cover | None:
    """The picture that a playlist was given, or that of its first songs.

    Raises:
        Failure: the caller sees no such playlist.
    """
    asked = GetPlaylistCovers((id_,), wait=True)
    for shown in (await call.services.playlists.get_playlist_covers(asked)).items:
        return None if shown.cover is None else Cover(shown.cover.id, shown.cover.sizes)
    raise not_found("the cover")


async def _cover(call: Call, kind: str | None, id_: str) -> Cover | None:
    """The picture of a thing; ids without a kind may be of any.

    Raises:
        Failure: the caller sees no such thing.
    """
    if kind in {"tr", None}:
        for track in await call.tracks([id_]):
            return track.cover
    if kind in {"al", None}:
        for album in await call.albums([id_]):
            return album.cover
    if kind in {"ar", None}:
        for artist in await call.artists([id_]):
            return artist.cover
    return await _playlist_cover(call, id_)


async def get_videos(_call: Call) -> Mapping[str, object]:
    """There are none."""
    return {"videos": {"video": []}}


async def get_video_info(call: Call) -> Mapping[str, object]:
    call.parameters.id()
    raise not_found("the video")


async def get_captions(call: Call) -> Signed:
    call.parameters.id()
    raise not_found("the captions")
