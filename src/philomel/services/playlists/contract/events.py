"""What the playlists service announces."""

from msgspec import Struct

from philomel.services.playlists.contract.marks import ItemKind


class MarksChanged(Struct, frozen=True):
    """Announced when a person's likes or ratings changed.

    Attributes:
        ids: at most 500.
    """

    user_id: str
    kind: ItemKind
    ids: tuple[str, ...]
    at: int


class PlaylistChanged(Struct, frozen=True):
    """Announced when a playlist came, or its details, its tracks or its followers changed."""

    user_id: str
    playlist_id: str
    at: int


class PlaylistRemoved(Struct, frozen=True):
    """Announced when a playlist went."""

    user_id: str
    playlist_id: str
    at: int


class WantMet(Struct, frozen=True):
    """Announced when a track was found that somebody brought counts of plays for.

    Attributes:
        want_id: the same for the same news: it counts once.
        plays: as often as it was heard elsewhere.
        last_played_at: milliseconds since the Unix epoch; 0 if that is not known.
        heard: instants of single plays besides.
    """

    user_id: str
    want_id: str
    track_id: str
    plays: int
    last_played_at: int
    at: int
    heard: tuple[int, ...] = ()
