"""Loudness of several files together.

EBU Tech 3341 and ITU-R BS.1770: blocks of 400 ms count if they are above -70 LUFS and not
more than 10 LU below the mean of those; the mean is that of the energies.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence

_GATE = -70.0
_RELATIVE_LU = 10.0


def together(histograms: Iterable[Sequence[int]]) -> float | None:
    """Integrated LUFS of files as if they were one; None if nothing counts.

    Args:
        histograms: the tenths of LU above -70, how many blocks, and so on.
    """
    blocks: Counter[int] = Counter()
    for histogram in histograms:
        for place, count in zip(histogram[::2], histogram[1::2], strict=True):
            blocks[place] += count
    mean = _mean(blocks)
    if mean is None:
        return None
    gate = mean - _RELATIVE_LU
    mean = _mean({place: count for place, count in blocks.items() if _level(place) > gate})
    return None if mean is None else round(mean, 2)


def _mean(blocks: "Counter[int] | dict[int, int]") -> float | None:
    total = sum(blocks.values())
    if not total:
        return None
    energy = sum(count * 10 ** (_level(place) / 10) for place, count in blocks.items())
    return 10 * math.log10(energy / total)


def _level(place: int) -> float:
    return _GATE + (place + 0.5) / 10
