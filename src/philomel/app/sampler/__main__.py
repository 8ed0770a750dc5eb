"""`python -m philomel.app.sampler DIR`: write the sampler, or what is missing of it."""

import argparse
import sys
from pathlib import Path


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="philomel.app.sampler", description="Synthesise a small library of music."
    )
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    from philomel.app.sampler.writing import write

    try:
        write(folder)
    except OSError as error:
        sys.stderr.write(f"The sampler cannot be written: {error.strerror}: {folder}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
