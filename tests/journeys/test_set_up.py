"""From the set-up link to a player and a program: only what people and their clients do."""

import asyncio
import json
import re
import subprocess
import urllib.parse
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
import spotipy
from libopensonic import AsyncConnection, errors
from PIL import Image
from spotipy.cache_handler import MemoryCacheHandler
from spotipy.oauth2 import SpotifyClientCredentials
from tests.journeys.shapes import PASSWORD, Shape
from tests.media.files import make

SECONDS = 12.0
NAMES = ("Dawn Chorus", "Evening Reed", "Quiet Marsh")
SONGS = {
    f"0{number} {name}.{suffix}": {
        "title": name,
        "artist": "The Warblers",
        "albumartist": "The Warblers",
        "album": "Reed Beds",
        "genre": "Ambient",
        "date": "2019",
        "tracknumber": str(number),
    }
    for number, (name, suffix) in enumerate(zip(NAMES, ("flac", "mp3", "ogg"), strict=True), 1)
}


@dataclass
class Owner:
    """Whoever opened the link, and what they were shown."""

    shape: Shape
    browser: httpx.Client
    music: Path
    player: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return self.shape.url

    @asynccontextmanager
    async def signed_in(self, **how: Any) -> AsyncIterator[AsyncConnection]:
        """A player with the app password, unless `how` says otherwise."""
        address, _, port = self.url.rpartition(":")
        if "api_key" not in how:
            how = {"username": "anna", "password": self.player["password"], **how}
        player = AsyncConnection(address, port=int(port), **how)
        try:
            yield player
        finally:
            await player.cleanup()

    def program(self, **how: Any) -> spotipy.Spotify:
        program = spotipy.Spotify(retries=0, status_retries=0, **how)
        program.prefix = self.url + "/v1/"
        return program


@pytest.fixture(scope="module")
def owner(shape: Shape, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Owner]:
    music = tmp_path_factory.mktemp("music")
    picture = BytesIO()
    Image.new("RGB", (700, 700), (30, 90, 60)).save(picture, "PNG")
    for number, (name, tags) in enumerate(SONGS.items()):
        path = music / "The Warblers" / "Reed Beds" / name
        cover = picture.getvalue()
        make(path, tags, seconds=SECONDS, frequency=300.0 + 50 * number, cover=cover)
    with httpx.Client(base_url=shape.url, timeout=30) as browser:
        yield Owner(shape, browser, music)


def test_the_link_makes_an_administrator_once(owner: Owner) -> None:
    browser = owner.browser
    assert "set-up link" in browser.get("/").text
    link = owner.shape.operator.done("setup-link")
    token = urllib.parse.parse_qs(urllib.parse.urlsplit(link["links"][0]).query)["token"][0]
    assert token == link["token"]
    shown = browser.get("/setup", params={"token": token})
    assert (shown.status_code, token in shown.text) == (200, True)
    form = {"token": token, "name": "anna", "password": PASSWORD}
    other = token[:-1] + ("y" if token.endswith("x") else "x")
    assert browser.post("/setup", data={**form, "token": other}).status_code == 403
    assert browser.post("/setup", data={**form, "password": "short"}).status_code == 400
    done = browser.post("/setup", data=form)
    assert (done.status_code, done.headers["location"]) == (303, "/")
    assert "anna" in browser.get("/server").text
    # The door is shut behind the owner.
    for other in (form, {**form, "name": "bob"}):
        assert httpx.post(f"{owner.url}/setup", data=other).status_code == 403
    users = owner.shape.operator.done("user", "list")["users"]
    assert [(user["name"], user["role"]) for user in users] == [("anna", "admin")]


def test_the_owner_connects_a_player(owner: Owner) -> None:
    made = owner.browser.post("/players", data={"label": "phone"})
    assert made.status_code == 200
    shown = re.findall(r"<code[^>]*>([^<]+)</code>", made.text)
    address, name, password, api_key = shown[:4]
    assert (address, name) == (owner.url, "anna")
    owner.player.update(password=password, api_key=api_key)
    again = owner.browser.get("/server").text
    assert "phone" in again
    assert password not in again
    assert api_key not in again


