"""Migrations lead to the tables that the code writes, on every engine."""

import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection
from tests.conftest import DatabaseFor

import philomel
from philomel.engines.sql import Schema


def _schemas() -> Iterator[Schema]:
    for path in sorted((Path(philomel.__file__).parent / "services").glob("*/store")):
        store = importlib.import_module(f"philomel.services.{path.parent.name}.store")
        yield store.SCHEMA


@pytest.mark.filterwarnings("ignore:Did not recognize type 'xid8'")
@pytest.mark.parametrize("schema", [pytest.param(schema, id=schema.name) for schema in _schemas()])
async def test_migrations_lead_to_the_tables(schema: Schema, database_for: DatabaseFor) -> None:
    database = await database_for(schema)

    def differences(connection: Connection) -> list[object]:
        from alembic.autogenerate import compare_metadata
        from alembic.runtime.migration import MigrationContext

        context = MigrationContext.configure(
            connection, opts={"compare_type": False, "include_name": _is_the_service_s}
        )
        return list(compare_metadata(context, schema.metadata))

    assert await database.read(differences, long=True) == []


def _is_the_service_s(name: str | None, kind: str, _parents: object) -> bool:
    return not (kind == "table" and name == "schema_version")
