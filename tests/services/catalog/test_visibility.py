"""What lies in a library that somebody may not see does not exist for them, anywhere."""

import asyncio
import io
from pathlib import Path

import pytest
from msgspec.structs import replace
from PIL import Image
from tests.media.files import make
from tests.services.catalog.house import ANNA, BERT, House

from philomel.kernel.caller import ANONYMOUS, OPERATOR, SERVICE, Caller, acting
from philomel.kernel.errors import (
    InvalidArgument,
    NotFound,
    PermissionDenied,
    Unauthenticated,
    Unavailable,
)
from philomel.services.accounts.contract import UserCreated, UserRemoved
from philomel.services.catalog.contract import (
    AddLibrary,
    Album,
    AlbumSort,
    BadLibraryPath,
    ChangeLibraryAccess,
    Counts,
    EntryKind,
    GetAlbums,
    GetArtists,
    GetCounts,
    GetLibraryAccess,
    GetLyrics,
    GetSearchEntries,
    GetTracks,
    Library,
    LibraryAccess,
    LibraryExists,
    LibraryNotFound,
    ListAlbums,
    ListAlbumTracks,
    ListArtists,
    ListEditions,
    ListFolder,
    ListGenres,
    ListLabels,
    ListLibraries,
    ListSearchEntries,
    ListSiblings,
    ListTracks,
    RelocateLibrary,
    RemoveLibrary,
    TrackNotFound,
    TrackSort,
)
from philomel.services.catalog.store.merging.hearing import Played, record_totals
from philomel.services.media.contract import SetLibraryRoots


async def only(house: House, name: str, *people: Caller) -> LibraryAccess:
    """Let only these people see a library."""
    users = tuple(person.user_id for person in people if person.user_id)
    change = ChangeLibraryAccess(name, restricted=True, grant=users)
    with acting(OPERATOR):
        return await house.service.change_library_access(change)


async def of_library(house: House, library_id: str) -> list[str]:
    with acting(ANNA):
        found = await house.service.list_tracks(ListTracks(library_id=library_id))
    return [track.id for track in found.items]


async def test_a_grant_that_media_did_not_hear_of_is_said_again(house: House, music: Path) -> None:
    library = await house.add(music, "Mine")
    house.media.away = True
    with pytest.raises(Unavailable):
        await only(house, "Mine")
    house.media.away = False
    assert house.media.access[library.id] == (False, ())

    await house.service.resend_roots()
    assert house.media.access[library.id] == (True, ())


