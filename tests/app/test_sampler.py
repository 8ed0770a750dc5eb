"""The sampler: whole albums in four formats, and never half a file."""

from pathlib import Path

import pytest

from philomel.app.sampler.albums import ALBUMS, Album
from philomel.app.sampler.covers import draw
from philomel.app.sampler.writing import MARKER, is_complete, write
from philomel.engines.audio.tags.task import read_file


def place(folder: Path, album: Album, number: int) -> Path:
    name = f"{number + 1:02d} {album.tracks[number]}{album.suffix}"
    return folder / album.artist / album.title / name


@pytest.mark.parametrize("album", ALBUMS, ids=lambda album: album.style)
def test_an_interrupted_sampler_is_completed(tmp_path: Path, album: Album) -> None:
    # all but one track are there already, so that the test need not play everything
    for each in ALBUMS:
        for number in range(len(each.tracks)):
            path = place(tmp_path, each, number)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"was here")
    missing = place(tmp_path, album, 1)
    missing.unlink()
    assert not is_complete(tmp_path)
    write(tmp_path)
    assert is_complete(tmp_path)
    assert place(tmp_path, ALBUMS[0], 0).read_bytes() == b"was here"
    assert not list(tmp_path.rglob("*.part"))

    found = read_file(bytes(tmp_path.resolve()), bytes(missing.relative_to(tmp_path)))
    assert found.error is None
    assert found.warnings == ()
    assert found.picture
    assert found.format is not None
    assert 30_000 < found.format.duration_ms < 61_000
    tags = {tag.name: tag.values for tag in found.tags}
    assert tags["title"] == (album.tracks[1],)
    assert tags["artist"] == tags["albumartist"] == (album.artist,)
    assert tags["genre"] == album.genres
    assert (tags["tracknumber"], tags["tracktotal"]) == (("2",), (str(len(album.tracks)),))

    before = missing.stat().st_mtime_ns
    write(tmp_path)
    assert missing.stat().st_mtime_ns == before
    data = missing.read_bytes()
    missing.unlink()
    (tmp_path / MARKER).unlink()
    if album.suffix == ".mp3":  # one is enough, it takes a second
        write(tmp_path)
        assert missing.read_bytes() == data


def test_covers_are_small_jpegs_and_differ() -> None:
    covers = {draw(album.style) for album in ALBUMS}
    assert len(covers) == len(ALBUMS)
    assert all(cover.startswith(b"\xff\xd8\xff") and len(cover) < 200_000 for cover in covers)
