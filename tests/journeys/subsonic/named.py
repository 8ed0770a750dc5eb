"""One run for the players whose methods are called as the protocol calls them.

Whatever is read is held against the Web API, and whatever is written is looked for there.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tests.clients.recording import Check, Run
from tests.journeys.subsonic.place import Facts, Json, Place, Web, soon

NOT_YET = "not available on this server yet"
PASSWORD = "a long enough password"


class Refused(Exception):
    """The server's answer was a failure."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


class Player(Protocol):
    """A client: JSON for `ask`, bytes for `load`.

    Parameters have the protocol's names, in the order in which the clients take them.

    Attributes:
        searches: has the oldest of the three searches too.
    """

    searches: bool

    def ask(self, method: str, given: Mapping[str, object]) -> Json:
        """Raises: Refused."""
        ...

    def load(self, method: str, given: Mapping[str, object]) -> bytes: ...


@dataclass(frozen=True)
class Stage:
    ran: Run
    player: Player
    place: Place
    web: Web
    facts: Facts
    music: Path

    @contextmanager
    def asked(self, method: str, **given: object) -> Iterator[tuple[Check, Json]]:
        with self.ran.call(f"/rest/{method}") as check:
            yield check, self.player.ask(method, given)

    @contextmanager
    def loaded(self, method: str, **given: object) -> Iterator[tuple[Check, bytes]]:
        with self.ran.call(f"/rest/{method}") as check:
            yield check, self.player.load(method, given)

    def refused(self, method: str, code: int, said: str = "", **given: object) -> None:
        with self.ran.call(f"/rest/{method}") as check:
            try:
                self.player.ask(method, given)
            except Refused as refused:
                check.equal(refused.code, code)
                check.that(said in str(refused), str(refused))
            else:
                raise AssertionError(f"{method} was not refused")


def ids(found: list[Json]) -> list[str]:
    return [each["id"] for each in found]


def browse(stage: Stage) -> None:
    facts, song, album = stage.facts, stage.facts.song, stage.facts.album
    with stage.asked("ping") as (check, told):
        check.equal(told["status"], "ok")
    with stage.asked("getLicense") as (check, told):
        check.equal(told["license"]["valid"], True)
    (library,) = stage.web.get("/api/philomel/v1/libraries")["items"]
    with stage.asked("getMusicFolders") as (check, told):
        (folder,) = told["musicFolders"]["musicFolder"]
        check.equal(folder["name"], library["name"])
    for method, name in (("getIndexes", "indexes"), ("getArtists", "artists")):
        with stage.asked(method) as (check, told):
            listed = [one for letter in told[name]["index"] for one in letter["artist"]]
            names = {one["id"]: one["name"] for one in listed}
            check.equal(names[facts.artist["id"]], facts.artist["name"])
            found = stage.web.get("/v1/artists", ids=",".join(list(names)[:50]))["artists"]
            check.equal([one["name"] for one in found], list(names.values())[:50])
    with stage.asked("getMusicDirectory", id=album["id"]) as (check, told):
        check.equal(ids(told["directory"]["child"]), facts.tracks)
        check.equal(told["directory"]["name"], album["name"])
    with stage.asked("getGenres") as (check, told):
        counts = {one["value"]: one["songCount"] for one in told["genres"]["genre"]}
        seeds = stage.web.get("/v1/recommendations/available-genre-seeds")["genres"]
        check.equal(set(counts), set(seeds))
    with stage.asked("getArtist", id=facts.artist["id"]) as (check, told):
        check.equal(told["artist"]["name"], facts.artist["name"])
        check.that(album["id"] in ids(told["artist"]["album"]), told)
    with stage.asked("getAlbum", id=album["id"]) as (check, told):
        check.equal(told["album"]["name"], album["name"])
        check.equal(ids(told["album"]["song"]), facts.tracks)
    with stage.asked("getSong", id=song["id"]) as (check, told):
        check.equal(told["song"]["title"], song["name"])
        check.equal(told["song"]["year"], int(album["release_date"][:4]))
        check.equal(told["song"]["duration"], round(song["duration_ms"] / 1000))
        check.equal(told["song"]["albumId"], album["id"])
    with stage.asked("getVideos") as (check, told):
        check.equal(told["videos"], {"video": []})
    stage.refused("getVideoInfo", 70, id="1")
    inform(stage)


