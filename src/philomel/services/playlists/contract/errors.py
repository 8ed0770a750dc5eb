"""What the playlists service refuses."""

from philomel.kernel.errors import FailedPrecondition, InvalidArgument, NotFound


class BadRating(InvalidArgument):
    code = "playlists.bad_rating"


class PlaylistNotFound(NotFound):
    """Also for playlists that the caller may not see."""

    code = "playlists.playlist_not_found"


class FolderNotFound(NotFound):
    code = "playlists.folder_not_found"


class BadPlaylist(InvalidArgument):
    """A name, description or flag that a playlist cannot have."""

    code = "playlists.bad_playlist"


class BadCover(InvalidArgument):
    code = "playlists.bad_cover"


class BadFile(InvalidArgument):
    """No playlist file, or one that says nothing."""

    code = "playlists.bad_file"


class BadRules(InvalidArgument):
    code = "playlists.bad_rules"


class UnknownTrack(InvalidArgument):
    """One of the tracks is not there, as far as the caller may see."""

    code = "playlists.unknown_track"


class BadPosition(InvalidArgument):
    """Nothing is there, or not what was said."""

    code = "playlists.bad_position"


class BadSnapshot(InvalidArgument):
    """No snapshot of this playlist, or one that is too old to be followed."""

    code = "playlists.bad_snapshot"


class PlaylistFull(InvalidArgument):
    code = "playlists.playlist_full"


class IsSmart(FailedPrecondition):
    """The tracks of a smart playlist come from its rules."""

    code = "playlists.is_smart"


class NotSmart(FailedPrecondition):
    """A playlist of chosen tracks has no rules."""

    code = "playlists.not_smart"


class ShareNotFound(NotFound):
    """Also for addresses that never were one."""

    code = "playlists.share_not_found"


class ShareEnded(ShareNotFound):
    """Its time is over."""

    http_status, code = 410, "playlists.share_ended"


class ShareWithdrawn(ShareNotFound):
    """The address was good once; who shared has taken it back."""

    http_status, code = 410, "playlists.share_withdrawn"


class BadShare(InvalidArgument):
    """Nothing, too much, or for a time that is over."""

    code = "playlists.bad_share"
