"""A service in small for the suites: shelves with books."""

from sqlalchemy import Column, ForeignKey, Integer, MetaData, String, Table

from philomel.engines.sql import Schema

METADATA = MetaData()
SHELVES = Table(
    "shelves",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("name", String(64), nullable=False, unique=True),
    Column("books", Integer, nullable=False, server_default="0"),
)
BOOKS = Table(
    "books",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("shelf_id", Integer, ForeignKey("shelves.id", ondelete="CASCADE"), nullable=False),
)


def schema(version: int = 2, compatible_from: int = 1, migrations: str = "migrations") -> Schema:
    return Schema(
        name="shelf",
        version=version,
        compatible_from=compatible_from,
        metadata=METADATA,
        migrations=f"{__name__}.{migrations}",
    )


SCHEMA = schema()
