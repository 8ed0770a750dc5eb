"""How often a fingerprint is right, and how soon one of a million is found.

    python -m bench.fingerprint [--music DIR] [--seconds 60] [--keep DIR [--most 4]] [--out FILE]
    python -m bench.fingerprint --lookup 1000000

The first writes a table: every track in every codec and bit rate, as it is and cut by 2 s at
both ends and made softer; short pieces of every track; every track at another speed; and every
pair of different tracks. What was heard is kept, so that it can be done in slices. The second
fills a database of the media service with random landmarks, and looks recordings up in it.
"""

import argparse
import asyncio
import io
import itertools
import pickle
import random
import re
import statistics
import sys
import tempfile
import time
import wave
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.filter import Graph
from bench.server import machine
from msgspec import msgpack
from numpy.typing import NDArray
from sqlalchemy import Connection, insert

from philomel.app.sampler.writing import write
from philomel.engines.audio import Codec, Encoding
from philomel.engines.audio.decoding import encode, encode_vorbis
from philomel.engines.audio.decoding.filtering import Target, convert
from philomel.engines.audio.decoding.measures.fingerprint import RATE, Listener, Print
from philomel.engines.sql.migrate import prepare
from philomel.engines.sql.sqlite import open_sqlite
from philomel.engines.workers import Job
from philomel.kernel.ids import new_id
from philomel.services.media.rules import recordings
from philomel.services.media.store import SCHEMA, SoundStore
from philomel.services.media.store.tables import ASSETS, LANDMARKS, SOUNDS, State

WESNOTH = Path("/usr/share/games/wesnoth/1.16/data/core/music")
RATES = (96, 128, 160, 192, 256, 320)
WHOLE = 120.0
"""Seconds of which a print is made."""

PIECES = (5, 6, 8, 10, 15, 20, 30)
PIECE_RATE = 128
SHORT_MS = 10_000
"""Of these, a cut of 2 s at both ends leaves too little."""

CUT_S = 2.013
"""Not a whole number of frames of anything."""

SOFTER = 10 ** (-7 / 20)
CUT = ", cut and softer"

_OTHERWISE = re.compile(r"original$|whole$|played|\d+ s(,|$)")
"""Forms that are in tables of their own."""

Samples = NDArray[np.float32]


class Heard(NamedTuple):
    print: Print
    duration_ms: int


def listen(samples: Samples) -> Heard:
    listener = Listener()
    listener.add(samples)
    return Heard(listener.result(), round(len(samples) * 1000 / RATE))


def decoded(data: Path | io.BytesIO, seconds: float, tempo: float = 1.0) -> Samples:
    """Mono samples at the rate that is listened at."""
    kind = "aac" if isinstance(data, io.BytesIO) and _is_adts(data) else None
    with av.open(str(data) if isinstance(data, Path) else data, "r", kind) as container:
        frames: Iterable[AudioFrame] = container.decode(audio=0)
        if tempo != 1.0:
            frames = _at_tempo(frames, tempo)
        parts, left = [], round(seconds * RATE)
        for frame in convert(frames, Target("flt", RATE, "mono")):
            parts.append(frame.to_ndarray().reshape(-1).astype(np.float32))
            left -= frame.samples
            if left <= 0:
                break
    return np.concatenate(parts)[: round(seconds * RATE)]


def _is_adts(data: io.BytesIO) -> bool:
    head = data.getvalue()[:2]
    return head[:1] == b"\xff" and head[1] & 0xF6 == 0xF0


def _at_tempo(frames: Iterable[AudioFrame], tempo: float) -> Iterator[AudioFrame]:
    graph: Graph | None = None
    for frame in frames:
        if graph is None:
            graph = Graph()
            graph.link_nodes(
                graph.add_abuffer(
                    format=frame.format.name,
                    sample_rate=frame.sample_rate,
                    layout=frame.layout.name,
                    time_base=frame.time_base,
                ),
                graph.add("atempo", str(tempo)),
                graph.add("abuffersink"),
            ).configure()
        graph.push(frame)
        while True:
            try:
                found = graph.pull()
            except (av.error.BlockingIOError, av.error.EOFError):
                break
            assert isinstance(found, AudioFrame)
            yield found


def encoded(path: Path, codec: Codec, bitrate: int) -> io.BytesIO:
    task = encode_vorbis.encode if codec is Codec.VORBIS else encode.encode
    with path.open("rb") as file:
        job = Job(msgpack.encode(Encoding(codec, bitrate)), (file.fileno(),))
        return io.BytesIO(b"".join(task(job)))


def beginning(path: Path, seconds: float) -> bytes:
    """The first part of a track as it was decoded, as a WAV file."""
    sink = io.BytesIO()
    with av.open(str(path)) as container, wave.open(sink, "wb") as output:
        rate = container.streams.audio[0].codec_context.sample_rate
        output.setnchannels(2)
        output.setsampwidth(2)
        output.setframerate(rate)
        left = round(seconds * rate)
        for frame in convert(container.decode(audio=0), Target("s16", rate, "stereo")):
            output.writeframes(bytes(frame.planes[0])[: 4 * frame.samples])
            left -= frame.samples
            if left <= 0:
                break
    return sink.getvalue()


