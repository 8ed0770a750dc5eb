"""What a recording sounds like, so that it is known again in another encoding.

The idea is that of J. Haitsma and T. Kalker, "A highly robust audio fingerprinting system"
(ISMIR 2002): whether the difference between two neighbouring bands grows or shrinks hardly
depends on codec, level or equaliser. Where they take the next frame, half a second later is
compared here, which makes the bits hold when the two recordings do not begin at the same
sample. `bench/fingerprint.py` measures how often it is right.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy import fft  # a sealed worker cannot load it later
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

RATE: Final = 6000
"""Hz: of the mono signal that is looked at."""

SECONDS: Final = 120
MIN_FRAMES: Final = 24
_WINDOW: Final = 4096
_HOP: Final = 512
_EVERY: Final = 2
_LAG: Final = 6
"""In hops: 512 ms."""

_BANDS: Final = 33
_LOW, _HIGH = 300.0, 2000.0
_MARK_BANDS: Final = 15
_MARK_LAG: Final = 12
_MARK_LOW, _MARK_HIGH = 250.0, 2200.0
LANDMARKS: Final = 32

_QUIET: Final = 10 ** (-65 / 10)
"""Mean square of what is silence: nobody is to be recognised by the noise of his dither."""

_FLOOR: Final = 1e-7
"""Of a frame's energy: what is further down is the codec's, not the music's."""

_STEADY: Final = 0.02
"""Mean change in nepers: a tone that stands still says nothing."""

_BLOCK: Final = 256

_Floats = NDArray[np.floating]


class Print(NamedTuple):
    """See `Analysis.print` and `Analysis.landmarks`."""

    words: bytes = b""
    landmarks: tuple[int, ...] = ()


class Listener:
    """Takes mono samples at RATE; keeps the first SECONDS from the first sound on."""

    def __init__(self) -> None:
        self._parts: list[NDArray[np.float32]] = []
        self._left = SECONDS * RATE
        self._heard = False

    @property
    def full(self) -> bool:
        return self._left <= 0

    def add(self, samples: NDArray[np.float32]) -> None:
        if not self._heard:
            if float(np.dot(samples, samples)) < _QUIET * len(samples):
                return
            self._heard = True
        if self._left > 0:
            self._parts.append(samples[: self._left].copy())
            self._left -= len(samples)

    def result(self) -> Print:
        if not self._parts:
            return Print()
        return _print(np.nan_to_num(np.concatenate(self._parts), posinf=0.0, neginf=0.0))


def _print(signal: NDArray[np.float32]) -> Print:
    if len(signal) < _WINDOW + _HOP * _LAG:
        return Print()
    fine, coarse, sounding = _spectrum(signal)
    words = _words(fine[::_EVERY], sounding[::_EVERY])
    if np.count_nonzero(words) < MIN_FRAMES:
        return Print()
    return Print(words.astype(">u4").tobytes(), _landmarks(coarse, sounding))


def _spectrum(signal: NDArray[np.float32]) -> tuple[_Floats, _Floats, NDArray[np.bool_]]:
    """For each frame, log energies in both sets of bands, and whether it is sound."""
    frames = sliding_window_view(signal, _WINDOW)[::_HOP]
    window = np.hanning(_WINDOW).astype(np.float32)
    fine, coarse, sounding = [], [], []
    for start in range(0, len(frames), _BLOCK):
        block = frames[start : start + _BLOCK]
        spectrum = fft.rfft(block * window, axis=1)
        power = spectrum.real**2 + spectrum.imag**2
        total = np.zeros((len(power), power.shape[1] + 1))
        np.cumsum(power, axis=1, out=total[:, 1:])
        floor = _FLOOR * total[:, -1:] + 1e-12
        fine.append(np.log(_bands(total, _LOW, _HIGH, _BANDS) + floor))
        coarse.append(np.log(_bands(total, _MARK_LOW, _MARK_HIGH, _MARK_BANDS) + floor))
        # by Parseval, with the window's own power taken out
        sounding.append(2 * total[:, -1] > _QUIET * _WINDOW * float(np.sum(window**2)))
    return np.concatenate(fine), np.concatenate(coarse), np.concatenate(sounding)


def _bands(total: _Floats, low: float, high: float, count: int) -> _Floats:
    edges = low * (high / low) ** (np.arange(count + 1) / count)
    places = np.searchsorted(fft.rfftfreq(_WINDOW, 1 / RATE), edges)
    return total[:, places[1:]] - total[:, places[:-1]]


def _words(levels: _Floats, sounding: NDArray[np.bool_]) -> NDArray[np.uint32]:
    lag = _LAG // _EVERY
    slopes = levels[:, 1:] - levels[:, :-1]
    changes = slopes[lag:] - slopes[:-lag]
    powers = np.uint32(1) << np.arange(_BANDS - 1, dtype=np.uint32)
    words: NDArray[np.uint32] = ((changes > 0) * powers).sum(axis=1, dtype=np.uint32)
    told = np.abs(changes).mean(axis=1) > _STEADY
    words[~(told & sounding[lag:] & sounding[:-lag])] = 0
    return words


def _landmarks(levels: _Floats, sounding: NDArray[np.bool_]) -> tuple[int, ...]:
    """The moments whose every bit is farthest from being the other one."""
    slopes = levels[:, 1:] - levels[:, :-1]
    first = slopes[_MARK_LAG:] - slopes[:-_MARK_LAG]
    if len(first) <= _MARK_LAG:
        return ()
    changes = np.concatenate([first[:-_MARK_LAG], first[_MARK_LAG:]], axis=1)
    powers = np.int64(1) << np.arange(changes.shape[1], dtype=np.int64)
    marks = ((changes > 0) * powers).sum(axis=1)
    firmness = np.abs(changes).min(axis=1)
    firmness[~(sounding[: len(firmness)] & sounding[-len(firmness) :])] = 0
    found: dict[int, None] = {}
    for place in np.argsort(-firmness, kind="stable"):
        if firmness[place] <= _STEADY or len(found) == LANDMARKS:
            break
        found[int(marks[place])] = None
    return tuple(found)
