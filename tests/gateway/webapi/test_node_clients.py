"""Two unmodified programs for Node: every method of theirs that applies, once."""

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.gateway.running import House, serving
from tests.gateway.shelf import ALICE, BOB, id_of

from philomel.services.playlists.contract import ItemKind
from philomel.services.plays.contract import Play

RUNNER = Path(__file__).parents[2] / "clients" / "web_api.cjs"
MODULES = Path(".tools/clients").absolute()
AIRBAG, KARMA = id_of("track Airbag"), id_of("track Karma Police")
OK, KID_A = id_of("album OK Computer"), id_of("album Kid A")
RADIOHEAD, BJORK = id_of("artist Radiohead"), id_of("artist Björk")
ROCK, NOTHING = id_of("genre Rock"), id_of("nothing")
NOT_FOUND, IDLE = {"status": 404}, {"status": 404, "reason": "NO_ACTIVE_DEVICE"}

Check = Callable[[Any], bool]
Step = tuple[str, list[Any], Any]
"""A method, what it is given, and what it must answer: a value, a failure or a check."""


def names(found: Any) -> list[str]:
    return [each["name"] for each in found]


def empty(found: Any) -> bool:
    return (found["items"], found["total"]) == ([], 0)


def nothing(found: Any) -> bool:
    """SDKs turn an empty answer into what they like."""
    return found in (None, "", {})


