"""An id that was merged answers for ever, in every call of every door that takes one."""

import io
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from PIL import Image
from tests.journeys.players import rest, web_api
from tests.journeys.shapes import Shape, all_in_one
from tests.media.files import make

from philomel.gateway import api

OLD = {"artist": "Beetles", "albumartist": "Beetles", "album": "Hlp", "lyrics": "la la"}
NEW = {"artist": "Beatles", "albumartist": "Beatles", "album": "Help!", "lyrics": "la la"}


@dataclass(frozen=True)
class Merged:
    """A server where a track, an album and an artist were merged: former and present ids."""

    shape: Shape
    login: str
    token: str
    track: tuple[str, str]
    album: tuple[str, str]
    artist: tuple[str, str]

    def v1(self, method: str, path: str, **parameters: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}"}
        url = f"{self.shape.url}/v1{path}"
        return httpx.request(method, url, params=parameters, headers=headers)


@pytest.fixture(scope="module")
def merged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Merged]:
    folder = tmp_path_factory.mktemp("aliases")
    shape, music = all_in_one(folder), folder / "music"
    picture = io.BytesIO()
    Image.new("RGB", (80, 80), "teal").save(picture, "PNG")
    for number in ("1", "2"):
        tags = {"title": f"Song {number}", "tracknumber": number}
        make(music / f"x/{number}.ogg", OLD | tags, cover=picture.getvalue())
    login = shape.add_listener("anna", admin=True)
    shape.add_music(music)
    song, tags = {"title": "Song 1", "tracknumber": "1"}, {"title": "Song 2", "tracknumber": "2"}
    before = _songs(shape, login)
    make(music / "x/1.flac", OLD | song, cover=picture.getvalue())
    shape.operator.done("scan")
    beside = next(s for s in _songs(shape, login) if s["path"].endswith("1.flac"))
    (music / "x/1.ogg").unlink()
    shape.operator.done("scan")
    make(music / "x/1.flac", NEW | song, cover=picture.getvalue())
    make(music / "x/2.ogg", NEW | tags, cover=picture.getvalue())
    shape.operator.done("scan")
    now = next(s for s in _songs(shape, login) if s["title"] == "Song 1")
    yield Merged(
        shape, login, shape.token("anna"), (beside["id"], now["id"]),
        (before[0]["albumId"], now["albumId"]), (before[0]["artistId"], now["artistId"]),
    )  # fmt: skip
    shape.kill()


def _songs(shape: Shape, login: str) -> list[dict[str, Any]]:
    found = rest(shape.url, login, "search3", query="", songCount=100)["searchResult3"]
    return list(found["song"])


def test_each_has_a_former_id(merged: Merged) -> None:
    for former, present in (merged.track, merged.album, merged.artist):
        assert former != present


@pytest.mark.parametrize(
    ("call", "kind"),
    [
        ("getSong", "track"), ("getLyricsBySongId", "track"), ("getAlbum", "album"),
        ("getMusicDirectory", "album"), ("getArtist", "artist"), ("getMusicDirectory", "artist"),
    ],
)  # fmt: skip
def test_what_players_ask(merged: Merged, call: str, kind: str) -> None:
    alike(lambda id_: rest(merged.shape.url, merged.login, call, id=id_), getattr(merged, kind))


@pytest.mark.parametrize("call", ["stream", "download", "getCoverArt"])
def test_bytes_for_players(merged: Merged, call: str) -> None:
    def ask(id_: str) -> bytes:
        found = httpx.get(f"{merged.shape.url}/rest/{call}?{merged.login}&id={id_}")
        assert found.status_code == 200
        return found.content

    alike(ask, merged.track)


def test_what_players_change(merged: Merged) -> None:
    ask = merged.shape.url, merged.login
    for name, kind in (("id", "track"), ("albumId", "album"), ("artistId", "artist")):
        former, present = getattr(merged, kind)
        rest(*ask, "star", **{name: former})
        shown = rest(*ask, "getStarred2")["starred2"]
        key = {"track": "song"}.get(kind, kind)
        assert [each["id"] for each in shown[key]] == [present]
        rest(*ask, "unstar", **{name: former})
        assert not rest(*ask, "getStarred2")["starred2"].get(key)
    rest(*ask, "setRating", id=merged.track[0], rating=4)
    rest(*ask, "scrobble", id=merged.track[0], submission="true")
    song = rest(*ask, "getSong", id=merged.track[1])["song"]
    assert (song["userRating"], song["playCount"]) == (4, 1)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/tracks/{id}", "track"), ("/albums/{id}", "album"), ("/albums/{id}/tracks", "album"),
        ("/artists/{id}", "artist"), ("/artists/{id}/albums", "artist"),
        ("/artists/{id}/top-tracks", "artist"),
    ],
)  # fmt: skip
def test_what_programs_ask(merged: Merged, path: str, kind: str) -> None:
    def ask(id_: str) -> Any:
        return _unlinked(web_api(merged.shape.url, merged.token, path.format(id=id_)))

    alike(ask, getattr(merged, kind))


@pytest.mark.parametrize("kind", ["track", "album", "artist"])
def test_what_programs_ask_together_and_change(merged: Merged, kind: str) -> None:
    former, present = getattr(merged, kind)

    def ask(id_: str) -> Any:
        return _unlinked(merged.v1("GET", f"/{kind}s", ids=id_).json()[f"{kind}s"])

    alike(ask, (former, present))
    assert ask(former)[0]["id"] == present
    mine = "/me/following" if kind == "artist" else f"/me/{kind}s"
    more = {"type": "artist"} if kind == "artist" else {}
    uri = f"spotify:{kind}:{former}"
    for path, given in ((mine, {**more, "ids": former}), ("/me/library", {"uris": uri})):
        assert merged.v1("PUT", path, **given).is_success
        for id_ in (former, present):
            asked = {**more, "ids": id_} if path == mine else {"uris": f"spotify:{kind}:{id_}"}
            assert merged.v1("GET", f"{path}/contains", **asked).json() == [True]
        assert merged.v1("DELETE", path, **given).is_success
        assert merged.v1("GET", f"{mine}/contains", **more, ids=present).json() == [False]


OF_AN_ENTRY = [
    route.path
    for topic in api.TOPICS.values()
    for route in topic
    if route.method == "GET"
    and not route.streams
    and re.match(r"/(track|album|artist)s/{", route.path)
]


@pytest.mark.parametrize("path", OF_AN_ENTRY)
def test_what_the_extension_api_tells(merged: Merged, path: str) -> None:
    headers = {"Authorization": f"Bearer {merged.token}"}
    kind = path.split("/")[1].removesuffix("s")

    def ask(id_: str) -> Any:
        address = f"{merged.shape.url}{api.PREFIX}{re.sub('{.*?}', id_, path)}"
        found = httpx.get(address, headers=headers)
        return found.status_code, found.json()

    alike(ask, getattr(merged, kind))


def alike(ask: Callable[[str], Any], ids: tuple[str, str]) -> None:
    """Both ids have one answer. Counts and covers may still come in between the two questions."""
    until = time.monotonic() + 10
    while (former := ask(ids[0])) != (present := ask(ids[1])) and time.monotonic() < until:
        time.sleep(0.05)
    assert former == present


def _unlinked(value: Any) -> Any:
    """Without the former id, which the Web API names in `linked_from` and in addresses."""
    if isinstance(value, dict):
        return {k: _unlinked(v) for k, v in value.items() if k not in ("linked_from", "href")}
    return [_unlinked(each) for each in value] if isinstance(value, list) else value
