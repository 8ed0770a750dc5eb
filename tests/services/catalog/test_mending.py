"""Tags that administrators mend in files, and take back."""

from pathlib import Path

import pytest
from tests.media.files import make
from tests.media.templates import png
from tests.services.catalog.house import ANNA, House
from tests.services.catalog.test_uploads import JOBS, left, open_to_all

from philomel.kernel.caller import OPERATOR, acting
from philomel.kernel.errors import InvalidArgument, PermissionDenied
from philomel.services.catalog.contract import (
    ChangeLibrary,
    CreditRole,
    GetTags,
    LibraryReadOnly,
    ListMends,
    Mend,
    MendNotFound,
    MendTags,
    NotMended,
    TagEdit,
    TagField,
    TrackNotFound,
    UndoMend,
)

TAGS = {"title": "Sogn", "artist": "A", "album": "X", "tracknumber": "1", "date": "1999"}


def title(text: str) -> tuple[TagEdit, ...]:
    return (TagEdit(TagField.TITLE, (text,)),)


async def until_read(house: House, name: str) -> None:
    async def there() -> bool:
        return name in await house.tracks()

    await house.until(there, *JOBS)


@pytest.mark.parametrize("suffix", ["flac", "mp3", "ogg", "opus", "m4a"])
async def test_mended_and_undone(house: House, music: Path, suffix: str) -> None:
    path = make(music / f"A/X/1.{suffix}", TAGS, seconds=2)
    path.chmod(0o640)
    await open_to_all(house, music)
    await house.scan()
    before, bytes_before = (await house.tracks())["Sogn"], path.read_bytes()
    with acting(OPERATOR):
        assert before.album
        [tagged] = (await house.service.get_tags(GetTags(album_id=before.album.id))).items
        assert (tagged.track_id, tagged.refusal, tagged.fields.title) == (before.id, "", "Sogn")
        edits = (
            *title("Song"),
            TagEdit(TagField.ARTISTS, ("A", "B")),
            TagEdit(TagField.GENRES, ("Folk",)),
            TagEdit(TagField.DATE),
        )
        mend = await house.service.mend_tags(
            MendTags(before.id, edits, cover=png(300, 300, (200, 0, 0)))
        )
    assert (mend.before.title, mend.after.title, mend.after.artists) == ("Sogn", "Song", ("A", "B"))
    assert (mend.before.date, mend.after.date, mend.after.cover) == ("1999", "", True)
    assert left(music) == []
    assert path.stat().st_mode & 0o777 == 0o640
    await until_read(house, "Song")
    after = (await house.tracks())["Song"]
    assert after.id == before.id
    assert [each.artist.name for each in after.credits if each.role is CreditRole.ARTIST] == [
        "A",
        "B",
    ]
    with acting(OPERATOR):
        undone = await house.service.undo_mend(UndoMend(mend.id))
        assert undone.undone_at is not None
        assert (await house.service.undo_mend(UndoMend(mend.id))) == undone
        [listed] = (await house.service.list_mends(ListMends(track_id=before.id))).items
        assert listed == undone
    assert path.read_bytes() == bytes_before
    await until_read(house, "Sogn")
    assert (await house.tracks())["Sogn"].id == before.id


async def mended(house: House, track_id: str, text: str) -> Mend:
    with acting(OPERATOR):
        return await house.service.mend_tags(MendTags(track_id, title(text)))


async def test_undone_in_their_order(house: House, music: Path) -> None:
    path = make(music / "1.mp3", TAGS)
    await open_to_all(house, music)
    await house.scan()
    id_, data = (await house.tracks())["Sogn"].id, path.read_bytes()
    first = await mended(house, id_, "Sonh")
    house.clock.advance(1)
    second = await mended(house, id_, "Song")
    with acting(OPERATOR):
        with pytest.raises(NotMended, match="changed since"):
            await house.service.undo_mend(UndoMend(first.id))
        await house.service.undo_mend(UndoMend(second.id))
        # The file moved meanwhile; it is the track's all the same.
        path.rename(music / "2.mp3")
        await house.scan()
        await house.service.undo_mend(UndoMend(first.id))
        page = await house.service.list_mends(ListMends(limit=1))
        assert [each.id for each in page.items] == [second.id]
        rest = await house.service.list_mends(ListMends(limit=1, cursor=page.next))
        assert [each.id for each in rest.items] == [first.id]
    assert (music / "2.mp3").read_bytes() == data


async def test_refused(house: House, music: Path, tmp_path: Path) -> None:
    make(music / "1.mp3", TAGS)
    make(music / "2.wav", {"title": "Wave"})
    library = await house.add(music)
    await house.scan()
    tracks = await house.tracks()
    song = tracks["Sogn"].id
    request = MendTags(song, title("Song"))
    service = house.service
    data = (music / "1.mp3").read_bytes()
    with acting(OPERATOR):
        with pytest.raises(LibraryReadOnly):
            await service.mend_tags(request)
        [tagged] = (await service.get_tags(GetTags((song,)))).items
        assert "nothing may be written" in tagged.refusal
        await service.change_library(ChangeLibrary(library.id, writable=True))
        with pytest.raises(NotMended, match="MP3, FLAC"):
            await service.mend_tags(MendTags(tracks["Wave"].id, title("W")))
        with pytest.raises(TrackNotFound):
            await service.mend_tags(MendTags("0" * 22, title("W")))
        with pytest.raises(MendNotFound):
            await service.undo_mend(UndoMend("0" * 22))
        for edits in (
            (TagEdit(TagField.TRACK_NUMBER, ("x",)),),
            (TagEdit(TagField.DATE, ("2011-13",)),),
            (TagEdit(TagField.TITLE, ("a", "b")),),
            (*title("a"), *title("b")),
            (),
        ):
            with pytest.raises(InvalidArgument):
                await service.mend_tags(MendTags(song, edits))
        for cover in (b"no picture", b"\xff\xd8\xff", bytes(800_000)):
            with pytest.raises(InvalidArgument):
                await service.mend_tags(MendTags(song, cover=cover))
    with acting(ANNA):
        for call in (
            service.mend_tags(request), service.get_tags(GetTags((song,))),
            service.list_mends(ListMends()), service.undo_mend(UndoMend("x")),
        ):  # fmt: skip
            with pytest.raises(PermissionDenied):
                await call
    assert (music / "1.mp3").read_bytes() == data


async def test_a_damaged_file_stays_as_it_is(house: House, music: Path) -> None:
    path = make(music / "1.flac", TAGS, seconds=2)
    await open_to_all(house, music)
    await house.scan()
    id_ = (await house.tracks())["Sogn"].id
    path.write_bytes(path.read_bytes()[:30])
    data = path.read_bytes()
    with acting(OPERATOR), pytest.raises(NotMended):
        await house.service.mend_tags(MendTags(id_, title("Song")))
    assert path.read_bytes() == data
    assert left(music) == []
