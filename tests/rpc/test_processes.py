"""A peer in another process that dies, and comes back."""

import asyncio
import os
import signal
import sys
import tempfile
import time
from asyncio.subprocess import PIPE, Process
from pathlib import Path

import pytest
from tests.rpc.shape import HmacKey

from philomel.kernel.caller import SERVICE, acting
from philomel.kernel.clock import SystemClock
from philomel.kernel.errors import Unavailable
from philomel.rpc.client import Channel
from philomel.services.playlists.contract import GetMarks, ItemKind, Playlists, Save

ROOT = Path(__file__).resolve().parent.parent.parent


async def peer(address: str) -> Process:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.rpc.peer", address),
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"},
        stdout=PIPE,
    )
    assert process.stdout is not None
    async with asyncio.timeout(30):
        assert await process.stdout.readline() == b"ready\n"
    return process


async def test_a_peer_that_is_slow_to_shake_hands_is_not_away() -> None:
    with tempfile.TemporaryDirectory(prefix="ph") as folder:
        slow = await peer(f"unix:{folder}/s")
        slow.send_signal(signal.SIGSTOP)
        channel = Channel(f"unix:{folder}/s", HmacKey(), SystemClock())
        marks = GetMarks(ItemKind.TRACK, ("a",))
        with acting(SERVICE, timeout=20):
            asked = asyncio.ensure_future(channel.connect(Playlists).get_marks(marks))
            await asyncio.wait((asked,), timeout=0.5)  # so long it is busy with something else
            slow.send_signal(signal.SIGCONT)
            assert (await asked).items
        await channel.close()
        slow.kill()
        await slow.wait()


async def test_a_killed_peer_is_unavailable_at_once_and_found_when_it_is_back() -> None:
    with tempfile.TemporaryDirectory(prefix="ph") as folder:
        address = f"unix:{folder}/s"
        first = await peer(address)
        channel = Channel(address, HmacKey(), SystemClock())
        playlists = channel.connect(Playlists)
        marks = GetMarks(ItemKind.TRACK, ("a",))
        with acting(SERVICE, timeout=20):
            assert (await playlists.get_marks(marks)).items
            waiting = asyncio.ensure_future(playlists.save(Save(ItemKind.TRACK, ("forever",))))
            # Calls of one channel arrive in order: the one before is there when this one is.
            await playlists.get_marks(marks)
            first.kill()
            started = time.monotonic()
            with pytest.raises(Unavailable):
                await waiting
            with pytest.raises(Unavailable):
                await playlists.get_marks(marks)
            assert time.monotonic() - started < 5
        await first.wait()

        second = await peer(address)
        async with asyncio.timeout(20):
            while True:
                try:
                    with acting(SERVICE, timeout=2):
                        assert (await playlists.get_marks(marks)).items
                    break
                except Unavailable:
                    await asyncio.sleep(0.05)
        await channel.close()
        second.terminate()
        assert await second.wait() == 0