async def test_a_player_signs_in_in_every_way(owner: Owner) -> None:
    good: tuple[dict[str, Any], ...] = (
        {},
        {"legacy_auth": True},
        {"use_get": True, "use_views": False},
        {"api_key": owner.player["api_key"]},
    )
    for how in good:
        async with owner.signed_in(**how) as player:
            assert await player.ping()
    bad: tuple[dict[str, Any], ...] = (
        {"password": PASSWORD},
        {"username": "a%", "legacy_auth": True},
        {"api_key": owner.player["api_key"][:-1]},
    )
    for how in bad:
        await refused(owner, **how)


async def test_the_player_finds_and_plays(owner: Owner) -> None:
    scan = owner.shape.add_music(owner.music)
    assert (scan["added"], scan["errors"]) == (len(SONGS), 0)
    seen = owner.browser.get("/scan")
    assert (seen.status_code, "3 added." in seen.text) == (200, True)
    assert httpx.get(f"{owner.url}/scan").status_code == 401
    async with owner.signed_in() as player:
        await find_and_play(owner, player)


async def find_and_play(owner: Owner, player: AsyncConnection) -> None:
    (artist,) = [each for index in (await player.get_artists()).index for each in index.artist]
    (shelf,) = (await player.get_artist(artist.id)).album
    album = await player.get_album(shelf.id)
    assert [song.title for song in album.song] == list(NAMES)
    assert (album.name, album.year) == ("Reed Beds", 2019)
    for typed in ("dawn chorus", "dawn chrous", "dwan", "REED BEDS", "warbelrs"):
        found = await player.search3(typed)
        hits = [*(found.song or ()), *(found.album or ()), *(found.artist or ())]
        assert (typed, bool(hits)) == (typed, True)
    song = (await player.search3("dawn chrous")).song[0]
    assert song.id == album.song[0].id
    original = (owner.music / song.path).read_bytes()
    assert await (await player.download(song.id)).read() == original
    await player.star(sids=[song.id])
    await player.set_rating(song.id, 5)
    await player.scrobble(song.id)
    read_back = await player.get_song(song.id)
    assert read_back.starred
    assert (read_back.user_rating, read_back.play_count) == (5, 1)
    async with asyncio.timeout(30):
        # Pictures follow behind the tags.
        while (cover := (await player.get_album(shelf.id)).cover_art) is None:
            await asyncio.sleep(0.05)
    picture = await player.get_cover_art(cover, 300)
    image = Image.open(BytesIO(await picture.read()))
    assert (image.format, image.size) == ("JPEG", (300, 300))


def test_ranges_give_the_bytes_of_the_file(owner: Owner) -> None:
    song, login = first_song(owner), rest_login(owner)
    original = (owner.music / song["path"]).read_bytes()
    size = len(original)

    def ask(name: str, **headers: str) -> httpx.Response:
        return httpx.get(f"{owner.url}/rest/{name}?{login}&id={song['id']}", headers=headers)

    whole = ask("stream")
    assert (whole.status_code, whole.content) == (200, original)
    for wanted, start, stop in (
        ("bytes=0-0", 0, 1),
        ("bytes=100-1099", 100, 1100),
        (f"bytes={size - 7}-", size - 7, size),
        ("bytes=-500", size - 500, size),
    ):
        part = ask("stream", Range=wanted)
        assert (part.status_code, part.content) == (206, original[start:stop])
        assert part.headers["content-range"] == f"bytes {start}-{stop - 1}/{size}"
    etag = whole.headers["etag"]
    resumed = ask("download", **{"Range": "bytes=10-19", "If-Range": etag})
    assert (resumed.status_code, resumed.content) == (206, original[10:20])
    assert ask("download", **{"Range": "bytes=10-19", "If-Range": '"other"'}).content == original
    beyond = ask("download", Range=f"bytes={size}-")
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{size}")


