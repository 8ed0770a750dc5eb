"""Journeys run in every shape a server can have."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.journeys.shapes import Shape, all_in_one, split
from tests.servers.s3 import BUCKET

WESNOTH = Path("/usr/share/games/wesnoth/1.16/data/core/music")


@pytest.fixture(scope="module", params=["all_in_one", "split"])
def shape(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shape]:
    """A running server without music or people, for the tests of one module."""
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "all_in_one":
        made = all_in_one(folder)
    else:
        postgres = request.getfixturevalue("postgres_url")
        s3 = request.getfixturevalue("s3_url")
        made = split(folder, postgres, s3, BUCKET)
    yield made
    made.kill()


@pytest.fixture(scope="session")
def wesnoth() -> Path:
    """41 free pieces with full tags (Debian's wesnoth-1.16-music)."""
    if not WESNOTH.is_dir():
        pytest.fail("wesnoth-1.16-music is missing: python tools/engines.py installs it")
    return WESNOTH
