"""Fixtures that every suite may ask for: databases and real servers, and each suite's time."""

import tempfile
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from tests.databases import PostgresSchemas, sqlite_at
from tests.servers import Server, postgres, redis, s3

from philomel.engines.sql import Database, Schema

DatabaseFor = Callable[[Schema], Awaitable[Database]]

_SERVERS = {"postgres_url": postgres.start, "redis_url": redis.start, "s3_url": s3.start}
_SERVER_OF_PARAMETER = {"postgresql": "postgres_url", "redis": "redis_url", "s3": "s3_url"}
_RUNNING = pytest.StashKey[dict[str, Server]]()
_FOLDER = pytest.StashKey[tempfile.TemporaryDirectory[str]]()
_TIMES: dict[str, list[tuple[bool, float]]] = defaultdict(list)

_LONG = ("journeys", "services/catalog", "app", "gateway/media", "gateway/api", "attacks", "faults")
"""Suites that begin first where several processes test, so that all end at about the same time."""


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_RUNNING] = {}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if hasattr(config, "workerinput"):
        items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    within = (number for number, name in enumerate(_LONG) if f"tests/{name}/" in item.nodeid)
    return next(within, len(_LONG))


def pytest_collection_finish(session: pytest.Session) -> None:
    """Start what the collected tests need; they go on while the servers come up.

    Each process that tests has servers of its own, and stops them.
    """
    if session.config.option.collectonly or not session.items:
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
    """Makes databases with the tables of a schema and nothing else; closed after the test."""
    opened: list[Database] = []
    if request.param == "postgresql":
        schemas = PostgresSchemas(request.getfixturevalue("postgres_url"))
        yield lambda schema: schemas.make(schema, tmp_path)
        await schemas.close()
        return

    async def make(schema: Schema) -> Database:
        opened.append(await sqlite_at(tmp_path / f"{schema.name}-{len(opened)}.sqlite", schema))
        return opened[-1]

    yield make
    for database in opened:
        await database.close()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    suite = report.nodeid.split("::")[0].rpartition("/")[0]
    _TIMES[suite].append((report.when == "call", report.duration))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What each suite cost, set-up of its fixtures included."""
    for suite, phases in sorted(_TIMES.items()):
        tests = sum(is_call for is_call, _ in phases)
        seconds = sum(duration for _, duration in phases)
        terminalreporter.write_line(f"suite {suite}: {tests} tests, {seconds:.1f} s")
