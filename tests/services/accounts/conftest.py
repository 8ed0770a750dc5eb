from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.conftest import DatabaseFor
from tests.rpc.shape import in_shape
from tests.services.accounts.house import House, build_house

from philomel.services.accounts.contract import Accounts
from philomel.services.accounts.module import SCHEMA

_ONE_SHAPE = ("test_links", "test_passkeys")
"""Suites with nothing in them that a wire could change; the others cross it."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Both databases and both shapes, but not every pair of them."""
    items[:] = [item for item in items if not _is_left_out(item)]


def _is_left_out(item: pytest.Item) -> bool:
    parameters = getattr(item, "callspec", None)
    if "tests/services/accounts/" not in item.nodeid or parameters is None:
        return False
    chosen = set(map(str, parameters.params.values()))
    return {"grpc", "postgresql"} <= chosen or (
        "grpc" in chosen and any(f"/{name}.py" in item.nodeid for name in _ONE_SHAPE)
    )


@pytest.fixture(params=["local", "grpc"])
async def house(
    request: pytest.FixtureRequest, database_for: DatabaseFor, tmp_path: Path
) -> AsyncIterator[House]:
    made = build_house(await database_for(SCHEMA), tmp_path)
    async with in_shape(request.param, Accounts, made.accounts) as accounts:
        made.accounts = accounts
        yield made
