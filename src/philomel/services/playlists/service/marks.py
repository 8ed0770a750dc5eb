"""Likes and ratings of the calling person."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial

from philomel.kernel.caller import Caller, current
from philomel.kernel.clock import Clock
from philomel.kernel.errors import PermissionDenied
from philomel.kernel.paging import check_limit, decode_cursor, encode_cursor
from philomel.services.catalog.contract import (
    Albums,
    Artists,
    Catalog,
    GetAlbums,
    GetArtists,
    GetTracks,
    Tracks,
)
from philomel.services.playlists import rules
from philomel.services.playlists.contract import (
    CountFollowers,
    FollowerCount,
    FollowerCounts,
    GetMarks,
    ItemKind,
    ListRated,
    ListSaved,
    Mark,
    Marks,
    Rate,
    Save,
    SavedPage,
    Unsave,
)
from philomel.services.playlists.store import Place, PlaylistStore

Pages = Callable[[int, int, Place | None], Awaitable[tuple[Sequence[Mark], int]]]
"""By limit, offset and the last of the page before."""


class Marking:
    """The part of `Playlists` that is about likes and ratings.

    Args:
        announced: called after a change, so that its event leaves at once.
    """

    def __init__(
        self, store: PlaylistStore, catalog: Catalog, clock: Clock, announced: Callable[[], None]
    ) -> None:
        self._store = store
        self._catalog = catalog
        self._clock = clock
        self._announced = announced

    async def save(self, request: Save, /) -> None:
        user_id = _person(rules.scope_to_save(request.kind))
        ids = rules.check_ids(request.ids)
        now = self._clock.now()
        dates = rules.check_dates(request.saved_at, request.ids, now)
        visible = await self._visible(request.kind, ids)
        if visible:
            known = {id_: dates[asked] for id_, asked in visible.items() if asked in dates}
            await self._store.save(user_id, request.kind, [*visible], now, known)
            self._announced()

    async def unsave(self, request: Unsave, /) -> None:
        user_id = _person(rules.scope_to_save(request.kind))
        ids = rules.check_ids(request.ids)
        await self._store.unsave(user_id, request.kind, ids, self._clock.now())
        self._announced()

    async def rate(self, request: Rate, /) -> None:
        user_id = _person("user-library-modify")
        rating = rules.check_rating(request.rating)
        ids: Sequence[str] = rules.check_ids((request.id,))
        if rating is not None:
            ids = [*await self._visible(request.kind, ids)]
        for id_ in ids:
            await self._store.rate(user_id, request.kind, id_, rating, self._clock.now())
            self._announced()

    async def get_marks(self, request: GetMarks, /) -> Marks:
        user_id = _person("user-library-read", rules.scope_to_read(request.kind))
        ids = rules.check_ids(request.ids, rules.MAX_LOOKED_UP)
        return Marks(tuple(await self._store.marks(user_id, request.kind, ids)))

    async def count_followers(self, request: CountFollowers, /) -> FollowerCounts:
        current().caller.require_known()
        ids = rules.check_ids(request.ids)
        counts = await self._store.followers(request.kind, ids)
        return FollowerCounts(
            tuple(FollowerCount(id_, counts[id_]) for id_ in ids if counts.get(id_))
        )

    async def list_saved(self, request: ListSaved, /) -> SavedPage:
        user_id = _person(rules.scope_to_read(request.kind))
        limit = check_limit(request.limit)
        offset = rules.check_offset(request.offset)
        after = None
        if request.cursor is not None:
            after = Place(*rules.check_place(decode_cursor(request.cursor, tuple[int, str])))
        # One more than asked tells whether there is a next page.
        if _sees_all(request.kind):
            items, total = await self._store.saved(user_id, request.kind, limit + 1, offset, after)
        else:
            seen = await self._marks_seen(
                request.kind, partial(self._store.saved, user_id, request.kind)
            )
            left = [mark for mark in seen if after is None or _place(mark) < _where(after)]
            items, total = left[offset : offset + limit + 1], len(seen)
        following = None
        if len(items) > limit:
            last = items[limit - 1]
            following = encode_cursor((last.saved_at, last.id))
        return SavedPage(tuple(items[:limit]), total, following)

    async def list_rated(self, request: ListRated, /) -> SavedPage:
        user_id = _person("user-library-read")
        limit = check_limit(request.limit)
        offset = rules.check_offset(request.offset)
        if not _sees_all(request.kind):
            seen = await self._marks_seen(request.kind, partial(self._rated, user_id, request.kind))
            return SavedPage(tuple(seen[offset : offset + limit]), len(seen))
        items, total = await self._store.rated(user_id, request.kind, limit, offset)
        return SavedPage(tuple(items), total)

    async def _rated(
        self, user_id: str, kind: ItemKind, limit: int, offset: int, _after: Place | None
    ) -> tuple[Sequence[Mark], int]:
        return await self._store.rated(user_id, kind, limit, offset)

    async def _marks_seen(self, kind: ItemKind, pages: Pages) -> list[Mark]:
        """All marks of what the caller may see: what is explicit is not in this service."""
        seen: list[Mark] = []
        offset = 0
        while True:
            marks, _ = await pages(rules.MAX_IDS, offset, None)
            known = await self._visible(kind, [mark.id for mark in marks])
            asked = {*known, *known.values()}
            seen += [mark for mark in marks if mark.id in asked]
            offset += len(marks)
            if len(marks) < rules.MAX_IDS:
                return seen

    async def _visible(self, kind: ItemKind, ids: Sequence[str]) -> Mapping[str, str]:
        """Those of `ids` that the caller may see: the ids they go by now, and those asked for."""
        if not ids or kind is ItemKind.USER:
            return {id_: id_ for id_ in ids}
        wanted = tuple(ids)
        found: Tracks | Albums | Artists
        match kind:
            case ItemKind.TRACK:
                found = await self._catalog.get_tracks(GetTracks(wanted))
            case ItemKind.ALBUM:
                found = await self._catalog.get_albums(GetAlbums(wanted))
            case ItemKind.ARTIST:
                found = await self._catalog.get_artists(GetArtists(wanted))
        asked = {alias.new: alias.old for alias in found.aliases}
        return {item.id: asked.get(item.id, item.id) for item in found.items}


def _sees_all(kind: ItemKind) -> bool:
    return current().caller.explicit_allowed or kind is ItemKind.USER


def _place(mark: Mark) -> tuple[int, str]:
    return mark.saved_at or 0, mark.id


def _where(place: Place) -> tuple[int, str]:
    return place.saved_at, place.item_id


def _person(*scopes: str) -> str:
    """The id of the person who calls, with one of these scopes."""
    caller: Caller = current().caller
    user_id = caller.require_user()
    if not any(map(caller.has_scope, scopes)):
        raise PermissionDenied(f"insufficient client scope: {scopes[0]} is needed")
    return user_id
