"""Files that administrators put into a library that allows it."""

import hashlib
from pathlib import Path

import pytest
from tests.media.files import make
from tests.media.templates import png
from tests.services.catalog.house import ANNA, House

from philomel.engines.blobs import UNFINISHED, Full
from philomel.engines.blobs.annex import DiskAnnex
from philomel.kernel.caller import ANONYMOUS, OPERATOR, acting
from philomel.kernel.errors import PermissionDenied, PhilomelError, Unauthenticated
from philomel.services.catalog.contract import (
    BadLibraryPath,
    BadUpload,
    BeginUpload,
    CancelUpload,
    ChangeLibrary,
    FinishUpload,
    GetUpload,
    Library,
    LibraryReadOnly,
    SendUpload,
    Upload,
    UploadNotFound,
    UploadState,
)

TTML = (
    b"<?xml version='1.0'?><!DOCTYPE tt [<!ENTITY a 'b'>]><tt xmlns='http://www.w3.org/ns/ttml'/>"
)
JOBS = ("catalog scan", "catalog arrivals")


async def open_to_all(house: House, music: Path) -> Library:
    added = await house.add(music)
    with acting(OPERATOR):
        return await house.service.change_library(ChangeLibrary(added.name, writable=True))


async def put(house: House, library: str, path: str, data: bytes, part: int = 1000) -> Upload:
    with acting(OPERATOR):
        upload = await house.service.begin_upload(BeginUpload(library, path, len(data)))
        for start in range(upload.received, len(data), part):
            upload = await house.service.send_upload(
                SendUpload(upload.id, start, data[start : start + part])
            )
        return await house.service.finish_upload(FinishUpload(upload.id))


def left(music: Path) -> list[str]:
    return sorted(each.name for each in (music / UNFINISHED.decode()).iterdir())


async def test_what_was_sent_becomes_an_album(house: House, music: Path, tmp_path: Path) -> None:
    library = await open_to_all(house, music)
    assert library.writable
    tags = {"title": "Song", "artist": "A", "album": "X"}
    data = make(tmp_path / "song.flac", tags, seconds=2).read_bytes()
    upload = await put(house, library.id, "A/X/01 Song.flac", data)
    assert (upload.state, upload.received) == (UploadState.PLACED, len(data))
    cover = await put(house, library.name, "A/X/cover.png", png(99, 99, (1, 2, 3)))
    words = await put(house, library.name, "A/X/01 Song.lrc", b"[00:01.00]La")
    assert (music / "A/X/01 Song.flac").read_bytes() == data
    assert left(music) == []
    seen = upload

    async def read() -> bool:
        nonlocal seen
        with acting(OPERATOR):
            seen = await house.service.get_upload(GetUpload(upload.id))
        return seen.read and seen.track_id is not None

    await house.until(read, *JOBS)
    track = (await house.tracks())["Song"]
    assert (seen.track_id, seen.album_id) == (track.id, track.album and track.album.id)
    assert cover.track_id is words.track_id is None


async def test_nothing_is_written_over(house: House, music: Path, tmp_path: Path) -> None:
    library = await open_to_all(house, music)
    one = make(tmp_path / "a.mp3", {"title": "One"}).read_bytes()
    two = make(tmp_path / "b.mp3", {"title": "Two"}).read_bytes()
    await put(house, library.id, "a.mp3", one)
    again = await put(house, library.id, "a.mp3", one)
    assert again.state is UploadState.SAME
    other = await put(house, library.id, "a.mp3", two)
    assert (other.state, other.path) == (UploadState.PLACED, "a (2).mp3")
    assert (music / "a.mp3").read_bytes() == one
    assert (music / "a (2).mp3").read_bytes() == two
    assert left(music) == []


async def test_goes_on_where_it_stopped(house: House, music: Path, tmp_path: Path) -> None:
    library = await open_to_all(house, music)
    data = make(tmp_path / "a.mp3").read_bytes()
    begin = BeginUpload(library.id, "a.mp3", len(data))
    with acting(OPERATOR):
        first = await house.service.begin_upload(begin)
        await house.service.send_upload(SendUpload(first.id, 0, data[:100]))
        for wrong in (0, 50, 200):
            with pytest.raises(BadUpload, match="next byte is number 100"):
                await house.service.send_upload(SendUpload(first.id, wrong, b"x"))
        with pytest.raises(BadUpload, match="missing"):
            await house.service.finish_upload(FinishUpload(first.id))
        again = await house.service.begin_upload(begin)
        assert (again.id, again.received) == (first.id, 100)
        with pytest.raises(BadUpload, match="more than"):
            await house.service.send_upload(SendUpload(first.id, 100, data))
        await house.service.cancel_upload(CancelUpload(first.id))
        await house.service.cancel_upload(CancelUpload(first.id))
        with pytest.raises(UploadNotFound):
            await house.service.get_upload(GetUpload(first.id))
    assert left(music) == []
    # A scan does not look at what is in the making.
    await put(house, library.id, "b.mp3", data)
    with acting(OPERATOR):
        upload = await house.service.begin_upload(begin)
        await house.service.send_upload(SendUpload(upload.id, 0, data))
    assert (await house.scan()).found == 1


