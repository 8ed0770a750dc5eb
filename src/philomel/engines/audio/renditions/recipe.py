"""What a key asks for.

A key is "content:codec:kbit/s:container:part:lead:step:count:duration:samples:size:
modified_ns:listener" in one line, a NUL byte, the root, a NUL byte and the path. `lead` are
lengths in ms joined by ",".
"""

import re
from itertools import accumulate
from typing import Final

from msgspec import Struct

from philomel.engines.audio import Order
from philomel.kernel.errors import NotFound

_CONTENT: Final = re.compile(r"[0-9A-Za-z]{22,64}", re.ASCII)
_MADE_AS: Final = {
    "vorbis": {"ogg"},
    "opus": {"mp4", "ogg"},
    "aac": {"mp4"},
    "mp3": {"mp3"},
    "flac": {"mp4", "flac"},
}
_MAX_PARTS: Final = 100_000
_WHOLE: Final = "whole"
_KEPT: Final = "kept"
_HEADER: Final = "init"


class Recipe(Struct, frozen=True):
    """Attributes:
    content: names what the file holds; renditions of the same content are the same.
    part: 0 for the header, then 1, 2, …; None for the whole file.
    source: key of the file in the store of libraries.
    duration_ms: of the whole, as far as it is known.
    size, modified_ns: of the file that `content` was found from.
    listener: whose turn it is when many want something made.
    only_kept: it is not made if it is not there.
    """

    content: str
    part: int | None
    order: Order
    source: bytes
    duration_ms: int
    size: int
    modified_ns: int
    listener: str = ""
    only_kept: bool = False

    @property
    def rung(self) -> str:
        return f"{self.order.codec}-{self.order.bitrate}.{self.order.container}"

    @property
    def name(self) -> str:
        """Of the rendition, and of its blob below the store's folder."""
        return f"{self.content[:2]}/{self.content}/{self.rung}"


def parse(key: bytes) -> Recipe:
    """Read a key.

    Raises:
        NotFound: no such rendition can exist.
    """
    text, _, source = key.partition(b"\0")
    try:
        return _read(text.decode("ascii").split(":"), source)
    except (ValueError, KeyError):
        raise NotFound("there is no such rendition") from None


def _read(fields: list[str], source: bytes) -> Recipe:
    content, codec, bitrate, container, part, lead, step, count, *rest = fields
    duration, samples, size, modified_ns, listener = rest
    order = Order(
        codec,
        int(bitrate),
        container,
        _starts([int(length) for length in lead.split(",") if length], int(step), int(count)),
        int(samples),
    )
    sane = container in _MADE_AS[codec] and 0 <= order.bitrate <= 512 and order.samples >= 0
    if not sane or not _CONTENT.fullmatch(content):
        raise ValueError(content)
    named = {_WHOLE: None, _KEPT: None, _HEADER: 0}
    number = named[part] if part in named else int(part) + 1
    if number is not None and (container != "mp4" or number < 0):
        raise ValueError(part)
    return Recipe(
        *(content, number, order, source, int(duration), int(size), int(modified_ns)),
        listener,
        only_kept=part == _KEPT,
    )


def _starts(lead: list[int], step: int, count: int) -> tuple[int, ...]:
    if not 1 <= count <= _MAX_PARTS or step <= 0 or any(length <= 0 for length in lead):
        raise ValueError(count)
    lengths = [*lead[:count], *[step] * (count - len(lead))]
    return tuple(accumulate(lengths[: count - 1], initial=0))
