"""Plays from elsewhere count as those here do, and once."""

from tests.services.people import ZOE, id_of
from tests.services.running import running, say, told
from tests.services.shelf import Shelf

from philomel.engines.log import Log
from philomel.engines.outbox import Job
from philomel.kernel.caller import acting
from philomel.kernel.clock import FixedClock
from philomel.services.playlists.contract import MetWant, WantsMet
from philomel.services.plays.contract import (
    GetPlayCounts,
    ListHistory,
    Play,
    PlayCount,
    PlayedKind,
    RecordPlays,
)
from philomel.services.plays.service import PlayService

Built = tuple[PlayService, tuple[Job, ...]]
A, RECORD, BAND = map(id_of, ("a", "record", "band"))


async def test_counts_and_single_plays_come_together(
    built: Built, shelf: Shelf, log: Log, clock: FixedClock
) -> None:
    service, jobs = built
    shelf.add_track(A, RECORD, (BAND,))
    now = clock.now()
    zoe = ZOE.user_id or ""
    with acting(ZOE):
        await service.record_plays(RecordPlays((Play(A, now - 50),)))
    first = MetWant(zoe, A, 7, now - 90, (now - 50, now - 70))
    await say(log, "playlists", WantsMet(zoe, (first,), now))
    # An instant of no clock is left out, and nothing without counts is told.
    await say(log, "playlists", WantsMet(zoe, (MetWant(zoe, A, 0, 0, (5,)),), now))
    await say(log, "playlists", WantsMet(zoe, (MetWant(zoe, A, 1, 3), MetWant(zoe, A, 1, 3)), now))
    async with running(jobs):
        await told(log, "philomel.plays", 3)
    with acting(ZOE):
        for kind, id_ in zip(PlayedKind, (A, RECORD, BAND), strict=True):
            found = await service.get_play_counts(GetPlayCounts(kind, (id_,)))
            # 1 here, 7 and 2 counted there, and one more whose instant was new.
            assert found.items == (PlayCount(id_, 11, now - 50),)
        history = await service.list_history(ListHistory())
    assert [play.played_at for play in history.items] == [now - 50, now - 70]
