"""The entries of playlists: reading, adding, removing and ordering them."""

from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct
from sqlalchemy import Connection

from philomel.kernel.caller import Caller, current
from philomel.kernel.errors import InvalidArgument
from philomel.kernel.ids import is_id, new_id
from philomel.kernel.paging import check_limit
from philomel.services.catalog.contract import GetTracks
from philomel.services.playlists import rules
from philomel.services.playlists.contract import (
    AddItems,
    BadPosition,
    IsSmart,
    Item,
    ItemKind,
    ItemPage,
    ItemsChanged,
    ListItems,
    ListTrackIds,
    MoveItems,
    NewItem,
    Playlist,
    RemovedItem,
    RemoveItems,
    ReplaceItems,
    TrackIds,
    UnknownTrack,
    Want,
)
from philomel.services.playlists.rules import access, edits
from philomel.services.playlists.rules.wants import check_want
from philomel.services.playlists.service.choosing import Chooser
from philomel.services.playlists.service.context import Context
from philomel.services.playlists.service.matching import Matcher
from philomel.services.playlists.store import entries, lists, wants
from philomel.services.playlists.store.entries import NewEntry, Numbered
from philomel.services.playlists.store.sql import resolve

MAX_ADDED, MAX_REPLACED, BATCH = 1_000, 10_000, 500
MAX_LISTED = 20_000
FAR = 2_000
"""A page that many entries away is read in a thread: the others need not wait."""


class Resolved(Struct, frozen=True):
    """A track under the id it goes by now, or what waits for one.

    Attributes:
        duration_ms: of the track, or as its want says.
    """

    track_id: str | None
    want: Want | None
    added_at: int | None
    duration_ms: int


