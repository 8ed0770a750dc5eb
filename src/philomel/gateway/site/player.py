"""The web player's files, as its build leaves them in `web/` beside this module.

The page is one for everybody and holds nothing of anybody: who looks at it, the scripts ask.
Scripts and styles carry a hash of their content in their names and are kept by browsers for
good; the page itself is asked for every time.
"""

import gzip
import mimetypes
import re
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

from litestar import Response

from philomel.gateway.public import at
from philomel.gateway.site.forms import AnyRequest
from philomel.kernel.errors import NotFound

PATHS = (
    "/search",
    "/library",
    "/library/{view:str}",
    "/album/{id:str}",
    "/artist/{id:str}",
    "/track/{id:str}",
    "/playlist/{id:str}",
    "/user/{id:str}",
    "/settings",
    "/admin",
    "/admin/{view:str}",
    "/downloads",
)
"""Pages that the player shows besides the first one; it knows itself what is on them."""

# Scripts and styles come from this server alone, none of them stand in the page; sound is also
# put together by the player (blob:), and the base says under which path the server lies.
POLICY = (
    "default-src 'self'; worker-src 'self'; manifest-src 'self'; img-src 'self' data: blob:; "
    "media-src 'self' blob:; "
    "base-uri 'self'; object-src 'none'; form-action 'self'; frame-ancestors 'none'"
)
_BASE = re.compile(rb'<base href="[^"]*" ?/?>')
_TYPES = {".js": "text/javascript", ".woff2": "font/woff2"}
_ROOT_FILES = {"sw.js": "text/javascript", "manifest.webmanifest": "application/manifest+json"}
_PACKED = frozenset({".js", ".css", ".svg", ".json", ".webmanifest"})
_FOREVER = "public, max-age=31536000, immutable"


def is_built() -> bool:
    return _folder().joinpath("index.html").is_file()


def share_page() -> str | None:
    """The page that strangers see who have an address of something shared; None if not built."""
    if not _folder().joinpath("share.html").is_file():
        return None
    base = f'<base href="{at("/")}" />'
    return _BASE.sub(lambda _: base.encode(), _read("share.html"), count=1).decode()


def show() -> Response[bytes]:
    """The page of the player."""
    base = f'<base href="{at("/")}" />'.encode()
    return Response(
        _BASE.sub(lambda _: base, _read("index.html"), count=1),
        media_type="text/html",
        headers={"content-security-policy": POLICY, "cache-control": "no-cache"},
    )


async def show_shell() -> Response[bytes]:
    """The page once more, for whoever asks: what the service worker keeps for times offline."""
    if not is_built():
        raise NotFound("the player was not built")
    return show()


async def send_root_file(request: AnyRequest) -> Response[bytes]:
    """The service worker and the manifest: at the root, because they are for what lies below."""
    name = request.scope["path"].rsplit("/", 1)[-1]
    if not is_built() or name not in _ROOT_FILES:
        raise NotFound("there is no such file")
    headers = {"cache-control": "no-cache", "content-security-policy": POLICY}
    return Response(_read(name), media_type=_ROOT_FILES[name], headers=headers)


async def send_asset(request: AnyRequest) -> Response[bytes]:
    """One of the player's hashed files."""
    name = request.path_params["name"]
    if name not in _assets():
        raise NotFound("there is no such file")
    suffix = name[name.rfind(".") :]
    kind = _TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    headers = {"cache-control": _FOREVER, "vary": "accept-encoding"}
    content = _read(f"assets/{name}")
    if suffix in _PACKED and "gzip" in request.headers.get("accept-encoding", ""):
        content, headers["content-encoding"] = _packed(f"assets/{name}"), "gzip"
    return Response(content, media_type=kind, headers=headers)


def _folder() -> Traversable:
    return resources.files("philomel.gateway.site").joinpath("web")


@cache
def _assets() -> frozenset[str]:
    folder = _folder().joinpath("assets")
    return frozenset(file.name for file in folder.iterdir()) if folder.is_dir() else frozenset()


@cache
def _read(path: str) -> bytes:
    file = _folder()
    for part in path.split("/"):
        file = file.joinpath(part)
    return file.read_bytes()


@cache
def _packed(path: str) -> bytes:
    return gzip.compress(_read(path), 9, mtime=0)
