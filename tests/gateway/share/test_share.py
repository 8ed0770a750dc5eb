"""What a stranger gets who has the address of a share: over the real service of shares."""

import html
import json
import re
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

import httpx
import pytest
from msgspec.structs import replace
from tests.gateway.people import Signer
from tests.gateway.running import Echo, House, keeping
from tests.gateway.shelf import ALICE, id_of

from philomel.gateway import api, share
from philomel.gateway.http import Door, create_app
from philomel.gateway.metrics import Metrics
from philomel.gateway.public import Public
from philomel.services.media import contract as media

BASE = "https://music.example/songs"
ALBUM, ODD = id_of("album OK Computer"), id_of('album Quotes "Inside"')
AIRBAG, JOGA = id_of("track Airbag"), id_of("track Jóga")
Made = Callable[..., dict[str, Any]]


class Ladder(Signer):
    """Signs as the real one does: with a query that opens every form for a day."""

    async def get_playback(self, request: media.GetPlayback, /) -> media.Playback:
        found = await super().get_playback(request)
        above = "/media/hls/" + "0" * 40
        flac = media.PlaybackFile(
            "flac", f"{above}/flac.mp4?s=secret", "audio/mp4", "flac", 600, adaptive=True
        )
        ogg = media.PlaybackFile("opus-96", f"{above}/opus-96.ogg?s=secret", "", "opus", 96)
        return replace(found, files=(found.files[0], flac, ogg))

    async def open_signed(self, request: media.OpenSigned, /) -> media.Opened:
        assert request.path.endswith("/flac/index.m3u8")
        assert request.query == "s=secret"
        text = b'#EXT-X-MAP:URI="init.mp4?s=secret"\n#EXTINF:1.0,\n0.m4s?s=secret\n'
        return media.Opened(media.Store.RENDITIONS, b"", "application/x", body=text)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with keeping(tmp_path) as running:
        yield running


@pytest.fixture
async def stranger(house: House) -> AsyncIterator[httpx.AsyncClient]:
    public = Public(base_url=BASE)
    deps = share.Deps(
        accounts=cast("Any", house.people),
        playlists=house.playlists,
        catalog=cast("Any", house.shelf),
        media=cast("Any", Ladder()),
        media_bytes=cast("Any", Echo()),
        public=public,
    )
    door = Door(
        "share", share.PREFIXES, share.routes(deps), share.error_response, share.route_of,
        share.is_free,
    )  # fmt: skip
    app: Any = create_app([door], Metrics(), public)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
        yield client


@pytest.fixture
def make(house: House) -> Made:
    headers = {"Authorization": f"Bearer {house.people.token(ALICE)}"}

    def made(*ids: str, kind: str = "album", **more: Any) -> dict[str, Any]:
        body = {"entries": [{"kind": kind, "id": id_} for id_ in ids], **more}
        url = f"{house.url}{api.PREFIX}/shares"
        answer = house.http.post(url, headers=headers, json=body)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        path = found["url"].removeprefix(house.url)
        return {**found, "path": path.removeprefix("/")}

    return made


def change(house: House, made: dict[str, Any], method: str = "PATCH", **body: Any) -> None:
    headers = {"Authorization": f"Bearer {house.people.token(ALICE)}"}
    url = f"{house.url}{api.PREFIX}/shares/{made['id']}"
    assert house.http.request(method, url, headers=headers, json=body or None).is_success


def told(page: httpx.Response) -> Any:
    """What the page's script is told."""
    (words,) = re.findall(r'data-share="([^"]*)"', page.text)
    return json.loads(html.unescape(words))


def named(page: httpx.Response) -> dict[str, str]:
    """What other sites read."""
    found = re.findall(r'<meta (?:property|name)="([^"]+)" content="([^"]*)">', page.text)
    return {name: html.unescape(words) for name, words in found}


async def test_a_page_holds_what_is_shared_and_nothing_signed(
    stranger: httpx.AsyncClient, make: Made
) -> None:
    made = make(ALBUM, description="For you <b>", named=True, lasts_ms=60_000)
    page = await stranger.get(made["path"])
    assert page.status_code == 200
    assert "set-cookie" not in page.headers
    assert page.headers["x-robots-tag"] == "noindex, nofollow"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"
    policy = page.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    shown = told(page)
    assert (shown["kind"], shown["title"], shown["by"]) == ("album", "OK Computer", "Radiohead")
    assert (shown["note"], shown["shared_by"]) == ("For you <b>", "Alice")
    assert shown["tracks"][0]["title"] == "Airbag"
    assert shown["above"] == f"/songs/{made['path']}"
    for secret in ("/media/", "sig=", id_of("asset Airbag"), "<b>"):
        assert secret not in page.text
    assert '<base href="/songs/"' in page.text
    scripts = re.findall(r"<script([^>]*)>(.*?)</script>", page.text, re.DOTALL)
    assert scripts
    assert all('src="./assets/' in opening and not inline for opening, inline in scripts)


