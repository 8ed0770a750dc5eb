"""kill -9 at random moments of a scan, an analysis, a transcode, an encode; what it leaves.

python -m bench.kills --rounds 200
"""

import argparse
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.server import machine
from tests.faults.installation import WORK, Installation, kill_at_work
from tests.journeys import processes


def main() -> None:
    processes.STOP_SECONDS = 60.0  # the machine may be busy: what a stop takes is no question here
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=17)
    parser.add_argument("--only", choices=WORK)
    parsed = parser.parse_args()
    chance, counted = random.Random(parsed.seed), Counter[str]()
    name, names = "", [parsed.only] if parsed.only else list(WORK)
    print(machine())
    started = time.monotonic()
    signal.signal(signal.SIGTERM, _end)
    with (
        tempfile.TemporaryDirectory(prefix="philomel-kills-") as folder,
        Installation.opened(Path(folder), chance) as here,
    ):
        try:
            for number in range(parsed.rounds):
                name = names[number % len(names)]
                kill_at_work(here, name)
                counted[name] += 1
                if number % 20 == 19:
                    here.check_leftovers()
                    print(f"{number + 1} rounds, {time.monotonic() - started:.0f} s", flush=True)
            here.check_leftovers()
        except BaseException:
            print(
                f"after {sum(counted.values())} rounds, at {name}:\n{here.process.said()[-8000:]}"
            )
            raise
    for name, count in counted.items():
        print(f"{name}: killed {count} times, nothing acknowledged lost, nothing left over")


def _end(*_: object) -> None:
    """Ended from outside: whatever was started ends too."""
    raise SystemExit(1)


if __name__ == "__main__":
    main()
