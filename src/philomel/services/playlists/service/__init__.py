"""Implements the contract."""

from philomel.services.playlists.service.coming import Coming
from philomel.services.playlists.service.marks import Marking


class PlaylistService(Marking, Coming):
    """Implements `Playlists`."""
