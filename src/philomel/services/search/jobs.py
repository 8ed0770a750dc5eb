"""Follows the catalogue and the plays, so that search finds what there is now."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from philomel.engines.log import Log, Message
from philomel.kernel.clock import Clock
from philomel.kernel.errors import InvalidArgument
from philomel.rpc.codec import from_bytes
from philomel.services.catalog.contract import (
    EntriesChanged,
    EntryMerged,
    ScanFinished,
)
from philomel.services.playlists.contract import PlaylistChanged, PlaylistRemoved
from philomel.services.plays.contract import TotalsChanged
from philomel.services.search.service import SearchService

TOPICS = ("philomel.catalog", "philomel.plays", "philomel.playlists")
_POLL = 500
_FLUSH_MS = 2_000
_FLUSH_ENTRIES = 5_000
_QUIET_SECONDS = 0.25
_IDLE_SECONDS = 5.0

_log = logging.getLogger(__name__)


@dataclass
class _Changes:
    """What a batch of events says."""

    ids: dict[str, None] = field(default_factory=dict)
    gone: dict[str, None] = field(default_factory=dict)
    totals: dict[str, int] = field(default_factory=dict)
    scans: list[str] = field(default_factory=list)
    playlists: dict[str, None] = field(default_factory=dict)
    libraries: bool = False

    def take(self, message: Message) -> None:
        value = message.record.value
        match message.record.type:
            case "catalog.EntriesChanged":
                changed = from_bytes(EntriesChanged, value)
                if not changed.moved:  # where a file lies is nothing to be found by
                    self.ids.update(dict.fromkeys(changed.ids))
            case "catalog.EntryMerged":
                merged = from_bytes(EntryMerged, value)
                self.gone[merged.old] = None
                self.ids[merged.new] = None
            case "catalog.LibrariesChanged":
                self.libraries = True
            case "catalog.ScanFinished":
                self.scans.append(from_bytes(ScanFinished, value).scan_id)
            case "plays.TotalsChanged":
                for total in from_bytes(TotalsChanged, value).tracks:
                    self.ids[total.track_id] = None
                    self.totals[total.track_id] = total.count
            case "playlists.PlaylistChanged":
                self.playlists[from_bytes(PlaylistChanged, value).playlist_id] = None
            case "playlists.PlaylistRemoved":
                self.playlists[from_bytes(PlaylistRemoved, value).playlist_id] = None
            case _:
                pass  # events that say nothing about what can be found


class Follower:
    """Carries changes into the index.

    The log's position is committed after the index is flushed, never before: a crash
    replays events, which is harmless, because each brings an entry to its present state.
    Many small events share one flush.
    """

    name = "search.follower"

    def __init__(self, search: SearchService, log: Log, clock: Clock) -> None:
        self._search = search
        self._log = log
        self._clock = clock

    async def run(self) -> None:
        subscription = self._log.subscribe("search", TOPICS)
        try:
            await self._search.rebuild_if_lost()
            waiting: list[Message] = []
            scans: list[str] = []
            entries, since = 0, 0
            while True:
                wait = _QUIET_SECONDS if waiting else _IDLE_SECONDS
                messages = await subscription.poll(_POLL, wait)
                if messages:
                    since = since if waiting else self._clock.now()
                    for changes in self._read(messages):
                        await self._apply(changes)
                        scans += changes.scans
                        entries += len(changes.ids) + len(changes.gone) + len(changes.playlists)
                    waiting += messages
                # Not in between: also when the clock was set back.
                old = not 0 <= self._clock.now() - since < _FLUSH_MS
                due = entries >= _FLUSH_ENTRIES or old
                if waiting and (scans or due or not messages):
                    if entries:
                        await self._search.flush()
                    await subscription.commit(waiting)
                    for scan_id in scans:
                        self._search.scan_finished(scan_id)
                    waiting, scans, entries = [], [], 0
        finally:
            await subscription.close()

    def _read(self, messages: Sequence[Message]) -> Iterator[_Changes]:
        """What they say, in parts: hundreds of them may name hundreds of entries each."""
        changes = _Changes()
        for message in messages:
            try:
                changes.take(message)
            except InvalidArgument:
                # It will never be read: go on, or nothing new could ever be found again.
                _log.exception("an event of %s cannot be read", message.topic)
            if len(changes.ids) >= _FLUSH_ENTRIES:
                yield changes
                changes = _Changes()
        yield changes

    async def _apply(self, changes: _Changes) -> None:
        if changes.libraries:
            self._search.libraries_changed()
        gone = [id_ for id_ in changes.gone if id_ not in changes.ids]
        if changes.ids or gone:
            await self._search.refresh(changes.ids, gone, changes.totals)
        if changes.playlists:
            await self._search.refresh_playlists(changes.playlists)
