"""The media door over real sockets, alone and behind a gateway."""

import asyncio
import os
import re

import httpx
import pytest
from tests.gateway.media.conftest import MUSIC, Doors

from philomel.services.media.contract import SignStream, StreamFormat

SIZE = len(MUSIC)


async def test_the_whole_file(doors: Doors) -> None:
    answer = await doors.get(await doors.sign())
    assert answer.status_code == 200
    assert answer.content == MUSIC
    headers = answer.headers
    assert headers["content-type"] == "audio/flac"
    assert headers["content-length"] == str(SIZE)
    assert headers["accept-ranges"] == "bytes"
    assert headers["cache-control"] == "private, no-cache"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["access-control-allow-origin"] == "*"
    assert re.fullmatch(r'"[^"]+"', headers["etag"])
    assert headers["last-modified"].endswith("GMT")
    assert headers["x-content-duration"] == "180.000"


@pytest.mark.parametrize(
    ("header", "start", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-65535", 0, 65536),
        ("bytes=65535-200000", 65535, 200001),
        ("bytes=299999-", SIZE - 1, SIZE),
        ("bytes=-10", SIZE - 10, SIZE),
        ("bytes=5-9,8-12", 5, 13),
    ],
)
async def test_one_range(doors: Doors, header: str, start: int, stop: int) -> None:
    answer = await doors.get(await doors.sign(), {"range": header})
    assert answer.status_code == 206
    assert answer.headers["content-range"] == f"bytes {start}-{stop - 1}/{SIZE}"
    assert answer.headers["content-length"] == str(stop - start)
    assert answer.content == MUSIC[start:stop]


async def test_several_ranges(doors: Doors) -> None:
    answer = await doors.get(await doors.sign(), {"range": "bytes=-5, 0-1, 100000-170000"})
    assert answer.status_code == 206
    kind, _, boundary = answer.headers["content-type"].partition("; boundary=")
    assert kind == "multipart/byteranges"
    assert len(answer.content) == int(answer.headers["content-length"])
    parts = answer.content.split(b"\r\n--" + boundary.encode())
    assert parts[0] == b""
    assert parts[-1] == b"--\r\n"
    found = []
    for part in parts[1:-1]:
        head, _, body = part.partition(b"\r\n\r\n")
        assert b"Content-Type: audio/flac" in head
        where = re.search(rb"Content-Range: bytes (\d+)-(\d+)/(\d+)", head)
        assert where is not None
        start, last, size = map(int, where.groups())
        assert size == SIZE
        assert body == MUSIC[start : last + 1]
        found.append((start, last))
    assert found == [(SIZE - 5, SIZE - 1), (0, 1), (100000, 170000)]


async def test_ranges_outside(doors: Doors) -> None:
    answer = await doors.get(await doors.sign(), {"range": f"bytes={SIZE}-"})
    assert answer.status_code == 416
    assert answer.headers["content-range"] == f"bytes */{SIZE}"
    assert answer.json()["error"]["code"] == "range_not_satisfiable"


@pytest.mark.parametrize("header", ["bytes=5-4", "items=0-1", "bytes=" + "0-0,200-200," * 500])
async def test_nonsense_brings_everything(doors: Doors, header: str) -> None:
    answer = await doors.get(await doors.sign(), {"range": header})
    # Half a thousand times the same two ranges are two ranges.
    assert answer.status_code in {200, 206}
    if answer.status_code == 200:
        assert answer.content == MUSIC


async def test_head(doors: Doors) -> None:
    path = await doors.sign()
    full = await doors.get(path)
    answer = await doors.get(path, {"range": "bytes=0-5"}, method="HEAD")
    assert answer.status_code == 200
    assert answer.content == b""
    for name in ("content-length", "content-type", "etag", "last-modified", "accept-ranges"):
        assert answer.headers[name] == full.headers[name]


async def test_if_range(doors: Doors) -> None:
    path = await doors.sign()
    full = await doors.get(path)
    for validator in (full.headers["etag"], full.headers["last-modified"]):
        answer = await doors.get(path, {"range": "bytes=0-5", "if-range": validator})
        assert answer.status_code == 206
    for validator in ('"other"', "W/" + full.headers["etag"], "Thu, 01 Jan 1970 00:00:00 GMT"):
        answer = await doors.get(path, {"range": "bytes=0-5", "if-range": validator})
        assert answer.status_code == 200
        assert answer.content == MUSIC


async def test_a_changed_file_is_not_glued_to_the_old_one(doors: Doors) -> None:
    path = await doors.sign()
    etag = (await doors.get(path, method="HEAD")).headers["etag"]
    doors.house.source("Ä/song.flac", b"other" * 1000)
    answer = await doors.get(path, {"range": "bytes=100-", "if-range": etag})
    assert (answer.status_code, answer.content) == (200, b"other" * 1000)


