"""Changes are heard wherever they are, and where they cannot be heard that is known."""

import asyncio
import os
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from pathlib import Path
from typing import cast

import pytest

from philomel.engines.watching import Changes, native
from philomel.engines.watching.mounts import is_local
from philomel.engines.watching.native import NativeWatching
from philomel.kernel.errors import Unavailable


async def heard(folder: Path, *changes: Callable[[], object]) -> list[Changes]:
    """What is told of each change."""
    found = []
    stream = cast("AsyncGenerator[Changes]", NativeWatching().changes(os.fsencode(folder)))
    async with aclosing(stream) as told, asyncio.timeout(20):
        assert await anext(told) == Changes()  # it listens now
        for change in changes:
            change()
            found.append(await anext(told))
    return found


async def test_what_comes_changes_and_goes(tmp_path: Path) -> None:
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    song, album = deep / "song.mp3", tmp_path / "new"
    came, moved, gone, inside = await heard(
        tmp_path,
        lambda: song.write_bytes(b"x"),
        lambda: song.rename(tmp_path / "ä.mp3"),
        (tmp_path / "ä.mp3").unlink,
        lambda: (album / "cd1").mkdir(parents=True),
    )
    assert came.paths == {bytes(song)}
    assert moved.paths == {bytes(song), bytes(tmp_path / "ä.mp3")}
    assert gone.paths == {bytes(tmp_path / "ä.mp3")}
    assert bytes(album) in inside.paths
    assert not any(each.everything for each in (came, moved, gone, inside))


async def test_too_many_changes_are_everything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(native, "_MANY", 0)

    def many() -> None:
        (tmp_path / "1").touch()

    assert any(each.everything for each in await heard(tmp_path, many))


async def test_a_name_that_cannot_be_told_is_everything(tmp_path: Path) -> None:
    bad = os.fsencode(tmp_path) + b"/\xff.mp3"
    (told,) = await heard(tmp_path, lambda: os.close(os.open(bad, os.O_CREAT)))
    assert told.everything


async def test_what_cannot_be_watched_is_said(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        await heard(tmp_path / "nowhere")


MOUNTS = b"""\
22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
40 27 0:50 / /mnt/nas rw,relatime - nfs4 nas:/music rw
41 27 0:51 / /mnt/my\\040share rw - cifs //nas/music rw
42 27 8:1 / /mnt/usb rw,relatime - fuseblk /dev/sda1 rw
43 27 0:52 / /mnt/ssh rw,relatime - fuse.sshfs me@there:/ rw
44 42 0:53 / /mnt/usb/more rw,relatime - nfs nas:/more rw
45 40 8:2 / /mnt/nas/local rw,relatime - xfs /dev/sdb1 rw
46 27 8:3 / /mnt/twice rw,relatime - ext4 /dev/sdc1 rw
47 46 0:54 / /mnt/twice rw,relatime - nfs nas:/over rw
""".splitlines()


@pytest.mark.parametrize(
    ("root", "local"),
    [
        (b"/srv/music", True),
        (b"/mnt/nas", False),
        (b"/mnt/nas/a/b", False),
        (b"/mnt/nasty", True),
        (b"/mnt/my share/x", False),
        (b"/mnt/ssh/music", False),
        (b"/mnt/usb", False),  # something below it is far away
        (b"/mnt/usb/music", True),
        (b"/mnt/nas/local", True),
        (b"/mnt/twice", False),
        (b"/mnt", False),
    ],
)
def test_network_mounts_do_not_tell(root: bytes, local: bool) -> None:
    assert is_local(root, MOUNTS) is local


def test_here_it_is_heard(tmp_path: Path) -> None:
    assert NativeWatching().hears(bytes(tmp_path.resolve()))
    assert not NativeWatching().hears(b"/\xff")
