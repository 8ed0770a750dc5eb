"""The music: each function plays one piece and is told only which."""

import math
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from philomel.app.sampler.sound import (
    RATE,
    Samples,
    Tape,
    kick,
    noise,
    pad,
    piano,
    pluck,
    square,
    triangle,
)

_MINOR: Final = (0, 2, 3, 5, 7, 8, 10)
_MAJOR: Final = (0, 2, 4, 5, 7, 9, 11)
_DORIAN: Final = (0, 2, 3, 5, 7, 9, 10)
_PENTATONIC: Final = (0, 2, 4, 7, 9)


def _degree(root: int, scale: Sequence[int], degree: int) -> int:
    octave, step = divmod(degree, len(scale))
    return root + 12 * octave + scale[step]


def drift(number: int) -> Samples:
    """Ambient: wide chords that come and go like tides, surf below, bells far off."""
    seconds, step = 56.0, 8.0
    root, scale = ((45, _MINOR), (43, _DORIAN))[number]
    chords = (
        ((0, 4, 7, 9), (5, 7, 9, 12), (3, 7, 9, 11), (4, 6, 8, 11)),
        ((0, 2, 4, 8), (3, 5, 9, 11), (6, 8, 10, 13), (4, 7, 8, 11)),
    )[number]
    chance = np.random.default_rng(100 + number)
    tape = Tape(seconds)
    for turn in range(int(seconds / step)):
        for voice, degree in enumerate(chords[turn % len(chords)]):
            note = _degree(root, scale, degree)
            tape.put(turn * step, pad(note, step * 1.6), 0.5 if voice else 0.8)
    for _ in range(26):
        at = float(chance.uniform(4, seconds - 8))
        note = _degree(root + 36, scale, int(chance.choice((0, 2, 4, 7, 9))))
        tape.put(at, piano(note, 4.0, 0.4), 0.10, float(chance.uniform(-0.9, 0.9)))
    surf = noise(seconds, 0.0, 7 + number, bright=False)
    swell = 0.5 + 0.5 * np.sin(2 * math.pi * np.arange(len(surf)) / RATE / 9.5)
    tape.put(0, (surf * swell).astype(np.float32), 0.05)
    tape.echo(0.75, 0.35)
    tape.reverberate(4.0, 0.5, 11 + number)
    return tape.finish(fade_in=3.0, fade_out=7.0)


def willow(number: int) -> Samples:
    """Plucked strings: rolling arpeggios over a walking bass, a melody on top."""
    tempo = (104, 84, 126)[number]
    root, scale = ((50, _MAJOR), (45, _MINOR), (52, _DORIAN))[number]
    turns = ((0, 4, 5, 3), (0, 5, 2, 6), (0, 3, 6, 4))[number]
    pattern = ((0, 4, 7, 9, 7, 4, 8, 7), (0, 2, 4, 7, 9, 7, 4, 2), (0, 7, 4, 9, 7, 11, 9, 4))[
        number
    ]
    eighth = 30 / tempo
    bars = (11, 9, 13)[number]
    chance = np.random.default_rng(200 + number)
    tape = Tape((bars + 1) * 8 * eighth + 3)
    place = 7
    for bar in range(bars):
        base = turns[bar % len(turns)]
        last = bar == bars - 1
        for step, degree in enumerate(pattern[:1] if last else pattern):
            at = (bar * 8 + step) * eighth + float(chance.normal(0, 0.004))
            note = _degree(root, scale, base + degree)
            tape.put(max(at, 0.0), pluck(note, 2.4), 0.30, -0.45 + 0.1 * step)
        for step in (0,) if last else (0, 3, 6):
            note = _degree(root - 12, scale, base + (4 if step == 6 else 0))
            tape.put((bar * 8 + step) * eighth, pluck(note, 2.8, 0.998, 2), 0.42, 0.05)
        if bar >= 2 and not last:
            for step in (0, 3, 4, 6):
                if chance.random() < 0.8:
                    place = int(np.clip(place + chance.integers(-2, 3), 4, 13))
                    note = _degree(root + 12, scale, place)
                    at = (bar * 8 + step) * eighth
                    tape.put(at, pluck(note, 1.8, 0.994, 3), 0.30, 0.4)
    tape.reverberate(1.6, 0.22, 21 + number)
    return tape.finish(fade_out=2.5)


