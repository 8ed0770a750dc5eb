"""What stands in a data folder that must not be served: half restored, or moved away."""

from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct

from philomel.app.refusal import Exit, Refusal

T = TypeVar("T")

ARRIVING, MOVED = "arriving.json", "moved.json"


class Arriving(Struct, frozen=True):
    """Something is being put here.

    Attributes:
        what: "restore" or "move".
        origin: where it comes from.
        aside: the folder in this one that takes what was here before; empty if nothing was.
        clearing: what was here before is still being put aside.
    """

    what: str
    origin: str
    aside: str = ""
    clearing: bool = False


class Moved(Struct, frozen=True):
    """This installation is elsewhere now.

    Attributes:
        to: the data folder there.
        at: milliseconds since the Unix epoch.
    """

    to: str
    at: int


def arriving(folder: Path) -> Arriving | None:
    return _read(folder / ARRIVING, Arriving)


def moved(folder: Path) -> Moved | None:
    return _read(folder / MOVED, Moved)


def refuse_marked(folder: Path) -> None:
    """See that a data folder may be used.

    Raises:
        Refusal: it was left half filled, or its installation moved away.
    """
    coming = arriving(folder)
    if coming is not None:
        raise Refusal(
            f"{folder} is not whole: `philomel {coming.what}` from {coming.origin} did not finish; "
            "run it again",
            Exit.REFUSED,
            "unfinished",
        )
    gone = moved(folder)
    if gone is not None:
        raise Refusal(
            f"this installation moved to {gone.to}: use that data folder. To go on with what is "
            f"here, without all that happened there, delete {folder / MOVED}",
            Exit.REFUSED,
            "moved",
        )


def _read(path: Path, type_: type[T]) -> T | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=type_)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError):
        raise Refusal(f"{path} cannot be read", Exit.UNAVAILABLE) from None
