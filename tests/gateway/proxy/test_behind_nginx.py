"""What people and their clients do, through the proxy: every address they are given leads back."""

import base64
import hashlib
import html
import os
import re
import time
import urllib.parse
from typing import Any

import httpx
from tests.gateway.proxy.conftest import AWKWARD, Behind

PASSWORD = "a nightingale sang"


def links(page: str) -> set[str]:
    found = re.findall(r'(?:href|src|action)="([^"#]+)"', page)
    return {html.unescape(link) for link in found}


def test_setting_up_stays_at_its_address(behind: Behind) -> None:
    link = behind.process.done("setup-link")
    assert link["links"][0].startswith(f"{behind.url}/setup?token=")
    page = behind.browser.get(link["links"][0])
    assert page.status_code == 200
    assert all(each.startswith(f"{behind.prefix}/") for each in links(page.text))
    form = {"token": link["token"], "name": "anna", "password": PASSWORD}
    done = behind.browser.post(f"{behind.url}/setup", data=form, headers={"Origin": origin(behind)})
    assert (done.status_code, done.headers["location"]) == (303, f"{behind.prefix}/")
    cookie = done.headers["set-cookie"]
    assert f"Path={behind.prefix or '/'};" in cookie
    assert "Secure" in cookie
    home = behind.browser.get(f"{behind.url}/server")
    assert "anna" in home.text
    for each in links(home.text):
        # Forms only take what is posted; where no web player was built, `/` leads here.
        told = behind.browser.get(urllib.parse.urljoin(behind.url, each))
        assert told.status_code in {200, 303, 405}, each
    made = behind.browser.post(f"{behind.url}/players", data={"label": "phone"})
    address, _, _, api_key = re.findall(r"<code[^>]*>([^<]+)</code>", made.text)[:4]
    assert address == behind.url
    behind.kept["api_key"] = api_key
    behind.process.done("library", "add", str(behind.music))
    assert behind.process.done("scan")["added"] == 4


def origin(behind: Behind) -> str:
    return behind.url.removesuffix(behind.prefix)


def test_signing_out_and_in_leads_to_where_one_was(behind: Behind) -> None:
    out = behind.browser.post(f"{behind.url}/sign-out")
    assert out.headers["location"] == f"{behind.prefix}/"
    assert "philomel_session" not in behind.browser.cookies
    form = {"name": "anna", "password": PASSWORD, "next": "/scan"}
    into = behind.browser.post(f"{behind.url}/sign-in", data=form)
    assert into.headers["location"] == f"{behind.prefix}/scan"
    assert behind.browser.get(urllib.parse.urljoin(behind.url, into.headers["location"])).is_success
    # Another site's form changes nothing, whatever it says of where it comes from.
    for name in ("Origin", "X-Forwarded-Host"):
        headers = {"Origin": "https://evil.example", name: "https://evil.example"}
        told = behind.browser.post(f"{behind.url}/sign-out", headers=headers)
        assert told.status_code == 403


def test_a_program_is_let_in(behind: Behind) -> None:
    found = f"{origin(behind)}/.well-known/oauth-authorization-server{behind.prefix}"
    metadata = behind.browser.get(found).json()
    also = behind.browser.get(f"{behind.url}/.well-known/oauth-authorization-server").json()
    assert metadata == also
    assert metadata["issuer"] == behind.url
    app = behind.process.done("app", "add", "radio", "--redirect-uri", "http://127.0.0.1/back")
    verifier = "v" * 50
    digest = hashlib.sha256(verifier.encode()).digest()
    query = {
        "response_type": "code",
        "client_id": app["client_id"],
        "redirect_uri": "http://127.0.0.1/back",
        "scope": "user-library-read",
        "state": "s",
        "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
        "code_challenge_method": "S256",
    }
    with httpx.Client(verify=behind.trust) as stranger:
        asked = stranger.get(metadata["authorization_endpoint"], params=query)
        assert asked.headers["location"].startswith(f"{behind.prefix}/sign-in?next=%2Fauthorize%3F")
    page = behind.browser.get(metadata["authorization_endpoint"], params=query)
    fields = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.text)
    form = {name: html.unescape(value) for name, value in fields} | {"decision": "approve"}
    (action,) = re.findall(r'action="([^"]+/authorize|/authorize)"', page.text)
    sent = behind.browser.post(urllib.parse.urljoin(behind.url, action), data=form)
    back = urllib.parse.urlsplit(sent.headers["location"])
    answer = dict(urllib.parse.parse_qsl(back.query))
    assert (answer["state"], answer["iss"]) == ("s", behind.url)
    tokens = behind.browser.post(
        metadata["token_endpoint"],
        data={
            "grant_type": "authorization_code",
            "code": answer["code"],
            "redirect_uri": query["redirect_uri"],
            "code_verifier": verifier,
        },
        auth=(app["client_id"], app["client_secret"]),
    ).json()
    behind.kept["token"] = tokens["access_token"]


