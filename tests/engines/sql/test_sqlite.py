"""What only the SQLite adapter promises: one writer, and an event loop that never waits."""

import asyncio
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import Column, Connection, Integer, MetaData, Table, insert, select

from philomel.engines.sql import writer
from philomel.engines.sql.sqlite import SqliteDatabase, connect, open_sqlite
from philomel.engines.sql.writer import Writer
from philomel.kernel.errors import Unavailable

METADATA = MetaData()
NUMBERS = Table("numbers", METADATA, Column("number", Integer, primary_key=True))


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    opened = open_sqlite(tmp_path / "numbers.sqlite")
    await opened.write(METADATA.create_all)
    yield opened
    await opened.close()


async def add(database: SqliteDatabase, number: int) -> None:
    await database.write(lambda connection: connection.execute(insert(NUMBERS), {"number": number}))


def all_numbers(connection: Connection) -> list[int]:
    return list(connection.scalars(select(NUMBERS.c.number).order_by(NUMBERS.c.number)))


def locked(database: SqliteDatabase) -> sqlite3.Connection:
    """The write lock, taken the way another process takes it."""
    other = sqlite3.connect(database.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    return other


HOLDER = """
import sqlite3, sys
other = sqlite3.connect(sys.argv[1], isolation_level=None)
other.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""


async def test_the_loop_stays_responsive_while_another_process_holds_the_write_lock(
    database: SqliteDatabase,
) -> None:
    holder = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", HOLDER, str(database.path)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdout is not None
    assert await holder.stdout.readline() == b"held\n"
    write = asyncio.ensure_future(add(database, 1))
    worst, end = 0.0, time.monotonic() + 2
    while time.monotonic() < end:
        before = time.monotonic()
        assert await database.read(all_numbers) == []
        await asyncio.sleep(0.005)
        worst = max(worst, time.monotonic() - before)
    assert not write.done()
    await holder.communicate(b"")
    await write
    assert await database.read(all_numbers) == [1]
    assert worst < 0.5


async def test_a_write_gives_up_when_the_lock_cannot_be_had(
    database: SqliteDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "LOCK_SECONDS", 0.3)
    other = locked(database)
    results = await asyncio.gather(*(add(database, n) for n in range(5)), return_exceptions=True)
    assert [type(result) for result in results] == [Unavailable] * 5
    other.execute("ROLLBACK")
    other.close()
    await add(database, 7)
    assert await database.read(all_numbers) == [7]


async def test_a_cancelled_write_leaves_the_writer_in_order(database: SqliteDatabase) -> None:
    other = locked(database)
    tasks = [asyncio.ensure_future(add(database, number)) for number in range(4)]
    await asyncio.sleep(0)
    tasks[1].cancel()
    tasks[2].cancel()
    other.execute("ROLLBACK")
    other.close()
    await asyncio.gather(*tasks, return_exceptions=True)
    await add(database, 10)
    assert {0, 3, 10} <= set(await database.read(all_numbers))


async def test_close_finishes_what_is_queued(tmp_path: Path) -> None:
    database = open_sqlite(tmp_path / "numbers.sqlite")
    await database.write(METADATA.create_all)
    tasks = [asyncio.ensure_future(add(database, number)) for number in range(200)]
    await asyncio.sleep(0)
    await database.close()
    await asyncio.gather(*tasks)
    with pytest.raises(Unavailable):
        await database.read(all_numbers)
    again = open_sqlite(tmp_path / "numbers.sqlite")
    assert await again.read(all_numbers) == list(range(200))
    await again.close()


async def test_a_full_disk_is_unavailable_and_undoes_the_commit(database: SqliteDatabase) -> None:
    def fill(connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA max_page_count = 8")
        connection.execute(insert(NUMBERS), [{"number": number} for number in range(20_000)])

    def allow(connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA max_page_count = 1000000")

    with pytest.raises(Unavailable, match="full"):
        await database.write(fill)
    await database.write(allow)
    await add(database, 1)
    assert await database.read(all_numbers) == [1]


class Refusing:
    """A driver's connection that refuses some statements once."""

    def __init__(self, driver: sqlite3.Connection, *statements: str) -> None:
        self.driver = driver
        self.refused = list(statements)

    @property
    def in_transaction(self) -> bool:
        return self.driver.in_transaction

    def execute(self, statement: str) -> sqlite3.Cursor:
        if statement in self.refused:
            self.refused.remove(statement)
            raise sqlite3.OperationalError("disk I/O error")
        return self.driver.execute(statement)


async def test_the_writer_outlives_a_disk_that_fails_at_everything(tmp_path: Path) -> None:
    driver = connect(tmp_path / "x.sqlite")
    driver.execute("CREATE TABLE t (x)")
    failing = Refusing(driver, "COMMIT", "ROLLBACK")
    writer: Writer[sqlite3.Connection] = Writer("test", failing, driver)  # type: ignore[arg-type]  # as much of a connection as the writer uses
    async with asyncio.timeout(20):
        with pytest.raises(sqlite3.OperationalError):
            await writer.run(lambda connection: connection.execute("INSERT INTO t VALUES (1)"))
        await writer.run(lambda connection: connection.execute("INSERT INTO t VALUES (2)"))
    assert driver.execute("SELECT x FROM t").fetchall() == [(2,)]
    await writer.close()
    driver.close()


async def test_only_the_owner_can_read_the_files(database: SqliteDatabase) -> None:
    await add(database, 1)
    files = list(database.path.parent.glob("numbers.sqlite*"))
    assert len(files) == 3
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}


async def test_readers_cannot_write(database: SqliteDatabase) -> None:
    def sneak(connection: Connection) -> None:
        connection.execute(insert(NUMBERS), {"number": 1})

    for long in (False, True):
        with pytest.raises(Unavailable):
            await database.read(sneak, long=long)
    assert await database.read(all_numbers) == []


async def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("not a database, but long enough to look like a page" * 100)
    with pytest.raises(Unavailable, match="notes"):
        open_sqlite(tmp_path / "notes")


async def test_a_migration_that_orphans_rows_is_undone(database: SqliteDatabase) -> None:
    def make(connection: Connection) -> None:
        connection.exec_driver_sql(
            "CREATE TABLE notes (number INTEGER REFERENCES numbers (number) ON DELETE CASCADE)"
        )
        connection.execute(insert(NUMBERS), [{"number": 1}, {"number": 2}])
        connection.exec_driver_sql("INSERT INTO notes VALUES (1), (2)")

    def orphan(connection: Connection) -> None:
        connection.execute(NUMBERS.delete())

    await database.write(make)
    with pytest.raises(sqlite3.IntegrityError):
        await database.migrate(orphan)
    assert await database.read(all_numbers) == [1, 2]
    await database.write(orphan)  # enforced again: the rows that refer to them go as well
    left = await database.read(lambda c: c.exec_driver_sql("SELECT * FROM notes").all())
    assert left == []


async def test_writes_go_on_around_a_migration(database: SqliteDatabase) -> None:
    migration = database.migrate(lambda c: c.execute(insert(NUMBERS), {"number": 1000}))
    await asyncio.gather(*(add(database, n) for n in range(50)), migration)
    await asyncio.gather(*(add(database, n) for n in range(50, 100)))
    assert await database.read(all_numbers) == [*range(100), 1000]
