"""Many listeners of original files at once: what they cost, and whether one of them stalls.

    python -m bench.listeners [--listeners 200] [--seconds 30]

Every listener reads a file at 320 kbit/s, a piece a second, as a player with a full buffer does.
A stall is a piece that comes later than its second. CPU is the server alone, per cent of a core.
"""

import argparse
import asyncio
import json
import socket
import time
import urllib.parse
from pathlib import Path
from typing import Any

from bench.delivery import WESNOTH
from bench.process import usage
from bench.server import Server, machine, percentile, rest

PIECE = 40_000
"""Bytes of a second at 320 kbit/s."""


async def listen(port: int, path: str, delay: float, seconds: int, late: list[float]) -> int:
    """Read one file at its pace; how often the buffer would have run dry."""
    await asyncio.sleep(delay)
    # What the system would take in at once is not heard yet: a small window keeps the pace.
    own = socket.socket()
    own.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, PIECE)
    own.setblocking(False)
    await asyncio.get_running_loop().sock_connect(own, ("127.0.0.1", port))
    reader, writer = await asyncio.open_connection(sock=own, limit=PIECE)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    if b" 200 " not in head.split(b"\r\n")[0]:
        raise RuntimeError(head[:200])
    loop = asyncio.get_running_loop()
    started, stalls = loop.time(), 0
    for second in range(seconds):
        asked = loop.time()
        await reader.readexactly(PIECE)
        late.append((loop.time() - asked) * 1000)
        stalls += loop.time() - asked > 1
        await asyncio.sleep(max(0, started + second + 1 - loop.time()))
    writer.close()
    return stalls


async def crowd(server: Server, paths: list[str], listeners: int, seconds: int) -> dict[str, Any]:
    late: list[float] = []
    before = usage(server.process.pid).cpu
    tasks = [
        asyncio.create_task(
            listen(server.port, paths[n % len(paths)], n / listeners, seconds, late)
        )
        for n in range(listeners)
    ]
    stalls = sum(await asyncio.gather(*tasks))
    # Buffers take in the beginning at once: the whole cost counts, signing in included, over
    # the seconds that were heard.
    percent = 100 * (usage(server.process.pid).cpu - before) / seconds
    return {
        "listeners": listeners,
        "cpu_percent_of_a_core": round(percent, 1),
        "stalls": stalls,
        "piece_p50_ms": round(percentile(late, 50), 2),
        "piece_p99_ms": round(percentile(late, 99), 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--music", type=Path, default=WESNOTH)
    parser.add_argument("--work", type=Path, default=Path("bench/out"))
    parser.add_argument("--listeners", type=int, default=200)
    parser.add_argument("--seconds", type=int, default=30)
    options = parser.parse_args()
    work = options.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    data = work / f"listeners-{time.time_ns()}"
    data.mkdir()
    # What is measured is the delivery alone.
    (data / "philomel.toml").write_text("[media]\nanalysis_workers = 0\n", "utf-8")
    with Server(data) as server:
        login = server.add_user()
        server.cli("library", "add", str(options.music.resolve()))
        server.cli("scan", "--json")
        songs = rest(server.url, login, "search3", {"query": "e", "songCount": 100})
        large = [
            song
            for song in songs["searchResult3"]["song"]
            if song["size"] > PIECE * (options.seconds + 1)
        ]
        paths = [
            f"/rest/stream?{login}&{urllib.parse.urlencode({'id': song['id'], 'format': 'raw'})}"
            for song in large
        ]
        report = asyncio.run(crowd(server, paths, options.listeners, options.seconds))
    print(json.dumps({"machine": machine()} | report, indent=2))


if __name__ == "__main__":
    main()
