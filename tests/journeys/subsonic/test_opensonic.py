"""py-opensonic: every method, once at least."""

import inspect
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from libopensonic import AsyncConnection, errors
from tests.clients.recording import Check, Run, client
from tests.journeys.subsonic.named import NOT_YET, PASSWORD
from tests.journeys.subsonic.place import Facts, Place, Web, soon

EXCLUDED: Mapping[str, str] = {
    "update_share": "sends a form that its own HTTP client refuses",
    "get_music_folders": "reads the names in the answer as if they were the folders",
}
LATER: Mapping[str, tuple[object, ...]] = {
    "add_chat_message": ("x",),
    "create_podcast_channel": ("http://x",),
    "delete_podcast_channel": ("x",),
    "delete_podcast_episode": ("x",),
    "download_podcast_episode": ("x",),
    "find_sonic_path": ("x", "y"),
    "get_chat_messages": (),
    "get_newest_podcasts": (),
    "get_podcast_episode": ("x",),
    "get_podcasts": (),
    "get_sonic_similar_tracks": ("x",),
    "refresh_podcasts": (),
}
"""What is not here yet, with what it wants to be given."""


@dataclass
class Stage:
    ran: Run
    player: AsyncConnection
    place: Place
    web: Web
    facts: Facts
    music: Path
    called: set[str] = field(default_factory=set)

    @asynccontextmanager
    async def does(
        self, method: str, *given: object, **named: object
    ) -> AsyncIterator[tuple[Check, Any]]:
        self.called.add(method)
        with self.ran.call(endpoint(method)) as check:
            yield check, await getattr(self.player, method)(*given, **named)

    async def refused(self, kind: type[Exception], said: str, method: str, *given: object) -> None:
        self.called.add(method)
        with self.ran.call(endpoint(method)) as check:
            with pytest.raises(kind) as refused:
                await getattr(self.player, method)(*given)
            check.that(said in str(refused.value), str(refused.value))


def endpoint(method: str) -> str:
    name = re.sub(r"_([a-z])", lambda match: match[1].upper(), method)
    return f"/rest/{'hls.m3u8' if name == 'hls' else name}"


def ids(found: Any) -> list[str]:
    return [one.id for one in found or ()]


async def test_py_opensonic(place: Place, web: Web, facts: Facts, wesnoth: Path) -> None:
    address, _, port = place.shape.url.rpartition(":")
    player = AsyncConnection(address, "anna", place.anna["p"], port=int(port))
    with client("py-opensonic", version("py-opensonic"), place.journal) as ran:
        for method, why in EXCLUDED.items():
            ran.unable(endpoint(method), why)
        stage = Stage(ran, player, place, web, facts, wesnoth)
        await browse(stage)
        await list_(stage)
        await like(stage)
        await keep(stage)
        await share(stage)
        await hear(stage)
        await administer(stage)
        for method, given in LATER.items():
            await stage.refused(errors.SonicError, NOT_YET, method, *given)
        await player.cleanup()
        key = place.shape.operator.done("app-password", "add", "anna", "key")["api_key"]
        stage.player = AsyncConnection(address, api_key=key, port=int(port))
        async with stage.does("token_info") as (check, found):
            check.equal(found.username, "anna")
        await stage.player.cleanup()
    public = {
        name
        for name, value in vars(AsyncConnection).items()
        if not name.startswith("_") and inspect.iscoroutinefunction(value)
    }
    assert public - stage.called == {*EXCLUDED, "cleanup"}


async def browse(stage: Stage) -> None:
    facts, song, album, artist = (
        stage.facts, stage.facts.song, stage.facts.album, stage.facts.artist,
    )  # fmt: skip
    async with stage.does("ping") as (check, found):
        check.equal(found, True)
    async with stage.does("get_license") as (check, found):
        check.equal(found["license"]["valid"], True)
    async with stage.does("get_open_subsonic_extensions") as (check, found):
        check.that({"formPost", "transcoding"} <= {one.name for one in found}, found)
    async with stage.does("get_indexes") as (check, found):
        names = {one.id: one.name for letter in found.index for one in letter.artist}
        check.equal(names[artist["id"]], artist["name"])
    async with stage.does("get_artists") as (check, found):
        names = {one.id: one.name for letter in found.index for one in letter.artist}
        check.equal(names[artist["id"]], artist["name"])
    async with stage.does("get_genres") as (check, found):
        seeds = stage.web.get("/v1/recommendations/available-genre-seeds")["genres"]
        check.equal({one.value for one in found}, set(seeds))
    async with stage.does("get_music_directory", album["id"]) as (check, found):
        check.equal(ids(found.child), facts.tracks)
    async with stage.does("get_artist", artist["id"]) as (check, found):
        check.equal(found.name, artist["name"])
        check.that(album["id"] in ids(found.album), found)
    async with stage.does("get_album", album["id"]) as (check, found):
        check.equal((found.name, ids(found.song)), (album["name"], facts.tracks))
    async with stage.does("get_song", song["id"]) as (check, found):
        check.equal((found.title, found.album_id), (song["name"], album["id"]))
        check.equal(found.duration, round(song["duration_ms"] / 1000))
    for method in ("get_artist_info", "get_artist_info2"):
        async with stage.does(method, artist["id"]) as (check, found):
            check.equal(found.biography, "")
    for method in ("get_album_info", "get_album_info2"):
        async with stage.does(method, album["id"]) as (check, found):
            check.equal(found.notes, "")
    for method in ("get_similar_songs", "get_similar_songs2"):
        async with stage.does(method, song["id"], 5) as (check, found):
            check.that(found and set(ids(found)) < set(facts.everything) - {song["id"]}, found)
    async with stage.does("get_videos") as (check, found):
        check.equal(found["videos"], {"video": []})
    async with stage.does("get_lyrics") as (check, found):
        check.equal(found.value, "")
    async with stage.does("get_lyrics_by_song_id", song["id"]) as (check, found):
        check.equal(found, [])


