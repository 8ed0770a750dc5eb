"""Playlists, in one process and over gRPC, on both databases."""

import io

import pytest
from PIL import Image
from tests.services.people import ADAM, PROGRAM, ZOE, id_of, listener
from tests.services.shelf import Shelf

from philomel.engines.blobs import Blobs
from philomel.kernel.caller import ANONYMOUS, SERVICE, Caller, acting
from philomel.kernel.clock import FixedClock
from philomel.kernel.errors import InvalidArgument, NotFound, PermissionDenied, Unauthenticated
from philomel.services.playlists.contract import (
    AddItems,
    BadCover,
    BadPlaylist,
    BadPosition,
    BadRules,
    BadSnapshot,
    ChangePlaylist,
    ChangeRules,
    CheckFollowers,
    CreateFolder,
    CreatePlaylist,
    DeleteFolder,
    DeletePlaylist,
    FolderNotFound,
    FollowPlaylist,
    GetPlaylist,
    GetPlaylists,
    IsSmart,
    ItemKind,
    ListEveryPlaylist,
    ListFolders,
    ListItems,
    ListPlaylists,
    ListPublicPlaylists,
    ListTrackIds,
    MoveFolder,
    MoveItems,
    MovePlaylist,
    NewItem,
    NotSmart,
    Playlist,
    PlaylistNotFound,
    Playlists,
    Rate,
    RemovedItem,
    RemoveItems,
    RenameFolder,
    ReplaceItems,
    Save,
    SetPlaylistCover,
    SmartField,
    SmartGroup,
    SmartMatch,
    SmartOperator,
    SmartRule,
    SmartRules,
    TryRules,
    UnfollowPlaylist,
    UnknownTrack,
)

A, B, C, D = (id_of(name) for name in "abcd")


@pytest.fixture(autouse=True)
def _tracks(shelf: Shelf) -> None:
    for id_ in (A, B, C, D):
        shelf.add_track(id_)


async def made(service: Playlists, *tracks: str, **more: bool) -> Playlist:
    playlist = await service.create_playlist(CreatePlaylist("Mine", **more))  # type: ignore[arg-type]
    await service.add_items(AddItems(playlist.id, items(*tracks)))
    return await service.get_playlist(GetPlaylist(playlist.id))


def items(*tracks: str) -> tuple[NewItem, ...]:
    return tuple(NewItem(track) for track in tracks)


async def order(service: Playlists, playlist: Playlist) -> str:
    """The tracks by the letters of their ids."""
    page = await service.list_items(ListItems(playlist.id, limit=500))
    assert page.total == len(page.items)
    ids = (await service.list_track_ids(ListTrackIds(playlist.id))).track_ids
    assert ids == tuple(item.track_id for item in page.items if item.track_id)
    return "".join((item.track_id or "?")[-1] for item in page.items)


async def test_a_playlist_is_made_described_and_removed(
    service: Playlists, clock: FixedClock
) -> None:
    with acting(ZOE):
        asked = CreatePlaylist("  Blue\x00 hour ", "late\x07 ", source="old:1")
        playlist = await service.create_playlist(asked)
        assert (playlist.name, playlist.description) == ("Blue hour", "late")
        assert (playlist.owner_id, playlist.public, playlist.followed) == (ZOE.user_id, False, True)
        assert (playlist.track_count, playlist.duration_ms) == (0, 0)
        # What is brought twice is there once.
        assert (await service.create_playlist(asked)).id == playlist.id
        clock.advance(5)
        changed = await service.change_playlist(
            ChangePlaylist(playlist.id, name="Red", public=True)
        )
        assert (changed.name, changed.description, changed.public) == ("Red", "late", True)
        assert changed.changed_at == clock.now()
        with pytest.raises(BadPlaylist):
            await service.change_playlist(ChangePlaylist(playlist.id, collaborative=True))
        for name in ("", "  ", "x" * 201):
            with pytest.raises(BadPlaylist):
                await service.create_playlist(CreatePlaylist(name))
    with acting(ADAM):
        seen = await service.get_playlist(GetPlaylist(playlist.id))
        assert (seen.name, seen.followed, seen.source) == ("Red", False, "")
        for refused in (
            service.change_playlist(ChangePlaylist(playlist.id, name="Mine")),
            service.delete_playlist(DeletePlaylist(playlist.id)),
            service.add_items(AddItems(playlist.id, items(A))),
        ):
            with pytest.raises(PermissionDenied):
                await refused
    with acting(ZOE):
        await service.delete_playlist(DeletePlaylist(playlist.id))
        with pytest.raises(PlaylistNotFound):
            await service.get_playlist(GetPlaylist(playlist.id))
        assert (await service.list_playlists(ListPlaylists())).total == 0


