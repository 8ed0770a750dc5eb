"""Whether two fingerprints are of one recording.

A print is one 32-bit word for every 171 ms of the first two minutes of sound. Of one
recording, at most a quarter of the bits differ, in any encoding and after a cut at either
end; of two, about half. `docs/reference/fingerprint.md` says what was measured.
"""

from array import array
from typing import NamedTuple

FRAME_MS = 171
MAX_OFFSET = 30
"""Frames that one may begin earlier than the other: 5 s."""

MAX_LONGER_MS = 6_000
MAX_DIFFERENT = 0.25
MAX_DIFFERENT_SHORT = 0.22
_SHORT = 96
_MIN_FRAMES = 24
_PART = 32
_MAX_DIFFERENT_PART = 0.40
_COARSE = 48
"""Frames by which the offset is looked for; the best ones are looked at in full."""

_TRIED = 3
_STEADY = 72
"""Frames that must overlap for a difference in speed to show: 12 s."""

_DRIFT, _MOST_DRIFT = 0.005, 0.05
_CLEARLY, _CLEARLY_BY_ONE = 0.9, 0.8
"""How much less the ends differ when each lines up for itself, if the speeds are different; and
if that is by one frame, where two halves of a frame may make it."""


class Sound(NamedTuple):
    """Attributes:
    words: the print, 32 bits big-endian a frame, 0 where there is nothing to go by.
    mask: ones where `words` has something to go by.
    """

    words: bytes
    mask: bytes
    duration_ms: int


class Likeness(NamedTuple):
    score: float
    same: bool


NOTHING = Likeness(0.0, same=False)


def sound(words: bytes, duration_ms: int) -> Sound:
    frames = array("I", words[: len(words) // 4 * 4])  # zero is zero in any byte order
    mask = array("I", [0xFFFFFFFF if frame else 0 for frame in frames])
    return Sound(frames.tobytes(), mask.tobytes(), duration_ms)


def compare(one: Sound, other: Sound) -> Likeness:
    """How alike two sounds are, wherever they line up best."""
    offset = _best_offset(one, other)
    if offset is None:
        return NOTHING
    different, mask = _differences(one, other, offset)
    compared = mask.bit_count() // 32
    share = different.bit_count() / max(mask.bit_count(), 1)
    shorter = min(_told(one), _told(other))
    limit = MAX_DIFFERENT if compared >= _SHORT else MAX_DIFFERENT_SHORT
    same = (
        share <= limit
        and compared >= max(_MIN_FRAMES, shorter * 3 // 4 - MAX_OFFSET)
        and abs(one.duration_ms - other.duration_ms) <= MAX_LONGER_MS
        and _everywhere(different, mask)
        and _steady(one, other, offset)
    )
    return Likeness(round(max(0.0, 1 - 2 * share), 4), same)


def _best_offset(one: Sound, other: Sound) -> int | None:
    """Where `other` begins in `one`, in frames."""
    later, earlier = (len(each.words) // 4 - _MIN_FRAMES for each in (one, other))
    if later < 0 or earlier < 0:
        return None
    offsets = range(-min(earlier, MAX_OFFSET), min(later, MAX_OFFSET) + 1)
    likely = sorted(offsets, key=lambda offset: _share(one, other, offset, _COARSE))[:_TRIED]
    likely.sort(key=lambda offset: _share(one, other, offset, None))
    return likely[0]


def _share(one: Sound, other: Sound, offset: int, frames: int | None) -> float:
    different, mask = _differences(one, other, offset, frames)
    compared = mask.bit_count()
    return different.bit_count() / compared if compared else 1.0


def _differences(
    one: Sound, other: Sound, offset: int, frames: int | None = None
) -> tuple[int, int]:
    """The bits that differ and those that were compared, of `frames` in the middle or all."""
    here, there = 4 * max(offset, 0), 4 * max(-offset, 0)
    length = min(len(one.words) - here, len(other.words) - there)
    if frames is not None and length > 4 * frames:
        skip = (length // 4 - frames) // 2 * 4
        here, there, length = here + skip, there + skip, 4 * frames
    mask = _number(one.mask, here, length) & _number(other.mask, there, length)
    return (_number(one.words, here, length) ^ _number(other.words, there, length)) & mask, mask


def _steady(one: Sound, other: Sound, offset: int) -> bool:
    """Whether the last third lines up where the first does: a tape that ran faster drifts.

    Sustained sounds are alike a few frames on too, so the ends must fit clearly better apart
    than together before that counts.
    """
    here, there = max(offset, 0), max(-offset, 0)
    length = min(len(one.words) // 4 - here, len(other.words) // 4 - there)
    if length < _STEADY:
        return True
    third = length // 3
    last = length - third
    far = max(3, round(_MOST_DRIFT * last))
    shifts = range(-far, far + 1)
    first_third, last_third = (
        {shift: _stretch(one, other, (here + at, there + at + shift), third) for shift in shifts}
        for at in (0, last)
    )
    at_first = min(shifts, key=lambda shift: (first_third[shift], abs(shift)))
    at_last = min(shifts, key=lambda shift: (last_third[shift], abs(shift)))
    drift = abs(at_last - at_first)
    if drift <= _DRIFT * last:
        return True
    apart = first_third[at_first] + last_third[at_last]
    together = min(first_third[shift] + last_third[shift] for shift in shifts)
    return apart > (_CLEARLY if drift > 1 else _CLEARLY_BY_ONE) * together


def _stretch(one: Sound, other: Sound, begins: tuple[int, int], frames: int) -> float:
    """The share of bits that differ in `frames` of each; what lies outside is left out."""
    out = max(0, -begins[1])
    here, there = 4 * (begins[0] + out), 4 * (begins[1] + out)
    length = min(4 * (frames - out), len(one.words) - here, len(other.words) - there)
    if length <= 0:
        return 1.0
    mask = _number(one.mask, here, length) & _number(other.mask, there, length)
    words = _number(one.words, here, length) ^ _number(other.words, there, length)
    compared = mask.bit_count()
    return (words & mask).bit_count() / compared if compared else 1.0


def _number(data: bytes, start: int, length: int) -> int:
    return int.from_bytes(data[start : start + length], "little")


def _everywhere(different: int, mask: int) -> bool:
    """No tenth of it differs as two recordings do: an edit or another verse would."""
    part = (1 << 32 * _PART) - 1
    parts = bad = 0
    while mask:
        compared = (mask & part).bit_count()
        if compared >= 16 * _PART:
            parts += 1
            bad += (different & part).bit_count() > _MAX_DIFFERENT_PART * compared
        mask >>= 32 * _PART
        different >>= 32 * _PART
    return bad <= parts // 10


def _told(one: Sound) -> int:
    return int.from_bytes(one.mask, "little").bit_count() // 32
