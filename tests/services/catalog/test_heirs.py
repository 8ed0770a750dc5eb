"""A track whose file is gone lives on in the one that took its place."""

import shutil
from pathlib import Path

import pytest
from tests.media.files import make
from tests.services.catalog.house import ANNA, House

from philomel.kernel.caller import OPERATOR, acting
from philomel.kernel.errors import PermissionDenied
from philomel.kernel.ids import new_id
from philomel.services.catalog.contract import (
    EntryKind,
    GetAlbums,
    GetArtists,
    GetTracks,
    ListMerges,
    ListTracks,
    Merge,
    MergeNotFound,
    MergeReason,
    MergeTracks,
    NotMergeable,
    RemoveLibrary,
    SplitTrack,
    Track,
    TrackNotFound,
    UndoMerge,
)
from philomel.services.catalog.store.merging import heirs
from philomel.services.catalog.store.merging.hearing import Played, record_totals
from philomel.services.catalog.store.merging.records import merge_ids
from philomel.services.media.contract import Asset, AssetsAnalysed

TAGS = {"title": "Song", "artist": "Anna", "album": "X", "tracknumber": "3"}


async def every(house: House) -> list[Track]:
    with acting(ANNA):
        return list((await house.service.list_tracks(ListTracks())).items)


async def find(house: House, id_: str) -> Track:
    with acting(ANNA):
        return (await house.service.get_tracks(GetTracks((id_,)))).items[0]


async def at(house: House, path: str) -> Track:
    return next(track for track in await every(house) if track.path == path)


async def merges(house: House, **asked: str) -> tuple[Merge, ...]:
    with acting(OPERATOR):
        return (await house.service.list_merges(ListMerges(**asked))).items  # type: ignore[arg-type]


async def lose_one_of_two(
    house: House, music: Path, old: dict[str, str], new: dict[str, str]
) -> tuple[Track, Track, list[Track]]:
    """A FLAC beside an Ogg, and then the Ogg goes: both as they were, and what there is then."""
    make(music / "keep.mp3", {"title": "Keep", "artist": "B", "album": "Y"})
    make(music / "x/old.ogg", old)
    await house.add(music)
    await house.scan()
    make(music / "x/new.flac", new)
    await house.scan()
    both = await at(house, "x/old.ogg"), await at(house, "x/new.flac")
    assert both[0].id != both[1].id
    (music / "x/old.ogg").unlink()
    await house.scan()
    left = [track for track in await every(house) if track.title != "Keep"]
    return *both, left


MENDED: tuple[dict[str, str], ...] = (
    {}, {"artist": "Anne"}, {"comment": "ripped again"}, {"title": "SONG "},
)  # fmt: skip
APART: tuple[tuple[dict[str, str], dict[str, str], float], ...] = (
    ({}, {"tracknumber": "4"}, 1.0),
    ({}, {"title": "Song (Live)"}, 1.0),
    ({}, {"title": "Song (Live)", "tracknumber": ""}, 1.0),
    ({}, {"album": "Best of Anna", "compilation": "1"}, 1.0),
    ({}, {}, 6.0),
    ({"date": "1970"}, {"date": "2010", "albumartist": "Anna"}, 1.0),
    (
        {"musicbrainz_trackid": "0c9f1a2e-0000-4000-8000-000000000001"},
        {"musicbrainz_trackid": "0c9f1a2e-0000-4000-8000-000000000002"},
        1.0,
    ),
)


