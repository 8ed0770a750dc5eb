"""Likes and ratings of the calling person."""

from collections.abc import Callable, Sequence

from philomel.kernel.caller import Caller, current
from philomel.kernel.clock import Clock
from philomel.kernel.errors import PermissionDenied
from philomel.kernel.paging import check_limit, decode_cursor, encode_cursor
from philomel.services.catalog.contract import Catalog, GetAlbums, GetArtists, GetTracks
from philomel.services.playlists import rules
from philomel.services.playlists.contract import (
    CountFollowers,
    FollowerCount,
    FollowerCounts,
    GetMarks,
    ItemKind,
    ListRated,
    ListSaved,
    Marks,
    Rate,
    Save,
    SavedPage,
    Unsave,
)
from philomel.services.playlists.store import Place, PlaylistStore


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
        visible = await self._visible(request.kind, ids)
        if visible:
            await self._store.save(user_id, request.kind, visible, self._clock.now())
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
            ids = await self._visible(request.kind, ids)
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
        items, total = await self._store.saved(user_id, request.kind, limit + 1, offset, after)
        following = None
        if len(items) > limit:
            last = items[limit - 1]
            following = encode_cursor((last.saved_at, last.id))
        return SavedPage(tuple(items[:limit]), total, following)

    async def list_rated(self, request: ListRated, /) -> SavedPage:
        user_id = _person("user-library-read")
        limit = check_limit(request.limit)
        offset = rules.check_offset(request.offset)
        items, total = await self._store.rated(user_id, request.kind, limit, offset)
        return SavedPage(tuple(items), total)

    async def _visible(self, kind: ItemKind, ids: Sequence[str]) -> Sequence[str]:
        """Those of `ids` that the caller may see, under the ids they go by now."""
        if not ids:
            return ()
        wanted = tuple(ids)
        match kind:
            case ItemKind.TRACK:
                tracks = await self._catalog.get_tracks(GetTracks(wanted))
                return [track.id for track in tracks.items]
            case ItemKind.ALBUM:
                albums = await self._catalog.get_albums(GetAlbums(wanted))
                return [album.id for album in albums.items]
            case ItemKind.ARTIST:
                artists = await self._catalog.get_artists(GetArtists(wanted))
                return [artist.id for artist in artists.items]
            case ItemKind.USER:
                return wanted


def _person(*scopes: str) -> str:
    """The id of the person who calls, with one of these scopes."""
    caller: Caller = current().caller
    user_id = caller.require_user()
    if not any(map(caller.has_scope, scopes)):
        raise PermissionDenied(f"insufficient client scope: {scopes[0]} is needed")
    return user_id
