"""What the catalogue keeps, and every statement that reads or writes it."""

from philomel.engines.sql import Schema
from philomel.services.catalog.store.browsing.tables import METADATA
from philomel.services.catalog.store.pictures.tables import folder_pictures
from philomel.services.catalog.store.writing.tables import uploads

# Every module with tables is known by now.
assert folder_pictures.metadata is uploads.metadata is METADATA

SCHEMA = Schema(
    name="catalog",
    version=16,
    compatible_from=1,
    metadata=METADATA,
    migrations="philomel.services.catalog.store.migrations",
)
