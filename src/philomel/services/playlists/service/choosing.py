"""Evaluates rules: what the owner did becomes lists of ids, the catalogue does the rest."""

from collections.abc import Mapping

from msgspec import Struct
from sqlalchemy import Connection

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
)
from philomel.services.playlists.rules import smart
from philomel.services.playlists.service.context import Context
from philomel.services.playlists.store import minding

_F, _O = SmartField, SmartOperator
_FIELDS: Mapping[SmartField, TrackField] = {
    _F.DURATION: TrackField.DURATION_MS,
    _F.ADDED: TrackField.ADDED_AT,
    _F.LAST_PLAYED: TrackField.LAST_PLAYED_AT,
} | {field: TrackField(field.value) for field in _F if field.value in set(TrackField)}
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
        groups = [
            ConditionGroup(
                group.match is SmartMatch.ALL,
                tuple([await self._condition(owner_id, rule, now) for rule in group.rules]),
            )
            for group in smart.in_brackets(rules)
        ]
        asked = SelectTracks(
            every=rules.match is SmartMatch.ALL,
            groups=tuple(groups),
            order=TrackOrder(rules.sort.value),
            descending=rules.descending,
            most=rules.limit,
            seed=now // smart.DAY_MS,
            limit=limit,
            offset=offset,
        )
        found: SelectedTracks = await self._context.catalog.select_tracks(asked)
        return Chosen(found.ids, found.matching, found.count, found.duration_ms)

    async def _condition(self, owner_id: str, rule: SmartRule, now: int) -> Condition:
        if rule.field in smart.MINE:
            return await self._mine(owner_id, rule, now)
        return _of_catalog(rule, now)

    async def _mine(self, owner_id: str, rule: SmartRule, now: int) -> Condition:
        """A condition on ids, which this service knows the lists of."""

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
                    return _rated(minding.rated(connection, owner_id), rule)
                case _:
                    ids = minding.in_playlists(connection, owner_id, rule.values)
                    return ids, rule.operator is _O.IS_NOT

        ids, negated = await self._context.database.read(work, long=True)
        return Condition(TrackField.ID, Comparison.IS, tuple(ids), negated=negated)


def _rated(stars: Mapping[str, int], rule: SmartRule) -> tuple[list[str], bool]:
    """Unrated tracks have a rating of 0: if that fits, all do but the rated ones that do not."""
    if smart.fits_number(rule, 0):
        return [id_ for id_, rating in stars.items() if not smart.fits_number(rule, rating)], True
    return [id_ for id_, rating in stars.items() if smart.fits_number(rule, rating)], False


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