@pytest.mark.parametrize(
    ("asked", "codec"), [("mp3", "mp3"), ("opus", "opus"), ("ogg", "vorbis"), ("aac", "aac")]
)
def test_transcodes_are_what_was_asked_for(
    owner: Owner, tmp_path: Path, asked: str, codec: str
) -> None:
    song, login = first_song(owner), rest_login(owner)
    for offset in (0, 5):
        query = f"{login}&id={song['id']}&format={asked}&maxBitRate=96&timeOffset={offset}"
        answer = httpx.get(f"{owner.url}/rest/stream?{query}", timeout=60)
        assert answer.status_code == 200
        path = tmp_path / f"{offset}.{asked}"
        path.write_bytes(answer.content)
        found, seconds = probe(path)
        assert found == codec
        assert abs(seconds - (SECONDS - offset)) < 0.25


def test_a_program_reads_with_its_own_credentials(owner: Owner) -> None:
    app = owner.shape.operator.done(
        "app", "add", "radio", "--redirect-uri", "http://127.0.0.1/back"
    )
    manager = SpotifyClientCredentials(
        app["client_id"], app["client_secret"], cache_handler=MemoryCacheHandler()
    )
    manager.OAUTH_TOKEN_URL = f"{owner.url}/api/token"
    program = owner.program(auth_manager=manager)
    with closing(manager._session), closing(program._session):
        (track,) = program.search("evening reed", type="track", limit=1)["tracks"]["items"]
        assert track["name"] == "Evening Reed"
        assert [each["id"] for each in program.tracks([track["id"]])["tracks"]] == [track["id"]]
        album = program.albums([track["album"]["id"]])["albums"][0]
        assert [each["name"] for each in album["tracks"]["items"]] == list(NAMES)
        # A program by itself is nobody: it has no saved tracks.
        with pytest.raises(spotipy.SpotifyException) as answered:
            program.current_user_saved_tracks()
        assert answered.value.http_status in {401, 403}


async def test_what_one_door_writes_the_other_reads(owner: Owner) -> None:
    program = owner.program(auth=owner.shape.token("anna"))
    dawn = first_song(owner)["id"]

    def saved() -> list[str]:
        return [item["track"]["id"] for item in program.current_user_saved_tracks()["items"]]

    with closing(program._session):
        async with owner.signed_in() as player:
            assert saved() == [dawn]
            marsh = program.search("quiet marsh", type="track")["tracks"]["items"][0]["id"]
            program.current_user_saved_tracks_add([marsh])
            program.current_user_saved_tracks_delete([dawn])
            assert [song.id for song in (await player.get_starred2()).song] == [marsh]
            await player.unstar(sids=[marsh])
            assert saved() == []
            await player.scrobble(marsh)
            played = program.current_user_recently_played()["items"]
            assert [item["track"]["id"] for item in played] == [marsh, dawn]


async def test_a_revoked_player_is_out(owner: Owner) -> None:
    (known,) = re.findall(r'name="id" value="([^"]+)"', owner.browser.get("/server").text)
    assert owner.browser.post("/players/revoke", data={"id": known}).status_code == 303
    await refused(owner)
    await refused(owner, api_key=owner.player["api_key"])


async def refused(owner: Owner, **how: Any) -> None:
    async with owner.signed_in(**how) as player:
        with pytest.raises(errors.SonicError):
            await player.ping()


def rest_login(owner: Owner) -> str:
    login = {"apiKey": owner.player["api_key"], "v": "1.16.1", "c": "journey", "f": "json"}
    return urllib.parse.urlencode(login)


def first_song(owner: Owner) -> dict[str, Any]:
    answer = httpx.get(f"{owner.url}/rest/search3?{rest_login(owner)}&query=dawn+chorus")
    song: dict[str, Any] = answer.json()["subsonic-response"]["searchResult3"]["song"][0]
    return song


def probe(path: Path) -> tuple[str, float]:
    """Codec and seconds of what was received, counted by decoding all of it."""
    command = ["ffprobe", "-v", "error", "-count_packets", "-of", "json"]
    shown = "stream=codec_name,sample_rate:format=duration"
    told = json.loads(
        subprocess.run(
            [*command, "-show_entries", shown, str(path)], check=True, capture_output=True
        ).stdout
    )
    raw = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", str(path), "-ac", "1", "-ar", "8000", "-f", "s16le", "-"],
        check=True,
        capture_output=True,
    ).stdout
    return told["streams"][0]["codec_name"], len(raw) / 16_000
