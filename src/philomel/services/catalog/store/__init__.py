"""What the catalogue keeps, and every statement that reads or writes it."""

from philomel.engines.sql import Schema
from philomel.services.catalog.store.tables import METADATA

SCHEMA = Schema(
    name="catalog",
    version=5,
    compatible_from=1,
    metadata=METADATA,
    migrations="philomel.services.catalog.store.migrations",
)
