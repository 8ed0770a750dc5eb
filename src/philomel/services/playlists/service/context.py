"""What every part of the service works with."""

from collections.abc import Callable

from msgspec import Struct

from philomel.engines.audio import Imager
from philomel.engines.blobs import Blobs
from philomel.engines.keys import Keys
from philomel.engines.sql import Database
from philomel.kernel.clock import Clock
from philomel.services.catalog.contract import Catalog
from philomel.services.playlists.service.mosaics import Mosaics
from philomel.services.playlists.store import PlaylistStore
from philomel.services.playlists.store.kept import SqlKept
from philomel.services.plays.contract import Plays


class Context(Struct, frozen=True):
    """Attributes:
    keys: sign the addresses of shares.
    announced: called after a change, so that its event leaves at once.
    cleared: called after a removal, so that what is left of it goes.
    """

    database: Database
    marks: PlaylistStore
    kept: SqlKept
    catalog: Catalog
    plays: Plays
    keys: Keys
    clock: Clock
    blobs: Blobs
    imager: Imager
    mosaics: Mosaics
    announced: Callable[[], None]
    cleared: Callable[[], None]
