"""Search finds what the catalogue has, for those who may see it, and follows its events."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import cast

import pytest
from msgspec import Struct
from msgspec.structs import replace

from philomel.engines.index.tantivy import Index
from philomel.engines.log import Log, Message, Record
from philomel.kernel.caller import ANONYMOUS, SERVICE, Caller, CallerKind, acting, current
from philomel.kernel.clock import FixedClock
from philomel.kernel.errors import InvalidArgument, PermissionDenied, Unauthenticated, Unavailable
from philomel.kernel.ids import new_event_id, new_id
from philomel.rpc.codec import to_bytes
from philomel.services.catalog.contract import (
    AlbumFacts,
    Catalog,
    EntriesChanged,
    EntryKind,
    EntryMerged,
    GetSearchEntries,
    Ids,
    Libraries,
    LibrariesChanged,
    Library,
    LibraryKind,
    ListIds,
    ListLibraries,
    ListSearchEntries,
    ScanFinished,
    SearchEntries,
    SearchEntry,
)
from philomel.services.playlists.contract import (
    EveryPlaylist,
    GetPlaylists,
    ListEveryPlaylist,
    Playlist,
    PlaylistChanged,
    PlaylistRemoved,
    Playlists,
    PlaylistSet,
)
from philomel.services.plays.contract import TotalsChanged, TrackTotal
from philomel.services.search.contract import AwaitScan, Rebuild, Search
from philomel.services.search.jobs import Follower
from philomel.services.search.service import KINDS, SearchService

OPEN, CLOSED = new_id(), new_id()
INSIDER, OUTSIDER = new_id(), new_id()


def person(user_id: str, *, admin: bool = False) -> Caller:
    return Caller(CallerKind.USER, user_id, "someone", admin=admin, scopes=("*",))


class Shelf:
    """The part of a catalogue that search reads, in memory."""

    def __init__(self) -> None:
        self.entries: dict[str, SearchEntry] = {}
        self.hidden: set[str] = set()
        self.calls = 0
        self.broken = False

    def add(
        self, name: str, kind: EntryKind = EntryKind.TRACK, library: str = OPEN, plays: int = 0
    ) -> str:
        id_ = new_id()
        self.entries[id_] = SearchEntry(id_, kind, name, "", (library,), plays)
        return id_

    async def get_search_entries(self, request: GetSearchEntries, /) -> SearchEntries:
        current().caller.require_service()
        assert len(request.ids) <= 500
        return SearchEntries(tuple(self.entries[id_] for id_ in request.ids if id_ in self.entries))

    async def list_search_entries(self, request: ListSearchEntries, /) -> SearchEntries:
        current().caller.require_service()
        if self.broken:
            raise Unavailable("the catalogue is away")
        kind = [entry for entry in self.entries.values() if entry.kind is request.kind]
        start = int(request.cursor or 0)
        page = tuple(kind[start : start + request.limit])
        end = start + len(page)
        return SearchEntries(page, str(end) if end < len(kind) else None)

    async def list_ids(self, request: ListIds, /) -> Ids:
        visible = {
            library.id for library in (await self.list_libraries(ListLibraries(counts=False))).items
        }
        ids = [
            entry.id
            for entry in self.entries.values()
            if entry.kind is request.kind and visible & set(entry.library_ids)
        ]
        end = request.offset + request.limit
        return Ids(tuple(ids[request.offset : end]), len(ids))

    async def list_libraries(self, request: ListLibraries, /) -> Libraries:
        assert not request.counts  # that would look at every file
        self.calls += 1
        ids = {OPEN, CLOSED} if current().caller.user_id == INSIDER else {OPEN}
        return Libraries(
            tuple(Library(id_, id_, LibraryKind.MUSIC, b"", 0) for id_ in ids - self.hidden)
        )


class Lists:
    """The part of the playlists that search reads, in memory."""

    def __init__(self) -> None:
        self.items: dict[str, Playlist] = {}

    def add(self, name: str, owner: str, *, public: bool, followers: int = 0) -> str:
        id_ = new_id()
        self.items[id_] = Playlist(
            id_, owner, name, "", public, False, "", 0, 0, follower_count=followers
        )
        return id_

    async def get_playlists(self, request: GetPlaylists, /) -> PlaylistSet:
        current().caller.require_service()
        return PlaylistSet(tuple(self.items[id_] for id_ in request.ids if id_ in self.items))

    async def list_every_playlist(self, request: ListEveryPlaylist, /) -> EveryPlaylist:
        current().caller.require_service()
        left = sorted(id_ for id_ in self.items if id_ > (request.cursor or ""))
        page = left[:2]
        return EveryPlaylist(
            tuple(self.items[id_] for id_ in page), page[-1] if len(left) > 2 else None
        )


class Tape:
    """A log in memory with one group; its position is what was committed."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.committed = 0
        self._read = 0
        self._more = asyncio.Event()

    def say(self, event: Struct) -> None:
        service = type(event).__module__.split(".")[2]
        name = f"{service}.{type(event).__name__}"
        record = Record(new_event_id(0), "key", name, to_bytes(event))
        offset = len(self.messages)
        self.messages.append(Message(f"philomel.{service}", 0, offset, 0, record))
        self._more.set()

    def subscribe(self, group: str, topics: Sequence[str]) -> "Tape":
        assert group == "search"
        assert topics == ("philomel.catalog", "philomel.plays", "philomel.playlists")
        self._read = self.committed
        return self

    async def poll(self, limit: int = 500, wait: float = 1.0) -> Sequence[Message]:
        if self._read == len(self.messages):
            self._more.clear()
            try:
                await asyncio.wait_for(self._more.wait(), wait)
            except TimeoutError:
                return []
        found = self.messages[self._read : self._read + limit]
        self._read += len(found)
        return found

    async def commit(self, messages: Sequence[Message]) -> None:
        self.committed = messages[-1].offset + 1

    async def close(self) -> None:
        pass


