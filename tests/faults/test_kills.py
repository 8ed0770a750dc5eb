"""Killed at work, at a random moment, round after round over one installation."""

import random
from pathlib import Path

from tests.faults.installation import WORK, Installation, kill_at_work


def test_nothing_acknowledged_is_lost_and_nothing_is_left_over(tmp_path: Path) -> None:
    with Installation.opened(tmp_path, random.Random(23), files=8) as here:
        for name in WORK:
            kill_at_work(here, name)
        assert here.lists.acknowledged
        here.check_leftovers()
