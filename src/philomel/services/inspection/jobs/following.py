"""What others announce has to be looked at."""

from functools import partial

from philomel.engines.log import Message
from philomel.engines.outbox import Effect
from philomel.kernel.clock import Clock
from philomel.rpc.codec import from_bytes
from philomel.services.catalog.contract import (
    EntriesChanged,
    EntryKind,
    EntryMerged,
)
from philomel.services.inspection.store import sql
from philomel.services.media.contract import AssetsAnalysed

GROUP = "inspection"
TOPICS = ("philomel.catalog", "philomel.media")


class Follower:
    """Attributes:
    heard_at: when the latest event came, milliseconds since the Unix epoch.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.heard_at = 0

    async def handle(self, message: Message) -> Effect | None:
        now = self._clock.now()
        match message.record.type:
            case "catalog.EntriesChanged":
                self.heard_at = now
                # Of which kind each is can be asked later: nobody waits for it during a scan.
                ids = from_bytes(EntriesChanged, message.record.value).ids
                return partial(sql.mark, ids=ids, now=now, albums=False)
            case "catalog.EntryMerged":
                merged = from_bytes(EntryMerged, message.record.value)
                if merged.kind is EntryKind.ARTIST:
                    return None
                albums = merged.kind is EntryKind.ALBUM
                return partial(sql.mark, ids=(merged.old, merged.new), now=now, albums=albums)
            case "catalog.ScanFinished" | "catalog.LibrariesChanged":
                return sql.mark_errors
            case "media.AssetsAnalysed":
                ids = from_bytes(AssetsAnalysed, message.record.value).ids
                return partial(sql.mark_assets, asset_ids=ids, now=now)
            case _:
                return None