def inform(stage: Stage) -> None:
    facts, album = stage.facts, stage.facts.album
    for method, name in (("getArtistInfo", "artistInfo"), ("getArtistInfo2", "artistInfo2")):
        with stage.asked(method, id=facts.artist["id"]) as (check, told):
            check.equal(told[name]["biography"], "")
            check.that("similarArtist" in told[name], told)
    for method in ("getAlbumInfo", "getAlbumInfo2"):
        with stage.asked(method, id=album["id"]) as (check, told):
            check.equal(told["albumInfo"]["notes"], "")
    for method, name in (
        ("getSimilarSongs", "similarSongs"),
        ("getSimilarSongs2", "similarSongs2"),
    ):
        with stage.asked(method, id=facts.artist["id"], count=5) as (check, told):
            check.that(0 < len(told[name]["song"]) <= 5, told)
            check.that(set(ids(told[name]["song"])) <= set(facts.everything), told)
    with stage.asked("getLyrics", artist="x", title="y") as (check, told):
        check.equal(told["lyrics"]["value"], "")


def list_(stage: Stage) -> None:
    facts, song, album = stage.facts, stage.facts.song, stage.facts.album
    year = int(album["release_date"][:4])
    wanted: tuple[tuple[dict[str, object], bool], ...] = (
        ({"type": "alphabeticalByName", "size": 500}, True),
        ({"type": "newest", "size": 500}, True),
        ({"type": "random", "size": 500}, True),
        ({"type": "starred", "size": 500}, False),
        ({"type": "byYear", "size": 500, "offset": 0, "fromYear": year, "toYear": year}, False),
    )
    for method, name in (("getAlbumList", "albumList"), ("getAlbumList2", "albumList2")):
        for given, is_all in wanted:
            with stage.asked(method, **given) as (check, told):
                found = set(ids(told[name]["album"]))
                if is_all:
                    check.equal(found, set(facts.albums))
                elif given["type"] == "starred":
                    check.equal(found, set())
                else:
                    check.that(album["id"] in found, found)
    with stage.asked("getRandomSongs", size=500) as (check, told):
        check.equal(set(ids(told["randomSongs"]["song"])), set(facts.everything))
    with stage.asked("getSongsByGenre", genre=facts.genre, count=500) as (check, told):
        found = set(ids(told["songsByGenre"]["song"]))
        check.that(song["id"] in found and found <= set(facts.everything), found)
    if stage.player.searches:
        with stage.asked("search", artist="", album="", title=song["name"]) as (check, told):
            check.that(song["id"] in ids(told["searchResult"]["match"]), told)
    for method, name in (("search2", "searchResult2"), ("search3", "searchResult3")):
        with stage.asked(method, query=song["name"]) as (check, told):
            found_there = stage.web.get("/v1/search", q=song["name"], type="track", limit=20)
            check.that(song["id"] in {one["id"] for one in found_there["tracks"]["items"]})
            check.that(song["id"] in ids(told[name]["song"]), told)
    with stage.asked("search3", query="", artistCount=0, artistOffset=0, albumCount=0,
                     albumOffset=0, songCount=500) as (check, told):  # fmt: skip
        check.equal(set(ids(told["searchResult3"]["song"])), set(facts.everything))


