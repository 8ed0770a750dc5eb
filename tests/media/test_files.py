"""The samples themselves must be what they say."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.media.files import FORMATS, SUFFIX, make
from tests.media.templates import png

CODECS = {
    "mp3": "mp3",
    "flac": "flac",
    "ogg": "vorbis",
    "opus": "opus",
    "m4a": "aac",
    "alac": "alac",
    "wav": "pcm_s16le",
    "aiff": "pcm_s16be",
    "wv": "wavpack",
}


@pytest.mark.skipif(shutil.which("ffprobe") is None, reason="ffprobe judges the samples")
@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_valid(tmp_path: Path, name: str) -> None:
    path = make(
        tmp_path / f"a{SUFFIX[name]}",
        {"title": "Ein Lied", "artist": ["A", "B"], "tracknumber": "3", "tracktotal": "9"},
        name=name,
        cover=png(8, 8, (200, 30, 30)),
    )
    probe = json.loads(
        subprocess.run(
            ["ffprobe", "-v", "error", "-of", "json", "-show_streams", "-show_format", path],
            check=True,
            capture_output=True,
        ).stdout
    )
    audio = next(stream for stream in probe["streams"] if stream["codec_type"] == "audio")
    assert audio["codec_name"] == CODECS[name]
    assert 0.9 < float(probe["format"]["duration"]) < 1.2
    tags = probe["format"].get("tags", {}) | audio.get("tags", {})
    assert {key.lower(): value for key, value in tags.items()}["title"] == "Ein Lied"
    assert path.stat().st_size < 40_000
