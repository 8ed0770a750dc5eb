"""What inspection needs of its database."""

from msgspec import Struct

from philomel.engines.sql import Schema
from philomel.services.inspection.contract import SubjectKind
from philomel.services.inspection.rules.examining import Draft
from philomel.services.inspection.store.tables import METADATA

SCHEMA = Schema(
    name="inspection",
    version=2,
    compatible_from=1,
    metadata=METADATA,
    migrations="philomel.services.inspection.store.migrations",
)


class Due(Struct, frozen=True):
    """Something to look at.

    Attributes:
        times: how often it was marked so far.
        alone: its other copies need no second look.
    """

    id: str
    times: int
    alone: bool


class Examined(Struct, frozen=True):
    """What was found of one track, album or file; nothing if there is no such thing any more.

    Attributes:
        asset_id, album_id: of a track.
    """

    subject: SubjectKind
    id: str
    library_id: str = ""
    name: str = ""
    path: str | None = None
    found: tuple[Draft, ...] = ()
    asset_id: str | None = None
    album_id: str | None = None
    gone: bool = False