async def test_the_better_copy_that_was_there_first_inherits(house: House, music: Path) -> None:
    cases = {f"a{n}": (TAGS, TAGS | mended, 1.0) for n, mended in enumerate(MENDED)}
    cases |= {
        f"b{n}": (TAGS | old, TAGS | new, seconds) for n, (old, new, seconds) in enumerate(APART)
    }
    make(music / "keep.mp3", {"title": "Keep", "artist": "B", "album": "Y"})
    for case, (old, _, _) in cases.items():
        make(music / case / "old.ogg", old | {"album": f"{old['album']} {case}"})
    await house.add(music)
    await house.scan()
    for case, (_, new, seconds) in cases.items():
        make(music / case / "new.flac", new | {"album": f"{new['album']} {case}"}, seconds=seconds)
    await house.scan()
    before = {track.path: track.id for track in await every(house)}
    for case in cases:
        (music / case / "old.ogg").unlink()
    await house.scan()
    after = {track.path: track for track in await every(house)}
    for case in cases:
        old_id, new_id = before[f"{case}/old.ogg"], before[f"{case}/new.flac"]
        assert old_id != new_id
        here = after[f"{case}/new.flac"]
        made = await merges(house, entry_id=old_id)
        if case.startswith("a"):
            assert (here.id, here.missing) == (old_id, False), case
            assert f"{case}/old.ogg" not in after
            assert (await find(house, new_id)).id == old_id
            assert [(m.kind, m.old, m.new, m.reason) for m in made] == [
                (EntryKind.TRACK, new_id, old_id, MergeReason.TAGS)
            ]
            assert made[0].evidence.startswith("the same album")
        else:
            assert (here.id, after[f"{case}/old.ogg"].id) == (new_id, old_id), case
            assert not made


async def test_one_heir_of_several_and_a_copy_that_comes_back(house: House, music: Path) -> None:
    make(music / "keep.mp3", {"title": "Keep", "artist": "B", "album": "Y"})
    for suffix in ("mp3", "ogg", "flac"):
        make(music / f"x/song.{suffix}", TAGS)
    await house.add(music)
    await house.scan()
    ids = {suffix: (await at(house, f"x/song.{suffix}")).id for suffix in ("mp3", "ogg", "flac")}
    data = (music / "x/song.ogg").read_bytes()
    (music / "x/song.ogg").unlink()
    (music / "x/song.mp3").unlink()
    await house.scan()
    now = {(await find(house, id_)).id for id_ in ids.values()}
    assert len(now) == 1
    assert (await find(house, ids["mp3"])).path == "x/song.flac"
    (music / "x/song.ogg").write_bytes(data)
    await house.scan()
    back = await at(house, "x/song.ogg")
    assert back.id not in now  # both are there: they are two
    (music / "x/song.flac").unlink()
    await house.scan()
    assert (await find(house, ids["mp3"])).path == "x/song.ogg"
    assert (await find(house, back.id)).id in now


async def test_mended_tags_of_what_came_after(house: House, music: Path) -> None:
    """Renumbered, and retitled at the same length: nothing else can be meant."""
    make(music / "keep.mp3", {"title": "Keep", "artist": "B", "album": "Y"})
    tags = TAGS | {"albumartist": "Anna"}
    make(music / "x/1.flac", tags)
    make(music / "x/2.flac", tags | {"title": "Sogn 2", "tracknumber": "4"}, seconds=2.0)
    await house.add(music)
    await house.scan()
    first, second = await at(house, "x/1.flac"), await at(house, "x/2.flac")
    shutil.rmtree(music / "x")
    make(music / "y/a.wav", tags | {"tracknumber": "7"})
    make(music / "y/b.wav", tags | {"title": "Song 2", "tracknumber": "4"}, seconds=2.0)
    await house.scan()
    assert (await find(house, first.id)).path == "y/a.wav"
    assert (await find(house, second.id)).path == "y/b.wav"


async def test_one_title_twice_on_an_album(house: House, music: Path) -> None:
    make(music / "keep.mp3", {"title": "Keep", "artist": "B", "album": "Y"})
    for number in ("1", "9"):
        make(music / f"x/{number}.ogg", TAGS | {"title": "Intro", "tracknumber": number})
    await house.add(music)
    await house.scan()
    ids = {number: (await at(house, f"x/{number}.ogg")).id for number in ("1", "9")}
    (music / "x/1.ogg").unlink()
    await house.scan()
    assert (await find(house, ids["1"])).missing
    assert not (await find(house, ids["9"])).missing
    (music / "x/9.ogg").unlink()
    for number in ("9", "1"):  # all of the album anew, in another order
        make(music / f"y/a{number}.flac", TAGS | {"title": "Intro", "tracknumber": number})
    await house.scan()
    for number, id_ in ids.items():
        assert (await find(house, id_)).path == f"y/a{number}.flac"


