"""ReplayGain: what was measured goes before what tags say, on one scale."""

from philomel.gateway.subsonic.items import song
from philomel.services.catalog.contract import Track


def gains(**more: float) -> object:
    track = Track(id="1" * 22, title="A", credits=(), duration_ms=1000, added_at=0, **more)  # type: ignore[arg-type]  # only numbers are given
    return song(track)["replayGain"]


def test_measured_goes_before_tagged() -> None:
    assert gains() == {}
    tagged = {"gain_db": -3.5, "gain_peak": 0.9, "album_gain_db": -4.0, "album_gain_peak": 1.0}
    assert gains(**tagged) == {
        "trackGain": -3.5, "trackPeak": 0.9, "albumGain": -4.0, "albumPeak": 1.0,
    }  # fmt: skip
    assert gains(**tagged, loudness=-10.0, true_peak=0.0) == {
        "trackGain": -8.0, "trackPeak": 1.0, "albumGain": -4.0, "albumPeak": 1.0,
    }  # fmt: skip
    assert gains(album_loudness=-20.0, album_true_peak=-6.0) == {
        "albumGain": 2.0, "albumPeak": 0.501187,
    }  # fmt: skip
