"""Fixtures that every suite may ask for: databases and real servers, and each suite's time."""

import secrets
import tempfile
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from tests.servers import Server, postgres, redis, s3

from philomel.engines.sql import Database, Schema
from philomel.engines.sql.migrate import prepare
from philomel.engines.sql.postgres import open_postgres
from philomel.engines.sql.sqlite import open_sqlite

DatabaseFor = Callable[[Schema], Awaitable[Database]]

_SERVERS = {"postgres_url": postgres.start, "redis_url": redis.start, "s3_url": s3.start}
_SERVER_OF_PARAMETER = {"postgresql": "postgres_url", "redis": "redis_url", "s3": "s3_url"}
_RUNNING = pytest.StashKey[dict[str, Server]]()
_FOLDER = pytest.StashKey[tempfile.TemporaryDirectory[str]]()
_TIMES = pytest.StashKey[dict[str, list[tuple[bool, float]]]]()


def pytest_configure(config: pytest.Config) -> None:
    times: dict[str, list[tuple[bool, float]]] = defaultdict(list)
    config.stash[_TIMES] = times
    config.stash[_RUNNING] = {}


def pytest_collection_finish(session: pytest.Session) -> None:
    """Start what the collected tests need; they go on while the servers come up."""
    if session.config.option.collectonly:
        return
    for item in session.items:
        callspec = getattr(item, "callspec", None)
        parameters = callspec.params.values() if callspec is not None else ()
        asked = {*getattr(item, "fixturenames", ())}
        asked |= {_SERVER_OF_PARAMETER.get(name, "") for name in parameters if type(name) is str}
        for fixture in asked & _SERVERS.keys():
            _server(session.config, fixture)


def pytest_unconfigure(config: pytest.Config) -> None:
    for server in config.stash[_RUNNING].values():
        server.stop()
    folder = config.stash.get(_FOLDER, None)
    if folder is not None:
        folder.cleanup()


def _server(config: pytest.Config, fixture: str) -> Server:
    running = config.stash[_RUNNING]
    if fixture not in running:
        if _FOLDER not in config.stash:
            config.stash[_FOLDER] = tempfile.TemporaryDirectory(prefix="philomel-servers-")
        folder = Path(config.stash[_FOLDER].name) / fixture.removesuffix("_url")
        folder.mkdir()
        running[fixture] = Server(_SERVERS[fixture], folder)
    return running[fixture]


@pytest.fixture(scope="session")
def postgres_url(request: pytest.FixtureRequest) -> str:
    return _server(request.config, "postgres_url").url()


@pytest.fixture(scope="session")
def redis_url(request: pytest.FixtureRequest) -> str:
    return _server(request.config, "redis_url").url()


@pytest.fixture(scope="session")
def s3_url(request: pytest.FixtureRequest) -> str:
    return _server(request.config, "s3_url").url()


@pytest.fixture(params=["sqlite", "postgresql"])
async def database_for(
    request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[DatabaseFor]:
    """Makes a fresh, migrated database for a schema; closed after the test."""
    opened: list[Database] = []
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else None

    async def make(schema: Schema) -> Database:
        database: Database
        if url is None:
            database = open_sqlite(tmp_path / f"{schema.name}-{len(opened)}.sqlite")
        else:
            database = open_postgres(url, f"{schema.name}_{secrets.token_hex(6)}")
        opened.append(database)
        await prepare(database, schema, tmp_path)
        return database

    yield make
    for database in opened:
        await database.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    suite = item.nodeid.split("::")[0].rpartition("/")[0]
    item.config.stash[_TIMES][suite].append((call.when == "call", call.duration))
    return (yield)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """What each suite cost, set-up of its fixtures included."""
    for suite, phases in sorted(config.stash[_TIMES].items()):
        tests = sum(is_call for is_call, _ in phases)
        seconds = sum(duration for _, duration in phases)
        terminalreporter.write_line(f"suite {suite}: {tests} tests, {seconds:.1f} s")
