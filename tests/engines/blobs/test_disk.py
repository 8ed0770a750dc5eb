"""What only folders can do wrong."""

import asyncio
import errno
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from philomel.engines.blobs import Blobs, LinkRefused
from philomel.engines.blobs.disk import DiskBlobs, DiskFolders
from philomel.engines.blobs.rooted import RootedBlobs
from philomel.kernel.errors import FailedPrecondition, InvalidArgument, NotFound, Unavailable


@pytest.fixture
def root(tmp_path: Path) -> Path:
    path = tmp_path / "music"
    path.mkdir()
    return path


def folder(root: Path) -> Blobs:
    return DiskFolders().open(os.fsencode(root))


def keys(blobs: Blobs, below: bytes = b"") -> list[bytes]:
    return [entry.key for entry in blobs.walk(below)]


async def test_a_folder_is_read_only(root: Path) -> None:
    with pytest.raises(FailedPrecondition):
        await folder(root).put(b"a", b"x")
    with pytest.raises(FailedPrecondition):
        await folder(root).delete(b"a")
    with pytest.raises(InvalidArgument):
        DiskFolders().open(b"relative")


async def test_an_unmounted_folder_is_away_not_empty(root: Path) -> None:
    (root / "song").write_bytes(b"x")
    blobs = folder(root)
    root.rename(root.with_name("gone"))
    with pytest.raises(Unavailable):
        await blobs.open(b"song")
    with pytest.raises(Unavailable):
        list(blobs.walk())


async def test_names_that_are_not_utf8(root: Path) -> None:
    name = b"caf\xe9/\xff\xfe.mp3"
    path = os.path.join(os.fsencode(root), name)
    os.mkdir(os.fsencode(root) + b"/caf\xe9")
    with open(path, "wb") as file:
        file.write(b"sound")
    assert keys(folder(root)) == [name]
    assert await folder(root).get(name) == b"sound"


async def test_links_are_followed_inside_only(root: Path, tmp_path: Path) -> None:
    (tmp_path / "music-secret").mkdir()
    (tmp_path / "music-secret" / "file").write_bytes(b"secret")
    (root / "album").mkdir()
    (root / "album" / "song").write_bytes(b"song")
    (root / "b-link").symlink_to("album")
    (root / "c-song").symlink_to(root / "album" / "song")
    (root / "out").symlink_to(tmp_path / "music-secret")
    (root / "passwd").symlink_to("/etc/passwd")
    (root / "up").symlink_to("..")
    (root / "dangling").symlink_to("nowhere")
    blobs = folder(root)
    refused: dict[bytes, OSError] = {}
    found = [entry.key for entry in blobs.walk(on_error=refused.__setitem__)]
    assert found == [b"album/song", b"b-link/song", b"c-song"]
    assert refused.keys() == {b"out", b"passwd", b"up"}
    assert all(isinstance(error, LinkRefused) for error in refused.values())
    assert keys(blobs, b"b-link") == [b"b-link/song"]
    assert keys(blobs, b"out") == []
    assert await blobs.get(b"b-link/song") == b"song"
    for key in (b"out/file", b"passwd", b"up/music-secret/file", b"dangling"):
        with pytest.raises(NotFound):
            await blobs.open(key)


async def test_the_root_may_be_a_link(root: Path, tmp_path: Path) -> None:
    (root / "song").write_bytes(b"song")
    (tmp_path / "link").symlink_to("music")
    blobs = folder(tmp_path / "link")
    assert keys(blobs) == [b"song"]
    assert await blobs.get(b"song") == b"song"


def test_links_in_a_circle_end(root: Path) -> None:
    (root / "a" / "b").mkdir(parents=True)
    (root / "a" / "song").touch()
    (root / "a" / "b" / "top").symlink_to(root)
    (root / "a" / "b" / "self").symlink_to(".")
    (root / "loop").symlink_to("loop")
    assert keys(folder(root)) == [b"a/song"]


def test_folders_that_all_link_to_each_other_end_soon(root: Path) -> None:
    names = [f"{number:02}" for number in range(12)]
    for name in names:
        (root / name).mkdir()
        (root / name / "song").touch()
        for other in names:
            if other != name:
                (root / name / f"to-{other}").symlink_to(f"../{other}")
    found = keys(folder(root))
    assert found == sorted(set(found))
    assert len(found) < 12**3


