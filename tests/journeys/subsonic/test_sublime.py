"""sublime-music, as Debian has it: what it makes of our answers."""

import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.clients.recording import Check, Run, client
from tests.journeys.subsonic.lines import Lines
from tests.journeys.subsonic.place import Facts, Json, Place, Web, soon

PACKAGES = Path(".tools/sublime-music/usr/lib/python3/dist-packages").absolute()
RUNNER = Path(__file__).parents[2] / "clients" / "sublime.py"


class Sublime:
    def __init__(self, ran: Run, process: Lines) -> None:
        self._ran, self._process = ran, process

    @contextmanager
    def does(self, endpoints: str, method: str, **given: object) -> Iterator[tuple[Check, Any]]:
        with self._ran.call(*(f"/rest/{name}" for name in endpoints.split())) as check:
            yield check, self.tell(method, **given)

    def tell(self, method: str, **given: object) -> Any:
        return self._process.tell([method, given])


def ids(found: list[Json]) -> list[str]:
    return [one["id"] for one in found]


def test_sublime_music(place: Place, web: Web, facts: Facts, wesnoth: Path) -> None:
    assert PACKAGES.is_dir(), "sublime-music is not there: run tools/engines.py"
    login = (place.shape.url, "anna", place.anna["p"])
    command = (sys.executable, str(RUNNER), str(PACKAGES), *login)
    with Lines(command) as process, client("sublime-music", "0.11.16", place.journal) as ran:
        player = Sublime(ran, process)
        browse(player, facts)
        albums(player, web, facts)
        keep(player, place, web, facts)
        addresses(player, place, facts, wesnoth)


def browse(player: Sublime, facts: Facts) -> None:
    song, album, artist = facts.song, facts.album, facts.artist
    with player.does("getArtists", "get_artists") as (check, found):
        check.equal({one["id"]: one["name"] for one in found}[artist["id"]], artist["name"])
        check.that(all(one["album_count"] > 0 for one in found), found)
    with player.does("getArtist getArtistInfo2", "get_artist", artist_id=artist["id"]) as (
        check,
        found,
    ):
        check.equal(found["name"], artist["name"])
        check.that(album["id"] in ids(found["albums"]), found)
        check.equal(found["biography"], "")
    with player.does("getAlbum", "get_album", album_id=album["id"]) as (check, found):
        check.equal((found["name"], ids(found["songs"])), (album["name"], facts.tracks))
        check.equal(found["artist"]["id"], album["artists"][0]["id"])
        check.equal(found["year"], int(album["release_date"][:4]))
    with player.does("getSong", "get_song_details", song_id=song["id"]) as (check, found):
        check.equal((found["title"], found["album"]["id"]), (song["name"], album["id"]))
        check.equal(found["duration"], round(song["duration_ms"] / 1000))
        check.equal(found["genre"]["name"], facts.genre)
    with player.does("getIndexes", "get_directory", directory_id="root") as (check, found):
        check.that(artist["id"] in ids(found["children"]), found)
    with player.does("getMusicDirectory", "get_directory", directory_id=album["id"]) as (
        check,
        found,
    ):
        check.equal(ids(found["children"]), facts.tracks)
        check.equal(found["name"], album["name"])
    with player.does("getGenres", "get_genres") as (check, found):
        check.that({one["name"]: one["song_count"] for one in found}[facts.genre] > 0, found)
    with player.does("search3", "search", query=song["name"]) as (check, found):
        check.equal(ids(found["songs"])[0], song["id"])


def albums(player: Sublime, web: Web, facts: Facts) -> None:
    with player.does("getAlbumList2", "get_albums", type="ALPHABETICAL_BY_NAME") as (check, found):
        check.equal(set(ids(found)), set(facts.albums))
    web.tell("PUT", "/v1/me/albums", ids=facts.album["id"])
    with player.does("getAlbumList2", "get_albums", type="STARRED") as (check, found):
        check.equal(ids(found), [facts.album["id"]])
        check.that(found[0]["starred"] is not None)
    year = int(facts.album["release_date"][:4])
    with player.does("getAlbumList2", "get_albums", type="YEAR_RANGE", year_range=[year, year]) as (
        check,
        found,
    ):
        check.that(facts.album["id"] in ids(found), found)
        check.equal({one["year"] for one in found}, {year})


def keep(player: Sublime, place: Place, web: Web, facts: Facts) -> None:
    one, two, three = facts.everything[:3]
    theirs = web.new_playlist("made there", [one, two, one])
    with player.does("getPlaylists", "get_playlists") as (check, found):
        check.equal([(row["id"], row["song_count"]) for row in found], [(theirs, 3)])
    with player.does("getPlaylist", "get_playlist_details", playlist_id=theirs) as (check, found):
        check.equal(ids(found["songs"]), [one, two, one])
        check.equal((found["owner"], found["name"]), ("anna", "made there"))
    with player.does("createPlaylist", "create_playlist", name="made here") as (check, found):
        check.equal(web.playlists()[found["id"]], "made here")
    mine = found["id"]
    change = {"playlist_id": mine, "name": "renamed", "append_song_ids": [two, three]}
    with player.does("updatePlaylist getPlaylist", "update_playlist", **change) as (check, found):
        check.equal(ids(found["songs"]), [two, three])
        check.equal(web.playlist(mine), [two, three])
    with player.does("createPlaylist", "update_playlist", playlist_id=mine, song_ids=[three]) as (
        check,
        found,
    ):
        check.equal(web.playlist(mine), [three])
    with player.does("deletePlaylist", "delete_playlist", playlist_id=mine) as (check, _):
        check.equal(set(web.playlists()), {theirs})
    queue = {"song_ids": [one, two], "current_song_index": 1, "position": 5}
    with player.does("savePlayQueue", "save_play_queue", **queue) as (check, _):
        kept = place.done("getPlayQueueByIndex")["playQueueByIndex"]
        check.equal((ids(kept["entry"]), kept["currentIndex"]), ([one, two], 1))
    with player.does("getPlayQueue", "get_play_queue") as (check, found):
        check.equal((ids(found["songs"]), found["current_index"]), ([one, two], 1))
        check.equal(found["position"], 5)
    before = len(web.played())
    with player.does("scrobble", "scrobble_song", song=one) as (check, _):
        check.that(soon(lambda: len(web.played()) == before + 1))
        check.equal(web.played()[0], one)


def addresses(player: Sublime, place: Place, facts: Facts, music: Path) -> None:
    song = place.done("getSong", id=facts.song["id"])["song"]
    original = (music / Path(song["path"]).name).read_bytes()
    wanted: tuple[tuple[str, str, dict[str, object], bytes], ...] = (
        ("stream", "get_song_stream_uri", {"song_id": song["id"]}, original),
        ("download", "get_song_file_uri", {"song_id": song["id"], "schemes": ["http"]}, original),
    )
    for endpoint, method, given, bytes_ in wanted:
        with player.does(endpoint, method, **given) as (check, address):
            check.that(loaded(address) == bytes_)
    picture = {"cover_art": song.get("coverArt", song["id"]), "scheme": "http", "size": 100}
    with player.does("getCoverArt", "get_cover_art_uri", **picture) as (check, address):
        check.that(loaded(address).startswith((b"\xff\xd8\xff", b"\x89PNG")))


def loaded(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=20) as answer:
        read: bytes = answer.read()
    return read
