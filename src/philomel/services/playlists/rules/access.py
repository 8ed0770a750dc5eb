"""Who may see and change a playlist, with which scopes."""

from philomel.kernel.caller import Caller, CallerKind
from philomel.kernel.errors import PermissionDenied
from philomel.services.playlists.contract import Playlist, PlaylistNotFound

READ_PRIVATE, READ_COLLABORATIVE = "playlist-read-private", "playlist-read-collaborative"
MODIFY_PUBLIC, MODIFY_PRIVATE = "playlist-modify-public", "playlist-modify-private"
UPLOAD = "ugc-image-upload"

_TRUSTED = (CallerKind.SERVICE, CallerKind.OPERATOR)


def may_see(playlist: Playlist, caller: Caller) -> bool:
    """Whether it exists for the caller; scopes are another question.

    A collaborative one is seen by whoever was told its id.
    """
    if caller.kind in _TRUSTED:
        return True
    if caller.kind is CallerKind.ANONYMOUS:
        return False
    if playlist.public:
        return True
    if caller.user_id is None:
        return False
    return playlist.collaborative or playlist.owner_id == caller.user_id


def reading_scopes(playlist: Playlist) -> tuple[str, ...]:
    """One of these is needed; none for what is public."""
    if playlist.public:
        return ()
    if playlist.collaborative:
        return (READ_COLLABORATIVE, READ_PRIVATE)
    return (READ_PRIVATE,)


def modify_scope(public: bool) -> str:
    return MODIFY_PUBLIC if public else MODIFY_PRIVATE


def check_visible(playlist: Playlist | None, caller: Caller) -> Playlist:
    """The playlist, if it exists for the caller.

    Raises:
        Unauthenticated: nobody is calling.
        PlaylistNotFound: it is not there for the caller.
    """
    caller.require_known()
    if playlist is None or not may_see(playlist, caller):
        raise PlaylistNotFound("there is no such playlist")
    return playlist


def may_read(playlist: Playlist, caller: Caller) -> bool:
    """Whether it exists for the caller, and the program was given the scope."""
    scopes = reading_scopes(playlist)
    return may_see(playlist, caller) and (not scopes or any(map(caller.has_scope, scopes)))


def check_read(playlist: Playlist | None, caller: Caller) -> Playlist:
    """The playlist, if the caller may read it.

    Raises:
        Unauthenticated: nobody is calling.
        PlaylistNotFound: it is not there for the caller.
        PermissionDenied: the program was not given the scope.
    """
    playlist = check_visible(playlist, caller)
    if not may_read(playlist, caller):
        scope = reading_scopes(playlist)[0]
        raise PermissionDenied(f"insufficient client scope: {scope} is needed")
    return playlist


def check_owner(playlist: Playlist | None, caller: Caller) -> Playlist:
    """The playlist, if it is the caller's to change.

    Raises:
        PlaylistNotFound: it is not there for the caller.
        PermissionDenied: it is somebody else's, or the scope is missing.
    """
    user_id = caller.require_user()
    playlist = check_visible(playlist, caller)
    if playlist.owner_id != user_id:
        raise PermissionDenied("only its owner may do this with a playlist")
    caller.require_scope(modify_scope(playlist.public))
    return playlist


def check_edit(playlist: Playlist | None, caller: Caller) -> Playlist:
    """The playlist, if the caller may change its tracks.

    Raises: as `check_owner`.
    """
    user_id = caller.require_user()
    playlist = check_visible(playlist, caller)
    together = playlist.collaborative and playlist.followed
    if playlist.owner_id != user_id and not together:
        raise PermissionDenied("the playlist of somebody else can be changed by nobody else")
    caller.require_scope(modify_scope(playlist.public))
    return playlist
