"""Implements the contract."""

from collections.abc import Callable

from philomel.engines.keys import Keys
from philomel.kernel.clock import Clock
from philomel.services.catalog.contract import Catalog
from philomel.services.playlists.service.coming import Coming
from philomel.services.playlists.service.keeping import Keeping
from philomel.services.playlists.service.marks import Marking
from philomel.services.playlists.store import PlaylistStore
from philomel.services.playlists.store.kept import SqlKept


class PlaylistService(Marking, Keeping, Coming):
    """Implements `Playlists`.

    Args:
        announced: called after a change, so that its event leaves at once.
        keys: sign the addresses of shares.
    """

    def __init__(
        self,
        store: PlaylistStore,
        kept: SqlKept,
        catalog: Catalog,
        clock: Clock,
        keys: Keys,
        announced: Callable[[], None],
    ) -> None:
        Marking.__init__(self, store, catalog, clock, announced)
        Keeping.__init__(self, kept, catalog, clock, keys)
