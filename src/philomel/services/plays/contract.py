"""What the rest of the platform may ask the plays service.

Plays belong to the calling person. Their ids make them countable once, whatever is sent
again.
"""

from collections.abc import AsyncIterator
from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from philomel.kernel.errors import InvalidArgument


class PlayedKind(StrEnum):
    TRACK = "track"
    ALBUM = "album"
    ARTIST = "artist"


class Play(Struct, frozen=True):
    """One listen.

    Attributes:
        played_at: when it was heard, milliseconds since the Unix epoch.
        utc_offset_minutes: the listener's clock at that moment, east positive.
        player: the program's own name.
    """

    track_id: str
    played_at: int
    utc_offset_minutes: int = 0
    player: str = ""


class RecordPlays(Struct, frozen=True):
    """Attributes:
    items: at most 500; the same person, track and instant count once.
    """

    items: tuple[Play, ...]


class SetNowPlaying(Struct, frozen=True):
    track_id: str
    player: str = ""


class PlaybackState(StrEnum):
    STARTING = "starting"
    """A listen begins, also of the track that was played before."""
    PLAYING = "playing"
    PAUSED = "paused"
    STOPPED = "stopped"
    """It is over."""


class ReportPlayback(Struct, frozen=True):
    """What a player does, told whenever it changes and now and then in between.

    Attributes:
        position_ms: within the track.
        rate: how fast it plays; 1 is as it was recorded.
        player: the program's own name.
        count: whether the listen may become a play.
    """

    track_id: str
    state: PlaybackState
    position_ms: int
    rate: float = 1.0
    player: str = ""
    count: bool = True


class NowPlaying(Struct, frozen=True):
    """Attributes:
    since: of the latest news, milliseconds since the Unix epoch.
    position_ms: at that moment.
    """

    user_id: str
    track_id: str
    since: int
    player: str
    state: PlaybackState = PlaybackState.PLAYING
    position_ms: int = 0
    rate: float = 1.0


class NowPlayingList(Struct, frozen=True):
    items: tuple[NowPlaying, ...]


class ListNowPlaying(Struct, frozen=True):
    pass


class GetPlayCounts(Struct, frozen=True):
    """Attributes:
    ids: at most 10,000.
    """

    kind: PlayedKind
    ids: tuple[str, ...]


class PlayCount(Struct, frozen=True):
    id: str
    count: int
    last_played_at: int


class PlayCounts(Struct, frozen=True):
    """Attributes:
    items: in the order asked; what was never played is left out.
    """

    items: tuple[PlayCount, ...]


class PlayedSort(StrEnum):
    MOST = "most"
    LAST = "last"


class ListPlayed(Struct, frozen=True):
    """What the caller played, most or last first.

    Attributes:
        since: only plays from this instant on, milliseconds since the Unix epoch; then counts
            are of these plays. Albums and artists are those of the 2,000 tracks that were
            played most (or last) in that time.
    """

    kind: PlayedKind
    sort: PlayedSort
    limit: int = 50
    offset: int = 0
    since: int | None = None


class PlayedPage(Struct, frozen=True):
    items: tuple[PlayCount, ...]
    total: int


class ListHeard(Struct, frozen=True):
    """All tracks that somebody played; at most the 50,000 that they heard last."""

    user_id: str


class HeardPart(Struct, frozen=True):
    """Attributes:
    items: the next ones, in no order that means anything.
    """

    items: tuple[PlayCount, ...]


class ListHistory(Struct, frozen=True):
    """Attributes:
    before, after: milliseconds since the Unix epoch, exclusive; one of them at most. With
        `after` the page holds the plays that followed it at once, so paging goes forward.
    """

    limit: int = 50
    before: int | None = None
    after: int | None = None


class HistoryPage(Struct, frozen=True):
    """Attributes:
    items: latest first.
    """

    items: tuple[Play, ...]


class TrackTotal(Struct, frozen=True):
    """Plays by all listeners together.

    Attributes:
        last_played_at: when it was heard last; 0 if that is not known.
    """

    track_id: str
    count: int
    last_played_at: int = 0


class TotalsChanged(Struct, frozen=True):
    """Announced after plays: new totals over all listeners, without saying whose.

    Attributes:
        tracks: at most 500.
    """

    tracks: tuple[TrackTotal, ...]
    at: int


EVENTS = (TotalsChanged,)


class BadPlay(InvalidArgument):
    code = "plays.bad_play"


class Plays(Protocol):
    """What was listened to."""

    async def record_plays(self, request: RecordPlays, /) -> None:
        """Count these plays. Plays of tracks that the caller cannot see are left out.

        Needs scope user-modify-playback-state.

        Raises: BadPlay for an instant before 2000 or more than a day ahead.
        """
        ...

    async def set_now_playing(self, request: SetNowPlaying, /) -> None:
        """The caller listens to this now, on this player; forgotten after ten minutes.

        Needs scope user-modify-playback-state. Nothing happens for a track that the caller
        cannot see.
        """
        ...

    async def report_playback(self, request: ReportPlayback, /) -> None:
        """What the caller's player does; a listen that was long enough counts as one play.

        Long enough is half of the track or four minutes, heard and not skipped over. Needs
        scope user-modify-playback-state. Nothing happens for a track that the caller cannot
        see.

        Raises: BadPlay for a position or a rate that nothing plays at.
        """
        ...

    async def list_now_playing(self, request: ListNowPlaying, /) -> NowPlayingList:
        """Who listens to what, latest first. Administrators see everyone.

        Others see themselves, with scope user-read-playback-state.
        """
        ...

    async def get_play_counts(self, request: GetPlayCounts, /) -> PlayCounts:
        """The caller's counts of these. Needs scope user-top-read."""
        ...

    async def list_played(self, request: ListPlayed, /) -> PlayedPage:
        """A page of at most 500. Needs scope user-top-read (last: user-read-recently-played)."""
        ...

    def list_heard(self, request: ListHeard, /) -> AsyncIterator[HeardPart]:
        """Counts of one person's tracks, for rules about them. Services only."""
        ...

    async def list_history(self, request: ListHistory, /) -> HistoryPage:
        """At most 500 plays, latest first. Needs scope user-read-recently-played."""
        ...
