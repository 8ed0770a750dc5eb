"""Which plays are believable, what they count for, and how long now lasts."""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from philomel.kernel.errors import InvalidArgument
from philomel.kernel.ids import is_id, only_ids
from philomel.services.catalog.contract import CreditRole, Track
from philomel.services.plays.contract import (
    BadPlay,
    Play,
    PlaybackState,
    PlayCount,
    PlayedKind,
    ReportPlayback,
)

MAX_IDS = 500
MAX_LOOKED_UP = 10_000
MAX_OFFSET = 1_000_000_000
MAX_PLAYER = 128
FIRST_MS = 946_684_800_000
"""2000-01-01: nothing can have been scrobbled before."""
AHEAD_MS = 86_400_000
NOW_MS = 600_000
LONG_ENOUGH_MS = 240_000
"""So much of a track is a play of it, or half of it if that is less."""
_SLACK_MS = 2_000
"""Players round, and news takes its time."""
_MAX_RATE = 16.0
_MAX_UTC_OFFSET = 15 * 60
_MAX_MS = (1 << 63) - 1


class Heard(Struct, frozen=True):
    """A play of a track that the listener can see, with what else it counts for."""

    play: Play
    album_id: str | None
    artist_ids: tuple[str, ...]


class Tally(Struct, frozen=True):
    """What plays add to one count."""

    count: int
    last_played_at: int


class Brought(Struct, frozen=True):
    """What somebody heard of one track elsewhere.

    Attributes:
        heard: single plays with their instants.
        counted: the track, for `times` further ones without.
    """

    heard: tuple[Heard, ...]
    counted: Heard
    times: Tally


class Listen(Struct, frozen=True):
    """What a player plays, as far as it told.

    Attributes:
        since: of the latest news; `position_ms`, `state` and `rate` are of that moment.
        started_at: when this listen began.
        heard_ms: of the track, in this listen.
    """

    track_id: str
    since: int
    started_at: int
    position_ms: int = 0
    heard_ms: int = 0
    state: PlaybackState = PlaybackState.PLAYING
    rate: float = 1.0


def heard_on(before: Listen | None, told: ReportPlayback, now: int) -> Listen:
    """The listen after news of it. What was skipped over was not heard."""
    fresh = Listen(told.track_id, now, now, told.position_ms, state=told.state, rate=told.rate)
    if before is None or before.track_id != told.track_id or told.state is PlaybackState.STARTING:
        return fresh
    heard = 0
    if before.state in {PlaybackState.STARTING, PlaybackState.PLAYING}:
        could_be = round(max(0, now - before.since) * before.rate) + _SLACK_MS
        went = told.position_ms - before.position_ms
        heard = max(0, went) if went <= could_be else 0
    return Listen(
        track_id=told.track_id,
        since=now,
        started_at=before.started_at,
        position_ms=told.position_ms,
        heard_ms=before.heard_ms + heard,
        state=told.state,
        rate=told.rate,
    )


def is_play(listen: Listen, duration_ms: int) -> bool:
    return 0 < min(max(duration_ms // 2, 1), LONG_ENOUGH_MS) <= listen.heard_ms


def check_report(report: ReportPlayback) -> None:
    """Refuse what nothing plays at.

    Raises:
        BadPlay: a position or a rate out of all bounds, or a player without end.
    """
    if not 0 <= report.position_ms < 1 << 53:
        raise BadPlay("a position is a number of milliseconds")
    if not 0 < report.rate <= _MAX_RATE:
        raise BadPlay("nothing plays at that rate")
    check_player(report.player)


def check_plays(plays: Sequence[Play], now: int) -> tuple[Play, ...]:
    """The plays that can be of some track, each once.

    Raises:
        BadPlay: an instant or an offset that no clock shows, or a player without end.
        InvalidArgument: more than 500.
    """
    if len(plays) > MAX_IDS:
        raise InvalidArgument(f"at most {MAX_IDS} plays at a time")
    for play in plays:
        if not FIRST_MS <= play.played_at <= now + AHEAD_MS:
            raise BadPlay("a play happened after 1999 and not later than now")
        if abs(play.utc_offset_minutes) > _MAX_UTC_OFFSET:
            raise BadPlay("no clock on Earth is that far from UTC")
        check_player(play.player)
    unique = {(play.track_id, play.played_at): play for play in plays if is_id(play.track_id)}
    return tuple(unique.values())


def check_player(player: str) -> str:
    """A player's name, if it can be kept and shown.

    Raises:
        BadPlay: too long, or not text.
    """
    if len(player) > MAX_PLAYER:
        raise BadPlay(f"a player's name has at most {MAX_PLAYER} characters")
    if any(ord(letter) < 32 or 0xD800 <= ord(letter) <= 0xDFFF for letter in player):
        raise BadPlay("a player's name has no control characters")
    return player


def check_ids(ids: Sequence[str], most: int = MAX_IDS) -> tuple[str, ...]:
    """`ids`, each once; what is no id at all names nothing and is left out.

    Raises:
        InvalidArgument: more than `most`.
    """
    if len(ids) > most:
        raise InvalidArgument(f"at most {most} ids at a time")
    return only_ids(ids)


def sum_up(
    tracks: Sequence[PlayCount], things: Mapping[str, Sequence[str]], *, last: bool
) -> list[PlayCount]:
    """Plays of albums or artists from those of tracks, most or last first.

    Args:
        things: the albums or artists of each track.
    """
    found: dict[str, PlayCount] = {}
    for track in tracks:
        for id_ in dict.fromkeys(things.get(track.id, ())):
            known = found.get(id_, PlayCount(id_, 0, 0))
            latest = max(known.last_played_at, track.last_played_at)
            found[id_] = PlayCount(id_, known.count + track.count, latest)

    def rank(each: PlayCount) -> tuple[int, int, str]:
        most = 0 if last else each.count
        return most, each.last_played_at, each.id

    return sorted(found.values(), key=rank, reverse=True)


def check_offset(offset: int) -> int:
    """`offset`, if a list can start there.

    Raises:
        InvalidArgument: it cannot.
    """
    if not 0 <= offset <= MAX_OFFSET:
        raise InvalidArgument("offset must not be negative")
    return offset


def check_window(before: int | None, after: int | None) -> None:
    """Refuse what is no window on the history.

    Raises:
        InvalidArgument: both ends, or no instant.
    """
    if before is not None and after is not None:
        raise InvalidArgument("give before or after, not both")
    if not all(0 <= each <= _MAX_MS for each in (before, after) if each is not None):
        raise InvalidArgument("before and after are milliseconds since 1970")


def credited(track: Track) -> tuple[str, ...]:
    """The artists that a play of the track counts for."""
    return tuple(c.artist.id for c in track.credits if c.role is CreditRole.ARTIST)


def tally(heard: Iterable[Heard]) -> Mapping[tuple[PlayedKind, str], Tally]:
    """What these plays add, by what they count for.

    A play counts once for each of its artists, however often they are credited.
    """
    found: dict[tuple[PlayedKind, str], Tally] = {}
    for each in heard:
        keys = [(PlayedKind.TRACK, each.play.track_id)]
        if each.album_id is not None:
            keys.append((PlayedKind.ALBUM, each.album_id))
        keys += [(PlayedKind.ARTIST, id_) for id_ in dict.fromkeys(each.artist_ids)]
        for key in keys:
            found[key] = together(found.get(key), Tally(1, each.play.played_at))
    return found


def together(one: Tally | None, other: Tally) -> Tally:
    """Two counts of one thing."""
    if one is None:
        return other
    latest = max(one.last_played_at, other.last_played_at)
    return Tally(one.count + other.count, latest)