async def test_conditions(doors: Doors) -> None:
    path = await doors.sign()
    full = await doors.get(path)
    etag = full.headers["etag"]
    for headers in ({"if-none-match": etag}, {"if-modified-since": full.headers["last-modified"]}):
        answer = await doors.get(path, headers)
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["etag"] == etag
    assert (await doors.get(path, {"if-match": '"x"'})).status_code == 412
    assert (await doors.get(path, {"if-match": etag})).status_code == 200


async def test_a_cover_may_be_kept_by_everybody(doors: Doors) -> None:
    answer = await doors.get(await doors.sign_cover())
    assert answer.content == b"a picture"
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


async def test_a_download_has_a_name(doors: Doors) -> None:
    path = await doors.sign(SignStream(doors.source.asset_id, download='Bj\r\nörk "x".flac'))
    answer = await doors.get(path)
    assert answer.headers["content-disposition"] == (
        "attachment; filename=\"Bj_rk _x_.flac\"; filename*=UTF-8''Bj%C3%B6rk%20_x_.flac"
    )


async def test_browsers_of_other_sites_may_ask(doors: Doors) -> None:
    answer = await doors.get(await doors.sign(), {"origin": "https://x"}, method="OPTIONS")
    assert answer.status_code == 204
    assert "range" in answer.headers["access-control-allow-headers"]


async def test_other_methods_are_refused(doors: Doors) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        answer = await doors.get(await doors.sign(), method=method)
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, OPTIONS")


async def test_a_vanished_file_and_an_unmounted_folder(doors: Doors) -> None:
    path = await doors.sign()
    (doors.house.root / "Ä" / "song.flac").unlink()
    answer = await doors.get(path)
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "media.asset_not_found"
    doors.house.root.rename(doors.house.root.with_name("away"))
    assert (await doors.get(path)).status_code == 503


async def test_a_link_out_of_the_library_is_not_followed(doors: Doors) -> None:
    path = await doors.sign()
    song = doors.house.root / "Ä" / "song.flac"
    song.unlink()
    song.symlink_to("/etc/passwd")
    assert (await doors.get(path)).status_code == 404
    song.unlink()
    os.mkfifo(song)
    assert (await doors.get(path)).status_code == 404


async def test_unsigned_expired_and_changed_addresses(doors: Doors) -> None:
    path = await doors.sign()
    plain = path.partition("?")[0]
    bad = [plain, plain + "?", path + "&x=1", path.replace("e=", "e=9"), path[:-2], "/media/"]
    for changed in (*bad, "/media/stream/" + "x" * 22):
        answer = await doors.get(changed)
        assert answer.status_code == 401, changed
        assert answer.json()["error"]["code"] == "media.bad_signature"
    doors.house.clock.advance(3 * 24 * 3600_000)
    assert (await doors.get(path)).status_code == 401


@pytest.mark.parametrize(
    "change",
    [
        (b"/stream/", b"/stream/..%2fstream/"),
        (b"/stream/", b"/stream/%2e%2e/stream/"),
        (b"/stream/", b"/stream/../stream/"),
        (b"/stream/", b"/stream/..%5cstream/"),
        (b"/stream/", b"/stream/%252e%252e/stream/"),
        (b"/stream/", b"/%73tream/"),
        (b"/stream/", b"//stream/"),
        (b"/stream/", b"/stream/%00"),
        (b"/stream/", b"/stream/\xef\xbc\x8e\xef\xbc\x8e/"),
        (b"/stream/", b"/stream/%ef%bc%8e%ef%bc%8e/"),
        (b"/stream/", b"/stream/%c0%ae%c0%ae/"),
        (b"/stream/", b"/stream/../../../../etc/passwd"),
        (b"/stream/", b"/stream/" + b"x" * 20_000),
        (b"/stream/", b"/stream/http://169.254.169.254/"),
    ],
)
async def test_encoded_ways_out(doors: Doors, change: tuple[bytes, bytes]) -> None:
    path = (await doors.sign()).encode().replace(*change)
    assert await doors.status_of(path) in {400, 401, 404, 414}


async def test_a_transcode_comes_as_it_is_made(doors: Doors) -> None:
    doors.drips.drop(b"one ")
    async with doors.client.stream("GET", await doors.sign_transcode()) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "audio/mpeg"
        assert answer.headers["accept-ranges"] == "none"
        assert answer.headers["transfer-encoding"] == "chunked"
        assert "content-length" not in answer.headers
        chunks = answer.aiter_raw()
        assert await anext(chunks) == b"one "
        doors.drips.drop(b"two")
        assert await anext(chunks) == b"two"
        doors.drips.finish()
        assert [chunk async for chunk in chunks] == []
    await doors.drips.closed.wait()
    assert doors.drips.open_now == 0