def heron(number: int) -> Samples:
    """Chip tune: two pulse waves, a triangle, and noise for drums."""
    tempo = (148, 128, 164)[number]
    root, scale = ((57, _MINOR), (60, _MAJOR), (55, _DORIAN))[number]
    turns = ((0, 5, 2, 6), (0, 4, 5, 3), (0, 6, 3, 4))[number]
    sixteenth = 15 / tempo
    bars = (18, 19, 20)[number]
    chance = np.random.default_rng(300 + number)
    phrase = [int(chance.choice((0, 2, 4, 5, 7, 9))) for _ in range(16)]
    rhythm = [step in (0, 3, 6, 8, 10, 12, 14) or chance.random() < 0.15 for step in range(16)]
    tape = Tape((bars + 1) * 16 * sixteenth)
    for bar in range(bars):
        base, start = turns[bar % len(turns)], bar * 16 * sixteenth
        for step in range(16):
            at = start + step * sixteenth
            arpeggio = _degree(root, scale, base + (0, 2, 4, 7)[step % 4])
            tape.put(at, square(arpeggio, sixteenth * 0.9, 0.125), 0.16, -0.35)
            if bar >= 2 and rhythm[step]:
                lift = phrase[(step + 5 * (bar // 4 % 2)) % 16] + base % 3
                note = _degree(root + 12, scale, lift)
                tape.put(at, square(note, sixteenth * 1.9, 0.25, 0.004), 0.22, 0.25)
            if step % 2 == 0:
                jump = 12 if step % 4 == 2 else 0
                bass = _degree(root - 24, scale, base) + jump
                tape.put(at, triangle(bass, sixteenth * 1.8), 0.30)
            if bar >= 1:
                _chip_drums(tape, at, step)
    tape.echo(sixteenth * 3, 0.22, 2)
    return tape.finish(fade_out=1.5)


def _chip_drums(tape: Tape, at: float, step: int) -> None:
    if step in (0, 6, 8):
        tape.put(at, kick(52.0), 0.5)
    if step in (4, 12):
        tape.put(at, noise(0.16, 22, 31, bright=False), 0.5)
    if step % 2 == 0:
        tape.put(at, noise(0.04, 90, 32, bright=True), 0.12, 0.1)


def metronome(number: int) -> Samples:
    """Minimal: felt piano figures that shift against a soft beat."""
    tempo = (118, 96, 122)[number]
    root, scale = ((48, _MINOR), (46, _MAJOR), (50, _PENTATONIC))[number]
    figures = (((0, 4, 7), (9, 7, 4, 2)), ((0, 2, 4, 8), (7, 9, 11)), ((0, 3, 5, 2, 4), (7, 5, 8)))
    low, high = figures[number]
    turns = ((0, 0, 5, 3), (0, 3, 4, 5), (0, 1, 3, 2))[number]
    sixteenth = 15 / tempo
    bars = (19, 16, 20)[number]
    tape = Tape((bars + 1) * 16 * sixteenth + 2)
    for bar in range(bars):
        base, start = turns[bar // 2 % len(turns)], bar * 16 * sixteenth
        for step in range(16):
            at, count = start + step * sixteenth, bar * 16 + step
            if count % 3 == 0:
                note = _degree(root, scale, base + low[count // 3 % len(low)])
                tape.put(at, piano(note, 2.2, 0.6), 0.34, -0.25)
            if bar >= 4 and count % 4 == 0:
                note = _degree(root + 12, scale, base + high[count // 4 % len(high)])
                tape.put(at, piano(note, 1.8, 0.8), 0.26, 0.35)
            if 2 <= bar < bars - 2:
                _soft_drums(tape, at, step, full=bar >= 6)
        if bar % 2 == 0:
            tape.put(start, pad(_degree(root - 12, scale, base), 6.0, 3), 0.28)
    tape.echo(sixteenth * 3, 0.25, 3)
    tape.reverberate(1.8, 0.2, 41 + number)
    return tape.finish(fade_out=3.0)


def _soft_drums(tape: Tape, at: float, step: int, *, full: bool) -> None:
    if step % 4 == 0:
        tape.put(at, kick(43.0), 0.55)
    if full and step in (4, 12):
        tape.put(at, noise(0.22, 20, 51, bright=False), 0.22, -0.1)
    if full and step % 4 == 2:
        tape.put(at, noise(0.07, 45, 52, bright=True), 0.10, 0.2)
    if step % 2 == 1:
        tape.put(at, noise(0.03, 120, 53, bright=True), 0.04, -0.3)


STYLES: Final[dict[str, Callable[[int], Samples]]] = {
    "drift": drift,
    "willow": willow,
    "heron": heron,
    "metronome": metronome,
}
