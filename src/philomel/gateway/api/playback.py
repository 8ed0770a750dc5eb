"""Playing a track: every form of it, what a player needs to play it well, and what it tells."""

from msgspec import Struct
from msgspec.structs import replace

from philomel.gateway.api.operation import Call, Route
from philomel.gateway.public import at
from philomel.services.catalog.contract import GetTracks, Track, TrackNotFound
from philomel.services.media.contract import (
    Gapless,
    GetAssets,
    GetPlayback,
    Loudness,
    Media,
    PlaybackFile,
)
from philomel.services.plays.contract import ReportPlayback


class OfTrack(Struct, frozen=True):
    id: str


class Level(Struct, frozen=True):
    """Attributes:
    loudness: integrated, LUFS (EBU R128).
    true_peak: dBTP.
    gain_db: what brings it to -14 LUFS, or as near as the peaks allow.
    """

    loudness: float
    true_peak: float
    gain_db: float


class PlaybackView(Struct, frozen=True):
    """Addresses begin at the host's root and can be used as they are until `expires_at`.

    Attributes:
        expires_at: milliseconds since the Unix epoch.
        hls: master playlist of all adaptive rungs.
        hls_aac, hls_opus: with the rungs of one codec below the untouched signal.
        files: the original first, then the ladder.
        gapless: of the original; every other form ends with its last sample. Null before
            the file was analysed.
        track, album: null before they were analysed, and for silence.
    """

    track_id: str
    asset_id: str
    duration_ms: int
    expires_at: int
    hls: str
    hls_aac: str
    hls_opus: str
    files: tuple[PlaybackFile, ...]
    gapless: Gapless | None = None
    track: Level | None = None
    album: Level | None = None


async def get_playback(call: Call, asked: OfTrack) -> PlaybackView:
    """Every form in which the caller can play a track, with its loudness and gapless data."""
    found = (await call.services.catalog.get_tracks(GetTracks((asked.id,)))).items
    if not found or found[0].asset_id is None:
        raise TrackNotFound("there is no such track, or no file of it")
    track, asset_id = found[0], found[0].asset_id
    view = await view_of(call.services.media, track, asset_id)
    return replace(
        view,
        hls=at(view.hls),
        hls_aac=at(view.hls_aac),
        hls_opus=at(view.hls_opus),
        files=tuple(replace(file, path=at(file.path)) for file in view.files),
    )


async def view_of(media: Media, track: Track, asset_id: str) -> PlaybackView:
    """How a track's asset is played; addresses as the media service signs them."""
    playback = await media.get_playback(GetPlayback(asset_id))
    assets = (await media.get_assets(GetAssets((asset_id,)))).items
    return PlaybackView(
        track_id=track.id,
        asset_id=asset_id,
        duration_ms=playback.duration_ms,
        expires_at=playback.expires_at,
        hls=playback.hls,
        hls_aac=playback.hls_aac,
        hls_opus=playback.hls_opus,
        files=playback.files,
        gapless=assets[0].gapless if assets else None,
        track=_level(track.loudness, track.true_peak),
        album=_album(track),
    )


async def report_playback(call: Call, asked: ReportPlayback) -> None:
    """What a player does, at every change and now and then in between.

    A listen that was long enough counts as one play, however often it is told.
    """
    await call.services.plays.report_playback(asked)


def _album(track: Track) -> Level | None:
    return _level(track.album_loudness, track.album_true_peak)


def _level(loudness: float | None, true_peak: float | None) -> Level | None:
    if loudness is None or true_peak is None:
        return None
    return Level(loudness, true_peak, Loudness(loudness, true_peak).gain_db)


ROUTES = (
    Route("GET", "/tracks/{id}/playback", get_playback, OfTrack, PlaybackView),
    Route("POST", "/me/playback", report_playback, ReportPlayback),
)