async def test_other_libraries_inherit(house: House, tmp_path: Path) -> None:
    """Copied to a new library first, or the old one removed first: in any order."""
    make(tmp_path / "a/keep.mp3", {"title": "Keep", "artist": "B", "album": "Y"})
    make(tmp_path / "a/x/1.ogg", TAGS)
    await house.add(tmp_path / "a", "a")
    await house.scan()
    old = await at(house, "x/1.ogg")
    make(tmp_path / "b/1.ogg", TAGS)
    await house.add(tmp_path / "b", "b")
    await house.scan()
    assert len(await every(house)) == 3
    with acting(OPERATOR):
        await house.service.remove_library(RemoveLibrary("a"))
    await house.scan()
    assert (await find(house, old.id)).path == "1.ogg"
    with acting(OPERATOR):
        await house.service.remove_library(RemoveLibrary("b"))
    make(tmp_path / "c/2.flac", TAGS)
    await house.add(tmp_path / "c", "c")
    await house.scan()
    assert (await find(house, old.id)).path == "2.flac"
    await house.add(tmp_path / "a", "a")
    await house.scan()
    assert {track.path for track in await every(house)} == {"keep.mp3", "x/1.ogg", "2.flac"}


async def analyse(house: House, track: Track, stream: str, *, silent: bool = False) -> None:
    assert track.asset_id
    source = house.media.assets[track.asset_id]
    house.media.found[track.asset_id] = Asset(
        id=track.asset_id, size=source.size, container="flac", codec="flac",
        duration_ms=track.duration_ms, content_type="audio/flac", suffix="flac",
        stream_hash=stream * 64, silent=silent,
    )  # fmt: skip
    await house.tell("philomel.media", AssetsAnalysed(ids=(track.asset_id,), at=house.clock.now()))


async def test_silence_proves_nothing(house: House, music: Path) -> None:
    make(music / "keep.mp3", {"title": "Keep", "artist": "B", "album": "Y"})
    for name in ("loud", "still"):
        make(music / f"x/{name}.flac", TAGS | {"title": name, "tracknumber": ""})
    await house.add(music)
    await house.scan()
    old = {name: await at(house, f"x/{name}.flac") for name in ("loud", "still")}
    await analyse(house, old["still"], "a", silent=True)
    await analyse(house, old["loud"], "b")
    shutil.rmtree(music / "x")
    await house.scan()
    for name in ("loud", "still"):
        make(music / f"y/{name}.flac", {"title": f"no {name}", "artist": "C"}, seconds=1.3)
    await house.scan()
    new = {name: await at(house, f"y/{name}.flac") for name in ("loud", "still")}
    await analyse(house, new["still"], "a", silent=True)
    await analyse(house, new["loud"], "b")

    async def heard() -> bool:
        return (await find(house, new["loud"].id)).id == old["loud"].id

    await house.until(heard, "catalog follower")
    assert (await find(house, old["still"].id)).missing
    assert (await find(house, new["still"].id)).id == new["still"].id


def alike(house: House, one: Track, other: Track) -> None:
    assert one.asset_id
    assert other.asset_id
    house.media.alike[frozenset((one.asset_id, other.asset_id))] = 0.9


async def test_the_sound_finds_what_tags_do_not(house: House, music: Path) -> None:
    """In both orders; and two recordings that stood side by side on two albums stay two."""
    make(music / "keep.mp3", {"title": "Keep", "artist": "B", "album": "Y"})
    make(music / "x/before.ogg", TAGS)
    make(music / "x/beside.ogg", TAGS | {"title": "Beside", "tracknumber": "4"})
    make(music / "x/album.ogg", TAGS | {"title": "Both", "tracknumber": "5"})
    await house.add(music)
    await house.scan()
    mended = {"artist": "Anne", "album": "The X", "albumartist": "Anne"}
    make(music / "x/beside.flac", mended | {"title": "The Beside", "tracknumber": "4"})
    make(music / "z/best.flac", {"title": "Both", "artist": "Anna", "album": "Best of"})
    await house.scan()
    tracks = {track.path: track for track in await every(house)}
    for number, track in enumerate(tracks.values()):
        await analyse(house, track, "abcdef0"[number])
    alike(house, tracks["x/beside.ogg"], tracks["x/beside.flac"])
    alike(house, tracks["x/album.ogg"], tracks["z/best.flac"])
    async with house.running("catalog follower", "catalog heirs"):
        for name in ("before", "beside", "album"):
            (music / f"x/{name}.ogg").unlink()
        await house.scan()
    make(music / "w/after.flac", mended | {"title": "Afterwards", "tracknumber": "9"})
    await house.scan()
    new = await at(house, "w/after.flac")
    alike(house, tracks["x/before.ogg"], new)
    await analyse(house, new, "9")

    async def found() -> bool:
        ids = (tracks["x/before.ogg"].id, tracks["x/beside.ogg"].id)
        return [(await find(house, id_)).path for id_ in ids] == ["w/after.flac", "x/beside.flac"]

    async def compared() -> bool:
        return not await house.database.read(heirs.due)

    await house.until(found, "catalog follower", "catalog heirs")
    await house.until(compared, "catalog heirs")
    assert (await find(house, tracks["x/album.ogg"].id)).missing
    assert {m.reason for m in await merges(house)} == {MergeReason.FINGERPRINT}


