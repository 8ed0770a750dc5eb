"""Playlists as files."""

from pathlib import Path

import pytest

from philomel.app.importing.m3u import parse, read
from philomel.app.refusal import Refusal
from philomel.services.playlists.contract import Want

MUSIC = Path("/srv/music/lists")


def test_paths_titles_and_lengths() -> None:
    text = (
        "\ufeff#EXTM3U\r\n#EXTINF:123,The Warblers - Dawn\r\n../Warblers/01 Dawn.flac\r\n"
        "# a comment\n\nC:\\Music\\Dusk.mp3\n#EXTINF:-1 x=y,Only a title\n/abs/é.ogg\n"
    )
    found, skipped = parse(text.encode(), MUSIC)
    assert skipped == 0
    assert found == [
        Want(
            title="Dawn", artist="The Warblers", duration_ms=123_000,
            path="/srv/music/Warblers/01 Dawn.flac",
        ),
        Want(path="C:/Music/Dusk.mp3"),
        Want(title="Only a title", path="/abs/é.ogg"),
    ]  # fmt: skip


def test_what_is_no_file_is_skipped() -> None:
    found, skipped = parse(b"http://example.org/stream\nfile:///etc/passwd\na\0b\nok.mp3\n", MUSIC)
    assert ([want.path for want in found], skipped) == (["/srv/music/lists/ok.mp3"], 3)


def test_old_encodings_are_read() -> None:
    found, _ = parse("Café.mp3\n".encode("cp1252"), MUSIC)
    assert found[0].path.endswith("Café.mp3")


def test_every_list_below_a_folder(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "Night.M3U8").write_text("a.mp3\n")
    (tmp_path / "Day.m3u").write_text("b.mp3\n")
    (tmp_path / "notes.txt").write_text("c.mp3\n")
    (person,) = read(tmp_path, "anna").people
    assert [(each.name, each.id) for each in person.playlists] == [
        ("Day", "m3u:Day.m3u"),
        ("Night", "m3u:sub/Night.M3U8"),
    ]
    with pytest.raises(Refusal):
        read(tmp_path / "nothing", "anna")