class Ordering:
    """The part of `Playlists` that is about entries."""

    def __init__(self, context: Context, chooser: Chooser, matcher: Matcher) -> None:
        self._context = context
        self._chooser = chooser
        self._matcher = matcher

    async def list_items(self, request: ListItems, /) -> ItemPage:
        caller = current().caller
        limit, offset = check_limit(request.limit), rules.check_offset(request.offset)

        def work(connection: Connection) -> tuple[Playlist, list[Item]]:
            found = lists.find_one(connection, request.playlist_id, caller.user_id)
            playlist = access.check_read(found, caller)
            if playlist.rules is not None:
                return playlist, []
            return playlist, entries.page(connection, playlist.id, limit, offset)

        playlist, items = await self._context.database.read(work, long=offset > FAR)
        if playlist.rules is None:
            return ItemPage(tuple(items), playlist.track_count or 0, playlist.snapshot_id)
        chosen = await self._chooser.choose(playlist.owner_id, playlist.rules, limit, offset)
        fitting = (
            Item(id_, id_, playlist.changed_at, playlist.owner_id) for id_ in chosen.track_ids
        )
        return ItemPage(tuple(fitting), chosen.count, playlist.snapshot_id)

    async def list_track_ids(self, request: ListTrackIds, /) -> TrackIds:
        caller = current().caller
        limit = check_limit(request.limit, MAX_LISTED)
        offset = rules.check_offset(request.offset)

        def work(connection: Connection) -> tuple[Playlist, tuple[str, ...]]:
            found = lists.find_one(connection, request.playlist_id, caller.user_id)
            playlist = access.check_read(found, caller)
            if playlist.rules is not None:
                return playlist, ()
            return playlist, entries.track_ids(connection, playlist.id, limit, offset)

        playlist, ids = await self._context.database.read(work, long=True)
        end = offset + limit
        count = playlist.track_count or 0
        if playlist.rules is not None:
            end = offset + min(limit, BATCH)
            chosen = await self._chooser.choose(
                playlist.owner_id, playlist.rules, end - offset, offset
            )
            ids, count = chosen.track_ids, chosen.count
        return TrackIds(ids, playlist.snapshot_id, end if end < count else None)

    async def add_items(self, request: AddItems, /) -> ItemsChanged:
        if len(request.items) > MAX_ADDED:
            raise InvalidArgument(f"at most {MAX_ADDED} tracks at a time")
        await self._check_edit(request.playlist_id)
        resolved = await self._resolve(request.items)
        ids = [new_id() for _ in resolved]
        caller, at = current().caller, self._context.clock.now()

        def work(connection: Connection) -> str:
            playlist = _editable(connection, request.playlist_id, caller)
            new = _entries(connection, resolved, ids, caller, at)
            wants.keep(connection, caller.require_user(), playlist.id, _waiting(resolved, ids), at)
            return entries.add(connection, playlist, new, request.position, at)

        return await self._changed(work, resolved)

    async def replace_items(self, request: ReplaceItems, /) -> ItemsChanged:
        if len(request.items) > MAX_REPLACED:
            raise InvalidArgument(f"at most {MAX_REPLACED} tracks at a time")
        await self._check_edit(request.playlist_id)
        resolved = await self._resolve(request.items)
        fresh = [new_id() for _ in resolved]
        caller, at = current().caller, self._context.clock.now()

        def work(connection: Connection) -> str:
            playlist = _editable(connection, request.playlist_id, caller)
            new = _entries(connection, resolved, fresh, caller, at)
            new = _keeping(entries.dated(connection, playlist.id), new)
            snapshot = entries.replace(connection, playlist, new, at)
            ids = [entry.id for entry in new]
            wants.keep(connection, caller.require_user(), playlist.id, _waiting(resolved, ids), at)
            return snapshot

        return await self._changed(work, resolved)

    async def remove_items(self, request: RemoveItems, /) -> ItemsChanged:
        if len(request.items) > BATCH:
            raise InvalidArgument(f"at most {BATCH} tracks at a time")
        by_id = rules.check_ids(request.entry_ids)
        caller, at = current().caller, self._context.clock.now()

        def work(connection: Connection) -> str:
            playlist = _editable(connection, request.playlist_id, caller)
            gone = {entry.id: entry for entry in entries.of_ids(connection, playlist.id, by_id)}
            whole = [each.track_id for each in request.items if not each.positions]
            tracks = [id_ for id_ in whole if id_ is not None and is_id(id_)]
            found = entries.of_tracks(connection, playlist.id, tracks)
            gone |= {entry.id: entry for entry in found}
            placed = [each for each in request.items if each.positions]
            found = _at_positions(connection, playlist, placed, request.snapshot_id)
            gone |= {entry.id: entry for entry in found}
            return entries.remove(connection, playlist, list(gone.values()), at)

        return await self._changed(work)

    async def move_items(self, request: MoveItems, /) -> ItemsChanged:
        caller, at = current().caller, self._context.clock.now()
        run = (request.range_start, request.insert_before, request.range_length)

        def work(connection: Connection) -> str:
            playlist = _editable(connection, request.playlist_id, caller)
            revision = _revision(connection, playlist, request.snapshot_id)
            if revision is None:
                return entries.move(connection, playlist, *run, at)
            before = entries.as_at(connection, playlist, revision)
            present = entries.all_ids(connection, playlist.id)
            move = edits.rebased_move(before, present, *run)
            return entries.move_entries(connection, playlist, move.entries, move.anchor, at)

        return await self._changed(work)

    async def _check_edit(self, playlist_id: str) -> None:
        """Refuse before the catalogue is asked; the change itself looks again."""
        caller = current().caller
        await self._context.database.read(lambda c: _editable(c, playlist_id, caller))

    async def _resolve(self, items: Sequence[NewItem]) -> list[Resolved]:
        """The tracks that are meant, under the ids they go by now.

        Raises:
            UnknownTrack: one is asked for by an id that the caller cannot see.
        """
        looked_for = {
            number: _track(check_want(item.want))
            for number, item in enumerate(items)
            if item.want is not None and item.track_id is None
        }
        matched = await self._matcher.match(list(looked_for.values()))
        named = {number: item.track_id for number, item in enumerate(items)}
        named |= {number: match.track_id for number, match in zip(looked_for, matched, strict=True)}
        lengths, now = await self._lengths(id_ for id_ in named.values() if id_ is not None)
        resolved = []
        for number, item in enumerate(items):
            id_ = named[number]
            if id_ is None:
                want = looked_for.get(number)
                if want is None:
                    raise UnknownTrack("an entry needs a track")
                length = want.duration_ms
                resolved.append(Resolved(None, want, item.added_at, length))
                continue
            id_ = now.get(id_, id_)
            if id_ not in lengths:
                raise UnknownTrack("one of the tracks does not exist")
            resolved.append(Resolved(id_, None, item.added_at, lengths[id_]))
        return resolved

    async def _lengths(self, ids: Iterable[str]) -> tuple[dict[str, int], dict[str, str]]:
        """Durations by id, and the ids that merged ones go by."""
        unique = list(dict.fromkeys(ids))
        if not all(map(is_id, unique)):
            raise UnknownTrack("one of the tracks does not exist")
        lengths: dict[str, int] = {}
        now: dict[str, str] = {}
        for start in range(0, len(unique), BATCH):
            some = tuple(unique[start : start + BATCH])
            found = await self._context.catalog.get_tracks(GetTracks(some))
            lengths |= {track.id: track.duration_ms for track in found.items}
            now |= {alias.old: alias.new for alias in found.aliases}
        return lengths, now

    async def _changed(
        self, work: Callable[[Connection], str], resolved: Sequence[Resolved] = ()
    ) -> ItemsChanged:
        snapshot = await self._context.database.write(work)
        self._context.announced()
        return ItemsChanged(snapshot, sum(item.track_id is None for item in resolved))


