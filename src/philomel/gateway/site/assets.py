"""The style sheet, the mark, and the only script: browsers offer passkeys to scripts alone."""

from functools import cache
from importlib import resources

from litestar import Response

from philomel.gateway.site.forms import AnyRequest
from philomel.kernel.errors import NotFound

_FILES = {
    "philomel.css": "text/css; charset=utf-8",
    "nightingale.svg": "image/svg+xml",
    "icon-192.png": "image/png",
    "icon-512.png": "image/png",
    "icon-maskable.png": "image/png",
    "passkeys.js": "text/javascript; charset=utf-8",
}


async def send(request: AnyRequest) -> Response[bytes]:
    name = request.path_params["name"]
    if name not in _FILES:
        raise NotFound("there is no such file")
    return Response(
        _read(name),
        media_type=_FILES[name],
        headers={"cache-control": "public, max-age=3600"},
    )


@cache
def _read(name: str) -> bytes:
    return resources.files("philomel.gateway.site").joinpath("static", name).read_bytes()
