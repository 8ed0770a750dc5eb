"""A waveform for eyes, and how often the signal is clipped."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

POINTS: Final = 1000
_ENTRIES: Final = 4 * POINTS
_FULL_SCALE: Final = 0.9998
_RUN: Final = 4
"""Samples: a loud sine may touch full scale, but does not stay there."""


class Outline:
    """Takes samples in their order; memory does not grow with the length.

    Args:
        step: samples that an entry has at least, to begin with.
    """

    def __init__(self, step: int) -> None:
        self._step = max(step, 1)
        self._peaks: list[float] = []
        self._squares: list[float] = []
        self._lengths: list[int] = []
        self.clipped = 0

    def add(self, samples: NDArray[np.float64]) -> None:
        """One frame: a row for each sample, a column for each channel."""
        peak = max(float(samples.max()), -float(samples.min()))
        flat = samples.reshape(-1)
        self._add(peak, float(np.dot(flat, flat)) / samples.shape[1], len(samples))
        if peak >= _FULL_SCALE:
            self.clipped += _flat_runs(samples)

    def points(self) -> bytes:
        """Pairs of peak and RMS, 255 for full scale."""
        lengths = np.array(self._lengths, dtype=np.float64)
        total = lengths.sum()
        if not total > 0:
            return b""
        count = min(POINTS, len(lengths))
        middles = np.cumsum(lengths) - lengths / 2
        starts = np.searchsorted(middles, np.arange(count) * total / count)
        # an entry that is longer than a point stands for the empty ones beside it
        starts = np.minimum(starts, len(lengths) - 1)
        peaks = np.maximum.reduceat(np.array(self._peaks), starts)
        squares = np.add.reduceat(np.array(self._squares), starts)
        sums = np.add.reduceat(lengths, starts)
        pairs = np.stack([peaks, np.sqrt(squares / sums)], axis=1)
        return bytes(np.round(np.clip(pairs, 0, 1) * 255).astype(np.uint8))

    def _add(self, peak: float, square: float, length: int) -> None:
        if self._lengths and self._lengths[-1] < self._step:
            self._peaks[-1] = max(self._peaks[-1], peak)
            self._squares[-1] += square
            self._lengths[-1] += length
            return
        if len(self._lengths) >= _ENTRIES:
            self._halve()
        self._peaks.append(peak)
        self._squares.append(square)
        self._lengths.append(length)

    def _halve(self) -> None:
        self._step *= 2
        self._peaks = list(map(max, self._peaks[::2], self._peaks[1::2]))
        self._squares = list(map(float.__add__, self._squares[::2], self._squares[1::2]))
        self._lengths = list(map(int.__add__, self._lengths[::2], self._lengths[1::2]))


def _flat_runs(samples: NDArray[np.float64]) -> int:
    """How many runs of at least _RUN samples in a channel stay at full scale."""
    full = np.abs(samples) >= _FULL_SCALE
    length = len(full) - _RUN + 1
    if length <= 0:
        return 0
    held = full[:length].copy()
    for shift in range(1, _RUN):
        held &= full[shift : shift + length]
    return int(np.count_nonzero(held[1:] & ~held[:-1]) + np.count_nonzero(held[0]))
