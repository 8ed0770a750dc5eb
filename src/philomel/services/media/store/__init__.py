"""What the media service keeps: assets, their analysis, and the roots of libraries."""

from philomel.engines.sql import Schema
from philomel.services.media.store.sql import MediaStore, Place, Task
from philomel.services.media.store.tables import METADATA

__all__ = ["SCHEMA", "MediaStore", "Place", "Task"]

SCHEMA = Schema(
    name="media",
    version=2,
    compatible_from=1,
    metadata=METADATA,
    migrations="philomel.services.media.store.migrations",
)