def test_pages_of_the_web_api_lead_to_each_other(behind: Behind) -> None:
    bearer = {"Authorization": f"Bearer {behind.kept['token']}"}

    def ask(url: str) -> Any:
        answer = behind.browser.get(url, headers=bearer)
        assert answer.status_code == 200, answer.text
        return answer.json()

    album = ask(f"{behind.url}/v1/search?q=reed+beds&type=album")["albums"]["items"][0]
    assert album["href"] == f"{behind.url}/v1/albums/{album['id']}"
    assert ask(album["href"])["name"] == "Reed Beds"
    names, url = [], f"{album['href']}/tracks?limit=1"
    while url:
        page = ask(url)
        assert page["href"].startswith(f"{behind.url}/v1/")
        names += [item["name"] for item in page["items"]]
        url = page["next"]
    assert len(names) == len(set(names)) == 4
    deadline = time.monotonic() + 30
    while not (pictures := ask(album["href"])["images"]):  # covers come after a scan
        assert time.monotonic() < deadline
        time.sleep(0.1)
    picture = pictures[0]["url"]
    assert picture.startswith(f"{behind.url}/media/cover/")
    behind.kept["cover"] = picture


def test_untouched_files_are_sent_by_the_proxy(behind: Behind) -> None:
    song = behind.song("Dawn Chorus")
    original = (behind.music / "The Warblers" / "1.flac").read_bytes()
    url = behind.rest_url("stream", id=song["id"])
    whole = behind.browser.get(url)
    assert (whole.status_code, whole.content == original) == (200, True)
    assert whole.headers["content-type"] == "audio/flac"
    # Philomel's own answers name their request: this one is nginx's.
    assert "x-request-id" not in whole.headers
    assert not [name for name in whole.headers if name.startswith("x-accel")]
    assert whole.headers["access-control-allow-origin"] == "*"
    assert abs(float(whole.headers["x-content-duration"]) - 6.0) < 0.2
    for wanted, start, stop in (("bytes=100-1099", 100, 1100), ("bytes=-500", -500, None)):
        part = behind.browser.get(url, headers={"Range": wanted})
        assert (part.status_code, part.content) == (206, original[start:stop])
    again = {"Range": "bytes=0-9", "If-Range": whole.headers["etag"]}
    assert behind.browser.get(url, headers=again).content == original[:10]
    known = behind.browser.get(url, headers={"If-None-Match": whole.headers["etag"]})
    assert known.status_code == 304
    head = behind.browser.head(url)
    assert (head.status_code, int(head.headers["content-length"])) == (200, len(original))
    beyond = behind.browser.get(url, headers={"Range": f"bytes={len(original)}-"})
    assert beyond.status_code == 416


def test_a_file_with_an_awkward_name_is_found(behind: Behind) -> None:
    song = behind.song("Awkward")
    original = (os.fsencode(behind.music / "The Warblers") + b"/") + AWKWARD
    with open(original, "rb") as file:  # noqa: PTH123  # a name of bytes
        content = file.read()
    for method in ("stream", "download"):
        told = behind.browser.get(behind.rest_url(method, id=song["id"]))
        assert (told.status_code, told.content == content) == (200, True)
        assert "x-request-id" not in told.headers


def test_nobody_reaches_the_files_by_their_place(behind: Behind) -> None:
    for path in ("/philomel-files/The%20Warblers/1.flac", "/philomel-files/../songs/1.flac"):
        for base in (origin(behind), behind.url):
            assert behind.browser.get(base + path).status_code == 404
    # Around the proxy the bytes come as ever; only a trusted one is told where they lie.
    song = behind.song("Dawn Chorus")
    path = "/rest/stream?" + behind.rest_url("stream", id=song["id"]).partition("?")[2]
    told = behind.direct(path)
    assert "x-accel-redirect" not in told.headers
    assert len(told.content) == (behind.music / "The Warblers" / "1.flac").stat().st_size


def test_a_link_out_of_the_library_is_not_followed(behind: Behind) -> None:
    """Also when it takes the place of a file after the scan."""
    song = behind.song("Quiet Marsh")
    path = behind.music / "The Warblers" / "3.flac"
    aside = path.rename(behind.music.parent / "aside.flac")
    path.symlink_to(aside)
    try:
        told = behind.browser.get(behind.rest_url("stream", id=song["id"]))
        assert told.json()["subsonic-response"]["status"] == "failed"
    finally:
        aside.rename(path)


