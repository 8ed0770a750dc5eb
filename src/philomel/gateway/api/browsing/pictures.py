"""Where pictures of the catalogue are, for programs that show a page of it."""

from collections.abc import Iterable, Mapping

from msgspec import Struct

from philomel.gateway.api.operation import Call
from philomel.services.catalog.contract import Cover
from philomel.services.media.contract import SignCovers

_MOST = 500
"""So many addresses are signed at once."""


class Picture(Struct, frozen=True):
    """Attributes:
    url: good for a while, without any other sign of who asks.
    width, height: pixels.
    """

    url: str
    width: int
    height: int


Pictures = Mapping[str, tuple[Picture, ...]]
"""By the id of a cover, the largest first."""


async def pictures_of(call: Call, covers: Iterable[Cover | None]) -> Pictures:
    """The addresses of these, asked for once."""
    known = {cover.id: cover for cover in covers if cover is not None}
    wanted = [
        (cover.id, size) for cover in known.values() for size in sorted(cover.sizes, reverse=True)
    ]
    found: dict[str, tuple[Picture, ...]] = dict.fromkeys(known, ())
    for start in range(0, len(wanted), _MOST):
        some = wanted[start : start + _MOST]
        keys = tuple(f"covers/{id_[:2]}/{id_}-{size}.jpg" for id_, size in some)
        signed = await call.services.media.sign_covers(SignCovers(keys))
        for (id_, size), url in zip(some, signed.items, strict=True):
            found[id_] += (Picture(call.base + url.path, size, size),)
    return found


def shown(pictures: Pictures, cover: Cover | None) -> tuple[Picture, ...]:
    """The pictures of one cover."""
    return () if cover is None else pictures.get(cover.id, ())
