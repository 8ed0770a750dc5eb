"""Reading a request's headers and writing an answer's."""

from collections.abc import Iterable
from email.utils import formatdate
from urllib.parse import quote

Headers = list[tuple[bytes, bytes]]

_EXPOSED = (
    b"accept-ranges, content-disposition, content-length, content-range, etag, "
    b"last-modified, x-content-duration"
)

# Whatever page plays the music may read it: the signature in the address is the right.
CORS: Headers = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", _EXPOSED),
    (b"cross-origin-resource-policy", b"cross-origin"),
    (b"x-content-type-options", b"nosniff"),
]
PREFLIGHT: Headers = [
    *CORS,
    (b"access-control-allow-methods", b"GET, HEAD, OPTIONS"),
    (
        b"access-control-allow-headers",
        b"range, if-range, if-match, if-none-match, if-modified-since, if-unmodified-since",
    ),
    (b"access-control-max-age", b"86400"),
    (b"content-length", b"0"),
]


def read(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Headers by lower-case name. Lists may be split over lines; a Range must not be."""
    found: dict[str, str] = {}
    for raw_name, raw_value in raw:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def http_date(seconds: int) -> bytes:
    return formatdate(seconds, usegmt=True).encode()


def content_disposition(name: str) -> bytes:
    """Save it under `name`: RFC 6266, with the UTF-8 name of RFC 8187 and an ASCII likeness."""
    plain = "".join(one if _is_plain(one) else "_" for one in name)
    header = f'attachment; filename="{plain}"'
    if plain != name:
        header += f"; filename*=UTF-8''{quote(name, safe='', errors='replace')}"
    return header.encode("ascii")


def _is_plain(character: str) -> bool:
    # A percent sign would be decoded by some browsers, quotes and backslashes end the text.
    return " " <= character <= "~" and character not in '"\\%'
