"""What the catalogue announces becomes something to ask about."""

from functools import partial

from philomel.engines.log import Message
from philomel.engines.outbox import Effect
from philomel.engines.sql import Database
from philomel.rpc.codec import from_bytes
from philomel.services.catalog.contract import (
    Catalog,
    EntriesChanged,
    EntryMerged,
    GetSearchEntries,
)
from philomel.services.enrichment.store import sql

GROUP = "enrichment"
TOPICS = ("philomel.catalog",)


class Follower:
    def __init__(self, database: Database, catalog: Catalog) -> None:
        self._database = database
        self._catalog = catalog

    async def handle(self, message: Message) -> Effect | None:
        match message.record.type:
            case "catalog.EntriesChanged":
                if not await self._database.read(sql.is_enabled):
                    return None  # a later yes reads the whole catalogue
                changed = from_bytes(EntriesChanged, message.record.value)
                found = await self._catalog.get_search_entries(GetSearchEntries(changed.ids))
                entries = [(entry.id, entry.kind) for entry in found.items]
                return partial(sql.add_tasks, entries=entries)
            case "catalog.EntryMerged":
                merged = from_bytes(EntryMerged, message.record.value)
                return partial(sql.merge, old=merged.old, new=merged.new)
            case _:
                return None
