"""The outline that is drawn of a track."""

import numpy as np

from philomel.engines.audio.decoding.measures.outline import POINTS, Outline


def test_an_outline_of_a_day_is_no_longer_than_that_of_a_song() -> None:
    outline = Outline(1)
    part = np.full((4, 1), 0.5)
    for _ in range(100_000):
        outline.add(part)
    assert len(outline.points()) <= 2000
    assert set(outline.points()) == {128}
    assert len(outline._lengths) <= 4 * POINTS
