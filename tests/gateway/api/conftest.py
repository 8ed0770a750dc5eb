from collections.abc import Iterator

import pytest
from tests.gateway.running import House, serving


@pytest.fixture
def house() -> Iterator[House]:
    with serving(House()) as running:
        yield running
