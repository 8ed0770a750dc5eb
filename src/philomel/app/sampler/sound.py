"""The instruments: functions from pitch and length to samples, and a tape to put them on."""

import functools
import math
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]

RATE: Final = 44_100
_A4: Final = 69


def hertz(note: float) -> float:
    """The frequency of a MIDI note."""
    return 440.0 * 2 ** ((note - _A4) / 12)


class Tape:
    """A stereo recording of a fixed length."""

    def __init__(self, seconds: float) -> None:
        # whole tenths of a second: lengths with small factors transform quickly
        self.samples: Samples = np.zeros((math.ceil(seconds * 10) * RATE // 10, 2), np.float32)

    def put(self, at: float, sound: Samples, level: float = 1.0, pan: float = 0.0) -> None:
        """Mix a mono or stereo sound in; `pan` goes from -1 (left) to 1 (right)."""
        start = round(at * RATE)
        end = min(start + len(sound), len(self.samples))
        if start >= end:
            return
        angle = (pan + 1) * math.pi / 4
        if sound.ndim == 1:
            sides = np.array([math.cos(angle), math.sin(angle)], np.float32)
            sound = sound[:, None] * sides
        self.samples[start:end] += level * sound[: end - start]

    def reverberate(self, seconds: float, share: float, seed: int) -> None:
        """A hall: the tape convolved with fading noise."""
        length = round(seconds * RATE)
        chance = np.random.default_rng(seed)
        fading = np.exp(-6.9 * np.arange(length) / length)[:, None]
        hall = chance.standard_normal((length, 2)) * fading
        hall[: RATE // 80] = 0  # the walls are some metres away
        hall = _darken(hall, 6)
        size = 1 << (len(self.samples) + length).bit_length()
        spectrum = np.fft.rfft(self.samples, size, axis=0) * np.fft.rfft(hall, size, axis=0)
        wet = np.fft.irfft(spectrum, size, axis=0)[: len(self.samples)]
        wet *= np.sqrt(np.mean(self.samples**2) / (np.mean(wet**2) + 1e-12))
        self.samples = ((1 - share) * self.samples + share * wet).astype(np.float32)

    def echo(self, delay: float, level: float, times: int = 4) -> None:
        """Echoes that wander from side to side."""
        step = round(delay * RATE)
        dry = self.samples.copy()
        for number in range(1, times + 1):
            shifted = dry[: len(dry) - number * step] * level**number
            self.samples[number * step :] += shifted[:, ::-1] if number % 2 else shifted

    def finish(self, fade_in: float = 0.01, fade_out: float = 3.0, peak: float = 0.85) -> Samples:
        """The tape with soft ends, just below full scale."""
        rise, fall = round(fade_in * RATE), round(fade_out * RATE)
        self.samples[:rise] *= np.linspace(0, 1, rise, dtype=np.float32)[:, None]
        self.samples[-fall:] *= (np.linspace(1, 0, fall, dtype=np.float32) ** 2)[:, None]
        warm: Samples = np.tanh(1.5 * self.samples / np.abs(self.samples).max()).astype(np.float32)
        return warm * np.float32(peak / np.abs(warm).max())


def _darken(sound: NDArray[np.float64], width: int) -> NDArray[np.float64]:
    """A gentle low pass: the mean of neighbouring samples."""
    total = np.cumsum(np.pad(sound, ((width, 0), (0, 0))), axis=0)
    darker: NDArray[np.float64] = (total[width:] - total[:-width]) / width
    return darker


def envelope(length: int, attack: float, release: float) -> Samples:
    """Up in `attack` seconds and down in the last `release` seconds."""
    shape = np.ones(length, np.float32)
    rise = min(round(attack * RATE), length // 2)
    fall = min(round(release * RATE), length // 2)
    shape[:rise] = 0.5 - 0.5 * np.cos(np.linspace(0, math.pi, rise))
    shape[length - fall :] = 0.5 + 0.5 * np.cos(np.linspace(0, math.pi, fall))
    return shape


def _single(sound: NDArray[Any]) -> Samples:
    return sound.astype(np.float32)


def _time(seconds: float) -> Samples:
    return _single(np.arange(round(seconds * RATE)) / RATE)


@functools.cache
def pad(note: float, seconds: float, brightness: int = 5) -> Samples:
    """A soft, slowly beating chord voice, in stereo."""
    time, pitch = _time(seconds), hertz(note)
    sides = []
    for side in (-1, 1):
        voice = np.zeros(len(time), np.float32)
        for partial in range(1, brightness + 1):
            for detune in (-1.7, 0.6, 2.1):
                cents = 1 + side * detune * 0.0011
                phase = 1.3 * partial * detune + side
                voice += np.sin(2 * math.pi * pitch * partial * cents * time + phase) / partial**1.6
        swell = 0.8 + 0.2 * np.sin(2 * math.pi * 0.13 * time + side)
        sides.append(voice * swell)
    shape = envelope(len(time), seconds / 3, seconds / 2.5) / 6
    return _single(np.stack(sides, axis=1) * shape[:, None])


@functools.cache
def pluck(note: float, seconds: float, damping: float = 0.996, seed: int = 1) -> Samples:
    """A plucked string after Karplus and Strong: noise in a loop that loses its edges."""
    period = max(round(RATE / hertz(note)), 2)
    loop = _single(np.random.default_rng(seed).uniform(-1, 1, period))
    # a soft fingertip
    loop = _single((loop + np.roll(loop, 1) + np.roll(loop, 2)) / 3)
    rounds: list[Samples] = []
    for _ in range(round(seconds * RATE) // period + 1):
        rounds.append(loop)
        loop = _single(damping * 0.5 * (loop + np.roll(loop, 1)))
    sound = np.concatenate(rounds)[: round(seconds * RATE)]
    return _single(sound * envelope(len(sound), 0.001, 0.1))


@functools.cache
def square(note: float, seconds: float, duty: float = 0.5, vibrato: float = 0.0) -> Samples:
    """A pulse wave as old game machines made it, in few steps of volume."""
    time, pitch = _time(seconds), hertz(note)
    phase = pitch * time + vibrato * np.sin(2 * math.pi * 6 * time)
    # band-limited: the sum of the partials a pulse of this width has
    sound = np.zeros(len(time), np.float32)
    for partial in range(1, min(int(16_000 / pitch), 24) + 1):
        weight = math.sin(math.pi * partial * duty) / partial
        if abs(weight) > 1e-3:
            sound += weight * np.cos(2 * math.pi * partial * phase)
    steps = np.ceil(15 * np.exp(-2.2 * time / max(seconds, 0.05))) / 15
    return _single(sound * steps * envelope(len(time), 0.002, 0.01))


@functools.cache
def triangle(note: float, seconds: float) -> Samples:
    """The bass of old game machines."""
    time = _time(seconds)
    phase = (hertz(note) * time) % 1
    coarse = np.round((4 * np.abs(phase - 0.5) - 1) * 15) / 15
    return _single(coarse * envelope(len(time), 0.002, 0.02))


@functools.cache
def piano(note: float, seconds: float, velocity: float = 0.7) -> Samples:
    """A felt piano: slightly stretched partials, the higher the shorter."""
    time, pitch = _time(seconds), hertz(note)
    sound = np.zeros(len(time), np.float32)
    for partial in range(1, 9):
        stretched = pitch * partial * math.sqrt(1 + 0.0004 * partial**2)
        if stretched > 12_000:
            break
        weight = velocity ** (partial * 0.6) / partial**1.1
        fading = np.exp(-time * (0.7 + 0.45 * partial + pitch / 600))
        beat = np.sin(2 * math.pi * stretched * time) + 0.5 * np.sin(
            2 * math.pi * stretched * 1.0007 * time
        )
        sound += weight * fading * beat
    return _single(sound * envelope(len(time), 0.004, 0.15) * 0.5)


@functools.cache
def kick(depth: float = 46.0) -> Samples:
    time = _time(0.32)
    phase = depth * time + 3.2 * (1 - np.exp(-28 * time))
    return _single(np.sin(2 * math.pi * phase) * np.exp(-11 * time))


@functools.cache
def noise(seconds: float, fading: float, seed: int, *, bright: bool) -> Samples:
    """Hats, shakers, brushes and surf."""
    hiss = np.random.default_rng(seed).standard_normal(round(seconds * RATE))
    hiss = np.diff(hiss, prepend=0.0) if bright else _darken(hiss[:, None], 12)[:, 0] * 3
    return _single(hiss * np.exp(-fading * _time(seconds)) * 0.5)