def test_a_transcode_comes_through(behind: Behind) -> None:
    song = behind.song("Evening Reed")
    told = behind.browser.get(
        behind.rest_url("stream", id=song["id"], format="mp3", maxBitRate=96, timeOffset=2)
    )
    assert (told.status_code, told.headers["content-type"]) == (200, "audio/mpeg")
    assert 20_000 < len(told.content) < 80_000


def test_the_cache_serves_everybody_who_may_and_nobody_else(behind: Behind) -> None:
    url = behind.kept["cover"]
    first, second = behind.browser.get(url), httpx.get(url, verify=behind.trust)
    assert (first.status_code, first.headers["x-cache"]) == (200, "MISS")
    assert (second.status_code, second.headers["x-cache"]) == (200, "HIT")
    assert second.content == first.content
    part = behind.browser.get(url, headers={"Range": "bytes=2-9"})
    assert (part.status_code, part.content) == (206, first.content[2:10])
    bare, _, query = url.partition("?")
    fields = dict(urllib.parse.parse_qsl(query))
    later = urllib.parse.urlencode({**fields, "e": str(int(fields["e"]) + 86400)})
    over = urllib.parse.urlencode({**fields, "e": "1000000000"})
    spelled = bare.replace("/cover/", "/cov%65r/")
    twice = bare.replace("/cover/", "/cover//")
    for refused in (
        bare,
        f"{bare}?{later}",
        f"{bare}?{over}",
        f"{bare}?{query[:-1]}{'A' if query[-1] != 'A' else 'B'}",
        f"{spelled}?{query}",
        f"{twice}?{query}",
        f"{bare}/?{query}",
        f"{bare.replace('-300.', '-600.') if '-300.' in bare else bare.replace('-', '-9')}?{query}",
    ):
        for headers in ({}, {"X-Original-URI": url.removeprefix(origin(behind))}):
            told = behind.browser.get(refused, headers=headers)
            assert (told.status_code in {400, 401, 403, 404}, b"JFIF" in told.content) == (
                True,
                False,
            ), refused


def test_live_events_are_not_held_back(behind: Behind) -> None:
    token = behind.process.done("token", "anna", "--scope", "*")["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    events = f"{behind.url}/api/philomel/v1/scans/events"
    # Well before the stream's own sign of life.
    with behind.browser.stream("GET", events, headers=headers, timeout=10) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        assert next(stream.iter_text()).startswith(("id:", "event:"))
    around = behind.process.url + "/api/philomel/v1/scans/events"
    with httpx.stream("GET", around, headers=headers) as stream:
        assert stream.headers["x-accel-buffering"] == "no"


def test_segments_hit_the_cache_whoever_asks(behind: Behind) -> None:
    """Two listeners, each with playlists and signatures of their own, and one copy of the bytes."""
    song = behind.song("Evening Reed")["id"]
    behind.process.done("user", "add", "bert", "--password-stdin", given=PASSWORD)
    segments: list[list[str]] = []
    for name in ("anna", "bert"):
        token = behind.process.done("token", name, "--scope", "*")["access_token"]
        told = behind.browser.get(
            f"{behind.url}/api/philomel/v1/tracks/{song}/playback",
            headers={"Authorization": f"Bearer {token}"},
        ).json()
        master = urllib.parse.urljoin(behind.url, told["hls_aac"])
        rungs = behind.browser.get(master)
        assert rungs.status_code == 200, master
        assert "x-cache" not in rungs.headers
        rung = next(line for line in rungs.text.splitlines() if line and line[0] != "#")
        playlist = urllib.parse.urljoin(master, rung)
        text = behind.browser.get(playlist).text
        lines = [line for line in text.splitlines() if line and line[0] != "#"]
        segments.append([urllib.parse.urljoin(playlist, line) for line in lines])
        original = told["files"][0]["path"]
        assert behind.browser.head(urllib.parse.urljoin(behind.url, original)).status_code == 200
    (first, *_), (second, *_) = segments
    assert first != second
    assert first.partition("?")[0] == second.partition("?")[0]
    answers = [behind.browser.get(each) for each in (first, first, second)]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert answers[0].content == answers[2].content
    assert answers[2].headers["x-cache"] == "HIT"
    for refused in (first.partition("?")[0], first[:-3] + "xyz"):
        told = behind.browser.get(refused)
        assert (told.status_code, answers[0].content in told.content) == (403, False)


def test_numbers_stay_inside(behind: Behind) -> None:
    right = {"Authorization": "Bearer sesame"}
    assert behind.browser.get(f"{behind.url}/metrics", headers=right).status_code == 404
    assert httpx.get(f"{behind.process.url}/metrics").status_code == 403
    assert httpx.get(f"{behind.process.url}/metrics", headers=right).status_code == 200
