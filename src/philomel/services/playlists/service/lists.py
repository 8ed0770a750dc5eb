"""Playlists themselves: making, describing, following and removing them."""

from functools import partial

from sqlalchemy import Connection

from philomel.kernel.caller import Caller, current
from philomel.kernel.ids import is_id, new_id
from philomel.kernel.paging import check_limit, decode_cursor, encode_cursor
from philomel.services.playlists import rules
from philomel.services.playlists.contract import (
    ChangePlaylist,
    CheckFollowers,
    CreatePlaylist,
    DeletePlaylist,
    EveryPlaylist,
    FolderNotFound,
    Following,
    FollowPlaylist,
    GetPlaylist,
    GetPlaylists,
    ListEveryPlaylist,
    ListPlaylists,
    ListPublicPlaylists,
    Playlist,
    PlaylistPage,
    PlaylistSet,
    UnfollowPlaylist,
)
from philomel.services.playlists.rules import access, smart, texts
from philomel.services.playlists.service.context import Context
from philomel.services.playlists.store import lists, shelves
from philomel.services.playlists.store.lists import Shown


class Listing:
    """The part of `Playlists` that is about playlists, without their entries."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def create_playlist(self, request: CreatePlaylist, /) -> Playlist:
        caller = current().caller
        user_id = caller.require_user()
        caller.require_scope(access.modify_scope(request.public))
        texts.check_flags(public=request.public, collaborative=request.collaborative)
        if request.rules is not None:
            smart.check_rules(request.rules)
        now = self._context.clock.now()
        made = Playlist(
            id=new_id(),
            owner_id=user_id,
            name=texts.check_name(request.name),
            description=texts.check_description(request.description),
            public=request.public,
            collaborative=request.collaborative,
            snapshot_id="",
            created_at=now,
            changed_at=now,
            folder_id=request.folder_id,
            rules=request.rules,
            source=texts.check_source(request.source),
        )

        def work(connection: Connection) -> Playlist:
            folder = made.folder_id
            if folder is not None and shelves.find(connection, user_id, folder) is None:
                raise FolderNotFound("there is no such folder")
            return lists.create(connection, made)

        created = await self._context.database.write(work)
        self._context.announced()
        return created

    async def change_playlist(self, request: ChangePlaylist, /) -> Playlist:
        caller = current().caller
        values: dict[str, object] = {}
        if request.name is not None:
            values["name"] = texts.check_name(request.name)
        if request.description is not None:
            values["description"] = texts.check_description(request.description)

        def work(connection: Connection) -> Playlist:
            found = lists.find_one(connection, request.playlist_id, caller.user_id)
            playlist = access.check_owner(found, caller)
            public = playlist.public if request.public is None else request.public
            caller.require_scope(access.modify_scope(public))
            together = request.collaborative
            if together is None:
                together = playlist.collaborative and not public
            texts.check_flags(public=public, collaborative=together)
            every = {**values, "public": public, "collaborative": together}
            lists.change(connection, playlist, every, self._context.clock.now())
            changed = lists.find_one(connection, request.playlist_id, caller.user_id)
            return access.check_owner(changed, caller)

        changed = await self._context.database.write(work)
        self._context.announced()
        return changed

    async def delete_playlist(self, request: DeletePlaylist, /) -> None:
        caller = current().caller

        def work(connection: Connection) -> None:
            found = lists.find_one(connection, request.playlist_id, caller.user_id)
            playlist = access.check_owner(found, caller)
            lists.remove(connection, playlist, self._context.clock.now())

        await self._context.database.write(work)
        self._context.announced()
        self._context.cleared()

    async def get_playlist(self, request: GetPlaylist, /) -> Playlist:
        caller = current().caller
        found = await self._find((request.playlist_id,), caller)
        return access.check_read(found[0] if found else None, caller)

    async def get_playlists(self, request: GetPlaylists, /) -> PlaylistSet:
        caller = current().caller
        caller.require_known()
        found = await self._find(rules.check_ids(request.ids), caller)
        return PlaylistSet(tuple(each for each in found if access.may_read(each, caller)))

    async def list_playlists(self, request: ListPlaylists, /) -> PlaylistPage:
        caller = current().caller
        if request.user_id is None:
            caller.require_user()
        else:
            caller.require_known()
        check_limit(request.limit)
        rules.check_offset(request.offset)
        shown = Shown(
            private=caller.has_scope(access.READ_PRIVATE),
            collaborative=any(
                map(caller.has_scope, (access.READ_COLLABORATIVE, access.READ_PRIVATE))
            ),
        )
        find = partial(lists.page, request=request, user_id=caller.user_id, shown=shown)
        items, total = await self._context.database.read(find)
        return PlaylistPage(tuple(items), total)

    async def list_public_playlists(self, request: ListPublicPlaylists, /) -> PlaylistPage:
        caller = current().caller
        caller.require_known()
        limit, offset = check_limit(request.limit), rules.check_offset(request.offset)
        items, total = await self._context.database.read(
            lambda connection: lists.public_page(connection, caller.user_id, limit, offset)
        )
        return PlaylistPage(tuple(items), total)

    async def list_every_playlist(self, request: ListEveryPlaylist, /) -> EveryPlaylist:
        current().caller.require_service()
        limit = check_limit(request.limit)
        after = decode_cursor(request.cursor, tuple[str])[0] if request.cursor else ""
        found = await self._context.database.read(
            lambda connection: lists.every(connection, after, limit + 1), long=True
        )
        more = encode_cursor((found[limit - 1].id,)) if len(found) > limit else None
        return EveryPlaylist(tuple(found[:limit]), more)

    async def follow_playlist(self, request: FollowPlaylist, /) -> None:
        caller = current().caller
        user_id = caller.require_user()
        caller.require_scope(access.modify_scope(request.public))

        def work(connection: Connection) -> None:
            found = lists.find_one(connection, request.playlist_id, user_id)
            playlist = access.check_visible(found, caller)
            at = self._context.clock.now()
            lists.follow(connection, playlist, user_id, public=request.public, at=at)

        await self._context.database.write(work)
        self._context.announced()

    async def unfollow_playlist(self, request: UnfollowPlaylist, /) -> None:
        caller = current().caller
        user_id = caller.require_user()
        if not any(map(caller.has_scope, (access.MODIFY_PUBLIC, access.MODIFY_PRIVATE))):
            caller.require_scope(access.MODIFY_PUBLIC)

        def work(connection: Connection) -> None:
            found = lists.find_one(connection, request.playlist_id, user_id)
            if found is not None:
                lists.unfollow(connection, found, user_id, self._context.clock.now())

        await self._context.database.write(work)
        self._context.announced()

    async def check_followers(self, request: CheckFollowers, /) -> Following:
        caller = current().caller
        asked = request.user_ids
        ids = rules.check_ids(asked)

        def work(connection: Connection) -> set[str]:
            found = lists.find_one(connection, request.playlist_id, caller.user_id)
            playlist = access.check_read(found, caller)
            return lists.followers(connection, playlist.id, ids, caller.user_id)

        following = await self._context.database.read(work)
        return Following(tuple(id_ in following for id_ in asked))

    async def _find(self, ids: tuple[str, ...], caller: Caller) -> list[Playlist]:
        known = [id_ for id_ in ids if is_id(id_)]
        return await self._context.database.read(
            lambda connection: lists.find(connection, known, caller.user_id)
        )