async def test_other_sites_read_what_it_is(stranger: httpx.AsyncClient, make: Made) -> None:
    album = make(ALBUM)
    cards = named(await stranger.get(album["path"]))
    assert cards["og:type"] == "music.album"
    assert cards["og:title"] == "OK Computer"
    assert cards["og:description"] == "Radiohead · 1997 · 3 songs · 10:00"
    assert cards["og:url"] == f"{BASE}/{album['path']}"
    assert cards["og:image"].startswith(f"{BASE}/{album['path']}/cover?size=640")
    assert cards["music:release_date"] == "1997"
    assert cards["twitter:card"] == "player"
    assert cards["twitter:player"] == f"{BASE}/{album['path']}/embed"
    assert (await stranger.get(cards["og:image"])).headers["content-type"] == "image/jpeg"
    song = make(AIRBAG, kind="track")
    cards = named(await stranger.get(song["path"]))
    assert (cards["og:type"], cards["music:duration"]) == ("music.song", "200")
    heard = await stranger.get(cards["og:audio"])
    assert heard.headers["content-type"].startswith("audio/")
    some = make(AIRBAG, JOGA, kind="track")
    cards = named(await stranger.get(some["path"]))
    assert (cards["og:type"], cards["og:title"]) == ("music.playlist", "Shared music")
    assert cards["music:song_count"] == "2"


async def test_names_are_never_markup(stranger: httpx.AsyncClient, make: Made) -> None:
    page = await stranger.get(make(ODD)["path"])
    assert named(page)["og:title"] == 'Quotes "Inside"'
    assert told(page)["by"] == "Tom & <Jerry>"
    assert "<Jerry>" not in page.text
    assert 'content="Quotes "' not in page.text


async def test_sounds_lie_below_the_share(stranger: httpx.AsyncClient, make: Made) -> None:
    made = make(ALBUM)
    below = f"{made['path']}/tracks/{AIRBAG}"
    answer = await stranger.get(f"{below}/playback")
    assert "secret" not in answer.text
    assert "/media/" not in answer.text
    found = answer.json()
    assert (found["track_id"], found["hls"], found["asset_id"]) == (AIRBAG, "", "")
    paths = [file["path"] for file in found["files"]]
    above = f"/songs/{below}/files"
    assert paths == [f"{above}/original", f"{above}/flac.mp4", f"{above}/opus-96.ogg"]
    for path, signed in (
        ("files/original", "/media/stream/"), ("files/flac.mp4", "/flac.mp4?s=secret"),
        ("files/flac/0.m4s", "/flac/0.m4s?s=secret"), ("files/opus-96.ogg", "/opus-96.ogg?"),
        ("mp3", "mp3-"), ("cover", "/media/cover/"),
    ):  # fmt: skip
        heard = await stranger.get(f"{below}/{path}")
        assert (heard.status_code, signed in heard.text) == (200, True), path
        # What is kept by nobody ends with the share.
        assert heard.headers["cache-control"].startswith("private, ")
    parts = await stranger.get(f"{below}/files/flac/index.m3u8")
    assert parts.text == '#EXT-X-MAP:URI="init.mp4"\n#EXTINF:1.0,\n0.m4s\n'


async def test_nothing_else_is_opened(stranger: httpx.AsyncClient, make: Made) -> None:
    made = make(ALBUM)
    path, other = made["path"], id_of("track Idioteque")
    for wrong in (
        f"{path}/tracks/{other}/playback", f"{path}/tracks/{other}/files/original",
        f"{path}/tracks/{other}/cover", f"{path}/tracks/{id_of('track Hidden Song')}/playback",
        f"{path}/tracks/{AIRBAG}/files/aac-96.mp4", f"{path}/tracks/{AIRBAG}/files/opus-96/0.m4s",
        f"{path}/tracks/{AIRBAG}/files/flac.mp4/x/y", f"{path}/tracks/{AIRBAG}/files/..%2fx",
        f"{path}/tracks/{AIRBAG}", f"{path}/{AIRBAG}", f"{path}/anything", f"{path}x", "share",
    ):  # fmt: skip
        assert (await stranger.get(wrong)).status_code == 404, wrong
    assert (await stranger.get(f"{path}/cover?size=x")).status_code == 400
    assert (await stranger.post(path)).status_code == 405


