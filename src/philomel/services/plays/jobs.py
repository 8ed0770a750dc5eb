"""What others announce and plays follows: merged and split ids and removed people."""

from philomel.engines.log import Message
from philomel.engines.outbox import Effect
from philomel.rpc.codec import from_bytes
from philomel.services.accounts.contract import UserRemoved
from philomel.services.catalog.contract import Catalog, EntryMerged, EntrySplit, GetTracks, Track
from philomel.services.playlists.contract import MetWant, WantsMet
from philomel.services.plays.contract import Play, PlayedKind
from philomel.services.plays.rules import AHEAD_MS, FIRST_MS, Brought, Heard, Tally, credited
from philomel.services.plays.store import PlayStore

GROUP = "plays"
TOPICS = ("philomel.catalog", "philomel.accounts", "philomel.playlists")


class Follower:
    """Handles what comes from the log.

    Merges and removals may be large and may be repeated, so they go in batches of their own
    and leave no effect for the inbox's transaction.
    """

    def __init__(self, store: PlayStore, catalog: Catalog) -> None:
        self._store = store
        self._catalog = catalog

    async def handle(self, message: Message) -> Effect | None:
        match message.record.type:
            case "catalog.EntryMerged":
                merged = from_bytes(EntryMerged, message.record.value)
                await self._store.merge(
                    PlayedKind(merged.kind.value), merged.old, merged.new, merged.at
                )
            case "catalog.EntrySplit":
                split = from_bytes(EntrySplit, message.record.value)
                kind = PlayedKind(split.kind.value)
                await self._store.split(kind, split.source, split.part, split.also, split.at)
            case "accounts.UserRemoved":
                removed = from_bytes(UserRemoved, message.record.value)
                await self._store.forget(removed.user_id)
            case "playlists.WantsMet":
                return await self._bring(from_bytes(WantsMet, message.record.value))
            case _:
                pass
        return None

    async def _bring(self, met: WantsMet) -> Effect:
        """Plays from elsewhere count as those here do."""
        ids = tuple(dict.fromkeys(item.track_id for item in met.items))
        found = await self._catalog.get_tracks(GetTracks(ids))
        tracks = {track.id: track for track in found.items}
        tracks |= {each.old: tracks[each.new] for each in found.aliases if each.new in tracks}
        until = met.at + AHEAD_MS
        brought = [_brought(item, tracks.get(item.track_id), until) for item in met.items]
        return self._store.bringing(met.user_id, brought, met.at)


def _brought(met: MetWant, track: Track | None, until: int) -> Brought:
    album_id = track.album.id if track is not None and track.album else None
    artist_ids = () if track is None else credited(track)

    def heard(at: int) -> Heard:
        return Heard(Play(met.track_id, at), album_id, artist_ids)

    last = met.last_played_at if FIRST_MS <= met.last_played_at <= until else 0
    single = tuple(heard(at) for at in met.heard if FIRST_MS <= at <= until)
    return Brought(single, heard(last), Tally(max(met.plays, 0), last))
