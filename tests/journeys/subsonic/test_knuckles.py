"""knuckles: every method that its own models do not stop."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import knuckles
import pytest
from tests.clients.recording import Check, Run, client
from tests.journeys.subsonic.named import NOT_YET
from tests.journeys.subsonic.place import Facts, Place, Web, soon

ERRORS = (
    knuckles.exceptions.ErrorCode0,
    knuckles.exceptions.ErrorCode50,
    knuckles.exceptions.ErrorCode70,
)
UNABLE: Mapping[str, str] = {
    "getOpenSubsonicExtensions": "takes the list of extensions for a mapping",
    "getIndexes": "its index does not know `lastModified`, which every server must send",
    "getInternetRadioStations": "its stations do not know `homePageUrl`, as the protocol calls it",
    "getLyrics": "its lyrics must have an artist and a title, which the protocol leaves open",
    "getPlaylists": "its playlists refuse the field `readonly`, which is newer than they are",
    "getPlaylist": "as getPlaylists",
    "createPlaylist": "as getPlaylists",
    "updatePlaylist": "as getPlaylists",
    "deletePlaylist": "as getPlaylists",
    "getUser": "its users have no field that is named as the protocol names them",
    "getUsers": "as getUser",
    "createUser": "as getUser",
    "updateUser": "as getUser",
    "deleteUser": "as getUser",
}


@dataclass(frozen=True)
class Stage:
    ran: Run
    player: knuckles.Subsonic
    place: Place
    web: Web
    facts: Facts

    @contextmanager
    def does(
        self, endpoints: str, method: str, *given: object, **named: object
    ) -> Iterator[tuple[Check, Any]]:
        group, _, name = method.partition(".")
        with self.ran.call(*(f"/rest/{each}" for each in endpoints.split())) as check:
            yield check, getattr(getattr(self.player, group), name)(*given, **named)

    def refused(self, endpoint: str, said: str, method: str, *given: object) -> None:
        group, _, name = method.partition(".")
        with self.ran.call(f"/rest/{endpoint}") as check:
            with pytest.raises(ERRORS) as refused:
                getattr(getattr(self.player, group), name)(*given)
            check.that(said in str(refused.value), str(refused.value))


def ids(found: Any) -> list[str]:
    return [one.id for one in found or ()]


def test_knuckles(place: Place, web: Web, facts: Facts, tmp_path: Path, wesnoth: Path) -> None:
    player = knuckles.Subsonic(place.shape.url, "anna", place.anna["p"], "journey", use_https=False)
    with client("knuckles", version("knuckles"), place.journal) as ran:
        for name, why in UNABLE.items():
            ran.unable(f"/rest/{name}", why)
        stage = Stage(ran, player, place, web, facts)
        browse(stage)
        list_(stage)
        like(stage)
        keep(stage)
        hear(stage, tmp_path, wesnoth)
        refuse(stage)


def browse(stage: Stage) -> None:
    facts, song, album, artist = (
        stage.facts, stage.facts.song, stage.facts.album, stage.facts.artist,
    )  # fmt: skip
    with stage.does("ping", "system.ping") as (check, found):
        check.equal((found.status, found.open_subsonic), ("ok", True))
    with stage.does("getLicense", "system.get_license") as (check, found):
        check.equal(found.valid, True)
    (library,) = stage.web.get("/api/philomel/v1/libraries")["items"]
    with stage.does("getMusicFolders", "browsing.get_music_folders") as (check, found):
        check.equal([one.name for one in found], [library["name"]])
    with stage.does("getArtists", "browsing.get_artists") as (check, found):
        check.equal({one.id: one.name for one in found}[artist["id"]], artist["name"])
    with stage.does("getMusicDirectory", "browsing.get_music_directory", album["id"]) as (
        check,
        found,
    ):
        check.equal(ids(found.songs), facts.tracks)
    with stage.does("getGenres", "browsing.get_genres") as (check, found):
        seeds = stage.web.get("/v1/recommendations/available-genre-seeds")["genres"]
        check.equal({one.value for one in found}, set(seeds))
    with stage.does("getArtist", "browsing.get_artist", artist["id"]) as (check, found):
        check.equal(found.name, artist["name"])
        check.that(album["id"] in ids(found.albums), found)
    with stage.does("getAlbum", "browsing.get_album", album["id"]) as (check, found):
        check.equal((found.name, ids(found.songs)), (album["name"], facts.tracks))
    with stage.does("getSong", "browsing.get_song", song["id"]) as (check, found):
        check.equal(
            (found.title, found.duration), (song["name"], round(song["duration_ms"] / 1000))
        )
    for endpoint, method, id_, field in (
        ("getArtistInfo", "get_artist_info_non_id3", artist["id"], "biography"),
        ("getArtistInfo2", "get_artist_info", artist["id"], "biography"),
        ("getAlbumInfo", "get_album_info_non_id3", album["id"], "notes"),
        ("getAlbumInfo2", "get_album_info", album["id"], "notes"),
    ):
        with stage.does(endpoint, f"browsing.{method}", id_) as (check, found):
            check.equal(getattr(found, field), "")
    for endpoint, method in (
        ("getSimilarSongs", "get_similar_songs_non_id3"),
        ("getSimilarSongs2", "get_similar_songs"),
    ):
        with stage.does(endpoint, f"browsing.{method}", artist["id"], 5) as (check, found):
            check.that(found and set(ids(found)) <= set(facts.everything), found)
    with stage.does("getVideos", "browsing.get_videos") as (check, found):
        check.equal(list(found), [])
    stage.refused("getVideoInfo", "not found", "browsing.get_video_info", song["id"])


def list_(stage: Stage) -> None:
    facts, song = stage.facts, stage.facts.song
    for endpoint, tail in (("getAlbumList", "_non_id3"), ("getAlbumList2", "")):
        for order in ("alphabetical_by_artist", "alphabetical_by_name", "newest", "random"):
            with stage.does(endpoint, f"lists.get_album_list_{order}{tail}", 500) as (check, found):
                check.equal(set(ids(found)), set(facts.albums))
        with stage.does(endpoint, f"lists.get_album_list_starred{tail}") as (check, found):
            check.equal(ids(found), [])
        year = int(facts.album["release_date"][:4])
        with stage.does(endpoint, f"lists.get_album_list_by_year{tail}", year, year, 500) as (
            check,
            found,
        ):
            check.that(facts.album["id"] in ids(found), found)
    with stage.does("getRandomSongs", "lists.get_random_songs", 500) as (check, found):
        check.equal(set(ids(found)), set(facts.everything))
    with stage.does("getSongsByGenre", "lists.get_songs_by_genre", facts.genre, 500) as (
        check,
        found,
    ):
        check.that(song["id"] in ids(found), found)
    there = stage.web.get("/v1/search", q=song["name"], type="track", limit=20)["tracks"]["items"]
    for endpoint, method in (("search2", "search_non_id3"), ("search3", "search")):
        with stage.does(endpoint, f"searching.{method}", song["name"]) as (check, found):
            check.that(song["id"] in ids(found.songs) and there, found)


def like(stage: Stage) -> None:
    facts, web = stage.facts, stage.web
    song, album, artist = facts.song["id"], facts.album["id"], facts.artist["id"]
    for method, id_, wanted in (
        ("song", song, ({song}, set[str](), set[str]())),
        ("album", album, ({song}, {album}, set[str]())),
        ("artist", artist, ({song}, {album}, {artist})),
    ):
        with stage.does("star", f"media_annotation.star_{method}", id_) as (check, _):
            check.equal(web.liked(), wanted)
    for endpoint, method in (("getStarred", "get_starred_non_id3"), ("getStarred2", "get_starred")):
        with stage.does(endpoint, f"lists.{method}") as (check, found):
            check.equal((ids(found.songs), ids(found.artists)), ([song], [artist]))
    with stage.does("unstar", "media_annotation.unstar_song", song) as (check, _):
        check.equal(web.liked(), (set(), {album}, {artist}))
    with stage.does("setRating", "media_annotation.set_rating", song, 2) as (check, _):
        check.equal(stage.place.done("getSong", id=song)["song"]["userRating"], 2)
    with stage.does("setRating", "media_annotation.remove_rating", song) as (check, _):
        check.that("userRating" not in stage.place.done("getSong", id=song)["song"])
    before, at = len(web.played()), datetime.now(UTC)
    with stage.does("scrobble", "media_annotation.scrobble", [song], [at]) as (check, _):
        check.that(soon(lambda: len(web.played()) == before + 1))
    with stage.does("getTopSongs", "browsing.get_top_songs", facts.artist["name"], 5) as (
        check,
        found,
    ):
        check.that(song in ids(found), found)


def keep(stage: Stage) -> None:
    """Bookmarks, queues, shares and stations."""
    one, two = stage.facts.everything[:2]
    with stage.does("createBookmark", "bookmarks.create_bookmark", one, 5) as (check, _):
        (mark,) = stage.place.done("getBookmarks")["bookmarks"]["bookmark"]
        check.equal((mark["entry"]["id"], mark["position"]), (one, 5))
    with stage.does("getBookmarks", "bookmarks.get_bookmarks") as (check, found):
        check.equal([(mark.song.id, mark.position) for mark in found], [(one, 5)])
    with stage.does("deleteBookmark", "bookmarks.delete_bookmark", one) as (check, _):
        check.equal(stage.place.done("getBookmarks")["bookmarks"]["bookmark"], [])
    with stage.does("savePlayQueue", "bookmarks.save_play_queue", [one, two], two, 6) as (check, _):
        kept = stage.place.done("getPlayQueueByIndex")["playQueueByIndex"]
        check.equal((kept["currentIndex"], kept["position"]), (1, 6))
    with stage.does("getPlayQueue", "bookmarks.get_play_queue") as (check, found):
        check.equal((ids(found.songs), found.position), ([one, two], 6))
    with stage.does("createShare", "sharing.create_share", [one], "hear this") as (check, made):
        check.that("hear this" in stage.place.http.get(made.url).text)
    with stage.does("getShares", "sharing.get_shares") as (check, found):
        check.equal([(each.id, each.visit_count) for each in found], [(made.id, 1)])
    with stage.does("updateShare", "sharing.update_share", made.id, "or that") as (check, _):
        check.that("or that" in stage.place.http.get(made.url).text)
    with stage.does("deleteShare", "sharing.delete_share", made.id) as (check, _):
        check.equal(stage.place.http.get(made.url).status_code, 410)
    radio, group = "https://radio.example/jazz", "internet_radio"
    method = f"{group}.create_internet_radio_station"
    with stage.does("createInternetRadioStation", method, radio, "Jazz") as (check, _):
        check.equal(stage.web.stations(), {"Jazz": radio})
    listed = stage.place.done("getInternetRadioStations")["internetRadioStations"]
    station = listed["internetRadioStation"][0]["id"]
    method = f"{group}.update_internet_radio_station"
    with stage.does("updateInternetRadioStation", method, station, radio, "Other") as (check, _):
        check.equal(stage.web.stations(), {"Other": radio})
    method = f"{group}.delete_internet_radio_station"
    with stage.does("deleteInternetRadioStation", method, station) as (check, _):
        check.equal(stage.web.stations(), {})
    with stage.does("startScan", "media_library_scanning.start_scan") as (check, found):
        check.that(isinstance(found.scanning, bool), found)
    with stage.does("getScanStatus", "media_library_scanning.get_scan_status") as (check, found):
        check.equal(found.count, len(stage.facts.everything))


def hear(stage: Stage, folder: Path, music: Path) -> None:
    song = stage.place.done("getSong", id=stage.facts.song["id"])["song"]
    original = (music / Path(song["path"]).name).read_bytes()
    for endpoint, is_stream in (("download", False), ("stream", True)):
        saved = folder / f"{endpoint}.ogg"
        with stage.does(
            endpoint, "media_retrieval.download", song["id"], saved, use_stream=is_stream
        ) as (check, found):
            check.that(found.read_bytes() == original)
    for endpoint, method, given in (
        ("getCoverArt", "get_cover_art", song["id"]),
        ("getAvatar", "get_avatar", "anna"),
    ):
        with stage.does(endpoint, f"media_retrieval.{method}", given, folder / method) as (
            check,
            found,
        ):
            check.that(found.read_bytes().startswith((b"\xff\xd8\xff", b"\x89PNG")))


def refuse(stage: Stage) -> None:
    for endpoint, method, given in (
        ("createPodcastChannel", "podcast.create_podcast_channel", "http://x"),
        ("deletePodcastChannel", "podcast.delete_podcast_channel", "x"),
        ("deletePodcastEpisode", "podcast.delete_podcast_episode", "x"),
        ("downloadPodcastEpisode", "podcast.download_podcast_episode", "x"),
        ("getNewestPodcasts", "podcast.get_newest_podcast_episodes", 1),
        ("getPodcasts", "podcast.get_podcast_channels", True),
        ("addChatMessage", "chat.add_chat_message", "x"),
    ):
        stage.refused(endpoint, NOT_YET, method, given)
    stage.refused("refreshPodcasts", NOT_YET, "podcast.refresh_podcasts")
    stage.refused("getChatMessages", NOT_YET, "chat.get_chat_messages")
    stage.refused("jukeboxControl", "plays nothing", "jukebox.start")
    stage.refused("changePassword", "own", "user_management.change_password", "anna", "x y z a b c")
