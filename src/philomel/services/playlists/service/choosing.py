"""Evaluates rules: what the owner did becomes lists of ids, the catalogue does the rest."""

from collections.abc import Mapping, Sequence

from msgspec import Struct
from sqlalchemy import Connection

from philomel.kernel.caller import SERVICE, acting, current
from philomel.services.catalog.contract import (
    Comparison,
    Condition,
    ConditionGroup,
    SelectedTracks,
    SelectTracks,
    TrackField,
    TrackOrder,
)
from philomel.services.playlists.contract import (
    SmartField,
    SmartMatch,
    SmartOperator,
    SmartRule,
    SmartRules,
    SmartSort,
)
from philomel.services.playlists.rules import smart
from philomel.services.playlists.service.context import Context
from philomel.services.playlists.store import minding
from philomel.services.plays.contract import ListHeard, PlayCount

_F, _O = SmartField, SmartOperator
_FIELDS: Mapping[SmartField, TrackField] = {
    _F.DURATION: TrackField.DURATION_MS,
    _F.ADDED: TrackField.ADDED_AT,
    _F.ALL_PLAYS: TrackField.PLAYS,
    _F.ALL_LAST_PLAYED: TrackField.LAST_PLAYED_AT,
} | {
    field: TrackField(field.value)
    for field in set(_F) - smart.MINE
    if field.value in set(TrackField)
}
_COMPARISONS = {
    _O.IS: Comparison.IS,
    _O.IS_NOT: Comparison.IS,
    _O.CONTAINS: Comparison.CONTAINS,
    _O.LACKS: Comparison.CONTAINS,
    _O.STARTS: Comparison.STARTS,
    _O.ENDS: Comparison.ENDS,
}
_NEGATED = {_O.IS_NOT, _O.LACKS}


class Chosen(Struct, frozen=True):
    """Attributes:
    matching: before the rules' own limit.
    """

    track_ids: tuple[str, ...]
    matching: int
    count: int
    duration_ms: int


class Chooser:
    def __init__(self, context: Context) -> None:
        self._context = context

    async def choose(self, owner_id: str, rules: SmartRules, limit: int, offset: int) -> Chosen:
        """A page of what the rules give: about what the owner did, of what the caller sees."""
        now = self._context.clock.now()
        heard = await self._heard(owner_id) if smart.looks_at_plays(rules) else ()
        groups = [
            ConditionGroup(
                group.match is SmartMatch.ALL,
                tuple([await self._condition(owner_id, rule, heard, now) for rule in group.rules]),
            )
            for group in smart.in_brackets(rules)
        ]
        order, descending, ranked = _order(rules, heard)
        asked = SelectTracks(
            every=rules.match is SmartMatch.ALL,
            groups=tuple(groups),
            order=order,
            descending=descending,
            most=rules.limit,
            seed=now // smart.DAY_MS,
            limit=limit,
            offset=offset,
            ranked=ranked,
        )
        found: SelectedTracks = await self._context.catalog.select_tracks(asked)
        return Chosen(found.ids, found.matching, found.count, found.duration_ms)

    async def _heard(self, owner_id: str) -> Sequence[PlayCount]:
        """What the owner played, whoever opens the playlist."""
        with acting(SERVICE, current().remaining()):
            parts = self._context.plays.list_heard(ListHeard(owner_id))
            return [each async for part in parts for each in part.items]

    async def _condition(
        self, owner_id: str, rule: SmartRule, heard: Sequence[PlayCount], now: int
    ) -> Condition:
        if rule.field in smart.HEARD:
            ids, negated = _played(heard, rule, now)
        elif rule.field in smart.MINE:
            ids, negated = await self._mine(owner_id, rule, now)
        else:
            return _of_catalog(rule, now)
        return Condition(TrackField.ID, Comparison.IS, tuple(ids), negated=negated)

    async def _mine(self, owner_id: str, rule: SmartRule, now: int) -> tuple[list[str], bool]:
        """Ids, which this service knows the lists of, and whether all others are meant."""

        def work(connection: Connection) -> tuple[list[str], bool]:
            match rule.field:
                case _F.LIKED:
                    wanted = (rule.values[0] == "true") is (rule.operator is _O.IS)
                    return minding.liked(connection, owner_id, None, None), not wanted
                case _F.LIKED_AT:
                    low, high = smart.span(rule, now)
                    if rule.operator is _O.BEYOND_DAYS:
                        # Longer ago, or never: what was not liked since then.
                        return minding.liked(connection, owner_id, (high or 0) + 1, None), True
                    return minding.liked(connection, owner_id, low, high), False
                case _F.RATING:
                    return _fitting(minding.rated(connection, owner_id), rule)
                case _:
                    ids = minding.in_playlists(connection, owner_id, rule.values)
                    return ids, rule.operator is _O.IS_NOT

        return await self._context.database.read(work, long=True)