async def test_entries_are_added_moved_and_removed(service: Playlists, clock: FixedClock) -> None:
    with acting(ZOE):
        playlist = await made(service, A, B, C)
        assert (playlist.track_count, playlist.duration_ms) == (3, 540_000)
        page = await service.list_items(ListItems(playlist.id))
        first = page.items[0]
        assert (first.added_at, first.added_by) == (clock.now(), ZOE.user_id)
        await service.add_items(AddItems(playlist.id, items(D, A), position=1))
        assert await order(service, playlist) == "adabc"
        await service.move_items(MoveItems(playlist.id, 3, 0, 2))
        assert await order(service, playlist) == "bcada"
        await service.move_items(MoveItems(playlist.id, 0, 5, 1))
        assert await order(service, playlist) == "cadab"
        await service.remove_items(RemoveItems(playlist.id, (RemovedItem(A, (1,)),)))
        assert await order(service, playlist) == "cdab"
        await service.remove_items(RemoveItems(playlist.id, (RemovedItem(A), RemovedItem(C))))
        assert await order(service, playlist) == "db"
        page = await service.list_items(ListItems(playlist.id, limit=1, offset=1))
        assert [item.track_id for item in page.items] == [B]
        entry = page.items[0].entry_id
        for _ in range(2):
            done = await service.remove_items(RemoveItems(playlist.id, entry_ids=(entry,)))
        assert await order(service, playlist) == "d"
        kept = (await service.list_items(ListItems(playlist.id))).items[0]
        clock.advance(9)
        await service.replace_items(ReplaceItems(playlist.id, items(B, D, D)))
        again = (await service.list_items(ListItems(playlist.id))).items
        assert again[1] == kept
        assert again[2].entry_id != kept.entry_id
        now = await service.get_playlist(GetPlaylist(playlist.id))
        assert now.snapshot_id != done.snapshot_id
        assert (now.track_count, now.duration_ms) == (3, 540_000)


async def test_old_snapshots_are_followed_as_far_as_it_goes(service: Playlists) -> None:
    with acting(ZOE):
        playlist = await made(service, A, B, C, D)
        old = playlist.snapshot_id
        await service.move_items(MoveItems(playlist.id, 3, 0))  # dabc
        await service.remove_items(RemoveItems(playlist.id, (RemovedItem(B),)))  # dac
        # Positions are those of abcd.
        moved = MoveItems(playlist.id, 0, 4, 2, snapshot_id=old)
        await service.move_items(moved)
        assert await order(service, playlist) == "dca"
        gone = (RemovedItem(C, (2,)), RemovedItem(None, (1,)))
        await service.remove_items(RemoveItems(playlist.id, gone, snapshot_id=old))
        assert await order(service, playlist) == "da"
        for wrong in (
            RemoveItems(playlist.id, (RemovedItem(A, (3,)),), snapshot_id=old),
            RemoveItems(playlist.id, (RemovedItem(None, (2,)),)),
            RemoveItems(playlist.id, (RemovedItem(None, (-1,)),)),
        ):
            with pytest.raises(BadPosition):
                await service.remove_items(wrong)
        for run in ((0, 9, 1), (2, 0, 1), (-1, 0, 1), (0, 0, 0)):
            with pytest.raises(BadPosition):
                await service.move_items(MoveItems(playlist.id, *run))
        with pytest.raises(BadSnapshot):
            await service.move_items(MoveItems(playlist.id, 0, 1, snapshot_id="nonsense"))
        await service.replace_items(ReplaceItems(playlist.id, items(A, B)))
        with pytest.raises(BadSnapshot):
            await service.move_items(MoveItems(playlist.id, 0, 1, snapshot_id=old))