class House:
    """A search service with all it needs."""

    def __init__(self, folder: Path) -> None:
        self.shelf, self.tape, self.clock = Shelf(), Tape(), FixedClock()
        self.index = Index(folder, KINDS)
        self.lists = Lists()
        self.service = SearchService(
            self.index, cast("Catalog", self.shelf), cast("Playlists", self.lists), self.clock
        )

    def follow(self) -> "asyncio.Task[None]":
        follower = Follower(self.service, cast("Log", self.tape), self.clock)
        return asyncio.create_task(follower.run())

    async def scan(self, *ids: str) -> None:
        """Announce these as found by a scan, and wait until search has them."""
        scan_id = new_id()
        for start in range(0, len(ids), 500):
            self.tape.say(EntriesChanged(ids[start : start + 500], 0, scan_id))
        self.tape.say(ScanFinished(scan_id, 0))
        with acting(SERVICE):
            assert (await self.service.await_scan(AwaitScan(scan_id, 20_000))).ready

    async def titles(self, text: str, user_id: str = OUTSIDER) -> list[str]:
        with acting(person(user_id)):
            found = await self.service.search(Search(text))
        assert found.tracks.total == len(found.tracks.ids)
        return [self.shelf.entries[id_].name for id_ in found.tracks.ids]


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    built = House(tmp_path / "index")
    yield built
    await built.index.close()


@pytest.fixture
async def following(house: House) -> AsyncIterator[House]:
    task = house.follow()
    yield house
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_what_a_scan_found_is_found_by_search(following: House) -> None:
    ids = [following.shelf.add(f"Song {number}") for number in range(1_200)]
    album = following.shelf.add("Song Book", EntryKind.ALBUM)
    artist = following.shelf.add("Song Writer", EntryKind.ARTIST)
    await following.scan(*ids, album, artist)
    with acting(person(OUTSIDER)):
        found = await following.service.search(Search("song", albums=5, artists=5, tracks=0))
        paged = await following.service.search(
            Search("song", albums=0, artists=0, tracks=500, track_offset=1_000)
        )
    assert (found.albums.ids, found.artists.ids) == ((album,), (artist,))
    assert found.tracks.ids == ()
    assert (paged.tracks.total, len(paged.tracks.ids)) == (1_200, 200)


async def test_changes_removals_and_merges_are_followed(following: House) -> None:
    shelf = following.shelf
    changed, gone, old, new = (shelf.add(name) for name in ("Abba", "Beck", "Cure", "Cream"))
    await following.scan(changed, gone, old, new)
    shelf.entries[changed] = SearchEntry(changed, EntryKind.TRACK, "Zappa", "", (OPEN,), 0)
    del shelf.entries[gone], shelf.entries[old]
    following.tape.say(EntryMerged(EntryKind.TRACK, old, new, 0))
    await following.scan(changed, gone)
    assert sorted(await following.titles("")) == ["Cream", "Zappa"]