@pytest.mark.parametrize(
    "path",
    [
        "", "/etc/a.mp3", "../a.mp3", "a/../../b.mp3", "a/./b.mp3", "a//b.mp3", "a\\b.mp3",
        "a\0.mp3", "\n.mp3", ".hidden.mp3", ".philomel/a.mp3", "a/" * 9 + "b.mp3",
        "x" * 300 + ".mp3", "a.exe", "a", "a.html", "a.svg", ".mp3", "\ud800.mp3",
    ],
)  # fmt: skip
async def test_hostile_names(house: House, music: Path, path: str) -> None:
    library = await open_to_all(house, music)
    with acting(OPERATOR), pytest.raises((BadUpload, UnicodeEncodeError)):
        await house.service.begin_upload(BeginUpload(library.id, path, 10))
    assert left(music) == []


async def test_links_are_not_followed(house: House, music: Path, tmp_path: Path) -> None:
    library = await open_to_all(house, music)
    outside = tmp_path / "outside"
    outside.mkdir()
    (music / "link").symlink_to(outside)
    data = make(tmp_path / "a.mp3").read_bytes()
    with pytest.raises(PhilomelError, match="a link"):
        await put(house, library.id, "link/a.mp3", data)
    assert not list(outside.iterdir())


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.mp3", b"no music" * 500), ("a.flac", b"fLaC" + bytes(500)),
        ("cover.jpg", b"\xff\xd8\xff no picture"), ("a.ttml", TTML),
    ],
)  # fmt: skip
async def test_what_is_no_music_is_not_kept(
    house: House, music: Path, name: str, data: bytes
) -> None:
    library = await open_to_all(house, music)
    with pytest.raises(BadUpload):
        await put(house, library.id, name, data)
    assert left(music) == []
    assert not (music / name).exists()


async def test_only_administrators_and_only_where_allowed(house: House, music: Path) -> None:
    library = await house.add(music)
    assert not library.writable
    begin = BeginUpload(library.id, "a.mp3", 10)
    with acting(OPERATOR), pytest.raises(LibraryReadOnly):
        await house.service.begin_upload(begin)
    for caller, error in ((ANNA, PermissionDenied), (ANONYMOUS, Unauthenticated)):
        with acting(caller):
            for call in (
                house.service.change_library(ChangeLibrary(library.id, writable=True)),
                house.service.begin_upload(begin),
                house.service.send_upload(SendUpload("x", 0, b"")),
                house.service.finish_upload(FinishUpload("x")),
                house.service.get_upload(GetUpload("x")),
                house.service.cancel_upload(CancelUpload("x")),
            ):
                with pytest.raises(error):
                    await call
    with acting(OPERATOR):
        await house.service.change_library(ChangeLibrary(library.id, writable=True))
        upload = await house.service.begin_upload(begin)
        await house.service.change_library(ChangeLibrary(library.id, writable=False))
        with pytest.raises(LibraryReadOnly):
            await house.service.send_upload(SendUpload(upload.id, 0, b"0123456789"))
        with pytest.raises(LibraryReadOnly):
            await house.service.finish_upload(FinishUpload(upload.id))
        for size in (0, -1, 10**12):
            await house.service.change_library(ChangeLibrary(library.id, writable=True))
            with pytest.raises(BadUpload, match="up to"):
                await house.service.begin_upload(BeginUpload(library.id, "a.mp3", size))


async def test_a_folder_that_cannot_be_written_to(house: House, music: Path) -> None:
    (music / UNFINISHED.decode()).symlink_to("/tmp")
    library = await house.add(music)
    with acting(OPERATOR), pytest.raises(BadLibraryPath, match="a link"):
        await house.service.change_library(ChangeLibrary(library.id, writable=True))


def test_no_room(music: Path) -> None:
    annex = DiskAnnex(bytes(music))
    with pytest.raises(Full, match="has room for"):
        annex.require_room(10**18)
    assert annex.append(b"a", 0, b"abc") == 3
    assert annex.append(b"a", 2, b"abc") == 3
    digest, _ = annex.digest(UNFINISHED + b"/a")
    assert digest == hashlib.sha256(b"abc").hexdigest()
    assert annex.sweep(3600) == 0
    assert annex.sweep(0) == 1
    assert annex.size(b"a") == 0