def hear(path: Path, seconds: float, rates: Sequence[int]) -> tuple[str, dict[str, Heard]]:
    """Every form of one track."""
    whole = decoded(path, WHOLE)
    original = whole[: round(seconds * RATE)]
    cut = round(CUT_S * RATE)
    found = {
        "original": listen(original),
        "whole": listen(whole),
        "2 s less at the start": listen(original[cut:]),
        "2 s less at the end": listen(original[:-cut]),
        "2 s less at both ends": listen(original[cut:-cut]),
        "12 dB softer": listen(original * np.float32(10 ** (-12 / 20))),
        "6 dB louder, clipped": listen(np.clip(original * np.float32(2), -1, 1)),
        "played 2 % slower": listen(decoded(path, WHOLE, 0.98)),
        "played 2 % faster": listen(decoded(path, WHOLE, 1.02)),
        "played 3 % faster": listen(decoded(path, WHOLE, 1.03)),
    }
    with tempfile.NamedTemporaryFile(suffix=".wav") as part:
        part.write(beginning(path, seconds))
        part.flush()
        for codec, bitrate in itertools.product(Codec, rates):
            samples = decoded(encoded(Path(part.name), codec, bitrate), seconds)
            name = f"{codec.value} {bitrate}"
            found[name] = listen(samples)
            found[name + CUT] = listen(samples[cut:-cut] * np.float32(SOFTER))
            if bitrate == PIECE_RATE:
                for length in PIECES:
                    piece = slice(round(seconds * RATE / 4), round((seconds / 4 + length) * RATE))
                    found[f"{length} s"] = listen(original[piece])
                    found[f"{length} s, {name}"] = listen(samples[piece] * np.float32(SOFTER))
    return path.stem, found


def heard(
    path: Path, seconds: float, rates: Sequence[int], keep: Path
) -> tuple[str, dict[str, Heard]]:
    """Every form of one track, out of `keep` if it was heard before."""
    kept = _place(path, seconds, rates, keep)
    if not kept.exists():
        kept.with_suffix(".part").write_bytes(pickle.dumps(hear(path, seconds, rates)))
        kept.with_suffix(".part").rename(kept)
    told: tuple[str, dict[str, Heard]] = pickle.loads(kept.read_bytes())
    return told


def _place(path: Path, seconds: float, rates: Sequence[int], keep: Path) -> Path:
    return keep / f"{path.stem}-{seconds:.0f}-{len(rates)}.pickle"


def table(tracks: dict[str, dict[str, Heard]]) -> Iterator[str]:
    sounding = {name: forms for name, forms in tracks.items() if forms["original"].print.words}
    is_encoded = f"opus {PIECE_RATE}" in next(iter(sounding.values()))
    yield f"{len(tracks)} tracks, of which {len(tracks) - len(sounding)} are silence."
    short = sum(forms["original"].duration_ms < SHORT_MS for forms in sounding.values())
    yield f"{short} are shorter than {SHORT_MS // 1000} s. Of the others:"
    yield ""
    yield "| the same recording | known again | found by landmarks | lowest score |"
    yield "|---|---|---|---|"
    sounding = {
        name: forms for name, forms in sounding.items() if forms["original"].duration_ms >= SHORT_MS
    }
    for form in next(iter(sounding.values())):
        if not _OTHERWISE.match(form):
            yield _row(form, sounding)
    yield ""
    yield "| short pieces, 7 dB softer | known again | lowest score |"
    yield "|---|---|---|"
    for length, codec in itertools.product(PIECES if is_encoded else (), Codec):
        yield _piece(length, f"{length} s, {codec.value} {PIECE_RATE}", sounding)
    yield ""
    yield "| different recordings | pairs | taken for the same | highest score |"
    yield "|---|---|---|---|"
    for form in ("played 2 % slower", "played 2 % faster", "played 3 % faster"):
        pairs = [(forms["whole"], forms[form]) for forms in sounding.values()]
        yield _wrong(f"a track and itself, {form}", pairs)
    both = list(itertools.permutations(sounding.values(), 2))
    for form in ("original", *(("opus 96" + CUT, "mp3 160", "vorbis 320") if is_encoded else ())):
        yield _wrong(f"tracks, {form}", [(a["original"], b[form]) for a, b in both])
    for length in PIECES if is_encoded else ():
        form = f"{length} s"
        pairs = [(a[form], b[form]) for a, b in both if _is_long(a, length) and _is_long(b, length)]
        yield _wrong(f"pieces of {form}", pairs)


def _row(form: str, tracks: dict[str, dict[str, Heard]]) -> str:
    likeness = [_compare(forms["original"], forms[form]) for forms in tracks.values()]
    right = sum(one.same for one in likeness)
    found = sum(
        bool(set(forms["original"].print.landmarks) & set(forms[form].print.landmarks))
        for forms in tracks.values()
    )
    lowest = min(one.score for one in likeness)
    return f"| {form} | {right} of {len(tracks)} | {found} of {len(tracks)} | {lowest:.2f} |"


