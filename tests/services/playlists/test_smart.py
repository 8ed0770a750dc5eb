"""Rules about what the owner of a smart playlist heard."""

from typing import Any

import pytest
from tests.services.people import ADAM, ZOE, id_of
from tests.services.shelf import Shelf

from philomel.kernel.caller import acting
from philomel.kernel.clock import FixedClock
from philomel.kernel.errors import PermissionDenied
from philomel.services.playlists.contract import (
    CreatePlaylist,
    ImportPlaylist,
    ListItems,
    Playlists,
    SmartField,
    SmartOperator,
    SmartRule,
    SmartRules,
    SmartSort,
    TryRules,
)
from philomel.services.plays.contract import ListHeard, Play, RecordPlays
from philomel.services.plays.service import PlayService

A, B, C, D = map(id_of, "abcd")
DAY = 86_400_000
F, OP = SmartField, SmartOperator


@pytest.fixture
async def heard(plays: PlayService, shelf: Shelf, clock: FixedClock) -> None:
    """Zoe heard a once long ago, b three times lately; Adam heard c."""
    for id_ in (A, B, C, D):
        shelf.add_track(id_)
    now = clock.now()
    with acting(ZOE):
        lately = [Play(B, now - ago * DAY) for ago in (1, 2, 3)]
        await plays.record_plays(RecordPlays((Play(A, now - 100 * DAY), *lately)))
    with acting(ADAM):
        await plays.record_plays(RecordPlays((Play(C, now - DAY),)))


async def found(service: Playlists, *rules: SmartRule, **more: Any) -> str:
    asked = SmartRules(rules=rules, **more)
    tried = await service.try_rules(TryRules(asked, limit=10))
    return "".join(id_[-1] for id_ in tried.track_ids)


@pytest.mark.usefixtures("heard")
async def test_rules_about_plays_are_about_the_owner(service: Playlists) -> None:
    with acting(ZOE):
        for field, operator, value, expected in (
            (F.PLAYS, OP.ABOVE, "0", "ab"),
            (F.PLAYS, OP.IS, "0", "cd"),
            (F.PLAYS, OP.BELOW, "3", "acd"),
            (F.LAST_PLAYED, OP.WITHIN_DAYS, "30", "b"),
            (F.LAST_PLAYED, OP.BEYOND_DAYS, "30", "acd"),
            (F.LAST_PLAYED, OP.AFTER, "2000", "ab"),
        ):
            assert await found(service, SmartRule(field, operator, (value,))) == expected
        assert await found(service, sort=SmartSort.PLAYS, descending=True) == "bacd"
        assert await found(service, sort=SmartSort.LAST_PLAYED, descending=True, limit=2) == "ba"
        assert (await found(service, sort=SmartSort.PLAYS))[-2:] == "ab"
        rules = SmartRules(rules=(SmartRule(F.PLAYS, OP.ABOVE, ("0",)),))
        playlist = await service.create_playlist(CreatePlaylist("x", public=True, rules=rules))
    with acting(ADAM):
        page = await service.list_items(ListItems(playlist.id))
        assert [item.track_id for item in page.items] == [A, B]


@pytest.mark.usefixtures("heard")
async def test_rules_of_another_program_come_once(service: Playlists) -> None:
    content = b'{"name": "Often", "all": [{"gt": {"playCount": 2}}]}'
    with acting(ZOE):
        tried = await service.import_playlist(ImportPlaylist(content, dry_run=True))
        assert (tried.name, tried.total, tried.playlist) == ("Often", 1, None)
        asked = ImportPlaylist(content, source="file:often.nsp", otherwise="often")
        made, again = [await service.import_playlist(asked) for _ in range(2)]
        assert made.playlist is not None
        assert made.playlist.rules is not None
        assert again.playlist is not None
        assert (made.known, again.known, again.playlist.id) == (False, True, made.playlist.id)


async def test_nobody_asks_what_others_heard(plays: PlayService) -> None:
    with acting(ZOE), pytest.raises(PermissionDenied):
        [part async for part in plays.list_heard(ListHeard(ZOE.user_id or ""))]
