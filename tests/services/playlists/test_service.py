"""Likes and ratings, in one process and over gRPC, on both databases."""

import pytest
from msgspec.structs import replace
from tests.services.people import ADAM, PROGRAM, ZOE, id_of, listener
from tests.services.shelf import Shelf

from philomel.kernel.caller import ANONYMOUS, SERVICE, Caller, acting
from philomel.kernel.clock import FixedClock
from philomel.kernel.errors import InvalidArgument, PermissionDenied, Unauthenticated
from philomel.kernel.ids import new_id
from philomel.kernel.paging import encode_cursor
from philomel.services.playlists.contract import (
    BadRating,
    CountFollowers,
    FollowerCount,
    GetMarks,
    ItemKind,
    ListRated,
    ListSaved,
    Mark,
    Playlists,
    Rate,
    Save,
    Unsave,
)

TRACK, ALBUM, ARTIST = ItemKind.TRACK, ItemKind.ALBUM, ItemKind.ARTIST
A, B, C = id_of("a"), id_of("b"), id_of("c")


@pytest.fixture(autouse=True)
def _tracks(shelf: Shelf) -> None:
    for id_ in (A, B, C):
        shelf.add_track(id_)


async def saved(service: Playlists, kind: ItemKind = TRACK) -> list[str]:
    return [mark.id for mark in (await service.list_saved(ListSaved(kind))).items]


async def test_likes_are_listed_latest_first(service: Playlists, clock: FixedClock) -> None:
    with acting(ZOE):
        for id_ in (A, B, C):
            await service.save(Save(TRACK, (id_,)))
            clock.advance(10)
        page = await service.list_saved(ListSaved(TRACK))
        assert [mark.id for mark in page.items] == [C, B, A]
        assert page.total == 3
        assert page.next is None
        assert page.items[2].saved_at == clock.now() - 30


async def test_a_like_keeps_its_date(service: Playlists, clock: FixedClock) -> None:
    with acting(ZOE):
        await service.save(Save(TRACK, (A,)))
        first = clock.now()
        clock.advance(1000)
        await service.save(Save(TRACK, (A, B)))
        marks = (await service.get_marks(GetMarks(TRACK, (B, A)))).items
        many = (B, *(new_id() for _ in range(600)), A)
        assert (await service.get_marks(GetMarks(TRACK, many))).items == marks
        assert marks == (Mark(B, first + 1000), Mark(A, first))


async def test_likes_have_the_dates_they_are_given(service: Playlists, clock: FixedClock) -> None:
    now = clock.now()
    with acting(ZOE):
        await service.save(Save(TRACK, (A, B), (1_000, now + 5_000)))
        await service.save(Save(TRACK, (A, C), (2_000, 3_000)))
        page = await service.list_saved(ListSaved(TRACK))
        assert page.items == (Mark(B, now), Mark(C, 3_000), Mark(A, 1_000))
        for dates in ((1,), (1, -1), (1, 2, 3)):
            with pytest.raises(InvalidArgument, match="date"):
                await service.save(Save(TRACK, (A, B), dates))


async def test_pages_of_who_sees_nothing_explicit_are_full_and_counted(
    service: Playlists, shelf: Shelf
) -> None:
    ids = [shelf.add_track(id_of(f"t{number:02}")) for number in range(6)]
    with acting(ZOE):
        await service.save(Save(TRACK, tuple(ids), tuple(range(6))))
        for id_ in ids:
            await service.rate(Rate(TRACK, id_, 3))
    shelf.hidden |= {(ZOE.user_id, id_) for id_ in ids[1::2]}
    with acting(replace(ZOE, explicit_allowed=False)):
        page = await service.list_saved(ListSaved(TRACK, limit=2))
        assert ([mark.id for mark in page.items], page.total) == ([ids[4], ids[2]], 3)
        last = await service.list_saved(ListSaved(TRACK, limit=2, cursor=page.next))
        assert ([mark.id for mark in last.items], last.total, last.next) == ([ids[0]], 3, None)
        rated = await service.list_rated(ListRated(TRACK, limit=2, offset=2))
        assert (len(rated.items), rated.total) == (1, 3)