SDK: list[Step] = [
    ("albums.get", [OK], lambda a: a["tracks"]["total"] == 3),
    ("albums.get", [[OK, KID_A]], lambda a: names(a) == ["OK Computer", "Kid A"]),
    ("albums.tracks", [OK, "DE", 1, 2], lambda a: names(a["items"]) == ["Karma Police"]),
    ("artists.get", [BJORK], lambda a: a["name"] == "Björk"),
    ("artists.get", [[BJORK, RADIOHEAD]], lambda a: names(a) == ["Björk", "Radiohead"]),
    ("artists.albums", [RADIOHEAD, "single"], lambda a: names(a["items"]) == ["My Iron Lung"]),
    ("artists.topTracks", [BJORK, "DE"], lambda a: len(a["tracks"]) == 2),
    ("artists.relatedArtists", [BJORK], lambda a: a["artists"] == []),
    ("audiobooks.get", [NOTHING, "DE"], NOT_FOUND),
    ("audiobooks.get", [[NOTHING], "DE"], lambda a: a == [None]),
    ("audiobooks.getAudiobookChapters", [NOTHING, "DE"], NOT_FOUND),
    ("browse.getCategories", ["DE", "de", 1], lambda a: a["categories"]["total"] == 4),
    ("browse.getCategory", [ROCK], lambda a: a["name"] == "Rock"),
    ("browse.getNewReleases", ["DE", 1], lambda a: a["albums"]["items"][0]["name"] != ""),
    ("chapters.get", [NOTHING, "DE"], NOT_FOUND),
    ("chapters.get", [[NOTHING], "DE"], lambda a: a == [None]),
    ("currentUser.profile", [], lambda a: a["display_name"] == "Alice"),
    ("currentUser.topItems", ["tracks", "short_term"], lambda a: a["items"][0]["id"] == AIRBAG),
    ("currentUser.topItems", ["artists"], lambda a: a["items"][0]["id"] == RADIOHEAD),
    ("currentUser.followArtistsOrUsers", [[BJORK], "artist"], nothing),
    ("currentUser.followedArtists", [], lambda a: names(a["artists"]["items"]) == ["Björk"]),
    ("currentUser.followsArtistsOrUsers", [[BJORK, RADIOHEAD], "artist"], [True, False]),
    ("currentUser.unfollowArtistsOrUsers", [[BJORK], "artist"], nothing),
    ("currentUser.followsArtistsOrUsers", [[BJORK], "artist"], [False]),
    ("currentUser.followArtistsOrUsers", [[BOB], "user"], nothing),
    ("currentUser.followsArtistsOrUsers", [[BOB], "user"], [True]),
    ("currentUser.albums.saveAlbums", [[OK]], nothing),
    ("currentUser.albums.hasSavedAlbums", [[OK, KID_A]], [True, False]),
    ("currentUser.albums.savedAlbums", [5], lambda a: a["items"][0]["album"]["id"] == OK),
    ("currentUser.albums.removeSavedAlbums", [[OK]], nothing),
    ("currentUser.albums.savedAlbums", [], empty),
    ("currentUser.audiobooks.saveAudiobooks", [[NOTHING]], nothing),
    ("currentUser.audiobooks.hasSavedAudiobooks", [[NOTHING]], [False]),
    ("currentUser.audiobooks.savedAudiobooks", [5], empty),
    ("currentUser.audiobooks.removeSavedAudiobooks", [[NOTHING]], nothing),
    ("currentUser.episodes.saveEpisodes", [[NOTHING]], nothing),
    ("currentUser.episodes.hasSavedEpisodes", [[NOTHING]], [False]),
    ("currentUser.episodes.savedEpisodes", ["DE", 5], empty),
    ("currentUser.episodes.removeSavedEpisodes", [[NOTHING]], nothing),
    ("currentUser.shows.saveShows", [[NOTHING]], nothing),
    ("currentUser.shows.hasSavedShow", [[NOTHING]], [False]),
    ("currentUser.shows.savedShows", [5], empty),
    ("currentUser.shows.removeSavedShows", [[NOTHING], "DE"], nothing),
    ("currentUser.tracks.saveTracks", [[KARMA]], nothing),
    ("currentUser.tracks.hasSavedTracks", [[KARMA, AIRBAG]], [True, False]),
    ("currentUser.tracks.savedTracks", [], lambda a: a["items"][0]["track"]["id"] == KARMA),
    ("currentUser.tracks.removeSavedTracks", [[KARMA]], nothing),
    ("currentUser.tracks.savedTracks", [], empty),
    ("episodes.get", [NOTHING, "DE"], NOT_FOUND),
    ("episodes.get", [[NOTHING], "DE"], lambda a: a == [None]),
    ("markets.getAvailableMarkets", [], lambda a: "DE" in a["markets"]),
    ("player.getPlaybackState", [], nothing),
    ("player.getAvailableDevices", [], {"devices": []}),
    ("player.getCurrentlyPlayingTrack", [], nothing),
    ("player.getRecentlyPlayedTracks", [1], lambda a: a["items"][0]["track"]["id"] == AIRBAG),
    ("player.getUsersQueue", [], lambda a: a["queue"] == []),
    ("player.transferPlayback", [["device"]], IDLE),
    ("player.startResumePlayback", ["device"], IDLE),
    ("player.pausePlayback", ["device"], IDLE),
    ("player.skipToNext", ["device"], IDLE),
    ("player.skipToPrevious", ["device"], IDLE),
    ("player.seekToPosition", [1], IDLE),
    ("player.setRepeatMode", ["off"], IDLE),
    ("player.setPlaybackVolume", [50], IDLE),
    ("player.togglePlaybackShuffle", [True], IDLE),
    ("player.addItemToPlaybackQueue", [f"spotify:track:{KARMA}"], IDLE),
    (
        "recommendations.get",
        [{"seed_artists": [RADIOHEAD], "limit": 2}],
        lambda a: len(a["tracks"]) == 2,
    ),
    ("recommendations.genreSeeds", [], lambda a: "Rock" in a["genres"]),
    (
        "search",
        ["karma", ["track", "album", "show"], "DE", 50],
        lambda a: a["tracks"]["items"][0]["id"] == KARMA and a["shows"]["items"] == [],
    ),
    ("shows.get", [NOTHING, "DE"], NOT_FOUND),
    ("shows.get", [[NOTHING], "DE"], lambda a: a == [None]),
    ("shows.episodes", [NOTHING, "DE"], NOT_FOUND),
    ("tracks.get", [KARMA], lambda a: a["name"] == "Karma Police"),
    ("tracks.get", [[KARMA, AIRBAG]], lambda a: names(a) == ["Karma Police", "Airbag"]),
    ("tracks.audioFeatures", [KARMA], lambda a: a["duration_ms"] == 200_003),
    ("tracks.audioFeatures", [[KARMA]], lambda a: a[0]["id"] == KARMA),
    ("tracks.audioAnalysis", [KARMA], NOT_FOUND),
    ("users.profile", [BOB], lambda a: a["followers"]["total"] == 1),
]
NODE: list[Step] = [
    ("getTrack", [KARMA], lambda a: a["name"] == "Karma Police"),
    ("getTracks", [[KARMA, AIRBAG]], lambda a: names(a["tracks"]) == ["Karma Police", "Airbag"]),
    ("getAlbum", [OK], lambda a: a["total_tracks"] == 3),
    ("getAlbums", [[KID_A, OK]], lambda a: names(a["albums"]) == ["Kid A", "OK Computer"]),
    ("getArtist", [BJORK], lambda a: a["name"] == "Björk"),
    ("getArtists", [[BJORK]], lambda a: names(a["artists"]) == ["Björk"]),
    ("search", ["radiohead", ["artist"]], lambda a: names(a["artists"]["items"]) == ["Radiohead"]),
    ("searchAlbums", ["kid"], lambda a: names(a["albums"]["items"]) == ["Kid A"]),
    ("searchArtists", ["björk"], lambda a: names(a["artists"]["items"]) == ["Björk"]),
    ("searchTracks", ["karma"], lambda a: names(a["tracks"]["items"]) == ["Karma Police"]),
    ("searchPlaylists", ["x"], lambda a: a["playlists"]["items"] == []),
    ("searchShows", ["x"], lambda a: a["shows"]["items"] == []),
    ("searchEpisodes", ["x"], lambda a: a["episodes"]["items"] == []),
    ("getArtistAlbums", [RADIOHEAD, {"limit": 1}], lambda a: len(a["items"]) == 1),
    ("getAlbumTracks", [OK, {"offset": 2}], lambda a: names(a["items"]) == ["Karma Police"]),
    ("getArtistTopTracks", [BJORK, "DE"], lambda a: len(a["tracks"]) == 2),
    ("getArtistRelatedArtists", [BJORK], lambda a: a["artists"] == []),
    ("getUser", [BOB], lambda a: a["display_name"] == "bob"),
    ("getMe", [], lambda a: a["id"] == ALICE),
    ("getAudioFeaturesForTrack", [KARMA], lambda a: a["id"] == KARMA),
    ("getAudioAnalysisForTrack", [KARMA], NOT_FOUND),
    ("getAudioFeaturesForTracks", [[KARMA]], lambda a: a["audio_features"][0]["id"] == KARMA),
    (
        "getRecommendations",
        [{"seed_genres": ["rock"], "limit": 2}],
        lambda a: len(a["tracks"]) == 2,
    ),
    ("getAvailableGenreSeeds", [], lambda a: "Electronic" in a["genres"]),
    ("addToMySavedTracks", [[KARMA]], nothing),
    ("containsMySavedTracks", [[KARMA, AIRBAG]], [True, False]),
    ("getMySavedTracks", [{"limit": 1}], lambda a: a["items"][0]["track"]["id"] == KARMA),
    ("removeFromMySavedTracks", [[KARMA]], nothing),
    ("getMySavedTracks", [], empty),
    ("addToMySavedAlbums", [[OK]], nothing),
    ("containsMySavedAlbums", [[OK, KID_A]], [True, False]),
    ("getMySavedAlbums", [], lambda a: a["items"][0]["album"]["id"] == OK),
    ("removeFromMySavedAlbums", [[OK]], nothing),
    ("getMyTopArtists", [], lambda a: a["items"][0]["id"] == RADIOHEAD),
    ("getMyTopTracks", [{"time_range": "long_term"}], lambda a: a["items"][0]["id"] == AIRBAG),
    ("getMyRecentlyPlayedTracks", [], lambda a: a["items"][0]["track"]["id"] == AIRBAG),
    ("addToQueue", [f"spotify:track:{KARMA}"], IDLE),
    ("getMyDevices", [], {"devices": []}),
    ("getMyCurrentPlayingTrack", [], nothing),
    ("getMyCurrentPlaybackState", [], nothing),
    ("transferMyPlayback", [["device"]], IDLE),
    ("play", [], IDLE),
    ("pause", [], IDLE),
    ("skipToPrevious", [], IDLE),
    ("skipToNext", [], IDLE),
    ("seek", [1], IDLE),
    ("setRepeat", ["off"], IDLE),
    ("setShuffle", [True], IDLE),
    ("setVolume", [50], IDLE),
    ("followUsers", [[BOB]], nothing),
    ("isFollowingUsers", [[BOB]], [True]),
    ("unfollowUsers", [[BOB]], nothing),
    ("followArtists", [[BJORK]], nothing),
    ("isFollowingArtists", [[BJORK, RADIOHEAD]], [True, False]),
    ("getFollowedArtists", [], lambda a: names(a["artists"]["items"]) == ["Björk"]),
    ("unfollowArtists", [[BJORK]], nothing),
    ("getNewReleases", [{"limit": 1}], lambda a: len(a["albums"]["items"]) == 1),
    ("getCategories", [], lambda a: a["categories"]["items"][0]["name"] == "Rock"),
    ("getCategory", [ROCK], lambda a: a["id"] == ROCK),
    ("getShow", [NOTHING], NOT_FOUND),
    ("getShows", [[NOTHING]], lambda a: a["shows"] == [None]),
    ("containsMySavedShows", [[NOTHING]], [False]),
    ("removeFromMySavedShows", [[NOTHING]], nothing),
    ("addToMySavedShows", [[NOTHING]], nothing),
    ("getMySavedShows", [], empty),
    ("getShowEpisodes", [NOTHING], NOT_FOUND),
    ("getEpisode", [NOTHING], NOT_FOUND),
    ("getEpisodes", [[NOTHING]], lambda a: a["episodes"] == [None]),
]