def _order(
    rules: SmartRules, heard: Sequence[PlayCount]
) -> tuple[TrackOrder, bool, tuple[str, ...]]:
    """The order, whether it is turned round, and the owner's own ranks if it is by these."""
    match rules.sort:
        case SmartSort.PLAYS:
            ranked = sorted(heard, key=lambda each: (-each.count, -each.last_played_at))
        case SmartSort.LAST_PLAYED:
            ranked = sorted(heard, key=lambda each: -each.last_played_at)
        case SmartSort.ALL_PLAYS:
            return TrackOrder.PLAYS, rules.descending, ()
        case SmartSort.ALL_LAST_PLAYED:
            return TrackOrder.LAST_PLAYED, rules.descending, ()
        case _:
            return TrackOrder(rules.sort.value), rules.descending, ()
    # The most or latest heard have the first ranks.
    return TrackOrder.RANKED, not rules.descending, tuple(each.id for each in ranked)


def _played(heard: Sequence[PlayCount], rule: SmartRule, now: int) -> tuple[list[str], bool]:
    if rule.field is _F.PLAYS:
        return _fitting({each.id: each.count for each in heard}, rule)
    low, high = smart.span(rule, now)
    if rule.operator is _O.BEYOND_DAYS:
        # Longer ago, or never: what was not heard since then.
        return [each.id for each in heard if each.last_played_at > (high or 0)], True
    since, until = max(low or 0, 1), now if high is None else high
    return [each.id for each in heard if since <= each.last_played_at <= until], False


def _fitting(numbers: Mapping[str, int], rule: SmartRule) -> tuple[list[str], bool]:
    """Tracks without a number have 0: if that fits, all do but those whose number does not."""
    if smart.fits_number(rule, 0):
        return [id_ for id_, number in numbers.items() if not smart.fits_number(rule, number)], True
    return [id_ for id_, number in numbers.items() if smart.fits_number(rule, number)], False


def _of_catalog(rule: SmartRule, now: int) -> Condition:
    field, negated = _FIELDS[rule.field], rule.operator in _NEGATED
    if rule.field in smart.FLAGS:
        so = (rule.values[0] == "true") is not negated
        return Condition(field, Comparison.IS, numbers=(int(so),))
    if rule.field in smart.DATES:
        low, high = smart.span(rule, now)
        return Condition(field, Comparison.WITHIN, low=low, high=high)
    if rule.field in smart.SCALES:
        scale = smart.SCALES[rule.field]
        low, high = smart.bounds(rule, scale)
        return Condition(field, Comparison.WITHIN, low=low, high=high, negated=negated)
    if rule.field in smart.NUMBERS and rule.operator in smart.EITHER:
        return Condition(
            field, Comparison.IS, numbers=tuple(map(int, rule.values)), negated=negated
        )
    if rule.field in smart.NUMBERS:
        low, high = smart.bounds(rule)
        return Condition(field, Comparison.WITHIN, low=low, high=high)
    return Condition(field, _COMPARISONS[rule.operator], rule.values, negated=negated)