async def test_plays_raise_what_is_played(following: House) -> None:
    first, second = following.shelf.add("Home"), following.shelf.add("Home")
    await following.scan(first, second)
    following.tape.say(TotalsChanged((TrackTotal(second, 40),), 0))
    await following.scan()
    with acting(person(OUTSIDER)):
        found = await following.service.search(Search("home"))
    assert found.tracks.ids == (second, first)


async def test_what_one_may_not_see_is_neither_found_nor_counted(following: House) -> None:
    shelf = following.shelf
    await following.scan(shelf.add("Open Song"), shelf.add("Closed Song", library=CLOSED))
    assert await following.titles("song") == ["Open Song"]
    assert await following.titles("closed") == []
    assert sorted(await following.titles("song", INSIDER)) == ["Closed Song", "Open Song"]


async def test_a_search_can_be_narrowed_to_one_library(following: House) -> None:
    shelf = following.shelf
    await following.scan(shelf.add("Open Song"), shelf.add("Closed Song", library=CLOSED))
    for user_id, library, expected in (
        (INSIDER, CLOSED, ["Closed Song"]),
        (INSIDER, OPEN, ["Open Song"]),
        (OUTSIDER, CLOSED, []),
        (INSIDER, new_id(), []),
    ):
        with acting(person(user_id)):
            found = (await following.service.search(Search("song", library_id=library))).tracks
        assert [shelf.entries[id_].name for id_ in found.ids] == expected
        assert found.total == len(expected)


async def test_hidden_libraries_vanish_at_once(following: House) -> None:
    await following.scan(following.shelf.add("Song"))
    assert await following.titles("song") == ["Song"]
    following.shelf.hidden.add(OPEN)
    following.tape.say(LibrariesChanged((OPEN,), 0))
    await following.scan()
    assert await following.titles("song") == []


async def test_visible_libraries_are_asked_every_two_seconds_at_most(house: House) -> None:
    for _ in range(5):
        await house.titles("song")
    assert house.shelf.calls == 1
    house.clock.advance(2_001)
    await house.titles("song")
    assert house.shelf.calls == 2


async def test_events_are_committed_after_the_flush_only(house: House) -> None:
    id_ = house.shelf.add("Song")
    house.tape.say(EntriesChanged((id_,), 0))
    await house.service.refresh([id_])
    assert house.tape.committed == 0
    task = house.follow()
    await house.scan()
    assert house.tape.committed == len(house.tape.messages)
    assert await house.titles("song") == ["Song"]
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_an_unreadable_event_does_not_stop_the_others(following: House) -> None:
    broken = Record(new_event_id(0), "key", "catalog.EntriesChanged", b"\xff\xff\xff")
    following.tape.messages.append(Message("philomel.catalog", 0, 0, 0, broken))
    await following.scan(following.shelf.add("Song"))
    assert await following.titles("song") == ["Song"]


async def test_what_only_moved_is_not_written_again(following: House) -> None:
    await following.scan(following.shelf.add("Early"))
    id_ = following.shelf.add("Song")
    following.tape.say(EntriesChanged((id_,), 0, None, moved=True))
    await following.scan(following.shelf.add("Late"))
    assert [await following.titles(text) for text in ("late", "song")] == [["Late"], []]


async def test_a_lost_index_is_made_anew(tmp_path: Path) -> None:
    house = House(tmp_path / "index")
    for number in range(600):
        house.shelf.add(f"Song {number}")
    house.shelf.add("Album", EntryKind.ALBUM)
    task = house.follow()
    await house.scan()
    assert await house.index.count() == 601
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await house.index.close()


async def test_rebuild_forgets_what_the_catalogue_does_not_have(house: House) -> None:
    gone = house.shelf.add("Gone")
    await house.service.refresh([gone])
    await house.service.flush()
    del house.shelf.entries[gone]
    house.shelf.add("Kept")
    with acting(person(INSIDER, admin=True)):
        assert (await house.service.rebuild(Rebuild())).documents == 1
    assert await house.titles("") == ["Kept"]


