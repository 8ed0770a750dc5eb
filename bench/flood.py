"""A thousand requests for what must be made, at once, and what browsing feels of it.

    python -m bench.flood [--requests 1000] [--seconds 20]

Half of them are live transcodes from offsets of their own, half are parts of HLS rungs that nobody
has made yet. Beside them one person browses: a list of albums, a search, a track, again and again.
"""

import argparse
import asyncio
import json
import shutil
import tempfile
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import httpx
from bench.server import Server, machine, percentile, rest
from tests.media.files import make

TRACKS = 12
SECONDS_EACH = 120.0
CALLS = (
    "getAlbumList2?type=newest&size=50",
    "search3?query=piece&songCount=20",
    "getStarred2?",
)


def browse(url: str, login: str, seconds: float) -> list[float]:
    """Milliseconds of each call. In a process of its own: the flood's client is busy itself."""
    taken: list[float] = []
    until = time.monotonic() + seconds
    with httpx.Client(base_url=url, timeout=60) as http:
        while time.monotonic() < until:
            for call in CALLS:
                started = time.perf_counter()
                answer = http.get(f"/rest/{call}&{login}")
                taken.append((time.perf_counter() - started) * 1000)
                assert answer.json()["subsonic-response"]["status"] == "ok", answer.text
            time.sleep(0.02)  # a person, not a flood
    return taken


async def ask(http: httpx.AsyncClient, path: str, until: float) -> int:
    """The status; a body is listened to for as long as the flood lasts."""
    try:
        async with http.stream("GET", path) as answer:
            async for _ in answer.aiter_bytes():
                if time.monotonic() > until:
                    break
            return answer.status_code
    except httpx.HTTPError:
        return 0


async def flood(server: Server, login: str, paths: list[str], seconds: float) -> dict[str, Any]:
    limits = httpx.Limits(max_connections=len(paths) + 1)
    client = httpx.AsyncClient(base_url=server.url, timeout=seconds + 60, limits=limits)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        browsing = pool.submit(browse, server.url, login, seconds)
        async with client as http:
            until = time.monotonic() + seconds
            statuses = Counter(await asyncio.gather(*(ask(http, path, until) for path in paths)))
        return {"statuses": statuses, "browsing": await asyncio.wrap_future(browsing)}


def wanted(server: Server, login: str, requests: int) -> list[str]:
    found = rest(server.url, login, "search3", {"query": "", "songCount": TRACKS})
    songs = [song["id"] for song in found["searchResult3"]["song"]]
    token = json.loads(server.cli("token", "bench", "--json"))["access_token"]
    parts = []
    for song in songs:
        answer = httpx.get(
            f"{server.url}/api/philomel/v1/tracks/{song}/playback",
            headers={"Authorization": f"Bearer {token}"},
        ).json()
        base = answer["hls"].rpartition("/")[0]
        master = httpx.get(server.url + answer["hls"]).text.splitlines()
        for index in (line for line in master if line and not line.startswith("#")):
            listed = httpx.get(f"{server.url}{base}/{index}").text.splitlines()
            rung = index.split("/", maxsplit=1)[0]
            parts += [f"{base}/{rung}/{one}" for one in listed if one and one[0] != "#"]
    half = requests // 2
    made = [
        f"/rest/stream?{login}&id={songs[n % len(songs)]}&format=mp3&timeOffset={n % 100}"
        for n in range(half)
    ]
    step = max(1, len(parts) // half)
    return made + parts[::step][:half]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=20)
    parsed = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="philomel-flood-"))
    for number in range(TRACKS):
        make(folder / "music" / f"{number}.ogg", {"title": f"Piece {number}"},
             seconds=SECONDS_EACH, frequency=200.0 + 30 * number)  # fmt: skip
    print(machine())
    with Server(folder / "data") as server:
        login = server.add_user()
        server.cli("library", "add", str(folder / "music"), "--name", "music")
        server.cli("scan", "--wait", "analysis")
        quiet = asyncio.run(flood(server, login, [], 5.0))
        paths = wanted(server, login, parsed.requests)
        loud = asyncio.run(flood(server, login, paths, parsed.seconds))
    shutil.rmtree(folder)
    for name, seen in (("alone", quiet), ("beside", loud)):
        p50, p99 = (percentile(seen["browsing"], p) for p in (50, 99))
        print(f"| {name} | {len(seen['browsing'])} | {p50:.1f} | {p99:.1f} |")
    print(f"answers: {dict(loud['statuses'])}")


if __name__ == "__main__":
    main()