def like(stage: Stage) -> None:
    facts, web = stage.facts, stage.web
    song, album, artist = facts.song["id"], facts.album["id"], facts.artist["id"]
    with stage.asked("star", id=[song], albumId=[album], artistId=[artist]) as (check, _):
        check.equal(web.liked(), ({song}, {album}, {artist}))
    other = facts.everything[-1]
    web.tell("PUT", "/v1/me/tracks", ids=other)
    for method, name in (("getStarred", "starred"), ("getStarred2", "starred2")):
        with stage.asked(method) as (check, told):
            check.equal(set(ids(told[name]["song"])), {song, other})
            check.equal(ids(told[name]["album"]), [album])
            check.equal(ids(told[name]["artist"]), [artist])
    both = [song, other]
    with stage.asked("unstar", id=both, albumId=[album], artistId=[artist]) as (check, _):
        check.equal(web.liked(), (set(), set(), set()))
    with stage.asked("setRating", id=song, rating=4) as (check, _):
        check.equal(stage.place.done("getSong", id=song)["song"]["userRating"], 4)
    before = len(web.played())
    with stage.asked("scrobble", id=song) as (check, _):
        check.that(soon(lambda: web.played()[:1] == [song]), web.played())
        check.equal(len(web.played()), before + 1)
    with stage.asked("getTopSongs", artist=facts.artist["name"]) as (check, told):
        check.that(song in ids(told["topSongs"]["song"]), told)
    with stage.asked("scrobble", id=other, submission=False) as (check, _):
        check.equal(len(web.played()), before + 1)
    with stage.asked("getNowPlaying") as (check, told):
        check.that(other in ids(told["nowPlaying"]["entry"]), told)
        check.equal({one["username"] for one in told["nowPlaying"]["entry"]}, {"anna"})


def keep(stage: Stage) -> None:
    """Playlists, bookmarks, queues and shares."""
    facts, web = stage.facts, stage.web
    one, two, three = facts.everything[:3]
    theirs = web.new_playlist("made there", [one, two, one])
    with stage.asked("getPlaylists") as (check, told):
        rows = told["playlists"]["playlist"]
        check.equal([(row["id"], row["songCount"]) for row in rows], [(theirs, 3)])
    with stage.asked("getPlaylist", id=theirs) as (check, told):
        check.equal(ids(told["playlist"]["entry"]), [one, two, one])
    with stage.asked("createPlaylist", playlistId=None, name="made here",
                     songId=[one, two]) as (check, told):  # fmt: skip
        mine = next(id_ for id_, name in web.playlists().items() if name == "made here")
        check.equal(web.playlist(mine), [one, two])
    with stage.asked("updatePlaylist", playlistId=mine, name="renamed", comment="calm",
                     songIdToAdd=[three], songIndexToRemove=[0]) as (check, _):  # fmt: skip
        check.equal(web.playlist(mine), [two, three])
        check.equal(web.playlists()[mine], "renamed")
        check.equal(web.get(f"/v1/playlists/{mine}")["description"], "calm")
    with stage.asked("deletePlaylist", id=mine) as (check, _):
        check.equal(set(web.playlists()), {theirs})
    with stage.asked("createBookmark", id=one, position=1_234, comment="<here>") as (check, _):
        (mark,) = stage.place.done("getBookmarks")["bookmarks"]["bookmark"]
        check.equal((mark["entry"]["id"], mark["position"]), (one, 1_234))
    stage.place.done("createBookmark", id=two, position=9)
    with stage.asked("getBookmarks") as (check, told):
        marks = {row["entry"]["id"]: row["position"] for row in told["bookmarks"]["bookmark"]}
        check.equal(marks, {one: 1_234, two: 9})
    with stage.asked("deleteBookmark", id=one) as (check, _):
        (mark,) = stage.place.done("getBookmarks")["bookmarks"]["bookmark"]
        check.equal(mark["entry"]["id"], two)
    with stage.asked("savePlayQueue", id=[one, two], current=two, position=5_000) as (check, _):
        queue = stage.place.done("getPlayQueueByIndex")["playQueueByIndex"]
        check.equal((ids(queue["entry"]), queue["currentIndex"]), ([one, two], 1))
    stage.place.done("savePlayQueueByIndex", ("id", three), ("id", one), currentIndex=0)
    with stage.asked("getPlayQueue") as (check, told):
        check.equal(ids(told["playQueue"]["entry"]), [three, one])
        check.equal(told["playQueue"]["current"], three)


