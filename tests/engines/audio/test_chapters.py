"""Chapters as audio books, podcasts and mixes have them, in real files."""

import os
import subprocess
from pathlib import Path

import pytest
from mutagen import id3
from mutagen.flac import FLAC
from mutagen.mp4 import MP4
from mutagen.oggopus import OggOpus
from tests.media.files import make

from philomel.engines.audio import FileTags
from philomel.engines.audio.decoding.reading import FileReader
from philomel.engines.audio.tags.quicktime import chapter_track
from philomel.engines.audio.tags.task import read_file

METADATA = """;FFMETADATA1
title=Book
[CHAPTER]
TIMEBASE=1/1000
START=0
END=1500
title=Eins — 夜
[CHAPTER]
TIMEBASE=1/1000
START=1500
END=4000
title=<b>Two</b>
"""


def read(path: Path) -> FileTags:
    found = read_file(os.path.realpath(os.fsencode(path.parent)), os.fsencode(path.name))
    assert found.error is None
    return found


def marks(path: Path) -> list[tuple[int, int, str]]:
    return [(mark.start_ms, mark.end_ms, mark.title) for mark in read(path).chapters]


def book(folder: Path) -> Path:
    """An audio book as ffmpeg writes it: with a text track and a list of Nero's."""
    folder.mkdir(exist_ok=True)
    sound = make(folder / "sound.wav", seconds=4)
    (folder / "chapters.txt").write_text(METADATA)
    path = folder / "book.m4b"
    subprocess.run(
        ["ffmpeg", "-v", "error", "-nostdin", "-i", sound, "-i", folder / "chapters.txt",
         "-map_metadata", "1", "-c:a", "aac", "-f", "mp4", path],
        check=True, timeout=60,
    )  # fmt: skip
    return path


def test_audio_books(tmp_path: Path) -> None:
    path = book(tmp_path / "b")
    (one, two) = marks(path)
    assert one == (0, 1500, "Eins — 夜")
    assert two[0] == 1500
    assert two[2] == "<b>Two</b>"
    # Without the text track's name in it, Nero's list is what is left.
    path.write_bytes(path.read_bytes().replace(b"chap", b"cha_", 1))
    assert MP4(path).chapters is not None
    assert [title for _, _, title in marks(path)] == ["Eins — 夜", "<b>Two</b>"]


def test_broken_audio_books(tmp_path: Path) -> None:
    """Cut or changed anywhere, the file is read or refused, and nothing runs on."""
    path = book(tmp_path / "b")
    whole = path.read_bytes()
    start = whole.rindex(b"moov")
    for place in range(start, len(whole), 37):
        path.write_bytes(whole[:place] + b"\xff\xff\xff\xff" + whole[place + 4 :])
        found = read_file(os.path.realpath(os.fsencode(path.parent)), b"book.m4b")
        assert len(found.chapters) <= 2000


def test_id3_chapters(tmp_path: Path) -> None:
    path = make(tmp_path / "a.mp3", {"title": "A"}, seconds=3)
    tag = id3.ID3(path)
    for name, start, end, title in (
        ("b", 1000, 2000, "Second"),
        ("a", 0, 1000, "First"),
        ("c", 2000, 0xFFFFFFFF, "Last"),
        ("d", 0xFFFFFFF0, 0xFFFFFFFF, "Outside"),
    ):
        titles = [id3.TIT2(encoding=3, text=title)]
        tag.add(
            id3.CHAP(element_id=name, start_time=start, end_time=end, start_offset=0xFFFFFFFF,
                     end_offset=0xFFFFFFFF, sub_frames=titles)
        )  # fmt: skip
    tag.add(id3.CTOC(element_id="toc", flags=3, child_element_ids=["a", "b"], sub_frames=[]))
    tag.save()
    found = marks(path)
    assert found[:2] == [(0, 1000, "First"), (1000, 2000, "Second")]
    assert found[2][0] == 2000
    assert found[2][2] == "Last"
    assert len(found) == 3


def test_chapters_inside_chapters(tmp_path: Path) -> None:
    """Frames in frames, deeper than anything could follow: the rest of the file is still read."""
    path = make(tmp_path / "a.mp3", seconds=2)
    inner = b""
    for _ in range(3_000):
        body = b"x\0" + bytes(16) + inner
        inner = b"CHAP" + syncsafe(len(body)) + b"\0\0" + body
    head = b"ID3\x04\0\0" + syncsafe(len(inner))
    path.write_bytes(head + inner + path.read_bytes())
    found = read_file(os.path.realpath(os.fsencode(tmp_path)), b"a.mp3")
    assert found.error is not None or len(found.chapters) <= 1


def syncsafe(number: int) -> bytes:
    return bytes((number >> shift) & 0x7F for shift in (21, 14, 7, 0))


@pytest.mark.parametrize("name", ["a.flac", "a.opus"])
def test_vorbis_comments(tmp_path: Path, name: str) -> None:
    path = make(tmp_path / name, seconds=3)
    file = FLAC(path) if name.endswith("flac") else OggOpus(path)
    file["CHAPTER001"], file["CHAPTER001NAME"] = "00:00:00.000", "One"
    file["CHAPTER002"] = "00:00:01.500"
    file["CHAPTER003"] = "99:00:00.000"
    file["CHAPTER004"] = "never"
    file["TITLE"] = "T"
    file.save()
    (one, two) = marks(path)
    assert (one, two[0], two[2]) == ((0, 1500, "One"), 1500, "")
    assert not any(tag.name.startswith("chapter") for tag in read(path).tags)


def test_a_cue_sheet_in_a_tag(tmp_path: Path) -> None:
    path = make(tmp_path / "a.flac", seconds=3)
    file = FLAC(path)
    file["CUESHEET"] = (
        'TITLE "Mix"\nFILE "a.flac" WAVE\n  TRACK 01 AUDIO\n    TITLE "One"\n'
        "    INDEX 01 00:00:00\n"
        '  TRACK 02 AUDIO\n    TITLE "Two"\n    INDEX 00 00:01:00\n    INDEX 01 00:01:37\n'
    )
    file.save()
    assert [(start, title) for start, _, title in marks(path)] == [(0, "One"), (1493, "Two")]


def test_other_files_have_none(tmp_path: Path) -> None:
    path = make(tmp_path / "a.m4a")
    with path.open("rb") as file:
        assert chapter_track(FileReader(file.fileno())) == []
