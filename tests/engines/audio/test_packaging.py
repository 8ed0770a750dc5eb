"""Every rung is as long as its source to the sample; the untouched signal is the source itself."""

import io
import re
import struct
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
import soundfile
from msgspec import msgpack
from tests.media.templates import encode_samples

from philomel.engines.audio import Order, Piece
from philomel.engines.audio.families import families
from philomel.engines.audio.packager import WorkerPackager
from philomel.engines.audio.packaging import files, fragments, vorbis
from philomel.engines.workers import Job, TaskFailed
from philomel.engines.workers.forkserver import ForkWorkers
from philomel.services.media.rules import ladder

STARTS = (0, 1000, 2000, 4000)

LOSSY = [
    Order("aac", 96, "mp4", STARTS),
    Order("aac", 256, "mp4", STARTS),
    Order("opus", 128, "mp4", STARTS),
    Order("opus", 96, "ogg"),
    Order("mp3", 192, "mp3"),
    Order("vorbis", 160, "ogg"),
]
UNTOUCHED = [Order("flac", 0, "mp4", STARTS), Order("flac", 0, "flac")]


@pytest.fixture
async def packager() -> AsyncIterator[WorkerPackager]:
    workers = ForkWorkers(families())
    yield WorkerPackager(workers)
    await workers.close()


def signal(length: int, channels: int, rate: int, bits: int) -> Any:
    """Tones and noise that use all their bits; shape (length, channels), left-aligned in 32."""
    noise = np.random.default_rng(length)
    time = np.arange(length)[:, None] / rate
    tones = 0.4 * np.sin(2 * np.pi * (330 + 110 * np.arange(channels)[None, :]) * time)
    full = (tones + noise.normal(0, 0.02, (length, channels))).clip(-1, 1) * (2 ** (bits - 1) - 1)
    return np.round(full).astype(np.int32) << (32 - bits)


def write(path: Path, samples: Any, rate: int, bits: int) -> None:
    soundfile.write(path, samples, rate, subtype=f"PCM_{bits}")


def make(path: Path, order: Order) -> tuple[bytes, list[tuple[int, int]]]:
    """What a worker makes; here, because what is asked is what comes out."""
    task = {"mp4": fragments, "ogg": vorbis if order.codec == "vorbis" else files}
    data, parts = bytearray(), list[tuple[int, int]]()
    with path.open("rb") as file:
        job = Job(msgpack.encode(order), (file.fileno(),))
        for chunk in task.get(order.container, files).make(job):
            piece = msgpack.decode(chunk, type=Piece)
            at = len(data) if piece.at is None else piece.at
            data[at : at + len(piece.data)] = piece.data
            parts.extend(piece.parts)
    return bytes(data), parts


def boxes(data: bytes) -> Iterator[tuple[str, bytes]]:
    while data:
        size, kind = struct.unpack_from(">I4s", data)
        yield kind.decode(), data[8:size]
        data = data[size:]


def told_length(data: bytes) -> int:
    """What an MP4 file in fragments says: its samples without the priming."""
    (priming,) = struct.unpack_from(">i", data, i + 16) if (i := data.find(b"elst")) > 0 else (0,)
    (frame,) = struct.unpack_from(">I", data, data.find(b"trex") + 16)
    total = 0
    for kind, moof in boxes(data):
        if kind == "moof":
            run = moof[moof.find(b"trun") + 4 :]
            flags, count = struct.unpack_from(">II", run)
            if flags & 0x100:
                total += sum(struct.unpack_from(">I", run, 12 + 8 * n)[0] for n in range(count))
            else:
                total += frame * count
    return int(total - priming)


def decoded(data: bytes, container: str | None = None) -> Any:
    """Samples of shape (length, channels), left-aligned in 32 bits for what is lossless."""
    with av.open(io.BytesIO(data), "r", format=container) as opened:
        found: Sequence[Any] = list(opened.decode(audio=0))
        rows = [
            frame.to_ndarray().reshape(-1, frame.layout.nb_channels)
            if frame.format.is_packed
            else frame.to_ndarray().T
            for frame in found
        ]
    whole = np.concatenate(rows)
    return whole.astype(np.int32) << 16 if whole.dtype == np.int16 else whole


SOURCES = [
    # rate, channels, bits, samples
    (44_100, 2, 16, 5 * 44_100 + 777),
    (48_000, 1, 16, 3 * 48_000 + 1),
    (96_000, 2, 24, 2 * 96_000 + 5),
    (44_100, 6, 16, 44_100 + 3),
    (44_100, 2, 16, 100),
    (44_100, 2, 16, 1),
    (44_100, 2, 24, 1024),
    (22_050, 2, 16, 22_049),
]


