"""Files that are not what they seem, and ways to files that nobody may have."""

import os
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from PIL import Image
from tests.attacks.conftest import CANARY, Target
from tests.media.files import make
from tests.media.hostile import concat, hls, wav
from tests.media.templates import encode


@contextmanager
def listening() -> Iterator[tuple[int, list[str]]]:
    """A port that no part of the server has any business to call, and who did."""
    called: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as trap:

        def accept() -> None:
            while True:
                try:
                    connection, address = trap.accept()
                except OSError:
                    return
                called.append(str(address))
                connection.close()

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield trap.getsockname()[1], called
        finally:
            trap.shutdown(socket.SHUT_RDWR)
            thread.join(10)


def disguises(canary: Path, port: int) -> dict[str, bytes]:
    web = f"http://127.0.0.1:{port}/x"
    return {
        "hls-file.mp3": hls(f"file://{canary}"),
        "hls-plain.mp3": hls(str(canary)),
        "hls-web.flac": hls(f"{web}.ts"),
        "hls-concat.ogg": hls(f"concat:{canary}|{canary}"),
        "hls-subfile.opus": hls(f"subfile,,start,0,end,64,,:{canary}"),
        "hls-data.mp3": hls("data:audio/mpeg;base64,AAAA"),
        "hls-key.mp3": hls(web).replace(
            b"#EXTINF", f'#EXT-X-KEY:METHOD=AES-128,URI="{web}.key"\n#EXTINF'.encode()
        ),
        "concat.mp3": concat(str(canary)),
        "concat-web.wav": concat(web),
        "playlist.mp3": f"#EXTM3U\n{canary}\n{web}.mp3\n".encode(),
        "sdp.mp3": f"v=0\no=- 0 0 IN IP4 127.0.0.1\nm=audio {port} RTP/AVP 0\n".encode(),
        "dash.m4a": f'<MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><BaseURL>{web}</BaseURL></MPD>'
        .encode(),
        "svg.mp3": f'<svg xmlns="http://www.w3.org/2000/svg"><image href="{web}"/></svg>'.encode(),
        "channels.wav": wav(channels=65_535, data=bytes(4000)),
        "four-gigabytes.wav": wav(claimed=0xFFFFFFF0, data=b"\xff\xff" * 10)[:60],
    }  # fmt: skip


FORMATS = ("mp3", "opus", "ogg", "aac")


def test_disguised_files_reach_neither_files_nor_networks(target: Target) -> None:
    folder = target.music / "disguised"
    folder.mkdir()
    operator = target.shape.operator
    with listening() as (port, called):
        traps = disguises(target.outside / "canary.txt", port)
        for name, data in traps.items():
            (folder / name).write_bytes(data)
        told = operator.done("scan", "--path", str(folder), "--wait", "analysis")
        assert (told["phase"], told["found"]) == ("done", len(traps))
        assert CANARY not in str(told)
        for each in target.ask("search3", query="", songCount=500)["searchResult3"]["song"]:
            if Path(each["path"]).parent.name != "disguised":
                continue
            for format_ in FORMATS:
                login = f"{target.login}&id={each['id']}&format={format_}&maxBitRate=64"
                answer = target.http.get(f"/rest/stream?{login}")
                assert answer.status_code < 500
                assert CANARY.encode() not in answer.content
        assert called == []
    shutil.rmtree(folder)
    operator.done("scan", "--path", str(target.music))
    target.assert_well()


def test_a_file_that_changes_its_nature_behind_the_scan(target: Target) -> None:
    """Good when it was taken in; a playlist when it is played."""
    path = make(target.music / "turncoat.mp3", {"title": "Turncoat", "artist": "Spy"})
    operator = target.shape.operator
    operator.done("scan", "--path", str(path))
    song, status = target.song("Turncoat"), path.stat()
    with listening() as (port, called):
        for data in disguises(target.outside / "canary.txt", port).values():
            path.write_bytes(data.ljust(status.st_size, b"\n"))
            os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
            for format_ in ("opus", "mp3"):
                query = f"{target.login}&id={song['id']}&format={format_}&timeOffset=1"
                try:
                    answer = target.http.get(f"/rest/stream?{query}")
                except httpx.RemoteProtocolError:
                    continue  # broken off: it began like music
                assert answer.status_code < 500
                assert CANARY.encode() not in answer.content
        assert called == []
    path.unlink()
    operator.done("scan", "--path", str(target.music))
    target.assert_well()