@pytest.fixture
def house() -> Iterator[House]:
    with serving(House()) as running:
        running.keeper.plays[ALICE] = [Play(AIRBAG, running.clock.now() - 1_000)]
        yield running


def run(house: House, client: str, steps: list[Step]) -> list[Any]:
    program = shutil.which("node")
    assert program is not None, "node is not installed: run tools/engines.py"
    assert (MODULES / "node_modules").is_dir(), "the clients are not there: run tools/engines.py"
    order = {
        "modules": str(MODULES),
        "url": house.url,
        "token": house.people.token(ALICE),
        "steps": [[client, method, arguments] for method, arguments, _ in steps],
    }
    done = subprocess.run(
        [program, str(RUNNER)],
        input=json.dumps(order),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    answers: list[Any] = json.loads(done.stdout)
    return answers


def is_right(wanted: Any, answer: Any) -> bool:
    if isinstance(wanted, dict) and "status" in wanted:
        failure = answer.get("error", {})
        known = {name: failure.get(name) for name in wanted}
        return known == wanted or (known["status"], failure.get("reason")) == (404, "")
    if "value" not in answer:
        return False
    found = answer["value"]
    return bool(wanted(found)) if callable(wanted) else bool(found == wanted)


@pytest.mark.parametrize(("client", "steps"), [("sdk", SDK), ("node", NODE)])
def test_every_method(house: House, client: str, steps: list[Step]) -> None:
    answers = run(house, client, steps)
    wrong = [
        (method, arguments, answer)
        for (method, arguments, wanted), answer in zip(steps, answers, strict=True)
        if not is_right(wanted, answer)
    ]
    assert not wrong
    # What they took back is gone on our side too.
    for kind in (ItemKind.TRACK, ItemKind.ALBUM, ItemKind.ARTIST):
        kept = house.keeper.marks.get((ALICE, kind), {})
        assert not [mark for mark in kept.values() if mark.saved_at is not None]