async def test_nothing_is_added_that_the_caller_cannot_see(
    service: Playlists, shelf: Shelf
) -> None:
    shelf.hidden.add((ZOE.user_id, B))
    with acting(ZOE):
        playlist = await made(service, A)
        for wrong in (B, id_of("none"), "x", ""):
            with pytest.raises(UnknownTrack):
                await service.add_items(AddItems(playlist.id, items(A, wrong)))
        with pytest.raises(UnknownTrack):
            await service.add_items(AddItems(playlist.id, (NewItem(),)))
        with pytest.raises(BadPosition):
            await service.add_items(AddItems(playlist.id, items(A), position=2))
        with pytest.raises(InvalidArgument):
            await service.add_items(AddItems(playlist.id, items(*[A] * 1_001)))
        assert await order(service, playlist) == "a"


async def test_who_sees_and_changes_what(service: Playlists) -> None:
    with acting(ZOE):
        private = await made(service, A)
        public = await made(service, B, public=True)
        together = await made(service, C, collaborative=True)
    with acting(ADAM):
        with pytest.raises(PlaylistNotFound):
            await service.get_playlist(GetPlaylist(private.id))
        with pytest.raises(PlaylistNotFound):
            await service.list_items(ListItems(private.id))
        with pytest.raises(PlaylistNotFound):
            await service.follow_playlist(FollowPlaylist(private.id))
        found = await service.get_playlists(GetPlaylists((private.id, public.id, together.id)))
        assert [each.id for each in found.items] == [public.id, together.id]
        assert ADAM.user_id
        assert ZOE.user_id
        theirs = await service.list_playlists(ListPlaylists(user_id=ZOE.user_id))
        assert [each.id for each in theirs.items] == [public.id]
        with pytest.raises(PermissionDenied):
            await service.add_items(AddItems(together.id, items(A)))
        for each in (public, together):
            for _ in range(2):
                await service.follow_playlist(FollowPlaylist(each.id, public=each is public))
        await service.add_items(AddItems(together.id, items(A), 0))
        assert await order(service, together) == "ac"
        mine = await service.list_playlists(ListPlaylists())
        assert [each.id for each in mine.items] == [together.id, public.id]
    with acting(ZOE):
        seen = await service.get_playlist(GetPlaylist(public.id))
        assert seen.follower_count == 1
        page = await service.list_public_playlists(ListPublicPlaylists())
        assert [each.id for each in page.items] == [public.id]
        asked = (ADAM.user_id, ZOE.user_id, id_of("none"))
        follows = await service.check_followers(CheckFollowers(public.id, asked))
        assert follows.items == (True, False, False)
        secret = await service.check_followers(CheckFollowers(together.id, asked))
        assert secret.items == (False, False, False)
        # The owner keeps their own.
        await service.unfollow_playlist(UnfollowPlaylist(public.id))
        assert (await service.list_playlists(ListPlaylists())).total == 3
    with acting(ADAM):
        await service.unfollow_playlist(UnfollowPlaylist(together.id))
        with pytest.raises(PermissionDenied):
            await service.add_items(AddItems(together.id, items(A)))
    with acting(ANONYMOUS), pytest.raises(Unauthenticated):
        await service.get_playlist(GetPlaylist(public.id))
    for caller in (ANONYMOUS, ZOE):
        with acting(caller), pytest.raises(PermissionDenied):
            await service.list_every_playlist(ListEveryPlaylist())
    with acting(SERVICE):
        assert (await service.get_playlist(GetPlaylist(private.id))).id == private.id
        first = await service.list_every_playlist(ListEveryPlaylist(limit=2))
        rest = await service.list_every_playlist(ListEveryPlaylist(cursor=first.next))
        every = [each.id for each in (*first.items, *rest.items)]
        assert (sorted(every), rest.next) == (sorted((public.id, private.id, together.id)), None)
    with acting(PROGRAM):
        assert (await service.get_playlist(GetPlaylist(public.id))).id == public.id
        with pytest.raises(PlaylistNotFound):
            await service.get_playlist(GetPlaylist(together.id))


