"""What a person brings from elsewhere: marks, and what waits for its file."""

from sqlalchemy import Connection

from philomel.kernel.caller import Caller, CallerKind, acting, current
from philomel.kernel.errors import InvalidArgument
from philomel.kernel.ids import new_id
from philomel.kernel.paging import check_limit
from philomel.services.catalog.contract import GetTracks
from philomel.services.playlists import rules
from philomel.services.playlists.contract import (
    BringMarks,
    DropWants,
    ListWants,
    MarksBrought,
    MatchWants,
    MetWant,
    WantMatch,
    WantMatches,
    WantPage,
)
from philomel.services.playlists.rules import wants as rules_of
from philomel.services.playlists.service.context import Context
from philomel.services.playlists.service.matching import BATCH, Matcher
from philomel.services.playlists.store import entries, lists, wants

MODIFY, READ = "user-library-modify", "user-library-read"


class Bringing:
    """The part of `Playlists` that is about wants."""

    def __init__(self, context: Context, matcher: Matcher) -> None:
        self._context = context
        self._matcher = matcher

    async def match_wants(self, request: MatchWants, /) -> WantMatches:
        current().caller.require_user()
        if len(request.wants) > BATCH:
            raise InvalidArgument(f"at most {BATCH} at a time")
        checked = [rules_of.check_want(want) for want in request.wants]
        return WantMatches(tuple(await self._matcher.match(checked)))

    async def bring_marks(self, request: BringMarks, /) -> MarksBrought:
        caller = current().caller
        user_id = caller.require_user()
        caller.require_scope(MODIFY)
        source = rules_of.check_source(request.source)
        items = rules_of.check_marks(request.items)
        matches = await self._matcher.match([item.want for item in items])
        digests = [rules_of.digest(source, item.key or item.want) for item in items]
        ids = [new_id() for _ in items]
        at = self._context.clock.now()

        def work(connection: Connection) -> int:
            known = wants.known(connection, user_id, digests)
            brought: dict[str, rules_of.Brought] = {}
            met: list[MetWant | None] = []
            for item, match, digest, id_ in zip(items, matches, digests, ids, strict=True):
                before = brought.get(digest) or known.get(digest, rules_of.Brought())
                fresh = rules_of.new_of(item, before)
                if rules_of.is_empty(fresh):
                    continue
                want_id = id_
                if before.want_id and wants.add_to_mark(connection, user_id, before.want_id, fresh):
                    want_id = before.want_id
                elif match.track_id is None:
                    wants.keep(connection, user_id, None, [(id_, item.want)], at, [fresh])
                else:
                    met.append(wants.bring(connection, user_id, match.track_id, fresh, at))
                brought[digest] = rules_of.together(before, item, want_id)
            wants.remember(connection, user_id, brought)
            wants.tell_met(connection, user_id, met, at)
            return sum(digest not in brought for digest in digests)

        before = await self._context.database.write(work)
        self._context.announced()
        return MarksBrought(tuple(matches), before)

    async def list_wants(self, request: ListWants, /) -> WantPage:
        caller = current().caller
        user_id = caller.require_user()
        caller.require_scope(READ)
        limit, offset = check_limit(request.limit), rules.check_offset(request.offset)
        items, total = await self._context.database.read(
            lambda connection: wants.page(connection, user_id, limit, offset)
        )
        return WantPage(tuple(items), total)

    async def drop_wants(self, request: DropWants, /) -> None:
        caller = current().caller
        user_id = caller.require_user()
        caller.require_scope(MODIFY)
        ids, at = rules.check_ids(request.ids), self._context.clock.now()

        def work(connection: Connection) -> None:
            mine = [each for each in wants.find(connection, ids) if each.user_id == user_id]
            for playlist_id in dict.fromkeys(each.playlist_id for each in mine):
                these = [each.id for each in mine if each.playlist_id == playlist_id]
                playlist = None
                if playlist_id is not None:
                    playlist = lists.find_one(connection, playlist_id, user_id)
                if playlist is None:
                    wants.drop(connection, these)
                    continue
                gone = entries.of_ids(connection, playlist.id, these)
                entries.remove(connection, playlist, gone, at)

        await self._context.database.write(work)
        self._context.announced()


class Attacher:
    """Looks again for what waits, in the name of whoever waits for it."""

    def __init__(self, context: Context, matcher: Matcher) -> None:
        self._context = context
        self._matcher = matcher

    async def there_are(self) -> bool:
        return await self._context.database.read(wants.there_are)

    async def look(self, ids: list[str]) -> int:
        """Attach those of these that are there now; how many."""
        found = 0
        waiting = await self._context.database.read(lambda c: wants.find(c, ids))
        for user_id in dict.fromkeys(each.user_id for each in waiting):
            theirs = [each for each in waiting if each.user_id == user_id]
            found += await self._attach(user_id, theirs)
        if found:
            self._context.announced()
        return found

    async def _attach(self, user_id: str, waiting: list[wants.Waiting]) -> int:
        matches: list[WantMatch] = []
        lengths: dict[str, int] = {}
        with acting(Caller(kind=CallerKind.USER, user_id=user_id)):
            matches = await self._matcher.match([each.want for each in waiting])
            ids = [
                match.track_id
                for each, match in zip(waiting, matches, strict=True)
                if match.track_id is not None and each.playlist_id is not None
            ]
            for start in range(0, len(ids), BATCH):
                tracks = await self._context.catalog.get_tracks(
                    GetTracks(tuple(dict.fromkeys(ids[start : start + BATCH])))
                )
                lengths |= {track.id: track.duration_ms for track in tracks.items}
        met = [
            (each.id, match.track_id)
            for each, match in zip(waiting, matches, strict=True)
            if match.track_id is not None
            and (each.playlist_id is None or match.track_id in lengths)
        ]
        at = self._context.clock.now()

        def work(connection: Connection) -> None:
            heard = [
                wants.meet(connection, id_, track_id, lengths.get(track_id, 0), at)
                for id_, track_id in met
            ]
            wants.tell_met(connection, user_id, heard, at)

        await self._context.database.write(work)
        return len(met)