async def list_(stage: Stage) -> None:
    facts, song = stage.facts, stage.facts.song
    for method in ("get_album_list", "get_album_list2"):
        async with stage.does(method, "newest", 500) as (check, found):
            check.equal(set(ids(found)), set(facts.albums))
    async with stage.does("get_random_songs", 500) as (check, found):
        check.equal(set(ids(found)), set(facts.everything))
    async with stage.does("get_songs_by_genre", facts.genre, 500) as (check, found):
        check.that(song["id"] in ids(found), found)
    there = stage.web.get("/v1/search", q=song["name"], type="track", limit=20)["tracks"]["items"]
    for method in ("search2", "search3"):
        async with stage.does(method, song["name"]) as (check, found):
            check.that(song["id"] in ids(found.song) and there, found)


async def like(stage: Stage) -> None:
    facts, web = stage.facts, stage.web
    song, album, artist = facts.song["id"], facts.album["id"], facts.artist["id"]
    async with stage.does("star", [song], [album], [artist]) as (check, _):
        check.equal(web.liked(), ({song}, {album}, {artist}))
    web.tell("PUT", "/v1/me/tracks", ids=facts.everything[-1])
    for method in ("get_starred", "get_starred2"):
        async with stage.does(method) as (check, found):
            check.equal(set(ids(found.song)), {song, facts.everything[-1]})
            check.equal((ids(found.album), ids(found.artist)), ([album], [artist]))
    async with stage.does("unstar", [song], [album], [artist]) as (check, _):
        check.equal(web.liked(), ({facts.everything[-1]}, set(), set()))
    async with stage.does("set_rating", song, 5) as (check, _):
        check.equal(stage.place.done("getSong", id=song)["song"]["userRating"], 5)
    before = len(web.played())
    async with stage.does("scrobble", song) as (check, _):
        check.that(soon(lambda: len(web.played()) == before + 1))
        check.equal(web.played()[0], song)
    async with stage.does("get_top_songs", facts.artist["name"]) as (check, found):
        check.that(song in ids(found), found)
    async with stage.does("report_playback", song, "song", 1_000, "playing") as (check, _):
        playing = stage.place.done("getNowPlaying")["nowPlaying"]["entry"]
        check.that(song in {one["id"] for one in playing}, playing)
    async with stage.does("get_now_playing") as (check, found):
        check.that(song in ids(found), found)


async def keep(stage: Stage) -> None:
    """Playlists, bookmarks and queues."""
    web = stage.web
    one, two, three = stage.facts.everything[:3]
    theirs = web.new_playlist("made there", [one, two, one])
    async with stage.does("get_playlists") as (check, found):
        check.equal([(row.id, row.song_count) for row in found], [(theirs, 3)])
    async with stage.does("get_playlist", theirs) as (check, found):
        check.equal(ids(found.entry), [one, two, one])
    async with stage.does("create_playlist", name="made here", song_ids=[one]) as (check, _):
        mine = next(id_ for id_, name in web.playlists().items() if name == "made here")
        check.equal(web.playlist(mine), [one])
    async with stage.does("update_playlist", mine, name="other", song_ids_to_add=[three]) as (
        check,
        _,
    ):
        check.equal((web.playlists()[mine], web.playlist(mine)), ("other", [one, three]))
    async with stage.does("delete_playlist", mine) as (check, _):
        check.equal(set(web.playlists()), {theirs})
    async with stage.does("save_play_queue", [one, two], two, 7) as (check, _):
        kept = stage.place.done("getPlayQueueByIndex")["playQueueByIndex"]
        check.equal((kept["currentIndex"], kept["position"]), (1, 7))
    async with stage.does("get_play_queue") as (check, found):
        check.equal((ids(found.entry), found.current), ([one, two], two))
    async with stage.does("save_play_queue_by_index", [one, one], 1, 8) as (check, _):
        kept = stage.place.done("getPlayQueue")["playQueue"]
        check.equal([entry["id"] for entry in kept["entry"]], [one, one])
    async with stage.does("get_play_queue_by_index") as (check, found):
        check.equal((found.current_index, found.position), (1, 8))
    async with stage.does("create_bookmark", one, 9, "note") as (check, _):
        (mark,) = stage.place.done("getBookmarks")["bookmarks"]["bookmark"]
        check.equal((mark["entry"]["id"], mark["comment"]), (one, "note"))
    async with stage.does("get_bookmarks") as (check, found):
        check.equal([(mark.entry.id, mark.position) for mark in found], [(one, 9)])
    async with stage.does("delete_bookmark", one) as (check, _):
        check.equal(stage.place.done("getBookmarks")["bookmarks"]["bookmark"], [])