@pytest.mark.parametrize(("rate", "channels", "bits", "length"), SOURCES)
def test_every_rung_is_as_long_as_its_source(
    tmp_path: Path, rate: int, channels: int, bits: int, length: int
) -> None:
    path = tmp_path / "a.flac"
    source = signal(length, channels, rate, bits)
    write(path, source, rate, bits)
    for order in LOSSY:
        data, _ = make(path, order)
        own = 48_000 if order.codec == "opus" else {96_000: 48_000, 22_050: 44_100}.get(rate, rate)
        exact = -(-length * own // rate)
        heard = len(decoded(data, order.container))
        if order.container == "mp4":
            # FFmpeg plays the last packet of such a file to its end; the file knows better.
            assert told_length(data) == exact, order
            assert exact <= heard <= exact + 1024, order
        elif length > 2000 or order.codec != "vorbis":
            assert heard == exact, order
        else:
            # FFmpeg mistakes what little Vorbis there is; its own library does not.
            assert soundfile.info(io.BytesIO(data)).frames == exact
    for order in UNTOUCHED:
        data, parts = make(path, order)
        assert np.array_equal(decoded(data), source), order
        if parts:
            assert told_length(data) == length


@pytest.mark.parametrize("name", ["wav", "aiff", "alac", "wv"])
def test_other_lossless_files_lose_nothing(tmp_path: Path, name: str) -> None:
    source = signal(30_001, 2, 44_100, 16)
    path = tmp_path / name
    path.write_bytes(encode_samples(name, (source >> 16).astype(np.int16), 44_100))
    for order in UNTOUCHED:
        data, _ = make(path, order)
        assert np.array_equal(decoded(data), source)


@pytest.mark.parametrize("order", [*LOSSY, *UNTOUCHED], ids=str)
def test_what_is_made_again_is_the_same(tmp_path: Path, order: Order) -> None:
    path = tmp_path / "a.flac"
    write(path, signal(2 * 44_100, 2, 44_100, 16), 44_100, 16)
    first = make(path, order)
    assert first == make(path, order)
    for word in (b"Lavf6", b"Lavc6"):
        assert word not in first[0], "a version of a program would change the bytes"


def test_parts_of_all_rungs_begin_at_the_same_samples(tmp_path: Path) -> None:
    path = tmp_path / "a.flac"
    write(path, signal(7 * 44_100, 2, 44_100, 16), 44_100, 16)
    begins = []
    for codec, bitrate in (("aac", 96), ("aac", 256), ("flac", 0)):
        data, parts = make(path, Order(codec, bitrate, "mp4", STARTS))
        assert len(parts) == 5
        assert parts[-1][1] == len(data)
        times = []
        for start, stop in parts[1:]:
            fragment = data[start:stop]
            assert [kind for kind, _ in boxes(fragment)] == ["styp", "moof", "mdat"]
            times.append(struct.unpack_from(">Q", fragment, fragment.find(b"tfdt") + 8)[0])
        priming = 1024 if codec == "aac" else 0
        begins.append([time - priming for time in times[1:]])
    assert begins[0] == begins[1] == begins[2]


@pytest.mark.parametrize("rung", [*ladder.AAC, *ladder.OPUS], ids=lambda rung: rung.name)
def test_no_part_is_larger_than_players_are_told(tmp_path: Path, rung: ladder.Rung) -> None:
    path, rate = tmp_path / "a.flac", 48_000
    time = np.arange(20 * rate)[:, None] / rate
    # Steady tones in one half and little else in the other: Opus spends what it likes.
    tones = sum(np.sin(2 * np.pi * 110 * 1.5**step * time) for step in range(12)) / 30
    soundfile.write(path, tones * (1 + np.sin(time)) * np.ones((1, 2)), rate)
    starts = (0, 4000, 8000, 12_000, 16_000)
    _, parts = make(path, Order(rung.codec, rung.bitrate, "mp4", starts))
    told = re.search(r"BANDWIDTH=(\d+)", ladder.master((rung,), 1_000_000, ""))
    assert told is not None
    assert max(stop - start for start, stop in parts[1:]) * 8 / 4 <= int(told[1])


def test_a_length_that_is_known_is_told_at_once(tmp_path: Path) -> None:
    path, length = tmp_path / "a.flac", 50_000
    write(path, signal(length, 2, 44_100, 16), 44_100, 16)
    data, parts = make(path, Order("aac", 160, "mp4", STARTS, samples=length))
    header = data[: parts[0][1]]
    assert struct.unpack_from(">I", header, header.find(b"elst") + 12)[0] == length
    assert struct.unpack_from(">Q", header, header.find(b"mehd") + 8)[0] == length


def test_a_wrong_length_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.flac"
    source = signal(5 * 44_100, 2, 44_100, 16)
    write(path, source, 44_100, 16)
    for starts in ((0,), (0, 1000), tuple(range(0, 60_000, 1000))):
        data, _ = make(path, Order("flac", 0, "mp4", starts))
        assert np.array_equal(decoded(data), source)


def test_a_part_that_does_not_end_is_not_held_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fragments, "_MAX_BYTES", 50_000)
    path = tmp_path / "a.flac"
    source = signal(5 * 44_100, 2, 44_100, 16)
    write(path, source, 44_100, 16)
    order = Order("flac", 0, "mp4", (0, 3000))
    with path.open("rb") as file:
        made = list(fragments.make(Job(msgpack.encode(order), (file.fileno(),))))
    assert max(map(len, made)) < 80_000
    data, parts = make(path, order)
    assert [data[start + 4 : start + 8] for start, _ in parts[1:]] == [b"styp", b"styp"]
    assert [stop for _, stop in parts[1:]] == [parts[2][0], len(data)]
    assert np.array_equal(decoded(data), source)


async def test_what_is_no_music_is_an_error(packager: WorkerPackager, tmp_path: Path) -> None:
    path = tmp_path / "a.flac"
    path.write_bytes(b"#EXTM3U\nfile:///etc/passwd\n" * 100)
    for order in (LOSSY[0], LOSSY[3], LOSSY[5]):
        with path.open("rb") as file, pytest.raises(TaskFailed):
            async for _ in packager.pieces(file.fileno(), order):
                pass


async def test_the_first_piece_of_audio_comes_long_before_the_last(
    packager: WorkerPackager, tmp_path: Path
) -> None:
    path = tmp_path / "a.flac"
    write(path, signal(6 * 44_100, 2, 44_100, 16), 44_100, 16)
    with path.open("rb") as file:
        order = Order("aac", 160, "mp4", STARTS)
        pieces = [piece async for piece in packager.pieces(file.fileno(), order)]
    assert [len(piece.parts) for piece in pieces] == [1, 1, 1, 1, 1, 0]
    assert [piece.ms // 1000 for piece in pieces[1:5]] == [0, 1, 3, 6]