async def test_a_rating_alone_is_no_like_and_survives_one(service: Playlists) -> None:
    with acting(ZOE):
        await service.rate(Rate(TRACK, A, 4))
        assert await saved(service) == []
        await service.save(Save(TRACK, (A,)))
        await service.unsave(Unsave(TRACK, (A,)))
        assert (await service.get_marks(GetMarks(TRACK, (A,)))).items == (Mark(A, None, 4),)
        await service.rate(Rate(TRACK, A, 0))
        assert (await service.get_marks(GetMarks(TRACK, (A,)))).items == ()


async def test_pages_by_cursor_and_offset(
    service: Playlists, shelf: Shelf, clock: FixedClock
) -> None:
    ids = [shelf.add_track(id_of(f"t{number:02}")) for number in range(7)]
    with acting(ZOE):
        await service.save(Save(TRACK, tuple(ids[:4])))
        clock.advance(1)
        await service.save(Save(TRACK, tuple(ids[4:])))
        everything = await saved(service)
        assert set(everything) == set(ids)
        found: list[str] = []
        cursor = None
        while True:
            page = await service.list_saved(ListSaved(TRACK, limit=2, cursor=cursor))
            assert page.total == 7
            found += [mark.id for mark in page.items]
            if page.next is None:
                break
            cursor = page.next
        assert found == everything
        page = await service.list_saved(ListSaved(TRACK, limit=2, offset=3))
        assert [mark.id for mark in page.items] == everything[3:5]
        page = await service.list_saved(ListSaved(TRACK, limit=2, cursor=page.next, offset=1))
        assert [mark.id for mark in page.items] == everything[6:]


async def test_rated_highest_first(service: Playlists, clock: FixedClock) -> None:
    with acting(ZOE):
        for id_, stars in ((A, 3), (B, 5), (C, 3)):
            await service.rate(Rate(TRACK, id_, stars))
            clock.advance(5)
        page = await service.list_rated(ListRated(TRACK))
        assert [(mark.id, mark.rating) for mark in page.items] == [(B, 5), (C, 3), (A, 3)]
        assert page.total == 3
        page = await service.list_rated(ListRated(TRACK, limit=1, offset=1))
        assert [mark.id for mark in page.items] == [C]


async def test_kinds_and_people_are_apart(service: Playlists, shelf: Shelf) -> None:
    shelf.add_album(A)
    shelf.add_artist(A)
    with acting(ZOE):
        for kind in ItemKind:
            await service.save(Save(kind, (A,)))
        await service.unsave(Unsave(ALBUM, (A,)))
        assert await saved(service, ALBUM) == []
        assert await saved(service, ARTIST) == [A]
    with acting(ADAM):
        assert await saved(service) == []
        assert (await service.get_marks(GetMarks(TRACK, (A,)))).items == ()
        await service.unsave(Unsave(TRACK, (A,)))
    with acting(ZOE):
        assert await saved(service) == [A]


async def test_what_is_not_seen_cannot_be_marked(service: Playlists, shelf: Shelf) -> None:
    assert ZOE.user_id
    shelf.hidden.add((ZOE.user_id, B))
    with acting(ZOE):
        await service.save(Save(TRACK, (A, B, id_of("unknown"), "no id", "\0")))
        await service.rate(Rate(TRACK, B, 5))
        assert await saved(service) == [A]
        assert (await service.get_marks(GetMarks(TRACK, (B,)))).items == ()


async def test_missing_tracks_stay_liked_and_can_be_unliked(
    service: Playlists, shelf: Shelf
) -> None:
    with acting(ZOE):
        await service.save(Save(TRACK, (A, B)))
        shelf.tracks.clear()
        assert set(await saved(service)) == {A, B}
        await service.unsave(Unsave(TRACK, (A,)))
        assert await saved(service) == [B]


async def test_an_alias_is_liked_under_its_new_id(service: Playlists, shelf: Shelf) -> None:
    shelf.aliases[id_of("old")] = A
    with acting(ZOE):
        await service.save(Save(TRACK, (id_of("old"), A)))
        assert await saved(service) == [A]


@pytest.mark.parametrize("rating", [-1, 6])
async def test_no_other_ratings(service: Playlists, rating: int) -> None:
    with acting(ZOE), pytest.raises(BadRating):
        await service.rate(Rate(TRACK, A, rating))