async def share(stage: Stage) -> None:
    one = stage.facts.everything[0]
    async with stage.does("create_share", [one], "hear this") as (check, made):
        check.that("hear this" in stage.place.http.get(made.url).text)
    async with stage.does("get_shares") as (check, found):
        check.equal([(each.id, each.visit_count) for each in found], [(made.id, 1)])
    async with stage.does("delete_share", made.id) as (check, _):
        check.equal(stage.place.http.get(made.url).status_code, 410)
    radio = "https://radio.example/jazz"
    async with stage.does("create_internet_radio_station", radio, "Jazz") as (check, _):
        check.equal(stage.web.stations(), {"Jazz": radio})
    async with stage.does("get_internet_radio_stations") as (check, found):
        (station,) = found
        check.that(station.stream_url.startswith(stage.place.shape.url + "/media/radio/"), station)
    async with stage.does(
        "update_internet_radio_station", station.id, station.stream_url, "Other"
    ) as (check, _):
        check.equal(stage.web.stations(), {"Other": radio})
    async with stage.does("delete_internet_radio_station", station.id) as (check, _):
        check.equal(stage.web.stations(), {})


async def hear(stage: Stage) -> None:
    song = stage.place.done("getSong", id=stage.facts.song["id"])["song"]
    id_, original = song["id"], (stage.music / Path(song["path"]).name).read_bytes()
    for method in ("download", "stream"):
        async with stage.does(method, id_) as (check, answer):
            check.that(await answer.read() == original)
    for method, given in (("get_cover_art", id_), ("get_avatar", "anna")):
        async with stage.does(method, given) as (check, answer):
            check.that((await answer.read()).startswith((b"\xff\xd8\xff", b"\x89PNG")))
    profile = {"container": "ogg", "audioCodec": "opus", "protocol": "http"}
    told = {"name": "x", "platform": "y", "transcodingProfiles": [profile]}
    async with stage.does("get_transcode_decision", id_, "song", told) as (check, decision):
        check.equal((decision.can_direct_play, decision.can_transcode), (False, True))
    async with stage.does("get_transcode_stream", id_, "song", decision.transcode_params) as (
        check,
        answer,
    ):
        check.that((await answer.read()).startswith(b"OggS"))
    async with stage.does("hls", id_) as (check, answer):
        check.that((await answer.read()).startswith(b"#EXTM3U"))
    for method in ("get_captions", "get_video_info"):
        await stage.refused(errors.DataNotFoundError, "", method, "1")
    await stage.refused(errors.AuthError, "", "jukebox_control", "start")


async def administer(stage: Stage) -> None:
    async with stage.does("create_user", "dora", PASSWORD, "dora@example.org") as (check, _):
        people = stage.web.get("/api/philomel/v1/users")["items"]
        check.that("dora" in {one["name"] for one in people}, people)
    async with stage.does("get_user", "dora") as (check, found):
        check.equal((found.username, found.admin_role), ("dora", False))
    async with stage.does("get_users") as (check, found):
        check.equal({one.username for one in found}, {"anna", "bert", "dora"})
    async with stage.does("update_user", "dora") as (check, found):
        check.equal(found, True)
    # A player's password is not worth an account: the service refuses whatever the door lets by.
    await stage.refused(errors.AuthError, "own page", "change_password", "dora", "a third password")
    async with stage.does("delete_user", "dora") as (check, _):
        people = stage.web.get("/api/philomel/v1/users")["items"]
        check.that("dora" not in {one["name"] for one in people}, people)
    async with stage.does("start_scan") as (check, found):
        check.that(isinstance(found.scanning, bool), found)
    async with stage.does("get_scan_status") as (check, found):
        check.equal(found.count, len(stage.facts.everything))
