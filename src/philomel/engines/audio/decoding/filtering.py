"""From decoded frames to what an encoder wants: cut, gain, sample rate, layout, frame size."""

import itertools
from collections.abc import Iterable, Iterator
from typing import Final

from av.audio.frame import AudioFrame
from av.audio.layout import AudioLayout
from av.error import BlockingIOError as NotYet
from av.error import EOFError as Drained
from av.filter import Graph
from msgspec import Struct

_UNNAMED: Final = {1: "mono", 2: "stereo", 3: "2.1", 4: "quad", 5: "5.0", 6: "5.1", 8: "7.1"}


class Target(Struct, frozen=True):
    """What comes out.

    Attributes:
        layout: "mono" or "stereo".
        frame_size: samples in each frame but the last; 0 for as they come.
        gain_db: applied before anything is rounded.
    """

    sample_format: str
    sample_rate: int
    layout: str
    frame_size: int = 0
    gain_db: float = 0.0


def convert(
    frames: Iterable[AudioFrame], target: Target, start_pts: int | None = None
) -> Iterator[AudioFrame]:
    """Frames as `target` says, from `start_pts` on, with time stamps that count from 0.

    A stream that changes its layout or rate half way (chained Ogg files) goes on.
    """
    graph: Graph | None = None
    key, samples, taken, rate = None, 0, 0, target.sample_rate
    for frame in frames:
        taken, rate = taken + frame.samples, frame.sample_rate
        shape = (frame.format.name, frame.sample_rate, frame.layout.nb_channels)
        if shape != key:
            if graph is not None:
                yield from _stamped(_drain(graph), samples)
            graph, key = _graph(frame, target, start_pts if key is None else None), shape
        assert graph is not None
        graph.push(frame)
        for out in _pull(graph):
            out.pts = samples
            samples += out.samples
            yield out
    if graph is not None:
        for out in _stamped(_drain(graph), samples):
            samples += out.samples
            yield out
    if taken and not samples and start_pts is None:
        yield _silence(target, -(-taken * target.sample_rate // rate))


def _silence(target: Target, samples: int) -> AudioFrame:
    """Instead of what is too short for another rate: it is given out by no filter at all."""
    frame = AudioFrame(target.sample_format, target.layout, samples)
    for plane in frame.planes:
        plane.update(bytes(plane.buffer_size))
    frame.sample_rate, frame.pts = target.sample_rate, 0
    return frame


def layout_name(layout: AudioLayout) -> str:
    """A name that filters know, also when the file does not say which speaker is which."""
    if "channels" in layout.name:
        return _UNNAMED.get(layout.nb_channels, f"{layout.nb_channels}c")
    return layout.name


def _stamped(frames: Iterable[AudioFrame], samples: int) -> Iterator[AudioFrame]:
    for frame in frames:
        frame.pts = samples
        samples += frame.samples
        yield frame


def _drain(graph: Graph) -> Iterator[AudioFrame]:
    graph.push(None)
    yield from _pull(graph)


def _pull(graph: Graph) -> Iterator[AudioFrame]:
    while True:
        try:
            frame = graph.pull()
        except (NotYet, Drained):
            return
        assert isinstance(frame, AudioFrame)
        yield frame


def _graph(frame: AudioFrame, target: Target, start_pts: int | None) -> Graph:
    graph = Graph()
    graph.threads = 1
    chain = [
        graph.add_abuffer(
            format=frame.format.name,
            sample_rate=frame.sample_rate,
            layout=layout_name(frame.layout),
            time_base=frame.time_base,
        )
    ]
    if start_pts is not None:
        # despite its name the option counts samples, not units of the time base
        base = frame.time_base or 0
        start = round(start_pts * base * frame.sample_rate)
        chain.append(graph.add("atrim", f"start_pts={start}"))
    if target.gain_db:
        chain.append(graph.add("volume", f"volume={target.gain_db:.2f}dB:precision=float"))
    chain.append(
        graph.add(
            "aformat",
            f"sample_fmts={target.sample_format}:sample_rates={target.sample_rate}"
            f":channel_layouts={target.layout}",
        )
    )
    if target.frame_size:
        chain.append(graph.add("asetnsamples", f"n={target.frame_size}:p=0"))
    chain.append(graph.add("abuffersink"))
    for one, other in itertools.pairwise(chain):
        one.link_to(other)
    graph.configure()
    return graph