async def test_files_are_handed_out_if_the_share_says_so(
    stranger: httpx.AsyncClient, house: House, make: Made
) -> None:
    made = make(ALBUM)
    place = f"{made['path']}/tracks/{AIRBAG}/download"
    assert (await stranger.get(place)).status_code == 403
    assert told(await stranger.get(made["path"]))["downloads"] is False
    change(house, made, downloads=True)
    assert (await stranger.get(place)).status_code == 200
    assert told(await stranger.get(made["path"]))["downloads"] is True


async def test_what_is_over_says_so(stranger: httpx.AsyncClient, house: House, make: Made) -> None:
    ended, gone = make(ALBUM, lasts_ms=1_000), make(ALBUM)
    sound = f"tracks/{AIRBAG}/files/original"
    assert (await stranger.get(f"{ended['path']}/{sound}")).status_code == 200
    house.clock.advance(1_000)
    change(house, gone, "DELETE")
    for made, state, words in (
        (ended, "ended", "This share has ended"),
        (gone, "withdrawn", "Not shared any more"),
    ):
        page = await stranger.get(made["path"])
        assert page.status_code == 410
        assert f'data-state="{state}"' in page.text
        assert words in page.text
        assert "OK Computer" not in page.text
        for path in (sound, f"tracks/{AIRBAG}/playback", "cover"):
            assert (await stranger.get(f"{made['path']}/{path}")).status_code == 410
        framed = await stranger.get(f"{made['path']}/embed")
        assert "frame-ancestors *" in framed.headers["content-security-policy"]
        assert 'data-form="embed"' in framed.text
    unknown = await stranger.get(gone["path"][:-1])
    assert (unknown.status_code, 'data-state="unknown"' in unknown.text) == (404, True)


async def test_only_the_small_player_may_be_framed(stranger: httpx.AsyncClient, make: Made) -> None:
    made = make(ALBUM)
    framed = await stranger.get(f"{made['path']}/embed")
    assert "frame-ancestors *" in framed.headers["content-security-policy"]
    assert 'data-form="embed"' in framed.text
    for path in ("", f"/tracks/{AIRBAG}/playback"):
        policy = (await stranger.get(made["path"] + path)).headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy


async def test_oembed_tells_how_to_show_it(stranger: httpx.AsyncClient, make: Made) -> None:
    made = make(ODD)
    url = f"{BASE}/{made['path']}"
    page = await stranger.get(made["path"])
    (link,) = re.findall(r'<link rel="alternate"[^>]* href="([^"]+)"', page.text)
    answer = await stranger.get(html.unescape(link))
    found = answer.json()
    assert (found["type"], found["version"], found["title"]) == ("rich", "1.0", 'Quotes "Inside"')
    assert (found["width"], found["height"]) == (640, 380)
    assert found["html"].startswith(f'<iframe src="{url}/embed" width="640" height="380"')
    assert 'title="Quotes &quot;Inside&quot;"' in found["html"]
    assert found["thumbnail_url"].startswith(f"{url}/cover?")
    assert answer.headers["access-control-allow-origin"] == "*"
    small = await stranger.get("oembed", params={"url": url, "maxwidth": "300", "maxheight": "1"})
    assert (small.json()["width"], small.json()["height"]) == (300, 120)
    for wrong, status in (
        ({}, 404), ({"url": "https://other.example/share/x"}, 404), ({"url": f"{BASE}/x"}, 404),
        ({"url": url + "x"}, 404), ({"url": url, "format": "xml"}, 501),
        ({"url": url, "maxwidth": "wide"}, 400),
    ):  # fmt: skip
        assert (await stranger.get("oembed", params=wrong)).status_code == status, wrong
    assert quote(url, safe="") in link


async def test_it_ends_with_its_owner(
    stranger: httpx.AsyncClient, house: House, make: Made
) -> None:
    made = make(ALBUM)
    house.people.users["alice"] = replace(house.people.users["alice"], disabled=True)
    assert (await stranger.get(made["path"])).status_code == 404
    assert (await stranger.get(f"{made['path']}/tracks/{AIRBAG}/playback")).status_code == 404
    assert (await stranger.get("oembed", params={"url": made["url"]})).status_code == 404
