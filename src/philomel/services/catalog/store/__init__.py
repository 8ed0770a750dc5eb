"""What the catalogue keeps, and every statement that reads or writes it."""

from philomel.engines.sql import Schema
from philomel.services.catalog.store.browsing.tables import METADATA

SCHEMA = Schema(
    name="catalog",
    version=6,
    compatible_from=1,
    metadata=METADATA,
    migrations="philomel.services.catalog.store.migrations",
)
