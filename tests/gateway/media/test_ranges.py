"""The Range header against a simple model: a set of positions."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from philomel.gateway.delivery.ranges import MAX_PARTS, Unsatisfiable, parse

NONE_OF_IT = Unsatisfiable.UNSATISFIABLE
Expected = tuple[tuple[int, int], ...] | Unsatisfiable | None


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("bytes=0-0", ((0, 1),)),
        ("bytes=0-999", ((0, 1000),)),
        ("bytes=0-", ((0, 1000),)),
        ("bytes=999-", ((999, 1000),)),
        ("bytes=500-99999", ((500, 1000),)),
        ("bytes=-1", ((999, 1000),)),
        ("bytes=-5000", ((0, 1000),)),
        ("Bytes=1-2", ((1, 3),)),
        ("bytes=0-0, -1", ((0, 1), (999, 1000))),
        ("bytes=-1,0-0", ((999, 1000), (0, 1))),
        ("bytes= ,0-0 ,\t, 900-", ((0, 1), (900, 1000))),
        ("bytes=0-9,5-20", ((0, 21),)),
        ("bytes=0-9,10-20", ((0, 21),)),
        ("bytes=0-9,50-60", ((0, 61),)),
        ("bytes=500-600,0-1,550-700", ((500, 701), (0, 2))),
        ("bytes=0-1,5000-", ((0, 2),)),
        ("bytes=1000-", NONE_OF_IT),
        ("bytes=1000-,2000-3000", NONE_OF_IT),
        ("bytes=-0", NONE_OF_IT),
        ("bytes=" + "9" * 4000 + "-", NONE_OF_IT),
        ("bytes=0-" + "9" * 4000, ((0, 1000),)),
        ("bytes=" + "0" * 4000 + "7-7", ((7, 8),)),
        # Ignored: other units and whatever is malformed in any part.
        ("", None),
        ("bytes", None),
        ("bytes=", None),
        ("bytes=,", None),
        ("bytes=-", None),
        ("bytes=5-4", None),
        ("bytes=0-1,5-4", None),
        ("bytes=--1", None),
        ("bytes=-1-", None),
        ("bytes=1.5-2", None),
        ("bytes=+1-2", None),
        ("bytes=0x0-1", None),
        ("bytes=0 - 1", None),
        ("bytes=\u0660-\u0661", None),
        ("items=0-1", None),
        ("bytes=0-1, bytes=2-3", None),
        ("bytes=" + "0-," * 1000, ((0, 1000),)),
        ("bytes=0-0," * 2000, None),
    ],
)
def test_known_cases(header: str, expected: Expected) -> None:
    assert parse(header, 1000) == expected


def test_a_thousand_ranges_are_not_worth_an_answer_of_their_own() -> None:
    header = "bytes=" + ",".join(
        f"{number * 200}-{number * 200}" for number in range(MAX_PARTS + 1)
    )
    assert parse(header, 10**6) is None
    same = "bytes=" + ",".join(["0-5"] * 1000)
    assert parse(same, 10**6) == ((0, 6),)


def test_an_empty_file() -> None:
    assert parse("bytes=0-", 0) is NONE_OF_IT
    assert parse("bytes=-0", 0) is NONE_OF_IT
    assert parse("bytes=-5", 0) is None


_SPEC = st.one_of(
    st.tuples(st.integers(0, 1200), st.integers(0, 400)).map(lambda one: (one[0], sum(one))),
    st.tuples(st.integers(0, 1200), st.none()),
    st.tuples(st.none(), st.integers(0, 1200)),
)
_Spec = tuple[int | None, int | None]


def _positions(spec: _Spec, size: int) -> set[int]:
    first, last = spec
    everything = range(size)
    if first is None:
        return set(everything[max(0, size - (last or 0)) :]) if last else set()
    return {one for one in everything if one >= first and (last is None or one <= last)}


@settings(max_examples=300, deadline=None, derandomize=True)
@given(specs=st.lists(_SPEC, min_size=1, max_size=6), size=st.integers(1, 1000))
def test_what_was_asked_is_sent_and_little_else(specs: list[_Spec], size: int) -> None:
    text = [f"{'' if a is None else a}-{'' if b is None else b}" for a, b in specs]
    found = parse("bytes=" + ",".join(text), size)
    wanted = set().union(*(_positions(spec, size) for spec in specs))
    if not wanted:
        assert found is NONE_OF_IT
        return
    assert isinstance(found, tuple)
    sent = [one for start, stop in found for one in range(start, stop)]
    assert len(sent) == len(set(sent))
    assert wanted <= set(sent) <= set(range(size))
    for extra in set(sent) - wanted:
        # Only what lies in a small gap between two ranges is sent unasked.
        assert any(extra - gap in wanted for gap in range(1, 81))
        assert any(extra + gap in wanted for gap in range(1, 81))
    firsts = [
        next(i for i, s in enumerate(specs) if _positions(s, size) & set(range(*one)))
        for one in found
    ]
    assert firsts == sorted(firsts)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(header=st.text(max_size=60), size=st.integers(0, 2000))
def test_nonsense_never_breaks_anything(header: str, size: int) -> None:
    for text in (header, "bytes=" + header):
        found = parse(text, size)
        if isinstance(found, tuple):
            assert all(0 <= start < stop <= size for start, stop in found)
