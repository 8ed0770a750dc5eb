"""Keyset paging: a cursor is the sort key of the last row seen.

A cursor is opaque to callers and worth nothing to an attacker: it holds only
values that the caller was shown, and it is checked on the way in like any other
argument.
"""

import base64
import binascii
from typing import TypeVar

import msgspec

from philomel.kernel.errors import InvalidArgument

T = TypeVar("T")
MAX_PAGE = 500

Key = tuple[str | int | float | None, ...]


def encode_cursor(key: Key) -> str:
    """The text that stands for the sort key of the last row of a page."""
    return base64.urlsafe_b64encode(msgspec.json.encode(key)).rstrip(b"=").decode()


def decode_cursor(cursor: str, shape: type[T]) -> T:
    """The sort key in a cursor, checked against `shape` (such as `tuple[str, str]`).

    Raises:
        InvalidArgument: not a cursor that this list gave out.
    """
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        return msgspec.json.decode(base64.urlsafe_b64decode(padded), type=shape)
    except (UnicodeEncodeError, binascii.Error, msgspec.MsgspecError, ValueError):
        raise InvalidArgument("the cursor is not one that this list gave out") from None


def check_limit(limit: int, maximum: int = MAX_PAGE) -> int:
    """`limit`, if it is between 1 and `maximum`.

    Raises:
        InvalidArgument: it is not.
    """
    if not 1 <= limit <= maximum:
        raise InvalidArgument(f"limit must be between 1 and {maximum}")
    return limit
