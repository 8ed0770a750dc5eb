"""Writes the files that the web player is tried with: the worst of tags, and a song with words."""  # noqa: INP001  # no package of Python lies here

import sys
from pathlib import Path

from tests.media.files import make

TITLES = {
    "long": "Endless " * 625,
    "right": "\u0644\u064a\u0644\u0629 \u0627\u0644\u0639\u0646\u062f\u0644\u064a\u0628",
    "emoji": "\U0001f426\u200d\U0001f525 \U0001f3f3\ufe0f\u200d\U0001f308 song",
    "html": "<img src=x onerror=\"document.title='broken'\"><script>alert(1)</script>",
    "gone": "Soon to vanish",
    "noise": "Nothing but noise",
}
WORDS = "[00:00.00]First line\n[00:05.00]Second line\n[00:10.00]Third line\n"


def main() -> None:
    folder = Path(sys.argv[1])
    for number, (name, title) in enumerate(TITLES.items(), 1):
        tags = {
            "title": title,
            "artist": title,
            "album": title if name != "gone" else "Odd names",
            "albumartist": title,
            "tracknumber": str(number),
        }
        file = folder / name / f"{name}.flac"
        make(file, tags, seconds=40.0, frequency=300.0 + 40 * number, rate=44_100)
        if name == "noise":
            # Its head and its tags are whole; nothing after them is sound.
            whole = file.read_bytes()
            file.write_bytes(whole[:8192] + b"\x55" * (len(whole) - 8192))
        file.with_suffix(".lrc").write_text(WORDS, encoding="utf-8")


if __name__ == "__main__":
    main()