def share(stage: Stage) -> None:
    one = stage.facts.everything[0]
    with stage.asked("createShare", id=[one], description="by a player") as (check, told):
        (made,) = told["shares"]["share"]
        page = stage.place.http.get(made["url"])
        check.that("by a player" in page.text, page.text[:200])
    with stage.asked("getShares") as (check, told):
        (found,) = told["shares"]["share"]
        check.equal((found["id"], found["visitCount"]), (made["id"], 1))
        check.equal(ids(found["entry"]), [one])
    with stage.asked("updateShare", id=made["id"], description="other") as (check, _):
        check.that("other" in stage.place.http.get(made["url"]).text)
    with stage.asked("deleteShare", id=made["id"]) as (check, _):
        check.equal(stage.place.http.get(made["url"]).status_code, 410)
    radio = "https://radio.example/jazz"
    with stage.asked("createInternetRadioStation", streamUrl=radio, name="Jazz") as (check, _):
        check.equal(stage.web.stations(), {"Jazz": radio})
    with stage.asked("getInternetRadioStations") as (check, told):
        (station,) = told["internetRadioStations"]["internetRadioStation"]
        check.equal(station["name"], "Jazz")
        check.that(
            station["streamUrl"].startswith(stage.place.shape.url + "/media/radio/"), station
        )
    with stage.asked("updateInternetRadioStation", id=station["id"], streamUrl=radio + "2",
                     name="More jazz") as (check, _):  # fmt: skip
        check.equal(stage.web.stations(), {"More jazz": radio + "2"})
    with stage.asked("deleteInternetRadioStation", id=station["id"]) as (check, _):
        check.equal(stage.web.stations(), {})


def administer(stage: Stage, name: str) -> None:
    with stage.asked("createUser", username=name, password=PASSWORD, email="x@y.example") as (
        check,
        _,
    ):
        people = stage.web.get("/api/philomel/v1/users")["items"]
        check.that(name in {one["name"] for one in people}, people)
    with stage.asked("getUser", username=name) as (check, told):
        check.equal((told["user"]["username"], told["user"]["adminRole"]), (name, False))
    with stage.asked("getUsers") as (check, told):
        names = {one["username"]: one["adminRole"] for one in told["users"]["user"]}
        check.equal(names, {"anna": True, "bert": False, name: False})
    with stage.asked("updateUser", username=name, password=None, email=None) as (check, told):
        check.equal(told["status"], "ok")
    stage.refused("changePassword", 50, username="anna", password="another long password")
    with stage.asked("deleteUser", username=name) as (check, _):
        people = stage.web.get("/api/philomel/v1/users")["items"]
        check.that(name not in {one["name"] for one in people}, people)
    with stage.asked("getScanStatus") as (check, told):
        check.equal(told["scanStatus"]["count"], len(stage.facts.everything))
    with stage.asked("startScan") as (check, told):
        check.that(isinstance(told["scanStatus"]["scanning"], bool), told)
    later: tuple[tuple[str, dict[str, object]], ...] = (
        ("getPodcasts", {}),
        ("getNewestPodcasts", {}),
        ("refreshPodcasts", {}),
        ("createPodcastChannel", {"url": "https://x.example/feed"}),
        ("deletePodcastChannel", {"id": "x"}),
        ("deletePodcastEpisode", {"id": "x"}),
        ("downloadPodcastEpisode", {"id": "x"}),
        ("getChatMessages", {}),
        ("addChatMessage", {"message": "hello"}),
    )
    for method, given in later:
        stage.refused(method, 0, NOT_YET, **given)
    stage.refused("jukeboxControl", 50, action="start")


def hear(stage: Stage) -> None:
    song = stage.place.done("getSong", id=stage.facts.song["id"])["song"]
    original = (stage.music / Path(song["path"]).name).read_bytes()
    for method in ("download", "stream"):
        with stage.loaded(method, id=song["id"]) as (check, found):
            check.that(found == original, len(found))
    with stage.loaded("getCoverArt", id=song.get("coverArt", song["id"])) as (check, found):
        check.that(found.startswith((b"\xff\xd8\xff", b"\x89PNG")), found[:20])
    with stage.loaded("getAvatar", username="anna") as (check, found):
        check.that(found.startswith(b"\x89PNG"), found[:20])
    with stage.loaded("hls.m3u8", id=song["id"]) as (check, found):
        check.that(found.startswith(b"#EXTM3U"), found[:20])
    with stage.loaded("getCaptions", id="1") as (check, found):
        check.that(b'"code":70' in found or b"DataNotFound" in found, found[:200])
