"""Serves scripted playlists until it is ended: `python -m tests.rpc.peer ADDRESS`."""

import asyncio
import signal
import sys

from tests.rpc.scripted import Script
from tests.rpc.shape import HmacKey

from philomel.kernel.clock import SystemClock
from philomel.rpc.server import Server
from philomel.services.playlists.contract import Playlists


async def main(address: str) -> None:
    server = Server(HmacKey(), SystemClock())
    server.add(Playlists, Script())
    await server.start(address)
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    print("ready", flush=True)
    await stopped.wait()
    await server.stop(grace=1)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
