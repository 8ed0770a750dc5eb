"""What accounts keeps: people and their sessions, players, programs and what they were given."""

from philomel.engines.sql import Schema
from philomel.services.accounts.store.tables import METADATA

SCHEMA = Schema(
    name="accounts",
    version=3,
    compatible_from=1,
    metadata=METADATA,
    migrations="philomel.services.accounts.store.migrations",
)
