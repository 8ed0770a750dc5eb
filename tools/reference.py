"""Writes docs/reference/ from the code; `--check` fails when a page is out of date."""

import sys


def main() -> int:
    """Nothing is generated yet: the pages join as their sources land."""
    return 0


if __name__ == "__main__":
    sys.exit(main())
