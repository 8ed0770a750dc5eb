"""Implements the contract, a part for each topic."""

from philomel.services.playlists.service.bringing import Bringing
from philomel.services.playlists.service.choosing import Chooser
from philomel.services.playlists.service.context import Context
from philomel.services.playlists.service.covers import Picturing
from philomel.services.playlists.service.exchanging import Exchanging
from philomel.services.playlists.service.folders import Filing
from philomel.services.playlists.service.keeping import Keeping
from philomel.services.playlists.service.marks import Marking
from philomel.services.playlists.service.matching import Matcher
from philomel.services.playlists.service.ruling import Ruling


class PlaylistService(Marking, Keeping, Exchanging, Picturing, Filing, Ruling, Bringing):
    """Implements `Playlists`."""

    def __init__(self, context: Context) -> None:
        chooser, matcher = Chooser(context), Matcher(context.catalog)
        Marking.__init__(self, context.marks, context.catalog, context.clock, context.announced)
        Keeping.__init__(
            self, context.kept, context.catalog, context.clock, context.keys, self.get_playlists
        )
        Picturing.__init__(self, context, chooser)
        self._matcher = matcher
