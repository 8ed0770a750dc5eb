"""Hands what was found to the services, in the name of each person."""

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from philomel.app.importing.found import Found, FoundPerson, FoundPlaylist
from philomel.app.importing.report import ListReport, PersonReport, Report
from philomel.kernel.caller import ALL_SCOPES, Caller, CallerKind, acting
from philomel.kernel.errors import InvalidArgument, NotFound, PhilomelError
from philomel.kernel.ids import new_id
from philomel.services.accounts.contract import (
    Accounts,
    CreateResetLink,
    CreateUser,
    FindUser,
)
from philomel.services.playlists.contract import (
    AddItems,
    BadRules,
    BringMarks,
    CreatePlaylist,
    GetPlayQueue,
    Item,
    ListBookmarks,
    ListItems,
    ListPlaylists,
    MatchWants,
    NewItem,
    Playlist,
    Playlists,
    SavePlayQueue,
    SetBookmark,
    SmartRules,
    TryRules,
    Want,
    WantedMark,
    WantMatch,
)

T = TypeVar("T")

BATCH = 500
_MARKS = 200
"""Marks are written one by one: others who like something wait for no more than these."""
_SECONDS = 120.0
_MOST_QUEUED, _MOST_BOOKMARKS = 5_000, 5_000
_NAME, _COMMENT, _SOURCE = 200, 1_000, 200

Told = Callable[[str, str, int, int], None]
"""Told whose what is brought, how much of it is done, and how much there is."""


@dataclass(frozen=True)
class Plan:
    """Attributes:
    names: whose is whose: their user name there, and here where it differs.
    dry_run: look, and write nothing.
    """

    names: Mapping[str, str]
    dry_run: bool


class Bringer:
    """Does nothing twice: it may be killed anywhere and begun again."""

    def __init__(self, accounts: Accounts, playlists: Playlists, plan: Plan, told: Told) -> None:
        self._accounts = accounts
        self._playlists = playlists
        self._plan = plan
        self._told = told

    async def bring(self, found: Found) -> Report:
        report = Report(found.source, self._plan.dry_run, notes=list(found.notes))
        for name in sorted(set(self._plan.names) - {person.name for person in found.people}):
            report.notes.append(f"nobody there is called {name!r}")
        for person in found.people:
            report.people.append(await self._person(found.source, person))
        return report

    async def _person(self, source: str, person: FoundPerson) -> PersonReport:
        here = self._plan.names.get(person.name, person.name)
        report = PersonReport(person.name, here)
        try:
            user_id = await self._account(here, report)
        except PhilomelError as error:
            report.state, report.note = "refused", error.message
            return report
        bringing = _OnePerson(self._playlists, user_id, report, self._plan, self._told)
        await bringing.marks(source, person.marks)
        await bringing.lists(person.playlists)
        await bringing.bookmarks(person)
        await bringing.queue(person)
        return report

    async def _account(self, name: str, report: PersonReport) -> str:
        """The id of whoever has this name here. An account that is made gets a link."""
        try:
            return (await self._accounts.find_user(FindUser(name=name))).id
        except NotFound:
            report.state = "made"
        if self._plan.dry_run:
            return new_id()  # sees what everybody sees
        # Nobody knows this password; who follows the link chooses one.
        user = await self._accounts.create_user(CreateUser(name, secrets.token_urlsafe(32)))
        link = await self._accounts.create_reset_link(CreateResetLink(user.id))
        report.link = link.token
        return user.id


