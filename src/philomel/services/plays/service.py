"""What the calling person listened to."""

from collections.abc import AsyncIterator, Callable, Sequence

from msgspec.structs import replace

from philomel.kernel.caller import current
from philomel.kernel.clock import Clock
from philomel.kernel.errors import PermissionDenied
from philomel.kernel.paging import check_limit
from philomel.services.catalog.contract import (
    Albums,
    Artists,
    Catalog,
    GetAlbums,
    GetArtists,
    GetTracks,
    Track,
    Tracks,
)
from philomel.services.plays import rules
from philomel.services.plays.contract import (
    GetPlayCounts,
    HeardPart,
    HistoryPage,
    ListHeard,
    ListHistory,
    ListNowPlaying,
    ListPlayed,
    NowPlaying,
    NowPlayingList,
    Play,
    PlayCount,
    PlayCounts,
    PlayedKind,
    PlayedPage,
    PlayedSort,
    RecordPlays,
    ReportPlayback,
    SetNowPlaying,
)
from philomel.services.plays.rules import Heard
from philomel.services.plays.store import PlayStore

MOST_TRACKS = 2_000
MOST_HEARD, PART = 50_000, 5_000
_MOST_LOOKED_THROUGH = 20
"""So many times 500 plays are looked through for a page that leaves some out."""


