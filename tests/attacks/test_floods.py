"""More than the server can do at once: it says so, and goes on serving."""

import asyncio
import socket
import time
from collections import Counter
from contextlib import AsyncExitStack
from io import BytesIO

import httpx
from PIL import Image
from tests.attacks.conftest import Target
from tests.media.files import make

from philomel.services.media.contract import Settings

STREAMS = 200
BROWSING_SECONDS = 5.0
HTML = b"<!doctype html><script>alert(1)</script>"


async def test_two_hundred_transcodes_at_once(target: Target) -> None:
    """Few are made, the others hear 429, others' players still get theirs, browsing goes on."""
    song = target.song("Long Note")["id"]
    limits = httpx.Limits(max_connections=STREAMS + 20)
    async with (
        httpx.AsyncClient(base_url=target.url, timeout=120, limits=limits) as http,
        AsyncExitStack() as open_streams,
    ):

        def address(login: str, number: int) -> str:
            # Another offset each: nothing can be shared between them.
            return f"/rest/stream?{login}&id={song}&format=mp3&timeOffset={number % 60}"

        async def play(number: int) -> int:
            request = http.build_request("GET", address(target.login, number))
            answer = await http.send(request, stream=True)
            open_streams.push_async_callback(answer.aclose)
            return answer.status_code

        async def browse() -> float:
            started = time.monotonic()
            for path in (f"/rest/search3?{target.bert}&query=bull", "/healthz"):
                assert (await http.get(path)).status_code == 200
            return time.monotonic() - started

        playing = [asyncio.create_task(play(number)) for number in range(STREAMS)]
        slowest = 0.0
        while not all(task.done() for task in playing):
            slowest = max(slowest, await browse())
            await asyncio.wait(playing, timeout=0.1)
        statuses = Counter(task.result() for task in playing)
        assert {*statuses} <= {200, 429}
        assert statuses[200] >= 1
        assert slowest < BROWSING_SECONDS
        # Those who were let in do not keep another listener out.
        other = await http.send(http.build_request("GET", address(target.bert, 0)), stream=True)
        open_streams.push_async_callback(other.aclose)
        assert other.status_code == 200
        assert target.shape.operator.done("user", "list")
    assert Settings().max_transcodes < STREAMS
    again = target.http.get(address(target.login, 0))
    assert again.status_code == 200
    target.assert_well()


def test_five_hundred_connections_that_say_nothing(target: Target) -> None:
    idle = [socket.create_connection(("127.0.0.1", target.port), timeout=10) for _ in range(500)]
    try:
        for number, connection in enumerate(idle):
            connection.sendall(
                (b"", b"GET /", b"POST /sign-in HTTP/1.1\r\nHost: a\r\n")[number % 3]
            )
        started = time.monotonic()
        target.assert_well()
        assert time.monotonic() - started < BROWSING_SECONDS
    finally:
        for connection in idle:
            connection.close()
    target.assert_well()


def test_pictures_that_are_none(target: Target) -> None:
    """A flood of pixels, a script in a picture's clothes: none is shown, and a good one is."""
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    flood = bytearray(png(8))
    flood[16:24] = (60_000).to_bytes(4, "big") * 2
    gif = BytesIO()
    Image.new("P", (2, 2)).save(gif, "GIF")
    traps = {"a-svg": svg, "b-html": HTML + png(8), "c-flood": bytes(flood), "d-cut": png(64)[:70],
             "e-gif": gif.getvalue()[:10] + HTML}  # fmt: skip
    folder = target.music / "pictures"
    for number, (name, data) in enumerate({**traps, "z-good": png(120)}.items()):
        make(folder / name / "1.ogg", {"title": name, "artist": "Painter", "album": name},
             frequency=300.0 + 30 * number)  # fmt: skip
        (folder / name / "cover.jpg").write_bytes(data)
    operator = target.shape.operator
    operator.done("scan", "--path", str(folder))
    until = time.monotonic() + 60
    while "coverArt" not in target.song("z-good"):
        assert time.monotonic() < until
        time.sleep(0.05)  # between two looks; what is waited for is the picture
    for name in (*traps, "z-good"):
        answer = target.http.get(
            f"/rest/getCoverArt?{target.login}&id={target.song(name)['id']}&size=100000"
        )
        assert answer.headers["content-type"] in {"image/jpeg", "image/png"}
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert b"script" not in answer.content
        Image.open(BytesIO(answer.content)).verify()
        assert len(answer.content) < 100_000
    target.assert_well()


def png(size: int) -> bytes:
    made = BytesIO()
    Image.new("RGB", (size, size), (9, 99, 199)).save(made, "PNG")
    return made.getvalue()
