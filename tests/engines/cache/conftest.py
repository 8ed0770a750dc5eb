from collections.abc import Iterator

import pytest
from tests.servers import redis


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with redis.start(tmp_path_factory.mktemp("redis")) as url:
        yield url
