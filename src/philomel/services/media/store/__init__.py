"""What the media service keeps: assets, their analysis, and the roots of libraries."""

from philomel.engines.sql import Schema
from philomel.services.media.store.sounds import SoundStore
from philomel.services.media.store.sql import MediaStore, Place, Task
from philomel.services.media.store.tables import METADATA

__all__ = ["SCHEMA", "MediaStore", "Place", "SoundStore", "Task"]

SCHEMA = Schema(
    name="media",
    version=4,
    compatible_from=1,
    metadata=METADATA,
    migrations="philomel.services.media.store.migrations",
)
