"""oEmbed 1.0: what a site needs to show a share in a page of its own."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from msgspec import Struct

from philomel.gateway.public import at
from philomel.gateway.share.pages import NAMELESS, frame, size_of
from philomel.gateway.share.views import ShareView
from philomel.kernel.errors import InvalidArgument, NotFound

_LEAST = 120


class NoSuchForm(InvalidArgument):
    """Only JSON is told."""

    http_status, code = 501, "share.no_such_form"


class Wanted(Struct, frozen=True):
    """Attributes:
    width, height: pixels at most; None for whatever is best.
    """

    token: str
    width: int | None = None
    height: int | None = None


class Rich(Struct, frozen=True, omit_defaults=True):
    """The answer; the names are the standard's."""

    type: str
    version: str
    title: str
    provider_name: str
    provider_url: str
    html: str
    width: int
    height: int
    author_name: str = ""
    thumbnail_url: str = ""
    thumbnail_width: int = 0
    thumbnail_height: int = 0


def read(given: Mapping[str, str], base: str) -> Wanted:
    """
    Args:
        base: the server's address: only what lies below it is known here.

    Raises:
        NotFound: no share of this server.
        NoSuchForm: another form than JSON.
    """
    if given.get("format", "json") != "json":
        raise NoSuchForm("oEmbed is answered as JSON")
    parts, own = urlsplit(given.get("url", "")), urlsplit(base)
    above = f"{own.path}/share/"
    if parts.netloc != own.netloc or not parts.path.startswith(above):
        raise NotFound("nothing of this server lies at that address")
    token = parts.path.removeprefix(above).removesuffix("/embed").strip("/")
    return Wanted(token, _pixels(given, "maxwidth"), _pixels(given, "maxheight"))


def answer(view: ShareView, wanted: Wanted, base: str) -> Rich:
    most, tall = size_of(view)
    origin = base.removesuffix(at(""))
    pictured = bool(view.cover)
    return Rich(
        type="rich",
        version="1.0",
        title=view.title or NAMELESS,
        provider_name="Philomel",
        provider_url=f"{base}/",
        html=str(frame(view, wanted.width, wanted.height)),
        width=min(wanted.width or most, most),
        height=min(wanted.height or tall, tall),
        author_name=view.by,
        thumbnail_url=origin + view.cover if pictured else "",
        thumbnail_width=_edge(view) if pictured else 0,
        thumbnail_height=_edge(view) if pictured else 0,
    )


def _edge(view: ShareView) -> int:
    return int(view.cover.partition("size=")[2].partition("&")[0])


def _pixels(given: Mapping[str, str], name: str) -> int | None:
    text = given.get(name, "")
    if not text:
        return None
    if not text.isdecimal() or len(text) > 5:
        raise InvalidArgument(f"{name} is a number of pixels")
    return max(int(text), _LEAST)
