"""What tracks sound like: outlines to draw, and how loud they are."""

from msgspec import Struct

from philomel.gateway.api.operation import Call, Route
from philomel.services.catalog.contract import GetTracks, Track, TrackNotFound
from philomel.services.media.contract import GetWaveform, Loudness


class OfTrack(Struct, frozen=True):
    """Attributes:
    track: its id.
    """

    track: str


class WaveformView(Struct, frozen=True, omit_defaults=False):
    """Attributes:
    peak: 0 to 255 for each part of the track, evenly over its length; at most 1,000 parts.
        None of them before it was analysed.
    rms: as loud as it is on the whole in that part.
    """

    duration_ms: int
    peak: tuple[int, ...]
    rms: tuple[int, ...]


class LoudnessView(Struct, frozen=True, omit_defaults=False):
    """Attributes:
    integrated: LUFS, by EBU R128.
    true_peak: dBTP.
    gain_db: to be added to reach -14 LUFS, less where peaks would pass -1 dBTP.
    """

    integrated: float
    true_peak: float
    gain_db: float


class TrackLoudness(Struct, frozen=True, omit_defaults=False):
    """Attributes:
    track: not there before it was analysed, and for silence.
    album: of all its tracks played as one; not there until all are analysed.
    """

    track: LoudnessView | None = None
    album: LoudnessView | None = None


async def get_waveform(call: Call, asked: OfTrack) -> WaveformView:
    """The outline of a track's sound, to be drawn."""
    track = await _track(call, asked.track)
    if track.asset_id is None:
        return WaveformView(track.duration_ms, (), ())
    found = await call.services.media.get_waveform(GetWaveform(track.asset_id))
    return WaveformView(found.duration_ms, tuple(found.points[::2]), tuple(found.points[1::2]))


async def get_loudness(call: Call, asked: OfTrack) -> TrackLoudness:
    """How loud a track and its album are, and what a player should add."""
    track = await _track(call, asked.track)
    return TrackLoudness(
        track=_view(track.loudness, track.true_peak),
        album=_view(track.album_loudness, track.album_true_peak),
    )


async def _track(call: Call, id_: str) -> Track:
    found = await call.services.catalog.get_tracks(GetTracks((id_,)))
    if not found.items:
        raise TrackNotFound("there is no such track")
    return found.items[0]


def _view(integrated: float | None, true_peak: float | None) -> LoudnessView | None:
    if integrated is None or true_peak is None:
        return None
    gain = Loudness(integrated, true_peak).gain_db
    return LoudnessView(integrated, true_peak, gain)


ROUTES = (
    Route("GET", "/tracks/{track}/waveform", get_waveform, OfTrack, WaveformView),
    Route("GET", "/tracks/{track}/loudness", get_loudness, OfTrack, TrackLoudness),
)
