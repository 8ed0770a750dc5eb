"""What is playing at the moment, as rows."""

from typing import Any

from philomel.services.plays.contract import NowPlaying, PlaybackState
from philomel.services.plays.rules import Listen

LISTEN = ("track_id", "since", "started_at", "position_ms", "heard_ms", "state", "rate")


def listen_of(row: Any) -> Listen:
    """Rows of older versions know no more than the track and the moment."""
    return Listen(
        track_id=row.track_id,
        since=row.since,
        started_at=row.since if row.started_at is None else row.started_at,
        position_ms=row.position_ms or 0,
        heard_ms=row.heard_ms or 0,
        state=PlaybackState(row.state or PlaybackState.PLAYING),
        rate=row.rate or 1.0,
    )


def listen_row(listen: Listen) -> dict[str, Any]:
    return {name: getattr(listen, name) for name in LISTEN} | {"state": listen.state.value}


def now_playing(row: Any) -> NowPlaying:
    listen = listen_of(row)
    return NowPlaying(
        user_id=row.user_id,
        track_id=listen.track_id,
        since=listen.since,
        player=row.player,
        state=listen.state,
        position_ms=listen.position_ms,
        rate=listen.rate,
    )
