"""Makes the pictures of pages small: a palette for each, and no more than 5 MB of them together.

They are compared by `npm run e2e` and shown in the guide's gallery. Run it by
`python tools/web.py screens`, which draws those anew that look otherwise now.
"""

import sys
from pathlib import Path

from PIL import Image

FOLDER = Path(__file__).resolve().parent.parent / "web" / "e2e" / "screens"
COLOURS = 128
MOST = 5_000_000


def shrink(path: Path) -> None:
    with Image.open(path) as picture:
        if picture.mode == "P":
            return
        small = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    small.save(path, optimize=True)


def main() -> int:
    files = sorted(FOLDER.glob("*.png"))
    for path in files:
        shrink(path)
    size = sum(path.stat().st_size for path in files)
    print(f"{len(files)} pictures, {size / 1e6:.2f} MB")
    if size > MOST:
        print(f"That is more than {MOST / 1e6:.0f} MB: take fewer, or smaller ones.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
