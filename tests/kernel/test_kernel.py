"""The kernel: ids, cursors, errors and the caller."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from philomel.kernel import caller, errors, ids, paging
from philomel.kernel.caller import ANONYMOUS, OPERATOR, Caller, CallerKind


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.integers(0, 2**128 - 1), st.integers(0, 2**128 - 1))
def test_ids_are_reversible_and_sort_as_their_numbers(one: int, other: int) -> None:
    assert ids.decode(ids.encode(one)) == one
    assert ids.is_id(ids.encode(one))
    assert len(ids.encode(one)) == 22
    assert (ids.encode(one) < ids.encode(other)) == (one < other)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "a" * 21,
        "a" * 23,
        "a" * 22 + "\n",
        "-" * 22,
        "z" * 22,
        "é" * 22,
        "%" * 22,
        "7n42DGM5Tflk9n8mt7Fhc8",  # 2**128
    ],
)
def test_what_is_no_id(text: str) -> None:
    assert not ids.is_id(text)
    with pytest.raises(ValueError, match="an id"):
        ids.decode(text)


def test_numbers_beyond_128_bits_have_no_id() -> None:
    assert ids.is_id(ids.encode(2**128 - 1))
    for number in (-1, 2**128):
        with pytest.raises(ValueError, match="128 bits"):
            ids.encode(number)


@pytest.mark.parametrize(
    "wrong", ["", "short", "\N{LATIN SMALL LETTER E WITH ACUTE}" * 22, "z" * 22, "-" * 22]
)
def test_ids_among_many_texts(wrong: str) -> None:
    many = tuple(ids.encode(number) for number in range(50))
    assert ids.only_ids([*many, *many]) == many
    assert ids.only_ids([wrong, *many]) == many
    assert ids.only_ids([wrong, many[0]]) == many[:1]


def test_event_ids_stay_in_time_order_and_are_uuid_version_7() -> None:
    early, late = ids.new_event_id(1_700_000_000_000), ids.new_event_id(1_700_000_000_001)
    assert early < late
    number = ids.decode(early)
    assert number >> 80 == 1_700_000_000_000
    assert (number >> 76) & 0xF == 7
    assert (number >> 62) & 0b11 == 0b10


def test_random_ids_differ() -> None:
    assert len({ids.new_id() for _ in range(1000)}) == 1000


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.tuples(st.text(), st.integers(-(2**63), 2**63 - 1)))
def test_cursors_carry_a_sort_key(key: tuple[str, int]) -> None:
    assert paging.decode_cursor(paging.encode_cursor(key), tuple[str, int]) == key


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text())
def test_foreign_cursors_are_refused(text: str) -> None:
    try:
        paging.decode_cursor(text, tuple[str, int])
    except errors.InvalidArgument:
        return
    assert isinstance(paging.decode_cursor(text, tuple[str, int]), tuple)


@pytest.mark.parametrize("limit", [0, -1, 501, 10**30])
def test_limits(limit: int) -> None:
    with pytest.raises(errors.InvalidArgument):
        paging.check_limit(limit)


def test_kinds_of_errors_map_both_ways() -> None:
    assert len(errors.BY_GRPC_STATUS) == len(errors.KINDS)
    for kind in errors.KINDS:
        assert errors.BY_GRPC_STATUS[kind.grpc_status] is kind
        assert 400 <= kind.http_status < 600


def test_an_admins_program_needs_every_scope_to_administer() -> None:
    person = Caller(kind=CallerKind.USER, user_id="u", admin=True, scopes=("*",))
    program = Caller(kind=CallerKind.USER, user_id="u", admin=True, scopes=("user-library-read",))
    person.require_admin()
    with pytest.raises(errors.PermissionDenied):
        program.require_admin()
    with pytest.raises(errors.Unauthenticated):
        ANONYMOUS.require_admin()
    OPERATOR.require_admin()


def test_scopes() -> None:
    program = Caller(kind=CallerKind.APP, name="p", scopes=("a",))
    program.require_scope("a")
    with pytest.raises(errors.PermissionDenied):
        program.require_scope("b")
    with pytest.raises(errors.Unauthenticated):
        ANONYMOUS.require_scope("a")
    with pytest.raises(errors.PermissionDenied):
        program.require_service()


def test_acting_sets_the_context_and_takes_it_back() -> None:
    assert caller.current().caller is ANONYMOUS
    with caller.acting(OPERATOR, timeout=5) as outer:
        assert caller.current() is outer
        remaining = outer.remaining()
        assert remaining is not None
        assert 0 < remaining <= 5
        with caller.acting(ANONYMOUS) as inner:
            assert inner.trace_id == outer.trace_id
    assert caller.current().caller is ANONYMOUS


def test_a_deadline_that_passed_is_an_error() -> None:
    with caller.acting(OPERATOR, timeout=-1) as context, pytest.raises(errors.DeadlineExceeded):
        context.remaining()