async def test_a_transcode_has_no_ranges(doors: Doors) -> None:
    doors.drips.drop(b"one")
    doors.drips.finish()
    answer = await doors.get(await doors.sign_transcode(), {"range": "bytes=1-1"})
    assert (answer.status_code, answer.content) == (200, b"one")


async def test_head_of_a_transcode_starts_nothing(doors: Doors) -> None:
    answer = await doors.get(await doors.sign_transcode(), method="HEAD")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "audio/mpeg"
    assert doors.drips.opened == 0


async def test_a_listener_who_leaves_ends_the_transcode(doors: Doors) -> None:
    doors.drips.drop(b"one")
    path = (await doors.sign_transcode()).encode()
    reader, writer = await doors.raw(b"GET " + path + b" HTTP/1.1\r\nHost: x\r\n\r\n")
    await reader.readuntil(b"one")
    assert doors.drips.open_now == 1
    writer.close()
    async with asyncio.timeout(5):
        await doors.drips.closed.wait()
    assert doors.drips.open_now == 0


async def test_a_listener_who_leaves_before_the_first_byte(doors: Doors) -> None:
    path = (await doors.sign_transcode()).encode()
    _, writer = await doors.raw(b"GET " + path + b" HTTP/1.1\r\nHost: x\r\n\r\n")
    async with asyncio.timeout(5):
        while not doors.drips.open_now:
            await asyncio.sleep(0.005)  # the other end of a socket
        writer.close()
        await doors.drips.closed.wait()


async def test_what_cannot_be_decoded(doors: Doors) -> None:
    answer = await doors.get(await doors.sign_transcode(33))
    assert answer.status_code == 415
    assert answer.json()["error"]["code"] == "media.undecodable"
    doors.drips.drop(b"one")
    with pytest.raises(httpx.RemoteProtocolError):
        await doors.get(await doors.sign_transcode(34))
    assert doors.drips.open_now == 0


async def test_too_many_transcodes_are_sent_away(doors: Doors) -> None:
    # One listener has one of the two places here.
    path = await doors.sign_transcode()
    doors.drips.drop(b"one")
    async with doors.client.stream("GET", path) as first:
        chunks = first.aiter_raw()
        await anext(chunks)
        second = await doors.get(path)
        assert second.status_code == 429, second.text
        assert int(second.headers["retry-after"]) >= 1
        assert second.json()["error"]["code"] == "media.too_many_streams"
        # The original is no transcode.
        assert (await doors.get(await doors.sign())).status_code == 200
        del chunks
    async with asyncio.timeout(5):
        await doors.drips.closed.wait()
    doors.drips.drop(b"one")
    doors.drips.finish()
    assert (await doors.get(path)).status_code == 200


async def test_a_slow_reader_holds_the_bytes_back(doors: Doors) -> None:
    path = (await doors.sign_transcode()).encode()
    reader, writer = await doors.raw(b"GET " + path + b" HTTP/1.1\r\nHost: x\r\n\r\n")
    writer.transport.pause_reading()  # type: ignore[attr-defined]  # of the stream's own
    for _ in range(400):
        doors.drips.drop(bytes(256 << 10))
    async with asyncio.timeout(10):
        before = -1
        while before != (left := doors.drips._drops.qsize()):
            before = left
            await asyncio.sleep(0.3)  # nothing moves any more when it stays equal
    assert left > 200
    del reader
    writer.close()
    async with asyncio.timeout(5):
        await doors.drips.closed.wait()


async def test_parts_are_passed_on_when_asked_for_by_http_1_0(doors: Doors) -> None:
    path = (await doors.sign()).encode()
    reader, writer = await doors.raw(b"GET " + path + b" HTTP/1.0\r\nRange: bytes=0-9\r\n\r\n")
    answer = await reader.read()
    assert answer.startswith(b"HTTP/1.1 206")
    assert answer.endswith(MUSIC[:10])
    writer.close()


async def test_a_media_role_that_is_away_and_comes_back(doors: Doors) -> None:
    assert doors.upstream is not None
    if doors.upstream.url == doors.url:
        pytest.skip("there is no gateway before it")
    path = await doors.sign(SignStream(doors.source.asset_id, StreamFormat.OPUS))
    await doors.upstream.stop()
    async with asyncio.timeout(5):
        answer = await doors.get(path)
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) >= 1
