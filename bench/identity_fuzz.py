"""Many random histories of a music folder: nothing that a listener made may be lost.

    python -m bench.identity_fuzz [--examples 500] [--seed 1]

The histories of tests/services/catalog/histories.py, more and longer than the tests have
time for. Ends with the shortest history that loses something, if there is one.
"""

import argparse
import asyncio
import tempfile
import time
from pathlib import Path

from hypothesis import HealthCheck, given, seed, settings
from tests.services.catalog.histories import STEPS, Step
from tests.services.catalog.world import live


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    played = 0

    @seed(options.seed)
    @settings(
        max_examples=options.examples,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(STEPS)
    def histories(steps: list[Step]) -> None:
        nonlocal played
        played += 1
        with tempfile.TemporaryDirectory() as folder:
            asyncio.run(live(steps, Path(folder)))

    started = time.perf_counter()
    histories()
    print(f"{played} histories in {time.perf_counter() - started:.0f} s; nothing was lost")


if __name__ == "__main__":
    main()