def test_links_lead_nowhere(target: Target) -> None:
    """Out of the library, around in circles, and swapped in behind the scan."""
    folder, private = target.music / "links", target.outside / "private.ogg"
    folder.mkdir()
    (folder / "private.ogg").symlink_to(private)
    (folder / "outside").symlink_to(target.outside)
    (folder / "etc.mp3").symlink_to("/etc/passwd")
    (folder / "circle").symlink_to(folder)
    (folder / "dangling.mp3").symlink_to(folder / "nothing")
    (folder / "cover.jpg").symlink_to("/etc/passwd")
    os.mkfifo(folder / "pipe.mp3")
    good = make(folder / "good.ogg", {"title": "Good Link", "artist": "Chain"}, frequency=600)
    operator = target.shape.operator
    told = operator.done("scan", "--path", str(folder), "--wait", "analysis")
    assert (told["phase"], told["added"]) == ("done", 1)
    assert not target.ask("search3", query="private song")["searchResult3"].get("song")
    song = target.song("Good Link")
    # Swapped in behind the scan: the file itself, and the folder it lies in.
    good.unlink()
    good.symlink_to(private)
    assert_not_served(target, song["id"])
    shutil.rmtree(folder)
    shutil.copy2(private, target.outside / "good.ogg")
    folder.symlink_to(target.outside)
    assert_not_served(target, song["id"])
    folder.unlink()
    operator.done("scan", "--path", str(target.music))
    target.assert_well()


def test_links_into_another_library_lead_nowhere(target: Target) -> None:
    """What others may not see is not reached through a folder of one's own."""
    closed, folder = target.outside / "closed", target.music / "neighbours"
    picture = target.outside / "closed" / "cover.png"
    make(closed / "song.ogg", {"title": "Closed Song", "artist": "Neighbour"}, frequency=810)
    Image.new("RGB", (300, 300), (250, 10, 10)).save(picture)
    (closed / "song.lrc").write_text("[00:00.00]closed words")
    make(folder / "own.ogg", {"title": "Own Song", "artist": "Own"}, frequency=820)
    (folder / "theirs.ogg").symlink_to(closed / "song.ogg")
    (folder / "all").symlink_to(closed)
    (folder / "cover.png").symlink_to(picture)
    (folder / "own.lrc").symlink_to(closed / "song.lrc")
    operator = target.shape.operator
    operator.done("library", "add", str(closed), "--name", "closed")
    operator.done("library", "restrict", "closed")
    try:
        operator.done("scan", "--path", str(folder), "--wait", "analysis")
        assert not target.ask("search3", query="closed song")["searchResult3"].get("song")
        song = target.song("Own Song")
        assert "coverArt" not in song
        answer = target.http.get(f"/rest/getLyricsBySongId?{target.login}&f=json&id={song['id']}")
        assert b"closed words" not in answer.content
    finally:
        shutil.rmtree(folder)
        operator.done("library", "remove", "closed")
        operator.done("scan", "--path", str(target.music))
    target.assert_well()


def assert_not_served(target: Target, song: str) -> None:
    private = (target.outside / "private.ogg").read_bytes()
    for more in ("", "&format=opus", "&format=raw"):
        answer = target.http.get(f"/rest/stream?{target.login}&id={song}{more}")
        assert answer.content != private
        assert b"OggS" not in answer.content
        assert b'"code":70' in answer.content


@pytest.mark.parametrize(
    ("header", "statuses"),
    [
        ("bytes=" + ",".join(["0-"] * 1000), {200, 206, 416}),
        ("bytes=" + ",".join(f"{n}-{n}" for n in range(2000)), {200, 416}),
        ("bytes=0-10,5-15,10-20,0-", {200, 206}),
        ("bytes=-0", {416}),
        ("bytes=--1", {200}),
        ("bytes=-" + "9" * 400, {200, 206}),
        ("bytes=" + "9" * 400 + "-", {416}),
        ("bytes=5-1", {200}),
        ("bytes=0-18446744073709551616", {206}),
        ("bytes=0x0-0xa", {200}),
        ("lines=0-1", {200}),
        ("bytes=\xff", {200}),
    ],
)
def test_ranges_never_bring_more_than_the_file(
    target: Target, header: str, statuses: set[int]
) -> None:
    song = target.song("Bullseye")
    size = (target.music / song["path"]).stat().st_size
    for method in ("stream", "download"):
        answer = target.http.get(
            f"/rest/{method}?{target.login}&id={song['id']}",
            headers=[(b"Range", header.encode("latin-1"))],
        )
        assert answer.status_code in statuses
        assert len(answer.content) < 2 * size + 1000


