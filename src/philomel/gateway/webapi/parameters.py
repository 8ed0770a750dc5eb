"""Ids, limits and offsets of a request, refused in the words clients know."""

import re
from collections.abc import Iterable, Mapping

from philomel.kernel.errors import InvalidArgument
from philomel.kernel.ids import is_id

MAX_OFFSET = 10**9
_COUNTRY = re.compile(r"[A-Za-z]{2}", re.ASCII)
_NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)


def checked_id(text: str) -> str:
    if not is_id(text):
        raise InvalidArgument("Invalid base62 id")
    return text


def checked_ids(texts: Iterable[str], most: int) -> tuple[str, ...]:
    """Ids in the order given, repeated ones too."""
    ids = tuple(checked_id(text.strip()) for text in texts)
    if len(ids) > most:
        raise InvalidArgument("Too many ids requested")
    return ids


def query_ids(query: Mapping[str, str], most: int) -> tuple[str, ...]:
    text = query.get("ids", "")
    if not text:
        raise InvalidArgument("Missing required field: ids")
    return checked_ids(text.split(","), most)


def limit_of(query: Mapping[str, str], default: int = 20, most: int = 50) -> int:
    text = query.get("limit")
    if text is None:
        return default
    if not _NUMBER.fullmatch(text) or not 1 <= int(text) <= most:
        raise InvalidArgument("Invalid limit")
    return int(text)


def offset_of(query: Mapping[str, str], most: int = MAX_OFFSET) -> int:
    text = query.get("offset")
    if text is None:
        return 0
    if not _NUMBER.fullmatch(text) or int(text) > most:
        raise InvalidArgument("Invalid offset")
    return int(text)


def instant_of(query: Mapping[str, str], name: str) -> int | None:
    """Milliseconds since the Unix epoch, if the parameter is there."""
    text = query.get(name)
    if text is None:
        return None
    if not _NUMBER.fullmatch(text):
        raise InvalidArgument(f"Invalid {name}")
    return min(int(text), 2**53)


def check_market(query: Mapping[str, str]) -> None:
    """Refuse what is no country: nothing here depends on which one it is."""
    market = query.get("market", "XX")
    if market != "from_token" and not _COUNTRY.fullmatch(market):
        raise InvalidArgument("Invalid market code")
