"""Whatever happens to files between scans, what somebody made of a track stays with it."""

import asyncio
import tempfile
from pathlib import Path

from hypothesis import example, given, settings
from tests.services.catalog.histories import STEPS, Step
from tests.services.catalog.world import live


@example([("like", 0, 0), ("beside", 0, 0), ("scan", 0, 0), ("drop", 0, 0)])
@example([("like", 1, 0), ("copy", 1, 0), ("analyse", 0, 0), ("drop", 1, 0), ("play", 1, 0)])
@example([("like", 0, 0), ("move", 0, 0), ("upgrade", 1, 0), ("kill", 1, 0), ("machine", 0, 0)])
@example([("rate", 2, 0), ("delete", 2, 0), ("kill", 0, 2), ("restore", 2, 0), ("kill", 1, 1)])
@example([("list", 0, 0), ("list", 1, 0), ("mark", 0, 0), ("beside", 0, 0), ("kill", 0, 2)])
@given(STEPS)
@settings(max_examples=8, deadline=None, derandomize=True, database=None)
def test_what_a_listener_made_never_loses_its_track(steps: list[Step]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(live(steps, Path(folder)))