async def test_a_rebuild_that_is_cut_off_leaves_the_index_as_it_was(house: House) -> None:
    known = [house.shelf.add(name) for name in ("Abba", "Beck")]
    follower = house.follow()
    await house.scan(*known)
    house.shelf.broken = True
    with acting(SERVICE), pytest.raises(Unavailable):
        await house.service.rebuild(Rebuild())
    house.shelf.broken = False
    late = house.shelf.add("Cure")
    house.tape.say(EntriesChanged((late,), 0, None))
    with pytest.raises(Unavailable):  # what was not flushed is gone: the job begins anew
        async with asyncio.timeout(20):
            await follower
    follower = house.follow()
    await house.scan()
    assert sorted(await house.titles("")) == ["Abba", "Beck", "Cure"]
    follower.cancel()
    await asyncio.gather(follower, return_exceptions=True)


async def test_who_may_do_what(house: House) -> None:
    with acting(ANONYMOUS), pytest.raises(Unauthenticated):
        await house.service.search(Search("song"))
    with acting(person(INSIDER)), pytest.raises(PermissionDenied):
        await house.service.rebuild(Rebuild())
    with acting(person(INSIDER)), pytest.raises(PermissionDenied):
        await house.service.await_scan(AwaitScan(new_id()))


@pytest.mark.parametrize(
    "request_",
    [Search("a" * 501), Search("", tracks=501), Search("", albums=-1), Search("", track_offset=-1)],
)
async def test_what_cannot_be_right_is_refused(house: House, request_: Search) -> None:
    with acting(person(INSIDER)), pytest.raises(InvalidArgument):
        await house.service.search(request_)


async def test_a_scan_nobody_heard_of_is_not_ready(house: House) -> None:
    with acting(SERVICE):
        assert not (await house.service.await_scan(AwaitScan(new_id(), 10))).ready


async def test_fields_quotes_and_operators_are_understood(following: House) -> None:
    shelf, now = following.shelf, following.clock.now()
    day = 86_400_000

    def album(name: str, artist: str, year: int, plays: int = 0, age: int = 100) -> str:
        id_ = new_id()
        shelf.entries[id_] = SearchEntry(
            id_, EntryKind.ALBUM, name, artist, (OPEN,), plays, (artist,), "",
            ("Jazz", "Hip Hop"), year, "", "0012345678905", now - age * day,
        )  # fmt: skip
        return id_

    early = album("Doxy", "Miles Davis", 1957, plays=10)
    late = album("Doxy Live", "Sonny Rollins", 1999, plays=1_000, age=13)
    track = new_id()
    shelf.entries[track] = SearchEntry(
        track, EntryKind.TRACK, "Airegin", "Miles Davis Doxy", (OPEN,), 0, ("Miles Davis",), "Doxy",
        (), 1957, "USRC17607839",
    )  # fmt: skip
    await following.scan(early, late, track)

    async def find(text: str) -> list[str]:
        with acting(person(OUTSIDER)):
            found = await following.service.search(Search(text, with_fields=True))
        assert found.albums.total == len(found.albums.ids)
        return [*found.albums.ids, *found.tracks.ids]

    for text, expected in (
        ("doxy", [early, late, track]),  # the whole name, then what is played most
        ("artist:Miles Davis", [early, track]),
        ("artist:mils", [early, track]),
        ("album:doxy", [early, late, track]),
        ("track:airegin", [track]),
        ("doxy NOT live", [early, track]),
        ('"doxy live" OR airegin', [late, track]),
        ("year:1950-1960", [early, track]),
        ("year:1999 OR isrc:us-rc1-76-07839", [late, track]),
        ("upc:12345678905 tag:new", [late]),
        ('genre:"hip hop" sonny', [late]),
        ("live:doxy", [late]),  # words
    ):
        assert await find(text) == expected, text
    with acting(person(OUTSIDER)):
        found = await following.service.search(Search("artist:miles year:1957"))
        assert found.albums.total == 0  # all of it is words
        everything = await following.service.search(Search("year:", with_fields=True))
        assert everything.albums.total == 2
        with pytest.raises(InvalidArgument):
            await following.service.search(Search("year:soon", with_fields=True))