def _editable(connection: Connection, playlist_id: str, caller: Caller) -> Playlist:
    found = lists.find_one(connection, playlist_id, caller.user_id)
    playlist = access.check_edit(found, caller)
    if playlist.rules is not None:
        raise IsSmart("the tracks of a smart playlist come from its rules")
    return playlist


def _revision(connection: Connection, playlist: Playlist, snapshot: str | None) -> int | None:
    """The old state that a snapshot is; None for the present one."""
    if snapshot is None:
        return None
    present = entries.revision_now(connection, playlist)
    revision = edits.revision_of(snapshot, playlist.id, present)
    return None if revision == present else revision


def _at_positions(
    connection: Connection,
    playlist: Playlist,
    items: Sequence[RemovedItem],
    snapshot: str | None,
) -> list[Numbered]:
    """The entries at the positions said; those of an old snapshot that are still there.

    Raises:
        BadPosition: something else is there, or nothing.
    """
    positions = [position for item in items for position in item.positions]
    if not positions:
        return []
    if len(positions) > BATCH or min(positions) < 0:
        raise BadPosition(f"at most {BATCH} positions at a time, none below 0")
    revision = _revision(connection, playlist, snapshot)
    if revision is None:
        found = entries.at_positions(connection, playlist.id, positions)
        if len(found) < len(set(positions)):
            raise BadPosition("there is no such position in the playlist")
    else:
        before = entries.as_at(connection, playlist, revision)
        if max(positions) >= len(before):
            raise BadPosition("there is no such position in that snapshot")
        ids = {before[position]: position for position in positions}
        there = entries.of_ids(connection, playlist.id, ids)
        found = {ids[entry.id]: entry for entry in there}
    asked = [item.track_id for item in items if item.track_id is not None]
    now = resolve(connection, ItemKind.TRACK, asked)
    for item in items:
        for position in item.positions if item.track_id is not None else ():
            entry = found.get(position)
            if entry and entry.track_id not in {item.track_id, now.get(item.track_id or "")}:
                raise BadPosition("another track is at that position")
    return list(found.values())


def _entries(
    connection: Connection,
    resolved: Sequence[Resolved],
    ids: Sequence[str],
    caller: Caller,
    at: int,
) -> list[NewEntry]:
    tracks = [item.track_id for item in resolved if item.track_id is not None]
    now: dict[str, str] = {}
    for start in range(0, len(tracks), BATCH):
        now |= resolve(connection, ItemKind.TRACK, tracks[start : start + BATCH])
    return [
        NewEntry(
            id_,
            None if item.track_id is None else now[item.track_id],
            item.duration_ms,
            at if item.added_at is None else max(0, min(item.added_at, at)),
            caller.user_id or "",
        )
        for item, id_ in zip(resolved, ids, strict=True)
    ]


def _track(want: Want) -> Want:
    if want.kind is not ItemKind.TRACK:
        raise UnknownTrack("a playlist has tracks")
    return want


def _waiting(resolved: Sequence[Resolved], ids: Sequence[str]) -> list[tuple[str, Want]]:
    pairs = zip(ids, resolved, strict=True)
    return [(id_, item.want) for id_, item in pairs if item.want is not None]


def _keeping(before: Sequence[NewEntry], new: Sequence[NewEntry]) -> list[NewEntry]:
    """The new entries; what was there before goes on being the same entry."""
    there: dict[str, list[NewEntry]] = {}
    for entry in before:
        if entry.track_id is not None:
            there.setdefault(entry.track_id, []).append(entry)
    kept = []
    for entry in new:
        same = there.get(entry.track_id or "")
        kept.append(same.pop(0) if same else entry)
    return kept
