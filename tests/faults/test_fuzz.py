"""The parsers of what strangers write, on damaged files and nonsense: the same ones every time."""

from bench.fuzz import run

TURNS = 150


def test_nothing_breaks_a_parser() -> None:
    counted = run(600, seed=7, turns=TURNS)
    assert set(counted) == {"tags", "cover", "lyrics", "chapters", "ranges"}
    assert all(turns >= TURNS for turns in counted.values())