def test_a_changed_address_is_worth_nothing(target: Target) -> None:
    headers = {"Authorization": f"Bearer {target.token}"}
    found = target.http.get("/v1/search?q=bull&type=album", headers=headers).json()
    (album,) = found["albums"]["items"]
    url = album["images"][0]["url"]
    assert url.startswith(target.url + "/media/")
    good = target.http.get(url)
    assert (good.status_code, good.headers["content-type"]) == (200, "image/jpeg")
    assert good.headers["x-content-type-options"] == "nosniff"
    path, _, query = url.removeprefix(target.url).partition("?")
    last = query[-1]
    changed = [
        path,
        f"{path}?",
        f"{path}?{query[:-1]}{'A' if last != 'A' else 'B'}",
        f"{path}?{query[:-4]}",
        f"{path}?{query}&exp=9999999999999",
        f"{path}?exp=9999999999999&{query}",
        f"{path}x?{query}",
        f"{path}/?{query}",
        f"{path}/../../x?{query}",
        f"{path.replace('/media/', '/media//')}?{query}",
        f"{path.replace('-', '%2d')}?{query}",
        f"{path.replace('.jpg', '.css')}?{query}",
        f"{path.upper()}?{query}",
    ]
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        changed.append(f"{path}?{query.replace(pair, f'{name}=')}")
        changed.append(f"{path}?{query.replace(pair, f'{name}=9{value}')}")
    for address in changed:
        raw = target.raw(
            b"GET " + address.encode() + b" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
            finish=False,
        )
        status = int(raw[9:12])
        assert (address, status in {400, 401, 403, 404}) == (address, True), raw[:300]
    for size in ("100000", "-1", "9" * 300, "NaN"):
        answer = target.http.get(
            f"/rest/getCoverArt?{target.login}&id=al-{album['id']}&size={size}"
        )
        assert answer.status_code == 200
        assert len(answer.content) <= 300_000


def test_names_and_tags_are_no_options(target: Target) -> None:
    """Nothing a file is called, says or is asked for becomes an argument."""
    folder = target.music / "-i"
    names = ("-f lavfi.mp3", "$(touch x).ogg", "a;b|c&d.mp3", "%s%n.ogg", "new\nline.mp3",
             "-y.flac", "concat:a|b.mp3", "pipe:0.ogg", "http:..x.mp3", "'\".ogg")  # fmt: skip
    for number, name in enumerate(names):
        make(folder / name, {"title": f"Option {number}", "artist": "-i /etc/passwd"},
             frequency=300.0 + 9 * number)  # fmt: skip
    invalid = os.fsencode(folder) + b"/\xff\xfe.mp3"
    with open(invalid, "wb") as file:  # noqa: PTH123  # a name that is no text
        file.write(encode("mp3"))
    operator = target.shape.operator
    told = operator.done("scan", "--path", str(folder), "--wait", "analysis")
    assert (told["added"], told["errors"]) == (len(names) + 1, 0)
    found = target.ask("search3", query="", songCount=500)["searchResult3"]["song"]
    mine = [song for song in found if song["path"].startswith("-i/")]
    assert len(mine) == len(names) + 1
    odd = ("-i", "lavfi", "../../x", "mp3;id", "a" * 900, "mp3%00", "MP3", "opus&x")
    for song, format_ in zip(mine, (*odd, *FORMATS), strict=False):
        query = f"{target.login}&id={song['id']}&maxBitRate=-1"
        assert target.http.get(f"/rest/stream?{query}").status_code < 500
        query = f"{target.login}&id={song['id']}&maxBitRate=64&format={format_}"
        answer = target.http.get(f"/rest/stream?{query}")
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("audio/")
        assert target.http.get(f"/rest/download?{target.login}&id={song['id']}").status_code == 200
    shutil.rmtree(os.fsencode(folder))
    operator.done("scan", "--path", str(target.music))
    target.assert_well()
