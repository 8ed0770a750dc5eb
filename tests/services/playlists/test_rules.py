import pytest

from philomel.kernel.errors import InvalidArgument
from philomel.services.playlists import rules
from philomel.services.playlists.contract import BadRating, ItemKind
from philomel.services.playlists.rules import Opinion, merged

ID = "0" * 22
NONE = Opinion()


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        (NONE, NONE, NONE),
        (Opinion(5), NONE, Opinion(5)),
        (Opinion(5), Opinion(3), Opinion(3)),
        (Opinion(0), Opinion(3), Opinion(0)),
        (Opinion(None, 4, 10), NONE, Opinion(None, 4, 10)),
        (Opinion(None, 5, 10), Opinion(None, 2, 20), Opinion(None, 2, 20)),
        (Opinion(None, 2, 10), Opinion(None, 5, 10), Opinion(None, 5, 10)),
        (Opinion(7, 1, 9), Opinion(None, 3, 4), Opinion(7, 1, 9)),
        (Opinion(7), Opinion(None, 3, 4), Opinion(7, 3, 4)),
    ],
)
def test_two_opinions_of_one_thing(one: Opinion, other: Opinion, together: Opinion) -> None:
    assert merged(one, other) == together
    assert merged(other, one) == together


@pytest.mark.parametrize(("given", "kept"), [(0, None), (1, 1), (5, 5)])
def test_stars(given: int, kept: int | None) -> None:
    assert rules.check_rating(given) == kept


@pytest.mark.parametrize("given", [-1, 6, 2**70])
def test_there_are_no_other_stars(given: int) -> None:
    with pytest.raises(BadRating):
        rules.check_rating(given)


def test_what_is_no_id_names_nothing() -> None:
    assert rules.check_ids([ID, "x", ID, "\0" * 22, "é" * 22, ""]) == (ID,)


def test_too_many_ids() -> None:
    with pytest.raises(InvalidArgument):
        rules.check_ids([ID] * 501)


@pytest.mark.parametrize("offset", [-1, 2**63])
def test_offsets_end_somewhere(offset: int) -> None:
    with pytest.raises(InvalidArgument):
        rules.check_offset(offset)


@pytest.mark.parametrize("place", [(-1, ID), (2**63, ID), (1, "x"), (1, "\0" * 22)])
def test_a_cursor_that_was_never_given_out(place: tuple[int, str]) -> None:
    with pytest.raises(InvalidArgument):
        rules.check_place(place)


def test_scopes() -> None:
    assert rules.scope_to_read(ItemKind.TRACK) == "user-library-read"
    assert rules.scope_to_read(ItemKind.ARTIST) == "user-follow-read"
    assert rules.scope_to_save(ItemKind.ALBUM) == "user-library-modify"
    assert rules.scope_to_save(ItemKind.ARTIST) == "user-follow-modify"
