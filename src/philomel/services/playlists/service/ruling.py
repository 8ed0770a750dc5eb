"""Smart playlists: their rules, and trying rules out."""

from sqlalchemy import Connection

from philomel.kernel.caller import current
from philomel.kernel.errors import InvalidArgument
from philomel.services.playlists.contract import (
    ChangeRules,
    NotSmart,
    Playlist,
    RulesTried,
    TryRules,
)
from philomel.services.playlists.rules import access, smart
from philomel.services.playlists.service.choosing import Chooser
from philomel.services.playlists.service.context import Context
from philomel.services.playlists.store import entries, lists

MOST_NAMED = 500


class Ruling:
    """The part of `Playlists` that is about rules."""

    def __init__(self, context: Context, chooser: Chooser) -> None:
        self._context = context
        self._chooser = chooser

    async def change_rules(self, request: ChangeRules, /) -> Playlist:
        caller = current().caller
        smart.check_rules(request.rules)

        def work(connection: Connection) -> Playlist:
            found = lists.find_one(connection, request.playlist_id, caller.user_id)
            playlist = access.check_owner(found, caller)
            if playlist.rules is None:
                raise NotSmart("this playlist has no rules: its tracks are chosen one by one")
            revision = entries.revision_now(connection, playlist) + 1
            now = self._context.clock.now()
            lists.change_rules(connection, playlist, revision, request.rules, now)
            changed = lists.find_one(connection, playlist.id, caller.user_id)
            return access.check_owner(changed, caller)

        changed = await self._context.database.write(work)
        self._context.announced()
        return changed

    async def try_rules(self, request: TryRules, /) -> RulesTried:
        caller = current().caller
        user_id = caller.require_user()
        caller.require_scope(access.READ_PRIVATE)
        smart.check_rules(request.rules)
        if not 0 <= request.limit <= MOST_NAMED:
            raise InvalidArgument(f"at most {MOST_NAMED} tracks are named")
        found = await self._chooser.choose(user_id, request.rules, request.limit, 0)
        return RulesTried(found.matching, found.count, found.duration_ms, found.track_ids)
