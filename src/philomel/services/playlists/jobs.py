"""What others announce and playlists follows: merged and split ids and removed people."""

from philomel.engines.log import Message
from philomel.engines.outbox import Effect
from philomel.rpc.codec import from_bytes
from philomel.services.accounts.contract import UserRemoved
from philomel.services.catalog.contract import EntryMerged, EntrySplit
from philomel.services.playlists.contract import ItemKind
from philomel.services.playlists.store import PlaylistStore

GROUP = "playlists"
TOPICS = ("philomel.catalog", "philomel.accounts")


class Follower:
    """Handles what comes from the log.

    All of this work may be large and may be repeated, so they go in batches of their own
    and leave no effect for the inbox's transaction.
    """

    def __init__(self, store: PlaylistStore) -> None:
        self._store = store

    async def handle(self, message: Message) -> Effect | None:
        match message.record.type:
            case "catalog.EntryMerged":
                merged = from_bytes(EntryMerged, message.record.value)
                kind = ItemKind(merged.kind.value)
                await self._store.merge(kind, merged.old, merged.new, merged.at)
            case "catalog.EntrySplit":
                split = from_bytes(EntrySplit, message.record.value)
                kind = ItemKind(split.kind.value)
                await self._store.split(kind, split.source, split.part, split.also, split.at)
            case "accounts.UserRemoved":
                removed = from_bytes(UserRemoved, message.record.value)
                await self._store.forget(removed.user_id)
            case _:
                pass
        return None
