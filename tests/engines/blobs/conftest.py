from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.servers import s3


@pytest.fixture(scope="session")
def s3_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("s3")
    with s3.start(folder) as url:
        yield url
