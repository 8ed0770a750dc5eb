"""Playlists as files."""

from pathlib import Path

import pytest

from philomel.app.importing.m3u import read
from philomel.app.refusal import Refusal
from philomel.services.playlists.contract import Want


def test_paths_titles_and_lengths(tmp_path: Path) -> None:
    text = (
        "\ufeff#EXTM3U\r\n#EXTINF:123,The Warblers - Dawn\r\n../Warblers/01 Dawn.flac\r\n"
        "# a comment\n\nC:\\Music\\Dusk.mp3\n#EXTINF:-1 x=y,Only a title\n/abs/é.ogg\n"
        "#EXTINF:-1,A station\nhttp://example.org/stream\n"
    )
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "x.m3u8").write_bytes(text.encode())
    found = read(tmp_path, "anna")
    assert found.notes == ("lists/x.m3u8: 1 lines name no file",)
    assert found.people[0].playlists[0].entries == (
        Want(
            title="Dawn", artist="The Warblers", duration_ms=123_000,
            path=f"{tmp_path}/Warblers/01 Dawn.flac",
        ),
        Want(path="C:/Music/Dusk.mp3"),
        Want(title="Only a title", path="/abs/é.ogg"),
    )  # fmt: skip


def test_old_encodings_are_read(tmp_path: Path) -> None:
    (tmp_path / "x.m3u").write_bytes("Café.mp3\n".encode("cp1252"))
    (playlist,) = read(tmp_path, "anna").people[0].playlists
    assert playlist.entries[0].path.endswith("/Café.mp3")


def test_every_list_below_a_folder(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "Night.M3U8").write_text("a.mp3\n")
    (tmp_path / "Day.m3u").write_text("b.mp3\n")
    (tmp_path / "Loved.nsp").write_text('{"name": "Best", "all": [{"is": {"loved": true}}]}')
    (tmp_path / "Mood.nsp").write_text('{"all": [{"is": {"mood": "calm"}}]}')
    (tmp_path / "notes.txt").write_text("c.mp3\n")
    found = read(tmp_path, "anna")
    (person,) = found.people
    assert [(each.name, each.id, each.rules is None) for each in person.playlists] == [
        ("Day", "m3u:Day.m3u", True),
        ("Best", "m3u:Loved.nsp", False),
        ("Night", "m3u:sub/Night.M3U8", True),
    ]
    assert found.notes == ("Mood.nsp: 'mood' is no field here",)
    with pytest.raises(Refusal):
        read(tmp_path / "nothing", "anna")