class _OnePerson:
    def __init__(
        self, playlists: Playlists, user_id: str, report: PersonReport, plan: Plan, told: Told
    ) -> None:
        self._playlists = playlists
        self._report = report
        self._plan = plan
        self._told = told
        self._caller = Caller(
            kind=CallerKind.USER, user_id=user_id, name=report.here, scopes=ALL_SCOPES
        )

    @contextmanager
    def _acting(self) -> Iterator[None]:
        with acting(self._caller, timeout=_SECONDS):
            yield

    async def marks(self, source: str, marks: Sequence[WantedMark]) -> None:
        report, done = self._report, 0
        report.likes = sum(mark.saved_at is not None for mark in marks)
        report.ratings = sum(mark.rating > 0 for mark in marks)
        report.plays = sum(mark.plays + len(mark.heard) for mark in marks)
        ordered = sorted(marks, key=lambda mark: mark.want.kind.value)
        for batch in _batches(ordered, _MARKS):
            # One kind at a time, so that what was known can be told by kind.
            for kind in dict.fromkeys(mark.want.kind for mark in batch):
                items = tuple(mark for mark in batch if mark.want.kind is kind)
                wants, counts = [mark.want for mark in items], report.marks[kind.value]
                if self._plan.dry_run:
                    matches = await self._match(wants)
                else:
                    with self._acting():
                        brought = await self._playlists.bring_marks(BringMarks(source, items))
                    matches = list(brought.items)
                    counts.known += brought.known
                counts.add(matches)
                report.miss(wants, matches, "likes, ratings and plays")
            done += len(batch)
            self._told(report.here, "likes, ratings and plays", done, len(marks))

    async def lists(self, playlists: Sequence[FoundPlaylist]) -> None:
        known = await self._by_source() if playlists else {}
        for number, playlist in enumerate(playlists, start=1):
            report = ListReport(playlist.name, "made", note=playlist.note)
            try:
                await self._list(playlist, known.get(playlist.id[:_SOURCE]), report)
            except InvalidArgument as error:
                report.state, report.note = "refused", error.message
            self._report.playlists.append(report)
            self._told(self._report.here, "playlists", number, len(playlists))

    async def _by_source(self) -> dict[str, Playlist]:
        """The person's own playlists that were brought before."""
        found: dict[str, Playlist] = {}
        offset, total = 0, 1
        while offset < total:
            with self._acting():
                page = await self._playlists.list_playlists(
                    ListPlaylists(limit=BATCH, offset=offset)
                )
            found |= {each.source: each for each in page.items if each.source}
            offset, total = offset + BATCH, page.total
        return found

    async def _list(
        self, playlist: FoundPlaylist, there: Playlist | None, report: ListReport
    ) -> None:
        rules = playlist.rules
        if rules is not None and await self._smart(playlist, rules, there, report):
            return
        matches = await self._match(playlist.entries)
        report.entries.add(matches)
        self._report.miss(playlist.entries, matches, f"playlist {playlist.name!r}")
        items: list[Item] = []
        if there is not None:
            items = await self._items(there.id)
            if not _begins(items, playlist.entries, matches):
                report.state = "changed here"
                return
            whole = len(items) == len(matches)
            report.state = "unchanged" if whole else "continued"
            report.entries.known = len(items)
        if self._plan.dry_run:
            return
        id_ = there.id if there is not None else (await self._create(playlist)).id
        new = [
            NewItem(want=want) if match.track_id is None else NewItem(track_id=match.track_id)
            for want, match in zip(playlist.entries, matches, strict=True)
        ]
        for batch in _batches(new[len(items) :], BATCH):
            with self._acting():
                await self._playlists.add_items(AddItems(id_, tuple(batch)))

    async def _smart(
        self,
        playlist: FoundPlaylist,
        rules: SmartRules,
        there: Playlist | None,
        report: ListReport,
    ) -> bool:
        """Whether it is a smart playlist here as well."""
        if there is not None:
            report.state = "unchanged"
            return there.rules is not None
        try:
            with self._acting():
                if self._plan.dry_run:
                    await self._playlists.try_rules(TryRules(rules))
                else:
                    await self._playlists.create_playlist(_new(playlist, smart=True))
        except BadRules as error:
            report.note = f"a smart playlist there, of chosen tracks here: {error.message}"
            return False
        return True

    async def _create(self, playlist: FoundPlaylist) -> Playlist:
        with self._acting():
            return await self._playlists.create_playlist(_new(playlist, smart=False))

    async def _items(self, playlist_id: str) -> list[Item]:
        found: list[Item] = []
        while True:
            with self._acting():
                page = await self._playlists.list_items(
                    ListItems(playlist_id, limit=BATCH, offset=len(found))
                )
            found += page.items
            if not page.items or len(found) >= page.total:
                return found

    async def bookmarks(self, person: FoundPerson) -> None:
        wants = [each.want for each in person.bookmarks]
        matches = await self._match(wants)
        there = set()
        if person.bookmarks:
            with self._acting():
                page = await self._playlists.list_bookmarks(ListBookmarks(limit=BATCH))
            there = {each.track_id for each in page.items}
        self._report.bookmarks.add(matches)
        self._report.miss(wants, matches, "a bookmark")
        for each, match in list(zip(person.bookmarks, matches, strict=True))[:_MOST_BOOKMARKS]:
            if match.track_id is None:
                continue
            if match.track_id in there:
                self._report.bookmarks.known += 1
            elif not self._plan.dry_run:
                with self._acting():
                    await self._playlists.set_bookmark(
                        SetBookmark(match.track_id, each.position_ms, each.comment[:_COMMENT])
                    )

    async def queue(self, person: FoundPerson) -> None:
        queue = person.queue
        if queue is None:
            return
        matches = await self._match(queue.wants)
        self._report.queue.add(matches)
        self._report.miss(queue.wants, matches, "the play queue")
        with self._acting():
            there = await self._playlists.get_play_queue(GetPlayQueue())
        if there.changed_at:
            self._report.queue.known = len(matches)
            return
        ids = [match.track_id for match in matches]
        before = sum(id_ is not None for id_ in ids[: queue.current])
        is_there = ids[queue.current] is not None
        tracks = [id_ for id_ in ids if id_ is not None][:_MOST_QUEUED]
        if tracks and not self._plan.dry_run:
            request = SavePlayQueue(
                tuple(tracks),
                min(before, len(tracks) - 1),
                queue.position_ms if is_there else 0,
                "import",
            )
            with self._acting():
                await self._playlists.save_play_queue(request)

    async def _match(self, wants: Sequence[Want]) -> list[WantMatch]:
        found: list[WantMatch] = []
        for batch in _batches(wants, BATCH):
            with self._acting():
                found += (await self._playlists.match_wants(MatchWants(tuple(batch)))).items
        return found


def _new(playlist: FoundPlaylist, *, smart: bool) -> CreatePlaylist:
    return CreatePlaylist(
        name=playlist.name[:_NAME],
        description=playlist.comment[:_COMMENT],
        public=playlist.public,
        rules=playlist.rules if smart else None,
        source=playlist.id[:_SOURCE],
    )


def _begins(items: Sequence[Item], wants: Sequence[Want], matches: Sequence[WantMatch]) -> bool:
    """Whether the entries here are the first of those there, as an import left them."""
    if len(items) > len(wants):
        return False
    return all(
        item.track_id == match.track_id if item.want is None else _is_same(item.want, want)
        for item, want, match in zip(items, wants, matches, strict=False)
    )


def _is_same(kept: Want, want: Want) -> bool:
    """Whether what waits is this: what is kept of long texts is a part of them."""
    return want.title.strip().startswith(kept.title) and want.path.endswith(kept.path)


def _batches(every: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(every), size):
        yield every[start : start + size]