async def test_scopes(service: Playlists) -> None:
    def zoe(*scopes: str) -> Caller:
        return listener("zoe", *scopes)

    with acting(ZOE):
        private = await made(service, A)
        public = await made(service, B, public=True)
        together = await made(service, C, collaborative=True)
    with acting(zoe("x")):
        assert (await service.get_playlist(GetPlaylist(public.id))).id == public.id
        for each in (private, together):
            with pytest.raises(PermissionDenied):
                await service.get_playlist(GetPlaylist(each.id))
        listed = await service.list_playlists(ListPlaylists())
        assert [each.id for each in listed.items] == [public.id]
        assert listed.total == 1
        for refused in (
            service.create_playlist(CreatePlaylist("x")),
            service.create_playlist(CreatePlaylist("x", public=True)),
            service.add_items(AddItems(public.id, items(A))),
            service.follow_playlist(FollowPlaylist(public.id)),
            service.unfollow_playlist(UnfollowPlaylist(public.id)),
            service.set_playlist_cover(SetPlaylistCover(public.id, b"")),
            service.create_folder(CreateFolder("x")),
            service.list_folders(ListFolders()),
            service.try_rules(TryRules(SmartRules())),
        ):
            with pytest.raises(PermissionDenied):
                await refused
    with acting(zoe("playlist-modify-public")):
        await service.add_items(AddItems(public.id, items(A)))
        with pytest.raises(PermissionDenied):
            await service.add_items(AddItems(private.id, items(A)))
        with pytest.raises(PermissionDenied):
            await service.change_playlist(ChangePlaylist(private.id, public=True))
    with acting(zoe("playlist-read-collaborative")):
        listed = await service.list_playlists(ListPlaylists())
        assert {each.id for each in listed.items} == {public.id, together.id}


async def test_folders(service: Playlists) -> None:
    with acting(ZOE):
        one = await service.create_folder(CreateFolder("One"))
        two = await service.create_folder(CreateFolder("Two", parent_id=one.id))
        first, second = await made(service), await made(service)
        await service.move_playlist(MovePlaylist(first.id, folder_id=two.id))
        assert (await service.get_playlist(GetPlaylist(first.id))).folder_id == two.id
        await service.move_playlist(MovePlaylist(second.id, before=first.id))
        listed = await service.list_playlists(ListPlaylists())
        assert [each.id for each in listed.items] == [second.id, first.id]
        with pytest.raises(BadPlaylist):
            await service.move_folder(MoveFolder(one.id, parent_id=two.id))
        with pytest.raises(FolderNotFound):
            await service.move_folder(MoveFolder(one.id, parent_id=id_of("none")))
        await service.rename_folder(RenameFolder(two.id, "Deux"))
        three = await service.create_folder(CreateFolder("Three"))
        await service.move_folder(MoveFolder(three.id, before=one.id))
        names = [each.name for each in (await service.list_folders(ListFolders())).items]
        assert names == ["Three", "One", "Deux"]
        await service.delete_folder(DeleteFolder(two.id))
        assert (await service.get_playlist(GetPlaylist(first.id))).folder_id == one.id
    with acting(ADAM):
        assert (await service.list_folders(ListFolders())).items == ()
        for refused in (
            service.rename_folder(RenameFolder(one.id, "x")),
            service.move_playlist(MovePlaylist(first.id)),
            service.create_playlist(CreatePlaylist("x", folder_id=one.id)),
        ):
            with pytest.raises(NotFound):
                await refused


