"""Leaving the bytes of untouched files to nginx: X-Accel-Redirect.

nginx says with `X-Sendfile-Type: X-Accel-Redirect` that it can; only a trusted proxy is heard.
The answer names an internal location, and nginx sends the file: ranges and conditions are its
own then. https://nginx.org/en/docs/http/ngx_http_proxy_module.html
"""

from collections.abc import Mapping, Sequence
from urllib.parse import quote

from litestar.connection import ASGIConnection
from litestar.types import HTTPScope

from philomel.gateway.delivery import headers
from philomel.gateway.public import Public

ASKED = b"x-sendfile-type"
TOLD = b"x-accel-redirect"
_WORD = "x-accel-redirect"


class Handover:
    """Args:
    public: knows the proxies that are trusted.
    mappings: "/prefix/=/library/folder".
    """

    def __init__(self, public: Public, mappings: Sequence[str]) -> None:
        self._public = public
        self._folders: Mapping[bytes, bytes] = {
            folder.rstrip("/").encode("utf-8", "surrogateescape") or b"/": location.encode()
            for location, _, folder in (mapping.partition("=") for mapping in mappings)
        }

    def place(self, key: bytes, scope: HTTPScope) -> bytes | None:
        """Where nginx finds the file; None if this request's bytes are ours to send.

        Args:
            key: a library's folder, a NUL byte, and the path below it.
        """
        if not self._folders or not asks(scope, self._public):
            return None
        root, _, path = key.partition(b"\0")
        folder = root.rstrip(b"/") or b"/"
        location = self._folders.get(folder)
        if location is None or not _is_below(path):
            return None
        # The location is the owner's text; every byte of the path that means something in an
        # address or a header is spelled out.
        return location.rstrip(b"/") + b"/" + quote(path, safe="/").encode("ascii")


def asks(scope: HTTPScope, public: Public) -> bool:
    """Whether a trusted proxy offers to send the file itself."""
    told = headers.read(scope["headers"]).get(ASKED.decode())
    if told is None or told.lower() != _WORD:
        return False
    return public.trusts(ASGIConnection(scope))


def _is_below(path: bytes) -> bool:
    segments = path.split(b"/")
    return bool(path) and not any(segment in {b"", b".", b".."} for segment in segments)
