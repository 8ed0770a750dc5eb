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


class MetWant(Struct, frozen=True):
    """How often somebody heard a track elsewhere.

    Attributes:
        plays: without those in `heard`.
        last_played_at: milliseconds since the Unix epoch; 0 if that is not known.
        heard: instants of single plays.
    """

    user_id: str
    track_id: str
    plays: int
    last_played_at: int
    heard: tuple[int, ...] = ()


class WantsMet(Struct, frozen=True):
    """Announced when tracks were found that somebody brought counts of plays for.

    Attributes:
        items: at most 100, with at most 2,000 instants.
    """

    user_id: str
    items: tuple[MetWant, ...]
    at: int
