"""What may be marked, by whom, and what two marks of one thing come to."""

from collections.abc import Sequence

from msgspec import Struct

from philomel.kernel.errors import InvalidArgument
from philomel.kernel.ids import is_id, only_ids
from philomel.services.playlists.contract import BadRating, ItemKind

MAX_IDS = 500
MAX_LOOKED_UP = 10_000
MAX_OFFSET = 1_000_000_000
_FOLLOWED = (ItemKind.ARTIST, ItemKind.USER)


class Opinion(Struct, frozen=True):
    """A like and a rating with their dates; None where there is none."""

    saved_at: int | None = None
    rating: int | None = None
    rated_at: int | None = None


def check_ids(ids: Sequence[str], most: int = MAX_IDS) -> tuple[str, ...]:
    """`ids`, each once; what is no id at all names nothing and is left out.

    Raises:
        InvalidArgument: more than `most`.
    """
    if len(ids) > most:
        raise InvalidArgument(f"at most {most} ids at a time")
    return only_ids(ids)


def check_dates(dates: Sequence[int], ids: Sequence[str], now: int) -> dict[str, int]:
    """When each of `ids` was saved, by id; nothing if no dates were given.

    Raises:
        InvalidArgument: there is not one for each id, or one before the epoch.
    """
    if not dates:
        return {}
    if len(dates) != len(ids) or min(dates) < 0:
        raise InvalidArgument("a date for each id must be given, none before 1970")
    return {id_: min(date, now) for id_, date in zip(ids, dates, strict=True)}


def check_place(place: tuple[int, str]) -> tuple[int, str]:
    """What a cursor says, if a list can have said it.

    Raises:
        InvalidArgument: it cannot.
    """
    at, id_ = place
    if not (0 <= at < 1 << 63 and is_id(id_)):
        raise InvalidArgument("the cursor is not one that this list gave out")
    return place


def check_offset(offset: int) -> int:
    """`offset`, if a list can start there.

    Raises:
        InvalidArgument: it cannot.
    """
    if not 0 <= offset <= MAX_OFFSET:
        raise InvalidArgument("offset must not be negative")
    return offset


def check_rating(rating: int) -> int | None:
    """Stars from 1 to 5; None for the 0 that takes them back.

    Raises:
        BadRating: neither.
    """
    if not 0 <= rating <= 5:
        raise BadRating("a rating is a number from 1 to 5, or 0 to take it back")
    return rating or None


def scope_to_read(kind: ItemKind) -> str:
    return "user-follow-read" if kind in _FOLLOWED else "user-library-read"


def scope_to_save(kind: ItemKind) -> str:
    return "user-follow-modify" if kind in _FOLLOWED else "user-library-modify"


def merged(one: Opinion, other: Opinion) -> Opinion:
    """The opinion of a thing that was thought to be two.

    It has been liked since the first of the likes. Of two ratings the one given last
    counts, because that is what the person thinks now; given together, the higher one.
    """
    likes = [each.saved_at for each in (one, other) if each.saved_at is not None]
    ratings = [
        (each.rated_at or 0, each.rating) for each in (one, other) if each.rating is not None
    ]
    if not ratings:
        return Opinion(saved_at=min(likes, default=None))
    rated_at, rating = max(ratings)
    return Opinion(min(likes, default=None), rating, rated_at)
