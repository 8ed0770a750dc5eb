"""An analyzer for tests: a file says in its own bytes what becomes of it."""

import asyncio
import hashlib
import os

from philomel.engines.audio import Analysis
from philomel.engines.workers import TaskFailed


class FileAnalyzer:
    """ "bad…" fails, "hang…" waits for ever, everything else is analysed at once."""

    def __init__(self) -> None:
        self.analysed: list[bytes] = []
        self.running = 0
        self.most_running = 0
        self.hanging = asyncio.Event()

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
            if data.startswith(b"bad"):
                raise TaskFailed("this is no music")
            silent = data.startswith(b"silence")
            return Analysis(
                stream_hash=hashlib.sha256(data).hexdigest(),
                loudness=None if silent else -14.5,
                true_peak=None if silent else -1.0,
                duration_ms=180_123,
            )
        finally:
            self.running -= 1