def _is_long(forms: dict[str, Heard], length: int) -> bool:
    return forms[f"{length} s"].duration_ms >= length * 999


def _piece(length: int, form: str, tracks: dict[str, dict[str, Heard]]) -> str:
    """Of the tracks that are that long."""
    likeness = [
        _compare(forms[f"{length} s"], forms[form])
        for forms in tracks.values()
        if _is_long(forms, length)
    ]
    right = sum(one.same for one in likeness)
    lowest = min(one.score for one in likeness)
    return f"| {form} | {right} of {len(likeness)} | {lowest:.2f} |"


def _wrong(name: str, pairs: list[tuple[Heard, Heard]]) -> str:
    likeness = [_compare(*pair) for pair in pairs]
    wrong = sum(one.same for one in likeness)
    return f"| {name} | {len(pairs)} | {wrong} | {max(one.score for one in likeness):.2f} |"


def _compare(one: Heard, other: Heard) -> recordings.Likeness:
    return recordings.compare(
        recordings.sound(one.print.words, one.duration_ms),
        recordings.sound(other.print.words, other.duration_ms),
    )


async def lookup(count: int, folder: Path) -> None:
    """Random landmarks: real ones collide more often, but a lookup costs the same."""
    database = open_sqlite(folder / "media.sqlite")
    await prepare(database, SCHEMA, folder)
    rng = random.Random(1)
    ids = [new_id() for _ in range(count)]
    started = time.process_time()
    for start in range(0, count, 2000):
        part = ids[start : start + 2000]
        await database.write(partial(_fill, ids=part, start=start, rng=rng))
    filled = time.process_time() - started
    store, times = SoundStore(database), []
    for asset in rng.sample(ids, 500):
        begun = time.perf_counter()
        await store.similar(asset)
        times.append((time.perf_counter() - begun) * 1000)
    times.sort()
    await database.close()
    size = sum(file.stat().st_size for file in folder.glob("media.sqlite*"))
    print(f"{count:,} sounds without their prints: {size / 1e6:,.0f} MB, {filled:.0f} s of CPU")
    print(f"lookup: p50 {statistics.median(times):.2f} ms, p99 {times[int(len(times) * 0.99)]:.2f}")


def _fill(connection: Connection, ids: list[str], start: int, rng: random.Random) -> None:
    marks = [[rng.getrandbits(28) for _ in range(32)] for _ in ids]
    connection.execute(insert(ASSETS), [_asset(id_) for id_ in ids])
    connection.execute(
        insert(SOUNDS),
        [
            {
                "number": start + place + 1, "asset_id": id_, "blocks": b"\x90",
                "landmarks": msgpack.encode(marks[place]), "print": b"", "outline": b"",
            }
            for place, id_ in enumerate(ids)
        ],
    )  # fmt: skip
    connection.execute(
        insert(LANDMARKS),
        sorted(
            ({"mark": mark, "number": start + place + 1}
            for place, every in enumerate(marks)
            for mark in set(every)),
            key=lambda row: row["mark"],
        ),
    )  # fmt: skip


def _asset(id_: str) -> dict[str, object]:
    return {
        "id": id_, "library_id": "0" * 22, "path": id_.encode(), "size": 1, "modified_ns": 1,
        "container": "flac", "codec": "flac", "duration_ms": 200_000, "bitrate": 1,
        "state": State.DONE.value, "tries": 0, "queued_at": 0, "fingerprinted": True,
    }  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--music", type=Path, default=WESNOTH)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--rates", type=int, nargs="*", default=RATES, help="kbit/s")
    parser.add_argument("--keep", type=Path, help="what was heard is kept here")
    parser.add_argument(
        "--most", type=int, default=1000, help="hear so many new tracks, and go on later"
    )
    parser.add_argument("--lookup", type=int, metavar="ASSETS")
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if asked.lookup:
            asyncio.run(lookup(asked.lookup, Path(folder)))
            return 0
        sampler = Path(folder) / "sampler"
        write(sampler)
        suffixes = {".ogg", ".flac", ".mp3", ".opus"}
        paths = [
            path
            for place in (asked.music, sampler)
            for path in sorted(place.rglob("*"))
            if path.suffix in suffixes
        ]
        keep = asked.keep or Path(folder)
        keep.mkdir(parents=True, exist_ok=True)
        fresh = [
            path for path in paths if not _place(path, asked.seconds, asked.rates, keep).exists()
        ]
        left = set(fresh[asked.most :])
        paths = [path for path in paths if path not in left]
        with ProcessPoolExecutor(2) as pool:
            tracks = {}
            again = itertools.repeat
            for name, forms in pool.map(
                heard, paths, *map(again, (asked.seconds, asked.rates, keep))
            ):
                tracks[name] = forms
                print(name, file=sys.stderr, flush=True)
        print(f"{len(left)} tracks are still to be heard", file=sys.stderr)
    text = "\n".join([machine(), "", *table(tracks), ""])
    print(text)
    if asked.out:
        asked.out.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
