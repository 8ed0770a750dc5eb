"""What a station may be called, and where it may be."""

import re
from urllib.parse import urlsplit

from philomel.services.media.contract import BadStation

MOST = 500
_MAX_NAME, _MAX_URL = 200, 2_000
_VISIBLE = re.compile(r"[\x21-\x7e]+")


def check_name(name: str) -> str:
    """`name` without blanks around it.

    Raises:
        BadStation: it has no characters, too many, or such that are not text.
    """
    name = name.strip()
    if not 1 <= len(name) <= _MAX_NAME:
        raise BadStation(f"a station's name has 1 to {_MAX_NAME} characters")
    if any(ord(letter) < 32 or 0xD800 <= ord(letter) <= 0xDFFF for letter in name):
        raise BadStation("a station's name has no control characters")
    return name


def check_url(url: str) -> str:
    """A web address without credentials.

    Raises:
        BadStation: it is none.
    """
    try:
        parts = urlsplit(url)
        good = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
        good = good and parts.username is None and parts.password is None
    except ValueError:
        good = False
    if not good or len(url) > _MAX_URL or not _VISIBLE.fullmatch(url):
        raise BadStation("a station is at an http or https address")
    return url
