"""How a database comes to its version, over every engine."""

import asyncio
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, select, text
from tests.conftest import DatabaseFor
from tests.engines.sql import shelf

from philomel.engines.sql import Database
from philomel.engines.sql.migrate import COPIES_KEPT, Incompatible, State, prepare
from philomel.engines.sql.sqlite import open_sqlite


def fill(connection: Connection) -> None:
    connection.execute(text("INSERT INTO shelves (id, name) VALUES (1, 'Poems'), (2, 'Maps')"))
    connection.execute(insert(shelf.BOOKS), [{"id": n, "shelf_id": 1} for n in range(3)])


def counts(connection: Connection) -> list[int]:
    return list(connection.scalars(select(shelf.SHELVES.c.books).order_by(shelf.SHELVES.c.id)))


async def old(database_for: DatabaseFor) -> Database:
    database = await database_for(shelf.schema(version=1, migrations="first.migrations"))
    await database.write(fill)
    return database


async def test_an_empty_database_comes_to_the_current_version(database_for: DatabaseFor) -> None:
    database = await database_for(shelf.SCHEMA)
    await database.write(fill)
    assert await database.read(counts) == [0, 0]


async def test_an_old_one_is_brought_up_with_its_data(
    database_for: DatabaseFor, tmp_path: Path
) -> None:
    database = await old(database_for)
    assert await prepare(database, shelf.schema(compatible_from=2), tmp_path) == State(2, 2)
    assert await database.read(counts) == [3, 0]
    backups = list((tmp_path / "backups").glob("*"))
    if database.dialect == "sqlite":
        (backup,) = backups
        assert backup.name == "shelf-version-1.sqlite"
        assert backup.stat().st_mode & 0o777 == 0o600
        copy = sqlite3.connect(backup)
        assert copy.execute("SELECT count(*) FROM books").fetchone() == (3,)
        assert copy.execute("SELECT version FROM schema_version").fetchone() == (1,)
        copy.close()
    else:
        assert backups == []


async def test_the_latest_copies_are_kept(tmp_path: Path) -> None:
    for number in range(COPIES_KEPT + 2):
        database = open_sqlite(tmp_path / f"{number}.sqlite")
        await prepare(database, shelf.schema(version=1, migrations="first.migrations"), tmp_path)
        await prepare(database, shelf.SCHEMA, tmp_path)
        await database.close()
    kept = sorted(path.name for path in (tmp_path / "backups").iterdir())
    assert len(kept) == COPIES_KEPT


async def test_nothing_is_copied_when_nothing_is_to_do(
    database_for: DatabaseFor, tmp_path: Path
) -> None:
    database = await database_for(shelf.SCHEMA)
    await prepare(database, shelf.SCHEMA, tmp_path)
    assert not (tmp_path / "backups").exists()


async def test_a_newer_one_that_is_compatible_is_taken_as_it_is(
    database_for: DatabaseFor, tmp_path: Path
) -> None:
    database = await database_for(shelf.schema(version=2, compatible_from=1))
    older = shelf.schema(version=1, migrations="first.migrations")
    assert await prepare(database, older, tmp_path) == State(2, 1)


async def test_a_newer_one_that_is_not_compatible_is_refused(
    database_for: DatabaseFor, tmp_path: Path
) -> None:
    database = await database_for(shelf.schema(version=2, compatible_from=2))
    with pytest.raises(Incompatible, match=r"shelf was written by a newer Philomel \(version 2"):
        await prepare(database, shelf.schema(version=1, migrations="first.migrations"), tmp_path)


async def test_another_service_s_database_is_refused(
    database_for: DatabaseFor, tmp_path: Path
) -> None:
    database = await database_for(shelf.SCHEMA)

    def rename(connection: Connection) -> None:
        connection.execute(text("UPDATE schema_version SET name = 'catalog'"))

    await database.write(rename)
    with pytest.raises(Incompatible, match="belongs to catalog"):
        await prepare(database, shelf.SCHEMA, tmp_path)


async def test_a_stranger_s_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE recipes (name TEXT)")
    other.close()
    database = open_sqlite(path)
    with pytest.raises(Incompatible, match="not one of Philomel's"):
        await prepare(database, shelf.SCHEMA, tmp_path)
    await database.close()


async def test_a_revision_that_fails_leaves_nothing(
    database_for: DatabaseFor, tmp_path: Path
) -> None:
    database = await old(database_for)
    with pytest.raises(RuntimeError, match="power"):
        await prepare(database, shelf.schema(migrations="broken.migrations"), tmp_path)
    assert await prepare(
        database, shelf.schema(version=1, migrations="first.migrations"), tmp_path
    ) == State(1, 1)
    await prepare(database, shelf.SCHEMA, tmp_path)
    assert await database.read(counts) == [3, 0]


async def test_two_that_start_at_once_migrate_once(postgres_url: str, tmp_path: Path) -> None:
    program = (
        "import asyncio, sys, pathlib\n"
        "from philomel.engines.sql.postgres import open_postgres\n"
        "from philomel.engines.sql.migrate import prepare\n"
        "from tests.engines.sql import shelf\n"
        "async def main():\n"
        "    database = open_postgres(sys.argv[1], 'at_once')\n"
        "    print(await prepare(database, shelf.SCHEMA, pathlib.Path(sys.argv[2])))\n"
        "    await database.close()\n"
        "asyncio.run(main())\n"
    )
    command = [sys.executable, "-c", program, postgres_url, str(tmp_path)]
    children = [
        await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE) for _ in range(3)
    ]
    for child in children:
        out, _ = await child.communicate()
        assert child.returncode == 0
        assert out.decode().strip() == "State(version=2, compatible_from=1)"


async def test_alembic_is_not_imported_when_nothing_is_to_do(tmp_path: Path) -> None:
    program = (
        "import asyncio, sys, pathlib\n"
        "from philomel.engines.sql.sqlite import open_sqlite\n"
        "from philomel.engines.sql.migrate import prepare\n"
        "from tests.engines.sql import shelf\n"
        "async def main():\n"
        "    folder = pathlib.Path(sys.argv[1])\n"
        "    database = open_sqlite(folder / 'shelf.sqlite')\n"
        "    await prepare(database, shelf.SCHEMA, folder)\n"
        "    await database.close()\n"
        "asyncio.run(main())\n"
        "print('alembic' in sys.modules, 'asyncpg' in sys.modules)\n"
    )
    for expected in ("True False", "False False"):
        done = await asyncio.create_subprocess_exec(
            sys.executable, "-c", program, str(tmp_path), stdout=subprocess.PIPE
        )
        out, _ = await done.communicate()
        assert out.decode().strip() == expected
