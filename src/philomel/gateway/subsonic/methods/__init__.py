"""Every method of OpenSubsonic: what answers it, and how far it goes."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import Enum

from philomel.gateway.subsonic.call import Call, Given
from philomel.gateway.subsonic.errors import GENERIC, NOT_ALLOWED, Failure
from philomel.gateway.subsonic.methods import (
    annotation,
    browsing,
    information,
    lists,
    lyrics,
    media,
    people,
    playlists,
    queues,
    radio,
    shares,
    system,
    transcoding,
)

Answer = Callable[[Call], Awaitable[Mapping[str, object]]]
Opener = Callable[[Call], Awaitable[Given]]


class Group(Enum):
    SYSTEM = "System"
    BROWSING = "Browsing"
    LISTS = "Lists"
    SEARCHING = "Searching"
    PLAYLISTS = "Playlists"
    MEDIA = "Media retrieval"
    ANNOTATION = "Media annotation"
    SHARING = "Sharing"
    PODCAST = "Podcasts"
    JUKEBOX = "Jukebox"
    RADIO = "Internet radio"
    CHAT = "Chat"
    USERS = "Users"
    BOOKMARKS = "Bookmarks and queues"
    SCANNING = "Scanning"
    TRANSCODING = "Transcoding"


class Status(Enum):
    FULL = "full"
    EMPTY = "empty"
    """An honest answer about something that this server never has."""
    LATER = "later"
    """Fails with code 0 until there is such a thing here."""
    NEVER = "never"
    """Fails with code 50: there will be no such thing here."""


@dataclass(frozen=True)
class Method:
    """Attributes:
    note: for the reference page; empty if there is nothing to say.
    answer: gives the answer's content; None if bytes are the answer.
    opens: finds bytes.
    open_to_all: asks for no credentials.
    """

    name: str
    group: Group
    status: Status = Status.FULL
    note: str = ""
    answer: Answer | None = None
    opens: Opener | None = None
    open_to_all: bool = False

    async def open(self, call: Call) -> Given:
        """The bytes that are the answer of a method without `answer`."""
        if self.opens is None:
            raise Failure(GENERIC, "this method has no answer")
        return await self.opens(call)


async def _not_yet(_call: Call) -> Mapping[str, object]:
    raise Failure(GENERIC, "not available on this server yet")


async def _no_jukebox(_call: Call) -> Mapping[str, object]:
    raise Failure(NOT_ALLOWED, "this server plays nothing by itself")


def _later(name: str, group: Group, note: str = "") -> Method:
    return Method(name, group, Status.LATER, note, _not_yet)


_G = Group
ALL: tuple[Method, ...] = (
    Method("ping", _G.SYSTEM, answer=system.ping),
    Method("getLicense", _G.SYSTEM, note="Always valid.", answer=system.get_license),
    Method(
        "getOpenSubsonicExtensions",
        _G.SYSTEM,
        note="Needs no credentials.",
        answer=system.get_extensions,
        open_to_all=True,
    ),
    Method("tokenInfo", _G.SYSTEM, answer=system.token_info),
    Method("getMusicFolders", _G.BROWSING, answer=browsing.get_music_folders),
    Method("getIndexes", _G.BROWSING, note="Artists are folders.", answer=browsing.get_indexes),
    Method(
        "getMusicDirectory",
        _G.BROWSING,
        note="Artists hold their albums, albums their songs.",
        answer=browsing.get_music_directory,
    ),
    Method("getGenres", _G.BROWSING, answer=browsing.get_genres),
    Method("getArtists", _G.BROWSING, answer=browsing.get_artists),
    Method("getArtist", _G.BROWSING, answer=browsing.get_artist),
    Method("getAlbum", _G.BROWSING, answer=browsing.get_album),
    Method("getSong", _G.BROWSING, answer=browsing.get_song),
    Method("getVideos", _G.BROWSING, Status.EMPTY, "There are no videos.", media.get_videos),
    Method(
        "getVideoInfo",
        _G.BROWSING,
        Status.EMPTY,
        "No video is found: code 70.",
        media.get_video_info,
    ),
    Method(
        "getArtistInfo",
        _G.BROWSING,
        note="Biography from enrichment; similar artists by common tracks and genres.",
        answer=information.get_artist_info,
    ),
    Method(
        "getArtistInfo2",
        _G.BROWSING,
        note="As `getArtistInfo`.",
        answer=information.get_artist_info2,
    ),
    Method(
        "getAlbumInfo",
        _G.BROWSING,
        note="Pictures and ids; the notes are empty.",
        answer=information.get_album_info,
    ),
    Method(
        "getAlbumInfo2", _G.BROWSING, note="As `getAlbumInfo`.", answer=information.get_album_info
    ),
    Method(
        "getSimilarSongs",
        _G.BROWSING,
        note="By artists and genres, by chance.",
        answer=information.get_similar_songs,
    ),
    Method(
        "getSimilarSongs2",
        _G.BROWSING,
        note="As `getSimilarSongs`.",
        answer=information.get_similar_songs2,
    ),
    Method(
        "getTopSongs",
        _G.BROWSING,
        note="What all listeners play most; by `artist`, or by `id`.",
        answer=information.get_top_songs,
    ),
    _later("getSonicSimilarTracks", _G.BROWSING, "Not advertised: songs are not compared yet."),
    _later("findSonicPath", _G.BROWSING, "Not advertised: songs are not compared yet."),
    Method("getAlbumList", _G.LISTS, answer=lists.get_album_list),
    Method("getAlbumList2", _G.LISTS, answer=lists.get_album_list2),
    Method("getRandomSongs", _G.LISTS, answer=lists.get_random_songs),
    Method("getSongsByGenre", _G.LISTS, answer=lists.get_songs_by_genre),
    Method("getNowPlaying", _G.LISTS, answer=lists.get_now_playing),
    Method("getStarred", _G.LISTS, answer=lists.get_starred),
    Method("getStarred2", _G.LISTS, answer=lists.get_starred2),
    Method("search", _G.SEARCHING, note="Songs only, without `newerThan`.", answer=lists.search),
    Method("search2", _G.SEARCHING, answer=lists.search2),
    Method(
        "search3",
        _G.SEARCHING,
        note="An empty query pages through everything.",
        answer=lists.search3,
    ),
    Method(
        "getPlaylists",
        _G.PLAYLISTS,
        note="One's own and followed ones.",
        answer=playlists.get_playlists,
    ),
    Method("getPlaylist", _G.PLAYLISTS, answer=playlists.get_playlist),
    Method("createPlaylist", _G.PLAYLISTS, answer=playlists.create_playlist),
    Method("updatePlaylist", _G.PLAYLISTS, answer=playlists.update_playlist),
    Method("deletePlaylist", _G.PLAYLISTS, answer=playlists.delete_playlist),
    Method("stream", _G.MEDIA, opens=media.stream),
    Method("download", _G.MEDIA, opens=media.download),
    Method(
        "hls.m3u8",
        _G.MEDIA,
        note="Leads to the playlist of the ladder; one `bitRate` picks an AAC rung.",
        opens=transcoding.hls,
    ),
    Method(
        "getCaptions",
        _G.MEDIA,
        Status.EMPTY,
        "No captions are found: code 70.",
        opens=media.get_captions,
    ),
    Method("getCoverArt", _G.MEDIA, opens=media.get_cover_art),
    Method("getLyrics", _G.MEDIA, answer=lyrics.get_lyrics),
    Method("getLyricsBySongId", _G.MEDIA, answer=lyrics.get_lyrics_by_song_id),
    Method("getAvatar", _G.MEDIA, note="A picture drawn from the name.", opens=people.get_avatar),
    Method("star", _G.ANNOTATION, answer=annotation.star),
    Method("unstar", _G.ANNOTATION, answer=annotation.unstar),
    Method("setRating", _G.ANNOTATION, answer=annotation.set_rating),
    Method("scrobble", _G.ANNOTATION, answer=annotation.scrobble),
    Method(
        "reportPlayback",
        _G.ANNOTATION,
        note="Half of the song or four minutes of it, heard, are one play.",
        answer=annotation.report_playback,
    ),
    Method(
        "getShares",
        _G.SHARING,
        note="One's own; see [Shares](../guide/shares.md).",
        answer=shares.get_shares,
    ),
    Method("createShare", _G.SHARING, answer=shares.create_share),
    Method("updateShare", _G.SHARING, answer=shares.update_share),
    Method("deleteShare", _G.SHARING, answer=shares.delete_share),
    _later("getPodcasts", _G.PODCAST),
    _later("getNewestPodcasts", _G.PODCAST),
    _later("getPodcastEpisode", _G.PODCAST),
    _later("refreshPodcasts", _G.PODCAST),
    _later("createPodcastChannel", _G.PODCAST),
    _later("deletePodcastChannel", _G.PODCAST),
    _later("deletePodcastEpisode", _G.PODCAST),
    _later("downloadPodcastEpisode", _G.PODCAST),
    Method(
        "jukeboxControl",
        _G.JUKEBOX,
        Status.NEVER,
        "The server itself plays nothing.",
        _no_jukebox,
    ),
    Method(
        "getInternetRadioStations",
        _G.RADIO,
        note="`streamUrl` leads through this server; see [Radio](../guide/radio.md).",
        answer=radio.get_internet_radio_stations,
    ),
    Method(
        "createInternetRadioStation",
        _G.RADIO,
        note="Administrators only.",
        answer=radio.create_internet_radio_station,
    ),
    Method(
        "updateInternetRadioStation",
        _G.RADIO,
        note="Administrators only.",
        answer=radio.update_internet_radio_station,
    ),
    Method(
        "deleteInternetRadioStation",
        _G.RADIO,
        note="Administrators only.",
        answer=radio.delete_internet_radio_station,
    ),
    _later("getChatMessages", _G.CHAT),
    _later("addChatMessage", _G.CHAT),
    Method("getUser", _G.USERS, note="Others are for administrators.", answer=people.get_user),
    Method(
        "getUsers",
        _G.USERS,
        note="All for administrators, their own for others.",
        answer=people.get_users,
    ),
    Method(
        "createUser", _G.USERS, note="Administrators make listeners.", answer=people.create_user
    ),
    Method(
        "updateUser",
        _G.USERS,
        note="Restricted folders of a listener, by administrators; no passwords.",
        answer=people.update_user,
    ),
    Method(
        "deleteUser", _G.USERS, note="A listener, by administrators.", answer=people.delete_user
    ),
    Method(
        "changePassword",
        _G.USERS,
        Status.NEVER,
        "Passwords are changed on the server's own pages: a player's is not worth an account.",
        people.change_password,
    ),
    Method("getBookmarks", _G.BOOKMARKS, answer=queues.get_bookmarks),
    Method("createBookmark", _G.BOOKMARKS, answer=queues.create_bookmark),
    Method("deleteBookmark", _G.BOOKMARKS, answer=queues.delete_bookmark),
    Method("getPlayQueue", _G.BOOKMARKS, answer=queues.get_play_queue),
    Method("savePlayQueue", _G.BOOKMARKS, answer=queues.save_play_queue),
    Method("getPlayQueueByIndex", _G.BOOKMARKS, answer=queues.get_play_queue_by_index),
    Method("savePlayQueueByIndex", _G.BOOKMARKS, answer=queues.save_play_queue_by_index),
    Method("getScanStatus", _G.SCANNING, answer=system.get_scan_status),
    Method("startScan", _G.SCANNING, note="Administrators only.", answer=system.start_scan),
    Method("getTranscodeDecision", _G.TRANSCODING, answer=transcoding.get_transcode_decision),
    Method("getTranscodeStream", _G.TRANSCODING, opens=transcoding.get_transcode_stream),
)

METHODS: Mapping[str, Method] = {method.name: method for method in ALL}
_OTHER_NAMES = {"hls": "hls.m3u8"}
"""As some players call them."""


def method_of(path: str) -> Method | None:
    """The method at a path below `/rest`, with or without `.view`."""
    name = path.strip("/").removesuffix(".view")
    return METHODS.get(_OTHER_NAMES.get(name, name))
