"""Conditional requests, RFC 9110, section 13: what the client has and still wants."""

import re
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from enum import Enum

_TAGS = re.compile(r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"')


class Verdict(Enum):
    """Of the preconditions of a GET or HEAD."""

    SEND = "send"
    NOT_MODIFIED = "not modified"
    FAILED = "failed"


def judge(headers: Mapping[str, str], etag: str, modified_s: int) -> Verdict:
    """Whether to send what has this strong entity tag and time, in the order of 13.2.2.

    Args:
        headers: the request's, names in lower case.
        etag: with its quotes.
        modified_s: Last-Modified, seconds since the Unix epoch.
    """
    match, since = headers.get("if-match"), headers.get("if-unmodified-since")
    if match is not None:
        if not _lists(match, etag, weak=False):
            return Verdict.FAILED
    elif since is not None:
        date = _date(since)
        if date is not None and modified_s > date:
            return Verdict.FAILED
    none_match, modified_since = headers.get("if-none-match"), headers.get("if-modified-since")
    if none_match is not None:
        if _lists(none_match, etag, weak=True):
            return Verdict.NOT_MODIFIED
    elif modified_since is not None:
        date = _date(modified_since)
        if date is not None and modified_s <= date:
            return Verdict.NOT_MODIFIED
    return Verdict.SEND


def range_applies(headers: Mapping[str, str], etag: str, modified_s: int) -> bool:
    """Whether If-Range lets a range be sent: only for exactly what the client has part of."""
    validator = headers.get("if-range")
    if validator is None:
        return True
    validator = validator.strip()
    if validator.startswith(('"', "W/")):
        return validator == etag
    return _date(validator) == modified_s


def _lists(header: str, etag: str, *, weak: bool) -> bool:
    if header.strip() == "*":
        return True
    tags = _TAGS.findall(header)
    return etag in [tag.removeprefix("W/") if weak else tag for tag in tags]


def _date(text: str) -> int | None:
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    if date.tzinfo is None:
        date = date.replace(tzinfo=UTC)
    try:
        return int(date.timestamp())
    except (ValueError, OverflowError):
        return None
