"""Play queues, bookmarks and shares of the calling person."""

import re
from collections.abc import Awaitable, Callable, Sequence

from msgspec.structs import replace

from philomel.engines.keys import Keys
from philomel.kernel.caller import current
from philomel.kernel.clock import Clock
from philomel.kernel.errors import InvalidArgument
from philomel.kernel.ids import is_id, new_id
from philomel.kernel.paging import check_limit
from philomel.services.catalog.contract import Catalog, GetAlbums, GetTracks
from philomel.services.playlists import rules
from philomel.services.playlists.contract import (
    BadShare,
    Bookmark,
    BookmarkPage,
    ChangeShare,
    CreateShare,
    DeleteShare,
    DropBookmark,
    GetPlaylists,
    GetPlayQueue,
    ListBookmarks,
    ListShares,
    OpenShare,
    PlaylistNotFound,
    PlaylistSet,
    PlayQueue,
    SavePlayQueue,
    SetBookmark,
    Share,
    SharedEntry,
    SharedKind,
    ShareEnded,
    ShareNotFound,
    SharePage,
    ShareWithdrawn,
    UnknownTrack,
)
from philomel.services.playlists.store.kept import SqlKept

FindPlaylists = Callable[[GetPlaylists], Awaitable[PlaylistSet]]
"""Finds those that the caller may see."""

_PURPOSE = "playlists.share"
_TOKEN = re.compile(r"([0-9A-Za-z]{22})\.([A-Za-z0-9._\-]{10,200})", re.ASCII)
MAX_QUEUE = 5_000
MAX_BOOKMARKS = 5_000
MAX_SHARES = 1_000
MAX_ENTRIES = 500
_MAX_SHARE_PAGE = 200
_MAX_TEXT = 1_000
_MAX_PLAYER = 100
_MAX_MS = 1 << 53