async def test_a_smart_playlist_follows_its_rules(service: Playlists, shelf: Shelf) -> None:
    liked = SmartRule(SmartField.LIKED, SmartOperator.IS, ("true",))
    stars = SmartRule(SmartField.RATING, SmartOperator.AT_LEAST, ("4",))
    long = SmartRule(SmartField.DURATION, SmartOperator.ABOVE, ("200",))
    best = SmartRules(SmartMatch.ANY, (liked,), (SmartGroup(SmartMatch.ALL, (stars,)),))
    with acting(ZOE):
        playlist = await service.create_playlist(CreatePlaylist("Best", public=True, rules=best))
        assert await order(service, playlist) == ""
        await service.save(Save(ItemKind.TRACK, (C,)))
        await service.rate(Rate(ItemKind.TRACK, A, 5))
        await service.rate(Rate(ItemKind.TRACK, B, 3))
        assert await order(service, playlist) == "ac"
        with pytest.raises(IsSmart):
            await service.add_items(AddItems(playlist.id, items(A)))
        with pytest.raises(IsSmart):
            await service.move_items(MoveItems(playlist.id, 0, 1))
        unrated = SmartRule(SmartField.RATING, SmartOperator.IS, ("0",))
        tried = await service.try_rules(TryRules(SmartRules(rules=(unrated,), limit=1), limit=5))
        assert (tried.matching, tried.count, tried.track_ids) == (2, 1, (C,))
        assert (await service.try_rules(TryRules(SmartRules(rules=(long,))))).matching == 0
        changed = await service.change_rules(ChangeRules(playlist.id, SmartRules(rules=(stars,))))
        assert changed.snapshot_id != playlist.snapshot_id
        assert await order(service, playlist) == "a"
        with pytest.raises(NotSmart):
            await service.change_rules(ChangeRules((await made(service)).id, best))
        with pytest.raises(BadRules):
            await service.create_playlist(CreatePlaylist("x", rules=SmartRules(limit=0)))
    # What its owner likes, of what the other one sees.
    shelf.hidden.add((ADAM.user_id, A))
    with acting(ADAM):
        assert await order(service, playlist) == ""


async def test_covers(service: Playlists, blobs: Blobs) -> None:
    def jpeg(colour: str, size: int = 400) -> bytes:
        data = io.BytesIO()
        Image.new("RGB", (size, size), colour).save(data, "JPEG")
        return data.getvalue()

    with acting(ZOE):
        playlist = await made(service, public=True)
        await service.set_playlist_cover(SetPlaylistCover(playlist.id, jpeg("red")))
        cover = (await service.get_playlist(GetPlaylist(playlist.id))).cover
        assert cover is not None
        assert cover.sizes == (64, 300, 640)
        key = f"covers/{cover.id[:2]}/{cover.id}-300.jpg".encode()
        assert (await blobs.get(key)).startswith(b"\xff\xd8")
        for bad in (b"x" * 10, b"\xff\xd8\xffnot a picture", b"\xff\xd8\xff" + bytes(256 << 10)):
            with pytest.raises(BadCover):
                await service.set_playlist_cover(SetPlaylistCover(playlist.id, bad))
        await service.set_playlist_cover(SetPlaylistCover(playlist.id, b""))
        assert (await service.get_playlist(GetPlaylist(playlist.id))).cover is None
        with pytest.raises(NotFound):
            await blobs.get(key)
    with acting(ADAM), pytest.raises(PermissionDenied):
        await service.set_playlist_cover(SetPlaylistCover(playlist.id, jpeg("blue")))
