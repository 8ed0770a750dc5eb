"""What the migrations of a service lead to is what its code works with."""

import importlib
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, MetaData, inspect
from tests.conftest import DatabaseFor

import philomel.services
from philomel.engines.audio.renditions.ledger import SCHEMA as RENDITIONS
from philomel.engines.sql import Schema

SERVICES = sorted(
    path.parent.name for path in Path(philomel.services.__path__[0]).glob("*/module.py")
)


def schema_of(service: str) -> Schema | None:
    module = importlib.import_module(f"philomel.services.{service}.module")
    schema: Schema | None = module.SCHEMA
    return schema


# SQLAlchemy reads back no type of its own for the outbox's transaction ids; types are not compared.
@pytest.mark.filterwarnings("ignore:Did not recognize type 'xid8'")
@pytest.mark.parametrize(
    "service", [*(name for name in SERVICES if schema_of(name) is not None), RENDITIONS.name]
)
async def test_migrations_lead_to_the_tables(service: str, database_for: DatabaseFor) -> None:
    schema = RENDITIONS if service == RENDITIONS.name else schema_of(service)
    assert schema is not None
    assert schema.name == service
    database = await database_for(schema)

    def compare(connection: Connection) -> None:
        assert found(connection, schema.metadata) == wanted(schema.metadata)

    await database.read(compare)


def wanted(metadata: MetaData) -> dict[str, Any]:
    return {
        table.name: {
            "columns": {column.name: column.nullable for column in table.columns},
            "key": {column.name for column in table.primary_key},
            "indexes": {
                (tuple(column.name for column in index.columns), bool(index.unique))
                for index in table.indexes
            },
        }
        for table in metadata.sorted_tables
    }


def found(connection: Connection, metadata: MetaData) -> dict[str, Any]:
    inspector = inspect(connection)
    return {
        name: {
            "columns": {each["name"]: each["nullable"] for each in inspector.get_columns(name)},
            "key": set(inspector.get_pk_constraint(name)["constrained_columns"]),
            "indexes": {
                (tuple(each["column_names"]), bool(each["unique"]))
                for each in inspector.get_indexes(name)
                if not each.get("duplicates_constraint")
            },
        }
        for name in metadata.tables
    }
