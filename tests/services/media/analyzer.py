"""An analyzer for tests: a file says in its own bytes what becomes of it."""

import asyncio
import hashlib
import os
import random

from philomel.engines.audio import Analysis, GaplessData
from philomel.engines.workers import TaskFailed

_BLOCKS = {b"soft": (499, 5, 500, 5), b"loud": (559, 5, 560, 5)}
_FRAMES = 400


class FileAnalyzer:
    """ "bad…" fails, "hang…" waits for ever, everything else is analysed at once.

    "sound N …" are encodings of one recording for every N.
    """

    def __init__(self) -> None:
        self.analysed: list[bytes] = []
        self.running = 0
        self.most_running = 0
        self.hanging = asyncio.Event()
        self.unreadable: set[bytes] = set()

    async def analyze(self, descriptor: int) -> Analysis:
        data = os.pread(descriptor, 1 << 20, 0)
        self.running += 1
        self.most_running = max(self.running, self.most_running)
        try:
            await asyncio.sleep(0)
            if data.startswith(b"hang"):
                self.hanging.set()
                await asyncio.Event().wait()
            self.analysed.append(data)
            if data.startswith(b"bad") or data in self.unreadable:
                raise TaskFailed("this is no music")
            silent = data.startswith(b"silence")
            return Analysis(
                stream_hash=hashlib.sha256(data).hexdigest(),
                loudness=None if silent else -14.5,
                true_peak=None if silent else -1.0,
                duration_ms=180_123,
                blocks=_BLOCKS.get(data, ()),
                outline=b"\x80\x40",
                clipped=1000 if data == b"clipped" else 0,
                gapless=GaplessData(44_100, 7_943_424, 1105, 576),
                print=_print(data),
                landmarks=_landmarks(data),
            )
        finally:
            self.running -= 1


def _print(data: bytes) -> bytes:
    """Random bits of the recording, a tenth of them changed by the encoding."""
    recording = data.split()[1:2]
    if not data.startswith(b"sound") or not recording:
        return b""
    bits = random.Random(recording[0]).getrandbits(32 * _FRAMES)
    noise = random.Random(data)
    for _ in range(32 * _FRAMES // 10):
        bits ^= 1 << noise.randrange(32 * _FRAMES)
    return bits.to_bytes(4 * _FRAMES, "big")


def _landmarks(data: bytes) -> tuple[int, ...]:
    if not _print(data):
        return ()
    recording, encoding = random.Random(data.split()[1]), random.Random(data)
    some = (recording.getrandbits(28) for _ in range(20))
    return (*some, *(encoding.getrandbits(28) for _ in range(12)))
