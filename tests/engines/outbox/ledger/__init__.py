"""A service in small for the suites: it has a change, an event, and an effect."""

from sqlalchemy import Column, Connection, Integer, MetaData, String, Table, func, insert, select

from philomel.engines import outbox
from philomel.engines.log import Message, Record
from philomel.engines.outbox import Effect
from philomel.engines.sql import Schema
from philomel.kernel.ids import new_event_id

METADATA = MetaData()
CHANGES = Table("changes", METADATA, Column("name", String(64), primary_key=True))
EFFECTS = Table(
    "effects",
    METADATA,
    Column("position", Integer, primary_key=True, autoincrement=True),
    Column("name", String(64), nullable=False),
)
outbox.add_tables(METADATA)

SCHEMA = Schema(
    name="ledger",
    version=1,
    compatible_from=1,
    metadata=METADATA,
    migrations=f"{__name__}.migrations",
)
TOPIC = "philomel.ledger"


def change(connection: Connection, name: str, key: str = "k") -> None:
    """The change and its event, in one transaction."""
    connection.execute(insert(CHANGES), {"name": name})
    record = Record(new_event_id(1), key, "ledger.Changed", name.encode())
    outbox.announce(connection, [record])


async def handle(message: Message) -> Effect | None:
    name = message.record.value.decode()
    return lambda connection: add_effect(connection, name)


def add_effect(connection: Connection, name: str) -> None:
    connection.execute(insert(EFFECTS), {"name": name})


def changes(connection: Connection) -> list[str]:
    return list(connection.scalars(select(CHANGES.c.name).order_by(CHANGES.c.name)))


def effects(connection: Connection) -> list[str]:
    return list(connection.scalars(select(EFFECTS.c.name).order_by(EFFECTS.c.position)))


def waiting(connection: Connection) -> int:
    """Events still in the outbox."""
    table = METADATA.tables["outbox"]
    return connection.scalar(select(func.count()).select_from(table)) or 0
