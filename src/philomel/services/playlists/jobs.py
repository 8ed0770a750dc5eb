"""What others announce and playlists follows: merged and split ids and removed people."""

from collections.abc import Awaitable, Callable

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

    Args:
        forget_kept: forgets a removed person's queue, bookmarks and shares.
    """

    def __init__(self, store: PlaylistStore, forget_kept: Callable[[str], Awaitable[None]]) -> None:
        self._store = store
        self._forget_kept = forget_kept

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
                await self._forget_kept(removed.user_id)
            case _:
                pass
        return None