def test_what_is_no_file_is_left_out(root: Path) -> None:
    os.mkfifo(root / "pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(root / "socket"))
        (root / "null").symlink_to("/dev/null")
        assert keys(folder(root)) == []


async def test_a_pipe_does_not_hang(root: Path) -> None:
    os.mkfifo(root / "pipe")
    (root / "tty").symlink_to("/dev/tty")
    for key in (b"pipe", b"tty"):
        async with asyncio.timeout(5):
            with pytest.raises(NotFound):
                await folder(root).open(key)


def test_unreadable_folders_are_reported_and_passed(root: Path) -> None:
    (root / "a").mkdir()
    (root / "a" / "song").touch()
    (root / "b").mkdir()
    (root / "b" / "song").touch()
    (root / "a").chmod(0)
    for parent in (root, *root.parents[:-1]):
        if parent.stat().st_uid == os.geteuid() and parent != Path("/tmp"):
            parent.chmod(0o755)
    script = (
        "import os, sys\n"
        "from philomel.engines.blobs.disk import DiskFolders\n"
        "if os.geteuid() == 0: os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "errors = []\n"
        "store = DiskFolders().open(os.fsencode(sys.argv[1]))\n"
        "found = [e.key for e in store.walk(on_error=lambda k, e: errors.append((k, e.errno)))]\n"
        "print(found, errors)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(root)], capture_output=True, text=True, check=True
    )
    (root / "a").chmod(0o755)
    assert done.stdout.strip() == f"{[b'b/song']} {[(b'a', errno.EACCES)]}"


async def test_closing_ends_a_stream(root: Path) -> None:
    (root / "song").write_bytes(bytes(1 << 20))
    blob = await folder(root).open(b"song")
    number = blob.fileno()
    assert number is not None
    chunks = blob.stream()
    await anext(chunks)
    await blob.close()
    await blob.close()
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(number)


async def test_a_file_cut_short_is_an_error_not_a_hang(root: Path) -> None:
    (root / "song").write_bytes(bytes(1 << 20))
    blob = await folder(root).open(b"song")
    chunks = blob.stream()
    await anext(chunks)
    os.truncate(root / "song", 10)
    with pytest.raises(Unavailable):
        async for _ in chunks:
            pass
    await blob.close()


async def test_the_inode_and_time_are_told(root: Path) -> None:
    (root / "song").write_bytes(b"12345")
    os.utime(root / "song", ns=(5, 1_700_000_000_123_456_789))
    (entry,) = folder(root).walk()
    assert (entry.size, entry.modified_ns) == (5, 1_700_000_000_123_456_789)
    assert entry.inode == (root / "song").stat().st_ino


def test_a_single_file_can_be_walked(root: Path) -> None:
    (root / "song").write_bytes(b"12345")
    assert keys(folder(root), b"song") == [b"song"]


async def test_links_in_ones_own_store_are_not_written_through(root: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (root / "covers").symlink_to(outside)
    store = DiskBlobs(os.fsencode(root))
    with pytest.raises(NotFound):
        await store.put(b"covers/a", b"x")
    (outside / "a").touch()
    await store.delete(b"covers/a")
    assert (outside / "a").exists()


async def test_nothing_unfinished_is_seen(root: Path) -> None:
    store = DiskBlobs(os.fsencode(root))
    await store.put(b"a", b"x")
    (root / ".partial" / "left-over").write_bytes(b"half")
    assert keys(store) == [b"a"]
    with pytest.raises(NotFound):
        await store.put(b".partial/a", b"x")
    old = time.time() - 2 * 24 * 3600
    os.utime(root / ".partial" / "left-over", (old, old))
    await DiskBlobs(os.fsencode(root)).put(b"b", b"x")
    assert list((root / ".partial").iterdir()) == []


async def test_a_folder_in_the_way_is_an_error(root: Path) -> None:
    store = DiskBlobs(os.fsencode(root))
    await store.put(b"a/b", b"x")
    for key in (b"a", b"a/b/c"):
        with pytest.raises(NotFound):
            await store.put(key, b"y")
    assert await store.get(b"a/b") == b"x"
    assert list((root / ".partial").iterdir()) == []


async def test_readers_see_the_old_bytes_or_the_new_ones(root: Path) -> None:
    store = DiskBlobs(os.fsencode(root))
    await store.put(b"key", b"0" * 100_000)

    async def write() -> None:
        for number in range(1, 30):
            await store.put(b"key", str(number % 10).encode() * 100_000)

    writing = asyncio.create_task(write())
    while not writing.done():
        data = await store.get(b"key")
        assert len(data) == 100_000
        assert len(set(data)) == 1
    await writing


async def test_one_store_over_many_roots(root: Path) -> None:
    (root / "song").write_bytes(b"song")
    store = RootedBlobs(DiskFolders())
    name = os.fsencode(root)
    assert await store.get(name + b"\0song") == b"song"
    assert [entry.key for entry in store.walk(name)] == [name + b"\0song"]
    for key in (b"", b"song", b"\0song", name + b"\0../x", name + b"\0a\0b"):
        with pytest.raises(NotFound):
            await store.open(key)
    with pytest.raises(FailedPrecondition):
        await store.put(name + b"\0song", b"x")


_NAME = st.sampled_from([b"a", b"a-", b"a.b", b"ab", b"\xff", b"A", b"a b", b"0"])


@settings(max_examples=40, deadline=None, derandomize=True)
@given(paths=st.sets(st.lists(_NAME, min_size=1, max_size=4).map(b"/".join), max_size=12))
def test_every_tree_is_walked_in_byte_order(
    paths: set[bytes], tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = tmp_path_factory.mktemp("tree")
    files: set[bytes] = set()
    for path in sorted(paths):
        full = os.path.join(os.fsencode(root), path)
        try:
            os.makedirs(os.path.dirname(full), exist_ok=True)
            os.close(os.open(full, os.O_WRONLY | os.O_CREAT))
        except OSError:
            continue  # a file stands where a folder would be, or the other way round
        files.add(path)
    assert keys(folder(root)) == sorted(files)