async def test_what_media_hears_late_gives_no_right_back(
    house: House, music: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = await house.add(music, "Mine")
    hear, under_way, go_on = house.media.set_library_roots, asyncio.Event(), asyncio.Event()

    async def slowly(request: SetLibraryRoots, /) -> None:
        if not under_way.is_set():
            under_way.set()
            await go_on.wait()
        await hear(request)

    monkeypatch.setattr(house.media, "set_library_roots", slowly)
    earlier = asyncio.create_task(house.service.send_roots())
    await under_way.wait()
    later = asyncio.create_task(only(house, "Mine"))
    await asyncio.wait({later}, timeout=0.5)  # as far as it gets
    go_on.set()
    await asyncio.gather(earlier, later)
    assert house.media.access[library.id] == (True, ())


async def test_two_people_see_their_own(house: House, tmp_path: Path) -> None:
    shared, secret = tmp_path / "shared", tmp_path / "secret"
    for folder, name in ((shared, "open"), (secret, "secret")):
        make(
            folder / "1.mp3",
            {"title": f"{name} song", "artist": "Both", "album": "Same", "albumartist": "Both",
             "genre": ["Rock", f"{name} genre"], "date": "1999", "lyrics": f"{name} words",
             "label": f"{name} label"},
        )  # fmt: skip
        make(folder / "2.mp3", {"title": f"{name} solo", "artist": f"{name} artist"})
    await house.add(shared)
    hidden = await house.add(secret)
    await house.scan()
    await only(house, hidden.name, ANNA)
    service = house.service
    with acting(ANNA):
        ids = tuple(t.id for t in (await service.list_tracks(ListTracks())).items)
        albums = tuple(a.id for a in (await service.list_albums(ListAlbums())).items)
        people = tuple(
            a.id for a in (await service.list_artists(ListArtists(album_artists_only=False))).items
        )
        assert await service.get_counts(GetCounts()) == Counts(tracks=4, albums=4, artists=3)
        both = {a.name: a for a in (await service.get_artists(GetArtists(people))).items}["Both"]
        assert (both.track_count, both.album_count) == (2, 2)
    heard = dict.fromkeys(ids, Played(1, 1_000))
    await house.database.write(lambda c: record_totals(c, heard, 2_000))
    theirs = dict.fromkeys(await of_library(house, hidden.id), Played(5, 9_000))
    await house.database.write(lambda c: record_totals(c, theirs, 10_000))
    with acting(ANNA):
        (played,) = (await service.get_artists(GetArtists((both.id,)))).items
        assert (played.play_count, played.last_played_at) == (6, 9_000)
    with acting(BERT):
        assert await service.get_counts(GetCounts()) == Counts(tracks=2, albums=2, artists=2)
        seen: list[object] = [
            await service.get_tracks(GetTracks(ids)),
            await service.get_albums(GetAlbums(albums)),
            await service.get_artists(GetArtists(people)),
            await service.list_genres(ListGenres()),
            await service.list_libraries(ListLibraries()),
            await service.list_labels(ListLabels()),
            *[(await service.list_editions(ListEditions(album))).items for album in albums],
            *[(await service.list_siblings(ListSiblings(track))).items for track in ids],
        ]
        together = await service.list_album_tracks(ListAlbumTracks((*albums, *albums)))
        assert {each.album_id for each in together.albums} < {*albums}
        assert all(each.total == len(each.items) == 1 for each in together.albums)
        seen.append(together)
        with pytest.raises(NotFound):
            await service.list_folder(ListFolder(hidden.id))
        for sort in TrackSort:
            for chosen in ({}, {"genre": "Rock"}, {"from_year": 1999}, {"artist_id": both.id}):
                page = await service.list_tracks(ListTracks(sort=sort, **chosen))
                assert page.total == len(page.items) == (1 if chosen else 2)
                seen.append(page)
        for album_sort in AlbumSort:
            found = await service.list_albums(ListAlbums(sort=album_sort))
            assert found.total == len(found.items) == 2
            seen.append(found)
        everyone = await service.list_artists(ListArtists(album_artists_only=False))
        assert everyone.total == len(everyone.items) == 2
        mine = next(artist for artist in everyone.items if artist.name == "Both")
        assert (mine.track_count, mine.album_count) == (1, 1)
        assert (mine.play_count, mine.last_played_at) == (1, 1_000)
        assert "secret" not in repr([*seen, everyone])
        assert not (await service.list_tracks(ListTracks(library_id=hidden.id))).items
        lyrics = 0
        for id_ in ids:
            try:
                assert (await service.get_lyrics(GetLyrics(id_))).text == "open words"
                lyrics += 1
            except TrackNotFound:
                pass
        assert lyrics == 1
    with acting(SERVICE):
        entries = await service.get_search_entries(GetSearchEntries((*ids, *albums, *people)))
        listed = [
            entry
            for kind in EntryKind
            for entry in (await service.list_search_entries(ListSearchEntries(kind))).items
        ]
    assert {entry.id for entry in entries.items} == {*ids, *albums, *people}
    assert {entry.id: entry for entry in listed} == {entry.id: entry for entry in entries.items}
    assert all(
        (hidden.id in entry.library_ids) == ("secret" in entry.name + entry.context)
        for entry in entries.items
        if entry.kind is EntryKind.TRACK
    )


async def test_an_artist_s_picture_is_for_who_may_see_where_it_lies(
    house: House, tmp_path: Path
) -> None:
    shared, secret = tmp_path / "shared", tmp_path / "secret"
    for folder in (shared, secret):
        make(folder / "Both/Album/1.mp3", {"title": "1", "artist": "Both", "album": "Album"})
    picture = io.BytesIO()
    Image.new("RGB", (100, 100), "red").save(picture, "PNG")
    (secret / "Both/artist.jpg").write_bytes(picture.getvalue())
    await house.add(shared)
    hidden = await house.add(secret)
    await house.scan()
    await only(house, hidden.name, ANNA)

    async def shown() -> bool:
        with acting(ANNA):
            found = await house.service.list_artists(ListArtists())
        return found.items[0].cover is not None

    await house.until(shown, "catalog covers")
    with acting(BERT):
        found = await house.service.list_artists(ListArtists())
    assert [(artist.name, artist.cover) for artist in found.items] == [("Both", None)]


async def test_a_track_that_leaves_takes_no_picture_along(house: House, tmp_path: Path) -> None:
    shared, secret = tmp_path / "shared", tmp_path / "secret"
    shared.mkdir()
    tags = {"title": "1", "artist": "A", "album": "Album", "albumartist": "A"}
    make(secret / "a/1.mp3", tags)
    picture = io.BytesIO()
    Image.new("RGB", (100, 100), "red").save(picture, "PNG")
    (secret / "a/cover.png").write_bytes(picture.getvalue())
    make(secret / "b/2.mp3", {"title": "2"})
    make(shared / "c/3.mp3", {"title": "3"})
    await house.add(shared)
    hidden = await house.add(secret)
    await house.scan()
    await only(house, hidden.name, ANNA)

    async def album() -> Album:
        with acting(ANNA):
            found = (await house.service.list_albums(ListAlbums())).items
        return next(one for one in found if one.name == "Album")

    async def shown() -> bool:
        return (await album()).cover is not None

    await house.until(shown, "catalog covers")
    before = await album()
    (secret / "a/1.mp3").rename(shared / "1.mp3")
    await house.scan()
    with acting(BERT):
        (now,) = (await house.service.get_albums(GetAlbums((before.id,)))).items
    assert (now.id != before.id, now.name, now.cover) == (True, "Album", None)


async def test_strangers_and_listeners_are_refused(house: House) -> None:
    with acting(ANONYMOUS):
        for call in (
            house.service.get_tracks(GetTracks(())),
            house.service.list_albums(ListAlbums()),
            house.service.get_counts(GetCounts()),
        ):
            with pytest.raises(Unauthenticated):
                await call
    with acting(ANNA):
        for refused in (
            house.service.add_library(AddLibrary(b"/music")),
            house.service.remove_library(RemoveLibrary("x")),
            house.service.list_libraries(ListLibraries(hidden=True)),
            house.service.change_library_access(ChangeLibraryAccess("x", restricted=False)),
            house.service.get_library_access(GetLibraryAccess("x")),
            house.service.get_search_entries(GetSearchEntries(())),
        ):
            with pytest.raises(PermissionDenied):
                await refused


async def test_who_may_see_a_library_is_said_and_taken_back(house: House, music: Path) -> None:
    make(music / "song.mp3", {"title": "Song", "artist": "A"})
    library = await house.add(music, "Mine")
    await house.scan()
    anna, bert = ANNA.user_id or "", BERT.user_id or ""

    async def change(
        *, restricted: bool | None = None, grant: tuple[str, ...] = (), revoke: tuple[str, ...] = ()
    ) -> LibraryAccess:
        with acting(OPERATOR):
            return await house.service.change_library_access(
                ChangeLibraryAccess("mine", restricted, grant, revoke)
            )

    async def seen() -> tuple[int, int]:
        return len(await house.tracks(ANNA)), len(await house.tracks(BERT))

    assert (await change(grant=(bert,))).user_ids == (bert,)
    assert await seen() == (1, 1)  # a grant means nothing while the library is open
    await change(restricted=True)
    assert await seen() == (0, 1)
    assert house.media.access[library.id] == (True, (bert,))
    both = await change(grant=(anna, anna, bert))
    assert (both.library.restricted, both.user_ids) == (True, tuple(sorted((anna, bert))))
    assert await seen() == (1, 1)
    await change(revoke=(bert,))
    assert await seen() == (1, 0)
    assert (await change(restricted=False)).user_ids == (anna,)
    assert await seen() == (1, 1)
    await change(restricted=True)
    await house.tell("philomel.accounts", UserRemoved(user_id=anna, at=1))

    async def gone() -> bool:
        with acting(OPERATOR):
            access = await house.service.get_library_access(GetLibraryAccess("Mine"))
        return access.user_ids == ()

    await house.until(gone, "catalog follower")
    assert house.media.access[library.id] == (True, ())
    with acting(OPERATOR):
        with pytest.raises(InvalidArgument):
            await house.service.change_library_access(ChangeLibraryAccess("mine", grant=("x",)))
        with pytest.raises(LibraryNotFound):
            await house.service.get_library_access(GetLibraryAccess("other"))


async def test_two_who_add_one_folder_at_once(house: House, music: Path) -> None:
    async def add() -> Library | LibraryExists:
        try:
            return await house.add(music)
        except LibraryExists as refused:
            return refused

    found = await asyncio.gather(*(add() for _ in range(4)))
    assert sum(isinstance(each, Library) for each in found) == 1


async def test_hidden_and_shown_again_with_the_same_ids(house: House, music: Path) -> None:
    make(music / "song.mp3", {"title": "Song", "artist": "A"})
    library = await house.add(music, "Mine")
    await house.scan()
    before = await house.tracks()
    with acting(OPERATOR):
        await house.service.remove_library(RemoveLibrary("mine"))
        listed = await house.service.list_libraries(ListLibraries(hidden=True))
    assert listed.items[0].hidden
    assert not await house.tracks()
    again = await house.add(music)
    assert (again.id, again.hidden) == (library.id, False)
    assert await house.tracks() == before


async def test_purging_forgets_only_that_library(house: House, tmp_path: Path) -> None:
    for name in ("one", "two"):
        make(tmp_path / name / "x.mp3", {"title": name, "artist": "Both", "genre": name})
    await house.add(tmp_path / "one")
    await house.add(tmp_path / "two")
    await house.scan()
    with acting(OPERATOR):
        await house.service.remove_library(RemoveLibrary("one", purge=True))
    assert (await house.tracks()).keys() == {"two"}
    assert len(house.media.assets) == len(house.media.roots) == 1
    with acting(ANNA):
        assert await house.service.get_counts(GetCounts()) == Counts(1, 1, 1)
        genres = await house.service.list_genres(ListGenres())
    assert [genre.name for genre in genres.items] == ["two"]


async def test_the_sampler_steps_back(house: House, tmp_path: Path) -> None:
    make(tmp_path / "sampler/x.mp3", {"title": "Sample", "artist": "A"})
    await house.add(tmp_path / "sampler", "Sampler", sampler=True)
    await house.scan()
    assert (await house.tracks()).keys() == {"Sample"}
    make(tmp_path / "own/y.mp3", {"title": "Own", "artist": "B"})
    await house.add(tmp_path / "own")
    assert (await house.tracks()).keys() == {"Sample"}
    await house.scan()
    assert (await house.tracks()).keys() == {"Own"}


async def test_relocated_keeps_everything(house: House, tmp_path: Path) -> None:
    make(tmp_path / "old/a/x.mp3", {"title": "X", "artist": "A"})
    await house.add(tmp_path / "old", "Music")
    await house.scan()
    before = await house.tracks()
    (tmp_path / "old").rename(tmp_path / "new")
    with acting(OPERATOR):
        moved = await house.service.relocate_library(
            RelocateLibrary("Music", bytes(tmp_path / "new"))
        )
    assert house.media.roots == {moved.id: bytes(tmp_path / "new")}
    assert (await house.scan()).unchanged == 1
    assert await house.tracks() == before


async def test_bad_libraries_are_refused(house: House, music: Path) -> None:
    await house.add(music, "Music")
    (music / "inside").mkdir()
    (music.parent / "link").symlink_to(music / "inside")
    (music.parent / "other").mkdir()
    for path in (b"relative", b"/", b"/nowhere/at/all", bytes(music / "inside"),
                 bytes(music.parent), bytes(music.parent / "link")):  # fmt: skip
        with acting(OPERATOR), pytest.raises(BadLibraryPath):
            await house.service.add_library(AddLibrary(path))
    for path, name in ((bytes(music), None), (bytes(music.parent / "other"), "MUSIC")):
        with acting(OPERATOR), pytest.raises(LibraryExists):
            await house.service.add_library(AddLibrary(path, name))


async def test_an_invitation_opens_its_libraries(house: House, music: Path) -> None:
    make(music / "a.flac", {"title": ["A"], "artist": ["X"]})
    library = await house.add(music, "Mine")
    await house.scan()
    await only(house, "Mine")
    assert await house.tracks(ANNA) == {}
    told = UserCreated(user_id=str(ANNA.user_id), at=1, libraries=(library.id, "0" * 22))
    await house.tell("philomel.accounts", told)

    async def sees() -> bool:
        return len(await house.tracks(ANNA)) == 1

    await house.until(sees, "catalog follower")
    assert await house.tracks(BERT) == {}


async def test_who_is_shown_nothing_explicit_finds_none_of_it(house: House, music: Path) -> None:
    both = {"artist": ["X"], "album": ["Both"]}
    make(music / "a.flac", {"title": ["Mild"], "itunesadvisory": ["0"], **both})
    make(music / "b.flac", {"title": ["Wild"], "itunesadvisory": ["1"], **both})
    await house.add(music, "Mine")
    await house.scan()
    every = {title: track.id for title, track in (await house.tracks(ANNA)).items()}
    assert set(every) == {"Mild", "Wild"}
    child = replace(BERT, explicit_allowed=False)
    with acting(child):
        found = await house.service.get_tracks(GetTracks(tuple(every.values())))
        assert [track.title for track in found.items] == ["Mild"]
        listed = await house.service.list_tracks(ListTracks())
        assert [track.title for track in listed.items] == ["Mild"]
        with pytest.raises(NotFound):
            await house.service.get_lyrics(GetLyrics(every["Wild"]))