class Keeping:
    """The part of `Playlists` that is about where somebody left off, and what they share."""

    def __init__(
        self, kept: SqlKept, catalog: Catalog, clock: Clock, keys: Keys, find: FindPlaylists
    ) -> None:
        self._kept = kept
        self._playlists = find
        self._sees = catalog
        self._time = clock
        self._keys = keys

    async def save_play_queue(self, request: SavePlayQueue, /) -> None:
        user_id = _person("user-modify-playback-state")
        ids = request.track_ids
        if len(ids) > MAX_QUEUE:
            raise InvalidArgument(f"a queue has at most {MAX_QUEUE} tracks")
        if ids and not 0 <= request.current < len(ids):
            raise InvalidArgument("the current track is not in the queue")
        _check_position(request.position_ms)
        seen = await self._seen(ids)
        left = tuple(id_ for id_ in ids if id_ in seen)
        before = sum(id_ in seen for id_ in ids[: request.current])
        is_there = bool(ids) and ids[request.current] in seen
        queue = PlayQueue(
            track_ids=left,
            current=min(before, max(len(left) - 1, 0)),
            position_ms=request.position_ms if is_there else 0,
            changed_by=_text(request.changed_by, _MAX_PLAYER),
            changed_at=self._time.now(),
        )
        await self._kept.save_queue(user_id, queue)

    async def get_play_queue(self, _request: GetPlayQueue, /) -> PlayQueue:
        return await self._kept.queue(_person("user-read-playback-state"))

    async def set_bookmark(self, request: SetBookmark, /) -> None:
        user_id = _person("user-modify-playback-state")
        _check_position(request.position_ms)
        comment = _text(request.comment, _MAX_TEXT)
        await self._check_tracks([request.track_id])
        now = self._time.now()
        mark = Bookmark(request.track_id, request.position_ms, comment, now, now)
        if not await self._kept.set_bookmark(user_id, mark, MAX_BOOKMARKS):
            raise InvalidArgument(f"a person has at most {MAX_BOOKMARKS} bookmarks")

    async def drop_bookmark(self, request: DropBookmark, /) -> None:
        user_id = _person("user-modify-playback-state")
        if is_id(request.track_id):
            await self._kept.drop_bookmark(user_id, request.track_id)

    async def list_bookmarks(self, request: ListBookmarks, /) -> BookmarkPage:
        user_id = _person("user-read-playback-position")
        limit = check_limit(request.limit)
        start = rules.check_offset(request.offset)
        found = await self._kept.bookmarks(user_id)
        return BookmarkPage(tuple(found[start : start + limit]), len(found))

    async def create_share(self, request: CreateShare, /) -> Share:
        user_id = _person("streaming")
        entries = tuple(dict.fromkeys(request.entries))
        if not 1 <= len(entries) <= MAX_ENTRIES:
            raise BadShare(f"a share has 1 to {MAX_ENTRIES} entries")
        now = self._time.now()
        expires_at = _end(now, request.lasts_ms, request.expires_at)
        if expires_at is not None and not now < expires_at < _MAX_MS:
            raise BadShare("a share expires in the future")
        await self._check_entries(entries)
        share = Share(
            id=new_id(),
            owner_id=user_id,
            token="",
            entries=entries,
            description=_text(request.description, _MAX_TEXT),
            created_at=now,
            expires_at=expires_at,
            downloads=request.downloads,
            named=request.named,
        )
        if not await self._kept.add_share(share, MAX_SHARES):
            raise BadShare(f"a person has at most {MAX_SHARES} shares")
        return self._signed(share)

    async def change_share(self, request: ChangeShare, /) -> Share:
        user_id = _person("streaming")
        changes: dict[str, object] = {
            name: value
            for name, value in (("downloads", request.downloads), ("named", request.named))
            if value is not None
        }
        if request.description is not None:
            changes["description"] = _text(request.description, _MAX_TEXT)
        expires_at = _end(self._time.now(), request.lasts_ms, request.expires_at)
        if expires_at is not None:
            if not 0 <= expires_at < _MAX_MS:
                raise BadShare("there is no such time")
            changes["expires_at"] = expires_at or None
        changed = await self._kept.change_share(user_id, request.share_id, changes)
        share = await self._kept.share(request.share_id) if changed else None
        if share is None:
            raise ShareNotFound("there is no such share")
        return self._signed(share)

    async def delete_share(self, request: DeleteShare, /) -> None:
        user_id = _person("streaming")
        if not await self._kept.drop_share(user_id, request.share_id):
            raise ShareNotFound("there is no such share")

    async def list_shares(self, request: ListShares, /) -> SharePage:
        user_id = _person("streaming")
        limit = min(check_limit(request.limit), _MAX_SHARE_PAGE)
        found, total = await self._kept.shares(user_id, limit, rules.check_offset(request.offset))
        return SharePage(tuple(self._signed(share) for share in found), total)

    async def open_share(self, request: OpenShare, /) -> Share:
        read = _TOKEN.fullmatch(request.token)
        if read is None or not self._keys.verify(_PURPOSE, read[1].encode(), read[2]):
            raise ShareNotFound("nothing is shared at this address")
        share = await self._kept.share(read[1])
        now = self._time.now()
        if share is None:
            raise ShareWithdrawn("this is not shared any more")
        if share.expires_at is not None and share.expires_at <= now:
            raise ShareEnded("this share has ended")
        if request.visit:
            await self._kept.count_visit(share.id, now)
        return self._signed(share)

    def _signed(self, share: Share) -> Share:
        signature = self._keys.sign(_PURPOSE, share.id.encode())
        return replace(share, token=f"{share.id}.{signature}")

    async def _check_entries(self, entries: Sequence[SharedEntry]) -> None:
        """Refuse what the caller cannot see themselves.

        Raises: UnknownTrack, PlaylistNotFound.
        """
        tracks = [entry.id for entry in entries if entry.kind is SharedKind.TRACK]
        albums = [entry.id for entry in entries if entry.kind is SharedKind.ALBUM]
        if tracks:
            await self._check_tracks(tracks)
        if albums:
            found = await self._sees.get_albums(GetAlbums(tuple(albums)))
            if len(found.items) < len(albums):
                raise UnknownTrack("one of the albums is not there")
        if len(tracks) + len(albums) < len(entries):
            lists = tuple(entry.id for entry in entries if entry.kind is SharedKind.PLAYLIST)
            if len((await self._playlists(GetPlaylists(lists))).items) < len(lists):
                raise PlaylistNotFound("one of the playlists is not there")

    async def _check_tracks(self, ids: Sequence[str]) -> None:
        if not (await self._seen(ids)).issuperset(ids):
            raise UnknownTrack("one of the tracks is not there")

    async def _seen(self, ids: Sequence[str]) -> set[str]:
        """Those of `ids` that the caller sees in the catalogue."""
        unique = list(dict.fromkeys(ids))
        seen: set[str] = set()
        for start in range(0, len(unique), rules.MAX_IDS):
            batch = tuple(unique[start : start + rules.MAX_IDS])
            found = await self._sees.get_tracks(GetTracks(batch))
            seen |= {track.id for track in found.items} | {alias.old for alias in found.aliases}
        return seen


def _end(now: int, lasts_ms: int | None, expires_at: int | None) -> int | None:
    """
    Raises:
        BadShare: it would have ended before it began.
    """
    if lasts_ms is None:
        return expires_at
    if not 0 < lasts_ms < _MAX_MS:
        raise BadShare("a share lasts some time")
    return now + lasts_ms


def _person(scope: str) -> str:
    """The id of the person who calls, with this scope."""
    caller = current().caller
    user_id = caller.require_user()
    caller.require_scope(scope)
    return user_id


def _check_position(position_ms: int) -> None:
    if not 0 <= position_ms < _MAX_MS:
        raise InvalidArgument("a position is a number of milliseconds")


def _text(text: str, most: int) -> str:
    """`text` as it can be kept.

    Raises:
        InvalidArgument: it is too long, or no text.
    """
    if len(text) > most:
        raise InvalidArgument(f"at most {most:,} characters")
    if any(0xD800 <= ord(letter) <= 0xDFFF or letter == "\0" for letter in text):
        raise InvalidArgument("this is no text")
    return text
