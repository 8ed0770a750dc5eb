"""Analyses whole files in workers."""

from typing import Final

from msgspec import ValidationError, msgpack

from philomel.engines.audio import Analysis
from philomel.engines.workers import Limits, TaskFailed, Workers

_TASK: Final = "philomel.engines.audio.decoding.analysis:analyze"
# About three hundred times real time: this is for a recording of more than a day.
_LIMITS: Final = Limits(memory=256 << 20, cpu=600, wall=3600.0, sealed=True, nice=15)


class WorkerAnalyzer:
    """An Analyzer over Workers."""

    def __init__(self, workers: Workers) -> None:
        self._workers = workers

    async def analyze(self, descriptor: int) -> Analysis:
        """See the port."""
        found = await self._workers.run(_TASK, b"", (descriptor,), _LIMITS)
        try:
            return msgpack.decode(found, type=Analysis)
        except ValidationError:
            raise TaskFailed("The worker answered with something else than an analysis.") from None
