"""EBU R128 integrated loudness and true peak, by FFmpeg's filter."""

import math
from collections.abc import Iterable

from av.audio.frame import AudioFrame
from av.error import BlockingIOError as NotYet
from av.error import EOFError as Drained
from av.filter import Graph

_GATE = -70.0
"""LUFS; nothing below is measured, and the filter says this for silence."""
_LOUDEST = 30.0


class Meter:
    """Measures frames of one shape."""

    def __init__(self) -> None:
        self._graph: Graph | None = None
        self._latest: dict[str, str] = {}
        self._blocks: dict[int, int] = {}

    def measure(self, frames: Iterable[AudioFrame]) -> None:
        for frame in frames:
            if self._graph is None:
                self._graph = _graph(frame)
            self._graph.push(frame)
            self._pull(self._graph)
        if self._graph is not None:
            self._graph.push(None)
            self._pull(self._graph)

    @property
    def loudness(self) -> float | None:
        """LUFS, or None for silence and what is too short."""
        value = self._number("lavfi.r128.I")
        return round(value, 2) if value is not None and value > _GATE else None

    @property
    def blocks(self) -> tuple[int, ...]:
        """A histogram of the blocks that count: tenths of LU above the gate, how many, …"""
        return tuple(number for pair in sorted(self._blocks.items()) for number in pair)

    @property
    def true_peak(self) -> float | None:
        """dBTP, or None for silence."""
        value = self._number("lavfi.r128.true_peak")
        return round(20 * math.log10(value), 2) if value is not None and value > 0 else None

    def _number(self, name: str) -> float | None:
        value = float(self._latest.get(name, "nan"))
        return value if math.isfinite(value) else None

    def _pull(self, graph: Graph) -> None:
        while True:
            try:
                metadata = graph.pull().metadata
            except (NotYet, Drained):
                return
            if metadata:  # the last, shorter frame may come without
                self._latest = metadata
                self._count(float(metadata.get("lavfi.r128.M", "nan")))

    def _count(self, momentary: float) -> None:
        # a file may hold samples of any size, or none that are numbers
        if _GATE < momentary < _LOUDEST:
            place = int((momentary - _GATE) * 10)
            self._blocks[place] = self._blocks.get(place, 0) + 1


def _graph(frame: AudioFrame) -> Graph:
    graph = Graph()
    graph.threads = 1
    source = graph.add_abuffer(
        format=frame.format.name,
        sample_rate=frame.sample_rate,
        layout=frame.layout.name,
        time_base=frame.time_base,
    )
    meter = graph.add("ebur128", "peak=true:metadata=1")
    sink = graph.add("abuffersink")
    source.link_to(meter)
    meter.link_to(sink)
    graph.configure()
    return graph
