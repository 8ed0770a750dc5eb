from collections.abc import Iterator

import pytest
from tests.gateway.home import Home, at_home


@pytest.fixture(scope="session")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """One server for all of a process, with whatever was left behind."""
    with at_home(tmp_path_factory.mktemp("home")) as running:
        yield running


@pytest.fixture
def home(lived_in: Home) -> Home:
    """Where nobody keeps anything yet."""
    lived_in.forget()
    return lived_in