async def test_undo_makes_two_again_for_good(house: House, music: Path) -> None:
    mended = TAGS | {"artist": "Anne", "title": "song"}
    old, new, _ = await lose_one_of_two(house, music, TAGS, mended)
    made = {m.kind: m for m in await merges(house)}
    with acting(ANNA), pytest.raises(PermissionDenied):
        await house.service.list_merges(ListMerges())
    with acting(ANNA), pytest.raises(PermissionDenied):
        await house.service.undo_merge(UndoMerge(made[EntryKind.TRACK].id))
    with acting(OPERATOR):
        with pytest.raises(MergeNotFound):
            await house.service.undo_merge(UndoMerge("0" * 22))
        undone = await house.service.undo_merge(UndoMerge(made[EntryKind.TRACK].id))
        assert undone.undone_at == house.clock.now()
        with pytest.raises(NotMergeable):
            await house.service.undo_merge(UndoMerge(made[EntryKind.TRACK].id))
    assert all(m.undone_at for m in await merges(house))
    for _ in range(2):
        was, is_ = await find(house, old.id), await find(house, new.id)
        assert (was.id, was.missing, was.title) == (old.id, True, "Song")
        assert [credit.artist for credit in was.credits] == [
            credit.artist for credit in old.credits
        ]
        assert (is_.id, is_.missing, is_.title) == (new.id, False, "song")
        assert (is_.path, is_.asset_id) == ("x/new.flac", new.asset_id)
        with acting(ANNA):
            artists = await house.service.get_artists(GetArtists((old.credits[0].artist.id,)))
            assert artists.items[0].name == "Anna"
        await house.scan(full=True)
    make(music / "x/old.ogg", TAGS)
    await house.scan()
    assert (await find(house, old.id)).path == "x/old.ogg"
    assert (await find(house, new.id)).path == "x/new.flac"


async def test_plays_are_on_both_as_they_were(house: House, music: Path) -> None:
    make(music / "x/old.ogg", TAGS)
    await house.add(music)
    await house.scan()
    make(music / "x/new.flac", TAGS)
    await house.scan()
    old, new = await at(house, "x/old.ogg"), await at(house, "x/new.flac")
    heard = {old.id: Played(5, 1_000), new.id: Played(2, 3_000)}
    await house.database.write(lambda c: record_totals(c, heard, 3_000))
    (music / "x/old.ogg").unlink()
    await house.scan()
    # Plays tells of the merged total, and of one more.
    merged = {old.id: Played(8, 4_000)}
    await house.database.write(lambda c: record_totals(c, merged, 4_000))
    made = next(m for m in await merges(house) if m.kind is EntryKind.TRACK)
    with acting(OPERATOR):
        await house.service.undo_merge(UndoMerge(made.id))
    was, is_ = await find(house, old.id), await find(house, new.id)
    assert (was.play_count, was.last_played_at) == (6, 4_000)
    assert (is_.play_count, is_.last_played_at) == (2, 3_000)


async def test_aliases_from_before_go_back_with_their_track(house: House, music: Path) -> None:
    make(music / "x/old.ogg", TAGS)
    await house.add(music)
    await house.scan()
    make(music / "x/new.flac", TAGS)
    await house.scan()
    old, new, alias = await at(house, "x/old.ogg"), await at(house, "x/new.flac"), new_id()
    # As versions left it that kept no records of merges.
    await house.database.write(lambda c: merge_ids(c, EntryKind.TRACK, alias, new.id))
    (music / "x/old.ogg").unlink()
    await house.scan()
    assert (await find(house, alias)).id == old.id
    made = next(m for m in await merges(house) if m.kind is EntryKind.TRACK)
    with acting(OPERATOR):
        await house.service.undo_merge(UndoMerge(made.id))
    assert (await find(house, alias)).id == new.id