async def test_500_at_once_and_no_more(service: Playlists, shelf: Shelf) -> None:
    ids = tuple(shelf.add_track(id_of(f"n{number:03}")) for number in range(501))
    with acting(ZOE):
        await service.save(Save(TRACK, ids[:500]))
        page = await service.list_saved(ListSaved(TRACK, limit=500))
        assert len(page.items) == page.total == 500
        assert len((await service.get_marks(GetMarks(TRACK, ids[:500]))).items) == 500
        for refused in (
            service.save(Save(TRACK, ids)),
            service.unsave(Unsave(TRACK, ids)),
            service.get_marks(GetMarks(TRACK, ids * 20)),
            service.list_saved(ListSaved(TRACK, limit=501)),
            service.list_saved(ListSaved(TRACK, limit=0)),
            service.list_saved(ListSaved(TRACK, offset=-1)),
            service.list_rated(ListRated(TRACK, limit=501)),
            service.list_saved(ListSaved(TRACK, cursor="???")),
            service.list_saved(ListSaved(TRACK, cursor=encode_cursor((10**30, A)))),
        ):
            with pytest.raises(InvalidArgument):
                await refused


@pytest.mark.parametrize("caller", [ANONYMOUS, PROGRAM, SERVICE])
async def test_marks_are_of_people(service: Playlists, caller: Caller) -> None:
    with acting(caller):
        for refused in (
            service.save(Save(TRACK, (A,))),
            service.unsave(Unsave(TRACK, (A,))),
            service.rate(Rate(TRACK, A, 1)),
            service.get_marks(GetMarks(TRACK, (A,))),
            service.list_saved(ListSaved(TRACK)),
            service.list_rated(ListRated(TRACK)),
        ):
            with pytest.raises(Unauthenticated):
                await refused


async def test_scopes_are_needed(service: Playlists) -> None:
    with acting(listener("zoe", "user-follow-modify", "user-follow-read")):
        await service.save(Save(ARTIST, (A,)))
        await service.list_saved(ListSaved(ARTIST))
        await service.get_marks(GetMarks(ARTIST, (A,)))
        for refused in (
            service.save(Save(TRACK, (A,))),
            service.unsave(Unsave(ALBUM, (A,))),
            service.rate(Rate(ARTIST, A, 1)),
            service.get_marks(GetMarks(TRACK, (A,))),
            service.list_saved(ListSaved(TRACK)),
            service.list_rated(ListRated(ARTIST)),
        ):
            with pytest.raises(PermissionDenied):
                await refused
    with acting(listener("zoe", "user-library-modify", "user-library-read")):
        await service.save(Save(TRACK, (A,)))
        await service.get_marks(GetMarks(TRACK, (A,)))
        with pytest.raises(PermissionDenied):
            await service.list_saved(ListSaved(ARTIST))
        with pytest.raises(PermissionDenied):
            await service.unsave(Unsave(ARTIST, (A,)))


async def test_followers_are_counted_but_not_named(service: Playlists, shelf: Shelf) -> None:
    band, nobody = shelf.add_artist(id_of("band")), id_of("nobody")
    for person in (ZOE, ADAM):
        with acting(person):
            await service.save(Save(ARTIST, (band,)))
    with acting(listener("Rater")):
        await service.rate(Rate(ARTIST, band, 5))
    with acting(PROGRAM):
        counts = await service.count_followers(CountFollowers(ARTIST, (nobody, band)))
        assert counts.items == (FollowerCount(band, 2),)
    with acting(ZOE):
        await service.unsave(Unsave(ARTIST, (band,)))
        counts = await service.count_followers(CountFollowers(ARTIST, (band,)))
        assert counts.items == (FollowerCount(band, 1),)
        with pytest.raises(InvalidArgument):
            await service.count_followers(CountFollowers(ARTIST, (band,) * 501))
    with acting(ANONYMOUS), pytest.raises(Unauthenticated):
        await service.count_followers(CountFollowers(ARTIST, (band,)))


async def test_people_follow_people(service: Playlists) -> None:
    other = ADAM.user_id or ""
    with acting(ZOE):
        await service.save(Save(ItemKind.USER, (other,)))
        marks = await service.get_marks(GetMarks(ItemKind.USER, (other, A)))
        assert [mark.id for mark in marks.items] == [other]
        counts = await service.count_followers(CountFollowers(ItemKind.USER, (other,)))
        assert counts.items == (FollowerCount(other, 1),)
