"""Playlists: what they are called, who may see them, who follows them."""

from msgspec import Struct

from philomel.services.playlists.contract.smart import SmartRules


class PlaylistCover(Struct, frozen=True):
    """A picture of a playlist, as JPEG, at `sizes` pixels of the longer edge.

    It lies where covers of albums lie: `covers/<id[:2]>/<id>-<size>.jpg`.
    """

    id: str
    sizes: tuple[int, ...]


class Playlist(Struct, frozen=True):
    """Attributes:
    public: everybody on this server sees it; else only its owner, and if it is
        collaborative who follows it or was told its id.
    collaborative: whoever follows it may change its tracks.
    snapshot_id: changes with its tracks.
    track_count, duration_ms: of all its entries; a smart playlist's are those of its last
        reading, None before.
    changed_at: its tracks or details, milliseconds since the Unix epoch.
    follower_count: without its owner.
    cover: None if it was given none; `get_playlist_covers` says what stands for it.
    followed: by the caller, or theirs.
    folder_id: where the caller put it; None for the top.
    rules: of a smart playlist; None for one of chosen tracks.
    source: where it was brought from, as its owner's import said; empty to others.
    """

    id: str
    owner_id: str
    name: str
    description: str
    public: bool
    collaborative: bool
    snapshot_id: str
    created_at: int
    changed_at: int
    track_count: int | None = None
    duration_ms: int | None = None
    follower_count: int = 0
    cover: PlaylistCover | None = None
    followed: bool = False
    folder_id: str | None = None
    rules: SmartRules | None = None
    source: str = ""


class CreatePlaylist(Struct, frozen=True):
    """Attributes:
    name: at most 200 characters.
    description: at most 1,000 characters.
    collaborative: only for one that is not public.
    rules: makes it a smart playlist.
    source: where it is brought from, at most 200 characters. A second playlist of one
        source is not made: the reply is the first one.
    """

    name: str
    description: str = ""
    public: bool = False
    collaborative: bool = False
    folder_id: str | None = None
    rules: SmartRules | None = None
    source: str = ""


class ChangePlaylist(Struct, frozen=True):
    """What is left out stays."""

    playlist_id: str
    name: str | None = None
    description: str | None = None
    public: bool | None = None
    collaborative: bool | None = None


class DeletePlaylist(Struct, frozen=True):
    playlist_id: str


class GetPlaylist(Struct, frozen=True):
    playlist_id: str


class GetPlaylists(Struct, frozen=True):
    """Attributes:
    ids: at most 500.
    """

    ids: tuple[str, ...]


class PlaylistSet(Struct, frozen=True):
    """Attributes:
    items: in the order asked; what the caller may not see is left out.
    """

    items: tuple[Playlist, ...]


class ListPlaylists(Struct, frozen=True):
    """Attributes:
    user_id: whose public ones; None for all that the caller has: owned and followed,
        in the caller's order.
    """

    user_id: str | None = None
    limit: int = 50
    offset: int = 0


class ListPublicPlaylists(Struct, frozen=True):
    """All public ones of this server: those with most followers first."""

    limit: int = 50
    offset: int = 0


class PlaylistPage(Struct, frozen=True):
    items: tuple[Playlist, ...]
    total: int


class ListEveryPlaylist(Struct, frozen=True):
    """All of this server, whoever's they are, in no order that means anything."""

    limit: int = 500
    cursor: str | None = None


class EveryPlaylist(Struct, frozen=True):
    """Attributes:
    next: cursor of the next page; None on the last.
    """

    items: tuple[Playlist, ...]
    next: str | None = None


class FollowPlaylist(Struct, frozen=True):
    """Attributes:
    public: whether others may know.
    """

    playlist_id: str
    public: bool = True


class UnfollowPlaylist(Struct, frozen=True):
    playlist_id: str


class CheckFollowers(Struct, frozen=True):
    """Attributes:
    user_ids: at most 500.
    """

    playlist_id: str
    user_ids: tuple[str, ...]


class Following(Struct, frozen=True):
    """Attributes:
    items: for each person asked, whether they follow it; of others only what is public.
    """

    items: tuple[bool, ...]


class SetPlaylistCover(Struct, frozen=True):
    """Attributes:
    jpeg: at most 256 KiB; empty takes the picture away.
    """

    playlist_id: str
    jpeg: bytes


class GetPlaylistCovers(Struct, frozen=True):
    """Attributes:
    ids: at most 100.
    wait: until a picture that is not drawn yet is; else the first album's stands for it.
    """

    ids: tuple[str, ...]
    wait: bool = False


class ShownCover(Struct, frozen=True):
    """Attributes:
    cover: the one that it was given; else of its first four albums that the caller sees,
        or of the first if there are fewer; None if these have none.
    """

    playlist_id: str
    cover: PlaylistCover | None = None


class PlaylistCovers(Struct, frozen=True):
    """Attributes:
    items: in the order asked; what the caller may not see is left out.
    """

    items: tuple[ShownCover, ...]