async def test_a_chain_is_undone_from_its_end(house: House, music: Path) -> None:
    old, new, _ = await lose_one_of_two(house, music, TAGS, TAGS)
    make(music / "x/third.wav", TAGS)
    await house.scan()
    third = await at(house, "x/third.wav")
    (music / "x/new.flac").unlink()
    await house.scan()
    assert {(await find(house, i)).id for i in (old.id, new.id, third.id)} == {old.id}
    later, first = await merges(house)
    with acting(OPERATOR):
        with pytest.raises(NotMergeable):
            await house.service.undo_merge(UndoMerge(first.id))
        await house.service.undo_merge(UndoMerge(later.id))
        await house.service.undo_merge(UndoMerge(first.id))
    assert [(await find(house, i)).id for i in (old.id, new.id, third.id)] == [
        old.id, new.id, third.id,
    ]  # fmt: skip
    assert [(await find(house, i)).missing for i in (old.id, new.id, third.id)] == [
        True, True, False,
    ]  # fmt: skip


async def test_an_emptied_album_and_artist_come_back(house: House, music: Path) -> None:
    make(music / "x/1.flac", {"title": "One", "artist": "A", "albumartist": "A", "album": "Right"})
    make(music / "y/2.flac", {"title": "Two", "artist": "B", "albumartist": "B", "album": "Other"})
    await house.add(music)
    await house.scan()
    album, artist = (await at(house, "x/1.flac")).album, (await at(house, "x/1.flac")).credits[0]
    assert album
    wrong = {"title": "One", "artist": "B", "albumartist": "B", "album": "Other"}
    make(music / "x/1.flac", wrong | {"comment": "now longer"})
    await house.scan()
    made = {m.kind: m for m in await merges(house)}
    assert made[EntryKind.ALBUM].reason is MergeReason.RETAG
    assert (made[EntryKind.ALBUM].old, made[EntryKind.ARTIST].old) == (album.id, artist.artist.id)
    with acting(OPERATOR):
        await house.service.undo_merge(UndoMerge(made[EntryKind.ALBUM].id))
    make(music / "x/1.flac", {"title": "One", "artist": "A", "albumartist": "A", "album": "Right"})
    await house.scan()
    # The artist's name came back as another entry before anybody undid the merge.
    with acting(OPERATOR):
        await house.service.undo_merge(UndoMerge(made[EntryKind.ARTIST].id))
    with acting(ANNA):
        albums = await house.service.get_albums(GetAlbums((album.id,)))
        artists = await house.service.get_artists(GetArtists((artist.artist.id,)))
    assert [(found.id, found.name) for found in albums.items] == [(album.id, "Right")]
    assert [found.name for found in artists.items] == ["A"]


async def test_an_administrator_merges_and_splits(house: House, music: Path) -> None:
    old, new, left = await lose_one_of_two(house, music, TAGS, TAGS | {"title": "Song (Live)"})
    assert len(left) == 2
    keep = await at(house, "keep.mp3")
    with acting(OPERATOR):
        for wrong in (MergeTracks(keep.id, new.id), MergeTracks(old.id, old.id)):
            with pytest.raises(NotMergeable):
                await house.service.merge_tracks(wrong)
        with pytest.raises(TrackNotFound):
            await house.service.merge_tracks(MergeTracks(old.id, "0" * 22))
        made = await house.service.merge_tracks(MergeTracks(missing=old.id, heir=new.id))
        assert (made.reason, made.old, made.new) == (MergeReason.PERSON, new.id, old.id)
        assert (await find(house, new.id)).id == old.id
        parted = await house.service.split_track(SplitTrack(old.id))
    assert parted.undone_at
    assert (await find(house, old.id)).missing
    part = await find(house, parted.old)
    assert (part.path, part.missing, part.title) == ("x/new.flac", False, "Song (Live)")
    await house.scan(full=True)
    assert (await find(house, old.id)).missing
    with acting(OPERATOR), pytest.raises(NotMergeable):
        await house.service.split_track(SplitTrack(old.id))