async def test_artists_are_what_their_albums_are_where_one_may_see(following: House) -> None:
    shelf = following.shelf

    def artist(name: str, *albums: AlbumFacts) -> str:
        id_ = new_id()
        libraries = tuple(facts.library_id for facts in albums)
        shelf.entries[id_] = SearchEntry(
            id_, EntryKind.ARTIST, name, "", libraries, 0, albums=albums
        )
        return id_

    both = artist(
        "Nina", AlbumFacts(OPEN, ("Jazz",), (1960, 1965)), AlbumFacts(CLOSED, ("Pop",), (1999,))
    )
    rock = artist("Rocky", AlbumFacts(OPEN, ("Hard Rock",), (1999,)))
    await following.scan(both, rock)

    async def find(text: str, user_id: str) -> set[str]:
        with acting(person(user_id)):
            found = await following.service.search(Search(text, with_fields=True))
        return set(found.artists.ids)

    for text, outsider, insider in (
        ("genre:jazz", {both}, {both}),
        ("genre:pop", set(), {both}),
        ("NOT genre:pop", {both, rock}, {rock}),
        ("year:1999", {rock}, {both, rock}),
        ("nina year:1960-1970", {both}, {both}),
        ('genre:"hard rock" OR year:1965', {both, rock}, {both, rock}),
        ("rocky OR NOT year:1960-2000", {rock}, {rock}),
        ("genre:har", {rock}, {rock}),
        ("isrc:XX", set(), set()),
    ):
        assert await find(text, OUTSIDER) == outsider, text
        assert await find(text, INSIDER) == insider, text


async def test_who_is_shown_nothing_explicit_finds_and_counts_none(following: House) -> None:
    ids = [following.shelf.add(f"Song {number}") for number in range(3)]
    marked = following.shelf.entries[ids[0]]
    following.shelf.entries[ids[0]] = replace(marked, explicit=True)
    await following.scan(*ids)
    child = replace(person(OUTSIDER), explicit_allowed=False)
    for text in ("song", "sonk", "song 0", "song number"):
        with acting(child):
            found = (await following.service.search(Search(text))).tracks
        assert ids[0] not in found.ids
        assert found.total == len(found.ids)
    with acting(person(OUTSIDER)):
        assert (await following.service.search(Search("song"))).tracks.total == 3


async def playlists(house: House, text: str, caller: Caller) -> list[str]:
    with acting(caller):
        found = await house.service.search(
            Search(text, artists=0, albums=0, tracks=0, playlists=10, with_fields=True)
        )
    assert found.playlists.total == len(found.playlists.ids)
    return list(found.playlists.ids)


async def test_playlists_are_found_by_who_may_see_them(following: House) -> None:
    lists = following.lists
    mine = lists.add("Road Trip", INSIDER, public=False)
    shared = lists.add("Road Songs", INSIDER, public=True, followers=5)
    other = lists.add("Road", OUTSIDER, public=True)
    for id_ in (mine, shared, other):
        following.tape.say(PlaylistChanged(INSIDER, id_, 0))
    await following.scan()
    full, bare = person(INSIDER), replace(person(INSIDER), scopes=("user-library-read",))
    for text, expected in (
        ("road", {mine, shared, other}),
        ("raod trip", {mine}),
        ("road NOT songs", {mine, other}),
        ("artist:road", set()),
        ("", {mine, shared, other}),
    ):
        assert set(await playlists(following, text, full)) == expected, text
        assert set(await playlists(following, text, bare)) == expected - {mine}
        assert set(await playlists(following, text, person(OUTSIDER))) == expected - {mine}
    assert (await playlists(following, "road", full))[0] == other  # named exactly so
    assert await titles_of_everything(following, "road") == 0


async def titles_of_everything(house: House, text: str) -> int:
    """Other kinds have none of it."""
    with acting(person(INSIDER)):
        found = await house.service.search(Search(text))
    return found.tracks.total + found.albums.total + found.artists.total + found.playlists.total


async def test_playlists_are_followed_and_made_anew(following: House) -> None:
    lists, caller = following.lists, person(INSIDER)
    ids = [lists.add(f"List {number}", INSIDER, public=False) for number in range(5)]
    with acting(SERVICE):
        await following.service.rebuild(Rebuild())
    assert set(await playlists(following, "list", caller)) == set(ids)
    lists.items[ids[0]] = replace(lists.items[ids[0]], name="Other")
    del lists.items[ids[1]]
    following.tape.say(PlaylistChanged(INSIDER, ids[0], 0))
    following.tape.say(PlaylistRemoved(INSIDER, ids[1], 0))
    await following.scan()
    assert set(await playlists(following, "list", caller)) == set(ids[2:])
    assert await playlists(following, "other", caller) == [ids[0]]
