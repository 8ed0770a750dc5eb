"""Every operation of this door, once."""

from philomel.gateway.webapi import browse, empty, entries, library, me, playlists
from philomel.gateway.webapi.discovery import features, recommending, ways
from philomel.gateway.webapi.operation import Method, Operation, State, Work
from philomel.services.playlists.contract import ItemKind

_EMPTY, _LATER = State.EMPTY, State.LATER
_READ, _MODIFY = ("user-library-read",), ("user-library-modify",)
_POSITION = ("user-read-playback-position",)
_STATE, _CONTROL = ("user-read-playback-state",), ("user-modify-playback-state",)
_PLAYING = ("user-read-currently-playing",)
_KEEP = ("user-library-modify", "user-follow-modify", "playlist-modify-public")
_KEPT = ("user-library-read", "user-follow-read", "playlist-read-private")
_FEATURES = "what is measured or tagged; the rest is null"
_LISTS = ("playlist-read-private", "playlist-read-collaborative")
_EDIT = ("playlist-modify-public", "playlist-modify-private")
_LISTED = "each scope adds its kind of playlists"
_SEEN = "`playlist-read-private` or `playlist-read-collaborative` for what is not public"
_AS_IT_IS = "the one for how public the playlist is"
_BY_KIND = "the URIs decide which: artists and users need the `follow` one, playlists theirs"


def _library(
    name: str, page: Work, kind: ItemKind, save: Work | None = None
) -> tuple[Operation, ...]:
    """The four operations on saved things of one kind."""
    path = f"/me/{name}"
    return (
        Operation("GET", path, page, _READ),
        Operation("PUT", path, save or library.save(kind), _MODIFY),
        Operation("DELETE", path, library.unsave(kind), _MODIFY),
        Operation("GET", f"{path}/contains", library.contains(kind), _READ),
    )


def _no_library(name: str) -> tuple[Operation, ...]:
    path = f"/me/{name}"
    return (
        Operation("GET", path, empty.page, _READ, state=_EMPTY),
        Operation("PUT", path, empty.kept, _MODIFY, state=_EMPTY),
        Operation("DELETE", path, empty.kept, _MODIFY, state=_EMPTY),
        Operation("GET", f"{path}/contains", empty.contains, _READ, state=_EMPTY),
    )


def _items(name: str) -> tuple[Operation, ...]:
    """The four operations on the entries of a playlist, under its old name or its new one."""
    path = f"/playlists/{{id}}/{name}"
    return (
        Operation("GET", path, entries.get_items, more=_SEEN),
        Operation("POST", path, entries.add_items, _EDIT, 201, more=_AS_IT_IS),
        Operation("PUT", path, entries.change_items, _EDIT, more=_AS_IT_IS),
        Operation("DELETE", path, entries.remove_items, _EDIT, more=_AS_IT_IS),
    )


def _command(method: Method, name: str) -> Operation:
    return Operation(method, f"/me/player{name}", empty.command, _CONTROL, 204, _LATER)


