"""Tags of every format under the same names, and of files that mean harm."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mutagen import id3
from mutagen.apev2 import APEv2
from mutagen.oggopus import OggOpus
from tests.media import hostile
from tests.media.files import FORMATS, SUFFIX, make
from tests.media.templates import encode, png

from philomel.engines.audio import FileTags
from philomel.engines.audio.families import families
from philomel.engines.audio.reader import WorkerTagReader
from philomel.engines.audio.tags import cleaning
from philomel.engines.audio.tags.task import read_file
from philomel.engines.workers.forkserver import ForkWorkers

FULL = {
    "title": "Ein Lied — 夜",
    "artist": ["Anna", "Bêla"],
    "album": "Das Album",
    "albumartist": "Anna",
    "composer": ["Clara", "Dmitri"],
    "genre": ["Jazz", "Dub"],
    "date": "2003-07-24",
    "originaldate": "1999",
    "tracknumber": "3",
    "tracktotal": "12",
    "discnumber": "1",
    "disctotal": "2",
    "compilation": "1",
    "itunesadvisory": "1",
    "isrc": "DEXX00000001",
    "label": "Ein Label",
    "lyrics": "La la la\nLa la",
    "comment": "Schön",
    "bpm": "120",
    "artistsort": "Anna, Die",
    "replaygain_track_gain": "-6.30 dB",
    "musicbrainz_trackid": "11111111-1111-1111-1111-111111111111",
    "musicbrainz_releasetrackid": "22222222-2222-2222-2222-222222222222",
    "musicbrainz_albumid": "33333333-3333-3333-3333-333333333333",
    "musicbrainz_releasegroupid": "44444444-4444-4444-4444-444444444444",
    "musicbrainz_artistid": ["55555555-5555-5555-5555-555555555555"],
    "musicbrainz_albumartistid": "66666666-6666-6666-6666-666666666666",
    "releasetype": ["album", "live"],
    "artists": ["Anna", "Bêla"],
}
CODECS = {
    "mp3": ("mp3", "mp3"),
    "flac": ("flac", "flac"),
    "ogg": ("ogg", "vorbis"),
    "opus": ("ogg", "opus"),
    "m4a": ("mp4", "aac"),
    "alac": ("mp4", "alac"),
    "wav": ("wav", "pcm"),
    "aiff": ("aiff", "pcm"),
    "wv": ("wavpack", "wavpack"),
}


@pytest.fixture
async def reader() -> AsyncIterator[WorkerTagReader]:
    workers = ForkWorkers(families())
    yield WorkerTagReader(workers)
    await workers.close()


def read(path: Path) -> FileTags:
    return read_file(os.path.realpath(os.fsencode(path.parent)), os.fsencode(path.name))


def values(found: FileTags) -> dict[str, tuple[str, ...]]:
    assert found.error is None
    return {tag.name: tag.values for tag in found.tags}


def expected() -> dict[str, tuple[str, ...]]:
    return {k: (v,) if isinstance(v, str) else tuple(v) for k, v in FULL.items()}


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_says_the_same(tmp_path: Path, name: str) -> None:
    cover = png(8, 8, (1, 2, 3))
    path = make(tmp_path / f"a{SUFFIX[name]}", FULL, name=name, rate=44_100, cover=cover)
    found = read(path)
    said = values(found)
    if name in ("mp3", "wav", "aiff"):
        said["lyrics"] = said.pop("lyrics:eng")  # ID3 alone says the language
    assert said == expected()
    assert found.picture
    assert found.warnings == ()
    assert found.format is not None
    assert (found.format.container, found.format.codec) == CODECS[name]
    assert found.format.duration_ms == pytest.approx(1000, abs=60)
    assert found.format.sample_rate == (48_000 if name == "opus" else 44_100)
    assert found.format.channels == 1
    lossless = name in ("flac", "alac", "wav", "aiff", "wv")
    assert found.format.bit_depth == (16 if lossless else None)
    assert 10_000 < found.format.bitrate < 800_000


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_without_tags_has_none(tmp_path: Path, name: str) -> None:
    found = read(make(tmp_path / f"a{SUFFIX[name]}", name=name))
    assert not {"title", "artist", "album"} & values(found).keys()
    assert not found.picture


@pytest.mark.parametrize("encoding", [0, 1, 2, 3], ids=["latin1", "utf16", "utf16be", "utf8"])
@pytest.mark.parametrize("version", [3, 4])
def test_id3_in_every_encoding(tmp_path: Path, encoding: int, version: int) -> None:
    path = make(tmp_path / "a.mp3")
    tag = id3.ID3()
    tag.add(id3.TIT2(encoding=encoding, text=["Für Elise"]))
    tag.add(id3.TPE1(encoding=encoding, text=["Eins", "Zwei"]))
    tag.add(id3.TDRC(encoding=encoding, text=["1987-05-04"]))
    if version == 3:
        tag.update_to_v23()
    tag.save(path, v2_version=version, v1=0, v23_sep=None)
    found = values(read(path))
    assert found["title"] == ("Für Elise",)
    assert found["artist"] == ("Eins", "Zwei")
    assert found["date"] == ("1987-05-04",)


def test_id3_of_version_2_2(tmp_path: Path) -> None:
    def frame(name: bytes, text: bytes) -> bytes:
        body = b"\0" + text
        return name + len(body).to_bytes(3, "big") + body

    body = frame(b"TT2", b"Alt") + frame(b"TP1", b"Wer") + frame(b"TCO", b"(17)(8)")
    body += frame(b"TYE", b"1991") + frame(b"TRK", b"4/9") + frame(b"TCP", b"1")
    size = bytes(len(body) >> shift & 127 for shift in (21, 14, 7, 0))
    path = tmp_path / "a.mp3"
    path.write_bytes(b"ID3\x02\0\0" + size + body + encode("mp3"))
    found = values(read(path))
    assert (found["title"], found["artist"]) == (("Alt",), ("Wer",))
    assert found["genre"] == ("Rock", "Jazz")
    assert (found["date"], found["compilation"]) == (("1991",), ("1",))
    assert (found["tracknumber"], found["tracktotal"]) == (("4",), ("9",))


def test_id3_of_version_1_is_the_last_resort(tmp_path: Path) -> None:
    path = make(tmp_path / "a.mp3")
    old = b"TAG" + b"Titel".ljust(30, b"\0") + b"Wer".ljust(30, b"\0") + b"Was".ljust(30, b"\0")
    path.write_bytes(path.read_bytes() + old + b"1979" + bytes(28) + b"\0\x05" + b"\x08")
    found = values(read(path))
    assert found["title"] == ("Titel",)
    assert found["tracknumber"] == ("5",)
    assert found["genre"] == ("Jazz",)


def test_rare_frames_of_id3(tmp_path: Path) -> None:
    path = make(tmp_path / "a.mp3", {"title": "A"})
    tag = id3.ID3(path)
    tag.add(id3.TIPL(encoding=3, people=[["producer", "P"], ["mix", "M"], ["valet", "V"]]))
    tag.add(id3.TMCL(encoding=3, people=[["guitar", "G"]]))
    tag.add(id3.RVA2(desc="track", channel=1, gain=-3.5, peak=0.9))
    lines = [("one", 0), ("two\n", 61_230)]
    tag.add(id3.SYLT(encoding=3, lang="eng", format=2, type=1, desc="", text=lines))
    tag.add(id3.USLT(encoding=3, lang="eng", desc="", text="one two"))
    tag.add(id3.COMM(encoding=3, lang="eng", desc="iTunNORM", text=["0000"]))
    tag.add(id3.TXXX(encoding=3, desc="iTunSMPB", text=["0000"]))
    tag.save()
    found = values(read(path))
    assert (found["producer"], found["mixer"], found["performer"]) == (
        ("P",),
        ("M",),
        ("G (guitar)",),
    )
    assert found["replaygain_track_gain"] == ("-3.50 dB",)
    assert found["lyrics:eng"] == ("[00:00.000]one\n[01:01.230]two", "one two")
    assert "comment" not in found
    assert not any(name.startswith("itun") for name in found)


def test_an_mp3_with_ape_tags_only(tmp_path: Path) -> None:
    path = make(tmp_path / "a.mp3")
    tag = APEv2()
    tag["Title"], tag["Track"], tag["Artist"] = "Hinten", "2/8", ["A", "B"]
    tag.save(path)
    found = values(read(path))
    assert found["title"] == ("Hinten",)
    assert found["artist"] == ("A", "B")
    assert (found["tracknumber"], found["tracktotal"]) == (("2",), ("8",))


def test_gain_of_opus(tmp_path: Path) -> None:
    path = make(tmp_path / "a.opus")
    file = OggOpus(path)
    file["R128_TRACK_GAIN"], file["R128_ALBUM_GAIN"] = "-1280", "absurd"
    file.save()
    found = values(read(path))
    assert found["replaygain_track_gain"] == ("0.00 dB",)
    assert not any(name.startswith("r128") for name in found)
    assert "replaygain_album_gain" not in found


def test_info_chunks_of_wav_and_names_of_aiff(tmp_path: Path) -> None:
    info = b"INFO" + b"INAM\x05\0\0\0Name\0\0" + b"IART\x03\0\0\0Wer\0" + b"ITRK\x02\0\0\x007\0"
    path = make(tmp_path / "a.wav")
    chunk = b"LIST" + len(info).to_bytes(4, "little") + info
    path.write_bytes(path.read_bytes() + chunk)
    found = values(read(path))
    assert (found["title"], found["artist"], found["tracknumber"]) == (("Name",), ("Wer",), ("7",))
    path = make(tmp_path / "a.aiff")
    path.write_bytes(path.read_bytes() + b"NAME\0\0\0\x04Name" + b"AUTH\0\0\0\x04Wer!")
    found = values(read(path))
    assert (found["title"], found["artist"]) == (("Name",), ("Wer!",))


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("suffix", [".mp3", ".flac", ".ogg", ".wav", ".m4a"])
def test_a_wrong_name_does_no_harm(tmp_path: Path, name: str, suffix: str) -> None:
    path = make(tmp_path / f"a{suffix}", {"title": "A"}, name=name)
    found = read(path)
    assert values(found)["title"] == ("A",)
    mislabelled = CODECS[name][0] != {".m4a": "mp4"}.get(suffix, suffix[1:])
    assert any("is named" in each for each in found.warnings) == mislabelled


def test_absurd_tags_are_cut_and_said(tmp_path: Path) -> None:
    path = make(
        tmp_path / "a.flac",
        {
            "title": "A\0B\x07C\x1b[31m",
            "artist": [f"Artist {number}" for number in range(10_000)],
            "album": "x" * 3_000_000,
            "lyrics": "y" * 1_000_000,
            "genre": ["  Jazz  ", "", "Jazz", "\x00"],
            "custom key": "kept",
            "<k>ey": "dropped",
        },
    )
    found = read(path)
    tags = values(found)
    assert tags["title"] == ("ABC[31m",)
    assert len(tags["artist"]) == 1000
    assert [len(value) for value in tags["album"]] == [32 << 10]
    assert [len(value) for value in tags["lyrics"]] == [256 << 10]
    assert tags["genre"] == ("Jazz",)
    assert tags["custom key"] == ("kept",)
    assert len(found.warnings) == 3
    assert len(msgspec.msgpack.encode(found)) < 1 << 20


def test_invalid_utf8_is_mended(tmp_path: Path) -> None:
    path = make(tmp_path / "a.flac", {"title": "XXXX", "artist": "Wer"})
    path.write_bytes(path.read_bytes().replace(b"XXXX", b"A\xff\xfeB"))
    assert values(read(path))["title"] == ("A\ufffd\ufffdB",)
    path = make(tmp_path / "a.mp3", {"title": "XXXX", "artist": "Wer"})
    path.write_bytes(path.read_bytes().replace(b"XXXX", b"A\xff\xfeB"))
    # in this process mutagen is as it came; the worker mends (see the next test)
    assert values(read(path))["artist"] == ("Wer",)


async def test_invalid_utf8_is_mended_in_id3_and_mp4(
    reader: WorkerTagReader, tmp_path: Path
) -> None:
    for name in ("a.mp3", "b.m4a"):
        path = make(tmp_path / name, {"title": "XXXX", "artist": "Wer"})
        path.write_bytes(path.read_bytes().replace(b"XXXX", b"A\xff\xfeB"))
    found = await reader.read(os.fsencode(tmp_path), [b"a.mp3", b"b.m4a"])
    assert [values(each)["title"] for each in found] == [("A\ufffd\ufffdB",)] * 2


@pytest.mark.parametrize("sample", sorted(hostile.UNPLAYABLE))
def test_hostile_files_are_errors_in_plain_words(tmp_path: Path, sample: str) -> None:
    path = tmp_path / sample
    path.write_bytes(hostile.UNPLAYABLE[sample]())
    found = read(path)
    assert found.error is not None
    assert found.error.endswith(".")
    assert "Traceback" not in found.error
    assert found.format is None


def test_a_wav_that_claims_four_gigabytes(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(hostile.wav(data=bytes(44_100 * 4)))
    found = read(path)
    assert found.format is not None
    assert found.format.duration_ms == 1000
    assert found.warnings == ("It is shorter than its header says.",)


async def test_bombs_end_as_errors_or_cut_tags(reader: WorkerTagReader, tmp_path: Path) -> None:
    bombs = {
        "picture.mp3": hostile.id3_with_picture_of((1 << 28) - 20),
        "packed.mp3": hostile.id3_with_compressed(200 << 20),
        "comments.ogg": hostile.ogg_with_comments(0xFFFFFFFF),
        "comments.flac": hostile.flac_with_comments(0xFFFFFFFF),
    }
    for name, data in bombs.items():
        (tmp_path / name).write_bytes(data)
    make(tmp_path / "good.mp3", {"title": "Good"})
    keys = [os.fsencode(name) for name in (*bombs, "good.mp3")]
    found = await reader.read(os.fsencode(tmp_path), keys)
    assert [each.key for each in found] == keys
    for each in found[:-1]:
        assert each.error is not None or "title" not in values(each)
        assert len(msgspec.msgpack.encode(each)) < 1 << 20
    assert values(found[-1])["title"] == ("Good",)


async def test_only_the_file_that_ends_the_worker_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from philomel.engines.audio import reader as module

    monkeypatch.setattr(module, "_TASKS", "tests.engines.audio.deadly:")
    workers = ForkWorkers()
    reader = WorkerTagReader(workers)
    keys = [b"1", b"kill", b"2", b"abort", b"kill", b"3"]
    found = await reader.read(os.fsencode(tmp_path), keys)
    await workers.close()
    assert [each.key for each in found] == keys
    bad = [each.key for each in found if each.error and "safely" in each.error]
    assert bad == [b"kill", b"abort", b"kill"]


async def test_nothing_hangs_and_nothing_outside_is_read(
    reader: WorkerTagReader, tmp_path: Path
) -> None:
    root = tmp_path / "music"
    root.mkdir()
    make(tmp_path / "outside.mp3", {"title": "Outside"})
    make(root / "inside.mp3", {"title": "Inside"})
    (root / "out.mp3").symlink_to(tmp_path / "outside.mp3")
    (root / "in.mp3").symlink_to(root / "inside.mp3")
    (root / "loop.mp3").symlink_to(root / "loop.mp3")
    (root / "dir.mp3").mkdir()
    (root / "null.mp3").symlink_to("/dev/zero")
    os.mkfifo(root / "pipe.mp3")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(root / "sock.mp3"))
        names = ["out", "../outside", "loop", "dir", "null", "pipe", "sock", "missing", "in"]
        keys = [f"{name}.mp3".encode() for name in names]
        async with asyncio.timeout(20):
            found = await reader.read(os.fsencode(root), [*keys, b"nul\0.mp3", b"inside.mp3"])
    errors = {each.key: each.error for each in found}
    assert errors.pop(b"in.mp3") is None
    assert errors.pop(b"inside.mp3") is None
    assert all(errors.values()), errors
    assert all(str(tmp_path) not in str(error) for error in errors.values())


async def test_names_need_not_be_utf8(reader: WorkerTagReader, tmp_path: Path) -> None:
    make(tmp_path / "a.mp3", {"title": "A"}).rename(tmp_path / os.fsdecode(b"\xff\xfe.mp3"))
    [found] = await reader.read(os.fsencode(tmp_path), [b"\xff\xfe.mp3"])
    assert values(found)["title"] == ("A",)


async def test_many_batches_keep_their_order(reader: WorkerTagReader, tmp_path: Path) -> None:
    data = encode("mp3", 0.3)
    keys = [b"%d.mp3" % number for number in range(300)]
    for key in keys:
        (tmp_path / os.fsdecode(key)).write_bytes(data if key != b"77.mp3" else b"")
    found = await reader.read(os.fsencode(tmp_path), keys)
    assert [each.key for each in found] == keys
    assert [each.key for each in found if each.error] == [b"77.mp3"]
    assert await reader.read(os.fsencode(tmp_path), []) == []


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.data())
def test_damaged_files_never_raise(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(FORMATS))
    folder = tmp_path_factory.getbasetemp()
    path = make(folder / f"fuzz{SUFFIX[name]}", FULL, name=name, seconds=0.2)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 20))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    found = read(path)
    assert (found.error is None) != (found.format is None)
    assert all(len(tag.values) <= 1000 for tag in found.tags)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.dictionaries(st.text(max_size=70), st.lists(st.text(max_size=50), max_size=5)))
def test_cleaned_tags_hold_no_control_characters(raw: dict[str, list[str]]) -> None:
    kept: cleaning.Raw = {}
    cleaning.free_tags(raw, kept)
    tags, _ = cleaning.clean(kept)
    assert [tag.name for tag in tags] == sorted({tag.name for tag in tags})
    for tag in tags:
        assert tag.values
        for value in tag.values:
            assert value == value.strip()
            assert value.encode()  # no lone surrogates
            assert not any(ord(c) < 32 and c not in "\n\t" for c in value)


def test_the_length_of_mp3_without_a_header(tmp_path: Path) -> None:
    path = make(tmp_path / "a.mp3", seconds=5.0)
    data = path.read_bytes()
    # the first frame is a header that tells the length; without it the length is a guess
    header = data.index(b"Info" if b"Info" in data else b"Xing")
    path.write_bytes(data[data.index(b"\xff\xf3", header) :])
    found = read(path)
    assert found.format is not None
    assert found.format.duration_ms == pytest.approx(5000, abs=100)
