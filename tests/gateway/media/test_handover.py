"""Untouched files may be left to nginx, which says that it can and is trusted."""

from typing import Any

import pytest
from litestar.types import HTTPScope
from tests.gateway.media.conftest import MUSIC, Doors

from philomel.gateway.delivery.handover import Handover
from philomel.gateway.public import Public

CAN = {"X-Sendfile-Type": "X-Accel-Redirect"}
TRUSTING = Public(trusted_proxies=("192.0.2.1",))


def _scope(peer: str = "192.0.2.1", offer: bytes = b"X-Accel-Redirect") -> HTTPScope:
    scope: Any = {
        "type": "http",
        "headers": [(b"x-sendfile-type", offer)],
        "client": (peer, 5000),
        "state": {},
    }
    found: HTTPScope = scope
    return found


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (b"a/b.flac", b"/files/a/b.flac"),
        (b"100%25.flac", b"/files/100%2525.flac"),
        (b"a\r\nX: y?#;\x00.ogg", b"/files/a%0D%0AX%3A%20y%3F%23%3B%00.ogg"),
        ("é".encode() + b"\xff", b"/files/%C3%A9%FF"),
        (b"..a/...", b"/files/..a/..."),
        (b"../b.flac", None),
        (b"a/../../b.flac", None),
        (b"a//b.flac", None),
        (b"./b.flac", None),
        (b"", None),
    ],
)
def test_every_byte_of_a_path_is_spelled_out(path: bytes, place: bytes | None) -> None:
    handover = Handover(TRUSTING, ("/files/=/srv/music/",))
    assert handover.place(b"/srv/music\0" + path, _scope()) == place


def test_other_folders_and_other_peers_are_ours_to_serve() -> None:
    handover = Handover(TRUSTING, ("/files/=/srv/music",))
    for root in (b"/srv/musical", b"/srv", b"/srv/music/more", b"s3://bucket", b""):
        assert handover.place(root + b"\0a.flac", _scope()) is None
    assert handover.place(b"/srv/music\0a.flac", _scope(peer="192.0.2.2")) is None
    assert handover.place(b"/srv/music\0a.flac", _scope(offer=b"X-Sendfile")) is None
    assert Handover(TRUSTING, ()).place(b"/srv/music\0a.flac", _scope()) is None


async def test_the_proxy_is_told_where_the_file_is(doors: Doors) -> None:
    told = await doors.get(await doors.sign(), CAN)
    assert told.status_code == 200
    assert told.headers["x-accel-redirect"] == "/files/%C3%84/song.flac"
    assert told.headers["content-type"] == "audio/flac"
    assert told.content == b""
    whole = await doors.get(await doors.sign())
    assert ("x-accel-redirect" in whole.headers, whole.content) == (False, MUSIC)


async def test_what_is_no_file_of_a_library_is_not_handed_over(doors: Doors) -> None:
    cover = await doors.get(await doors.sign_cover(), CAN)
    assert ("x-accel-redirect" in cover.headers, cover.content) == (False, b"a picture")
    path = await doors.sign()
    unsigned = await doors.get(path.replace("&s=", "&s=x"), CAN)
    assert (unsigned.status_code, "x-accel-redirect" in unsigned.headers) == (401, False)
    song = doors.house.root / "Ä" / "song.flac"
    outside = song.rename(doors.house.root.parent / "outside.flac")
    song.symlink_to(outside)
    linked = await doors.get(path, CAN)
    assert (linked.status_code, "x-accel-redirect" in linked.headers) == (404, False)


async def test_a_cache_asks_whether_it_may_answer(doors: Doors) -> None:
    path = await doors.sign_cover()

    async def asked(**headers: str) -> int:
        return (await doors.get("/media/check", headers)).status_code

    assert await asked(**{"X-Original-URI": path}) == 204
    assert await asked(**{"X-Original-URI": await doors.sign()}) == 204
    assert await asked(**{"X-Original-URI": path + "x"}) == 403
    assert await asked(**{"X-Original-URI": path.partition("?")[0]}) == 403
    assert await asked(**{"X-Original-URI": "/"}) == 403
    assert await asked() == 403