class PlayService:
    """Implements `Plays`.

    Args:
        announced: called after a change, so that its event leaves at once.
    """

    def __init__(
        self, store: PlayStore, catalog: Catalog, clock: Clock, announced: Callable[[], None]
    ) -> None:
        self._store = store
        self._catalog = catalog
        self._clock = clock
        self._announced = announced

    async def record_plays(self, request: RecordPlays, /) -> None:
        user_id = _person("user-modify-playback-state")
        now = self._clock.now()
        plays = rules.check_plays(request.items, now)
        tracks = await self._visible([play.track_id for play in plays])
        heard = [
            Heard(
                replace(play, track_id=track.id),
                track.album.id if track.album else None,
                rules.credited(track),
            )
            for play in plays
            if (track := tracks.get(play.track_id)) is not None
        ]
        if heard and await self._store.record(user_id, heard, now):
            self._announced()

    async def set_now_playing(self, request: SetNowPlaying, /) -> None:
        user_id = _person("user-modify-playback-state")
        player = rules.check_player(request.player)
        now = self._clock.now()
        for track in (await self._visible(rules.check_ids([request.track_id]))).values():
            playing = NowPlaying(user_id, track.id, now, player)
            await self._store.set_now(playing, now - rules.NOW_MS)

    async def report_playback(self, request: ReportPlayback, /) -> None:
        user_id = _person("user-modify-playback-state")
        rules.check_report(request)
        now = self._clock.now()
        for track in (await self._visible(rules.check_ids([request.track_id]))).values():
            told = replace(request, track_id=track.id)
            listen = await self._store.listen(user_id, told, now, now - rules.NOW_MS)
            if request.count and rules.is_play(listen, track.duration_ms):
                # The instant of its beginning lets one listen count once.
                play = Play(track.id, listen.started_at, player=request.player)
                album_id = track.album.id if track.album else None
                heard = [Heard(play, album_id, rules.credited(track))]
                if await self._store.record(user_id, heard, now):
                    self._announced()

    async def list_now_playing(self, request: ListNowPlaying, /) -> NowPlayingList:
        caller = current().caller
        caller.require_known()
        now = self._clock.now()
        user_id = None
        try:
            caller.require_admin()
        except PermissionDenied:
            user_id = _person("user-read-playback-state")
        found = await self._store.now(user_id, now - rules.NOW_MS)
        # What began in a time to come was told before the clock was set back.
        return NowPlayingList(tuple(each for each in found if each.since <= now + rules.NOW_MS))

    async def get_play_counts(self, request: GetPlayCounts, /) -> PlayCounts:
        user_id = _person("user-top-read")
        ids = rules.check_ids(request.ids, rules.MAX_LOOKED_UP)
        return PlayCounts(tuple(await self._store.counts(user_id, request.kind, ids)))

    async def list_played(self, request: ListPlayed, /) -> PlayedPage:
        last = request.sort is PlayedSort.LAST
        user_id = _person("user-read-recently-played" if last else "user-top-read")
        limit = check_limit(request.limit)
        offset = rules.check_offset(request.offset)
        if request.since is not None:
            return await self._played_since(user_id, request, request.since)
        if not current().caller.explicit_allowed:
            seen = await self._played_and_seen(user_id, request)
            return PlayedPage(tuple(seen[offset : offset + limit]), len(seen))
        items, total = await self._store.played(user_id, request.kind, request.sort, limit, offset)
        return PlayedPage(tuple(items), total)

    async def _played_and_seen(self, user_id: str, request: ListPlayed) -> list[PlayCount]:
        """All that was played and that the caller may see: what is explicit is not in here."""
        kind, most, seen = request.kind, rules.MAX_IDS, list[PlayCount]()
        offset = 0
        while True:
            counts, _ = await self._store.played(user_id, kind, request.sort, most, offset)
            known = await self._known(kind, tuple(count.id for count in counts))
            seen += [count for count in counts if count.id in known]
            offset += len(counts)
            if len(counts) < most:
                return seen

    async def _known(self, kind: PlayedKind, ids: tuple[str, ...]) -> set[str]:
        """Those of `ids` that the caller may see."""
        if not ids:
            return set()
        found: Tracks | Albums | Artists
        match kind:
            case PlayedKind.TRACK:
                found = await self._catalog.get_tracks(GetTracks(ids))
            case PlayedKind.ALBUM:
                found = await self._catalog.get_albums(GetAlbums(ids))
            case PlayedKind.ARTIST:
                found = await self._catalog.get_artists(GetArtists(ids))
        seen = {item.id for item in found.items}
        return seen | {alias.old for alias in found.aliases if alias.new in seen}

    async def _played_since(self, user_id: str, request: ListPlayed, since: int) -> PlayedPage:
        limit, offset = request.limit, request.offset
        if request.kind is PlayedKind.TRACK:
            if not current().caller.explicit_allowed:
                return await self._tracks_since(user_id, request, since)
            tracks, total = await self._store.played_since(
                user_id, since, request.sort, limit, offset
            )
            return PlayedPage(tuple(tracks), total)
        tracks, _ = await self._store.played_since(user_id, since, request.sort, MOST_TRACKS, 0)
        things: dict[str, Sequence[str]] = {}
        for start in range(0, len(tracks), rules.MAX_IDS):
            batch = [track.id for track in tracks[start : start + rules.MAX_IDS]]
            for id_, track in (await self._visible(batch)).items():
                albums = (track.album.id,) if track.album else ()
                things[id_] = rules.credited(track) if request.kind is PlayedKind.ARTIST else albums
        found = rules.sum_up(tracks, things, last=request.sort is PlayedSort.LAST)
        return PlayedPage(tuple(found[offset : offset + limit]), len(found))

    async def list_heard(self, request: ListHeard, /) -> AsyncIterator[HeardPart]:
        current().caller.require_service()
        found, _ = await self._store.played(
            request.user_id, PlayedKind.TRACK, PlayedSort.LAST, MOST_HEARD, 0
        )
        for start in range(0, len(found), PART):
            yield HeardPart(tuple(found[start : start + PART]))

    async def _tracks_since(self, user_id: str, request: ListPlayed, since: int) -> PlayedPage:
        """As `_played_and_seen`, of the tracks of a while."""
        tracks, _ = await self._store.played_since(user_id, since, request.sort, MOST_TRACKS, 0)
        known: set[str] = set()
        for start in range(0, len(tracks), rules.MAX_IDS):
            batch = tuple(track.id for track in tracks[start : start + rules.MAX_IDS])
            known |= await self._known(PlayedKind.TRACK, batch)
        seen = [track for track in tracks if track.id in known]
        end = request.offset + request.limit
        return PlayedPage(tuple(seen[request.offset : end]), len(seen))

    async def list_history(self, request: ListHistory, /) -> HistoryPage:
        user_id = _person("user-read-recently-played")
        limit = check_limit(request.limit)
        rules.check_window(request.before, request.after)
        if not current().caller.explicit_allowed:
            return HistoryPage(tuple(await self._heard_and_seen(user_id, request)))
        plays = await self._store.history(user_id, limit, request.before, request.after)
        return HistoryPage(tuple(plays))

    async def _heard_and_seen(self, user_id: str, request: ListHistory) -> list[Play]:
        """A full page of what the caller may see, if there is as much."""
        before, after, most = request.before, request.after, rules.MAX_IDS
        found: list[Play] = []
        for _ in range(_MOST_LOOKED_THROUGH):
            plays = await self._store.history(user_id, most, before, after)
            known = await self._known(
                PlayedKind.TRACK, tuple(dict.fromkeys(play.track_id for play in plays))
            )
            seen = [play for play in plays if play.track_id in known]
            found = found + seen if after is None else seen + found
            if len(found) >= request.limit or len(plays) < most:
                break
            if after is None:
                before = plays[-1].played_at
            else:
                after = plays[0].played_at
        return found[: request.limit] if request.after is None else found[-request.limit :]

    async def _visible(self, ids: Sequence[str]) -> dict[str, Track]:
        """The tracks that the caller may see, by the ids that were asked for."""
        if not ids:
            return {}
        found = await self._catalog.get_tracks(GetTracks(tuple(dict.fromkeys(ids))))
        tracks = {track.id: track for track in found.items}
        for alias in found.aliases:
            if alias.new in tracks:
                tracks[alias.old] = tracks[alias.new]
        return {id_: tracks[id_] for id_ in ids if id_ in tracks}


def _person(scope: str) -> str:
    """The id of the person who calls, with this scope."""
    caller = current().caller
    user_id = caller.require_user()
    caller.require_scope(scope)
    return user_id