_MUSIC = (
    Operation("GET", "/albums/{id}", browse.get_album),
    Operation("GET", "/albums", browse.get_albums),
    Operation("GET", "/albums/{id}/tracks", browse.get_album_tracks),
    Operation("GET", "/artists/{id}", browse.get_artist),
    Operation("GET", "/artists", browse.get_artists),
    Operation("GET", "/artists/{id}/albums", browse.get_artist_albums),
    Operation("GET", "/artists/{id}/top-tracks", browse.get_artist_top_tracks),
    Operation("GET", "/artists/{id}/related-artists", recommending.related),
    Operation("GET", "/tracks/{id}", browse.get_track),
    Operation("GET", "/tracks", browse.get_tracks),
    Operation("GET", "/audio-features", features.of_several, more=_FEATURES),
    Operation("GET", "/audio-features/{id}", features.of_one, more=_FEATURES),
    Operation("GET", "/audio-analysis/{id}", empty.audio_analysis, state=_LATER),
    Operation("GET", "/search", browse.search),
    Operation("GET", "/browse/new-releases", ways.new_releases),
    Operation("GET", "/browse/categories", ways.categories),
    Operation("GET", "/browse/categories/{id}", ways.category),
    Operation("GET", "/browse/featured-playlists", ways.featured),
    Operation("GET", "/browse/categories/{id}/playlists", ways.category_playlists),
    Operation("GET", "/recommendations", recommending.recommendations),
    Operation("GET", "/recommendations/available-genre-seeds", ways.genre_seeds),
    Operation("GET", "/markets", ways.markets),
)
_LISTENER = (
    Operation(
        "GET",
        "/me",
        me.profile,
        more="`user-read-private`: country (`ZZ`: unknown), product, explicit_content; "
        "`user-read-email`: email (null: accounts have none)",
    ),
    Operation("GET", "/users/{id}", me.person),
    Operation("GET", "/me/top/artists", me.top_artists, ("user-top-read",)),
    Operation("GET", "/me/top/tracks", me.top_tracks, ("user-top-read",)),
    *_library("albums", library.saved_albums, ItemKind.ALBUM),
    *_library("tracks", library.saved_tracks, ItemKind.TRACK, library.save_tracks),
    Operation("PUT", "/me/library", library.save_uris, _KEEP, more=_BY_KIND),
    Operation("DELETE", "/me/library", library.unsave_uris, _KEEP, more=_BY_KIND),
    Operation("GET", "/me/library/contains", library.contains_uris, _KEPT, more=_BY_KIND),
    Operation("GET", "/me/following", library.followed, ("user-follow-read",)),
    Operation("PUT", "/me/following", library.follow, ("user-follow-modify",), 204),
    Operation("DELETE", "/me/following", library.unfollow, ("user-follow-modify",), 204),
    Operation("GET", "/me/following/contains", library.follows, ("user-follow-read",)),
)
_PLAYLISTS = (
    Operation("GET", "/me/playlists", playlists.my_playlists, _LISTS, more=_LISTED),
    Operation("POST", "/me/playlists", playlists.create_playlist, _EDIT, 201, more=_AS_IT_IS),
    Operation("GET", "/users/{id}/playlists", playlists.playlists_of),
    Operation(
        "POST", "/users/{id}/playlists", playlists.create_playlist, _EDIT, 201, more=_AS_IT_IS
    ),
    Operation("GET", "/playlists/{id}", playlists.get_playlist, more=_SEEN),
    Operation("PUT", "/playlists/{id}", playlists.change_playlist, _EDIT, more=_AS_IT_IS),
    *_items("tracks"),
    *_items("items"),
    Operation("GET", "/playlists/{id}/images", playlists.get_images, more=_SEEN),
    Operation("PUT", "/playlists/{id}/images", playlists.put_images, ("ugc-image-upload",), 202),
    Operation("PUT", "/playlists/{id}/followers", playlists.follow_playlist, _EDIT),
    Operation("DELETE", "/playlists/{id}/followers", playlists.unfollow_playlist, _EDIT),
    Operation("GET", "/playlists/{id}/followers/contains", playlists.check_followers, more=_SEEN),
)
_PLAYER = (
    Operation("GET", "/me/player", empty.no_playback, _STATE, 204, _LATER),
    _command("PUT", ""),
    Operation("GET", "/me/player/devices", empty.devices, _STATE, state=_LATER),
    Operation("GET", "/me/player/currently-playing", empty.no_playback, _PLAYING, 204, _LATER),
    _command("PUT", "/play"),
    _command("PUT", "/pause"),
    _command("POST", "/next"),
    _command("POST", "/previous"),
    _command("PUT", "/seek"),
    _command("PUT", "/repeat"),
    _command("PUT", "/volume"),
    _command("PUT", "/shuffle"),
    Operation(
        "GET", "/me/player/recently-played", me.recently_played, ("user-read-recently-played",)
    ),
    Operation("GET", "/me/player/queue", empty.queue, (*_PLAYING, *_STATE), state=_LATER),
    _command("POST", "/queue"),
)
_SPOKEN = (
    Operation("GET", "/shows/{id}", empty.one, _POSITION, state=_EMPTY),
    Operation("GET", "/shows", empty.shows, state=_EMPTY),
    Operation("GET", "/shows/{id}/episodes", empty.one, _POSITION, state=_EMPTY),
    *_no_library("shows"),
    Operation("GET", "/episodes/{id}", empty.one, _POSITION, state=_EMPTY),
    Operation("GET", "/episodes", empty.episodes, _POSITION, state=_EMPTY),
    *_no_library("episodes"),
    Operation("GET", "/audiobooks/{id}", empty.one, state=_EMPTY),
    Operation("GET", "/audiobooks", empty.audiobooks, state=_EMPTY),
    Operation("GET", "/audiobooks/{id}/chapters", empty.one, state=_EMPTY),
    *_no_library("audiobooks"),
    Operation("GET", "/chapters/{id}", empty.one, state=_EMPTY),
    Operation("GET", "/chapters", empty.chapters, state=_EMPTY),
)
OPERATIONS: tuple[Operation, ...] = (*_MUSIC, *_LISTENER, *_PLAYLISTS, *_PLAYER, *_SPOKEN)
