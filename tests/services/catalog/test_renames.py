"""Names that systems write in their own ways, and files that come back as copies."""

import os
from pathlib import Path

import pytest
from tests.media.files import make
from tests.services.catalog.house import ANNA, House

from philomel.kernel.caller import acting
from philomel.services.catalog.contract import ListTracks, Track
from philomel.services.catalog.store.planning import places

NFC, NFD = "Bj\u00f6rk", "Bjo\u0308rk"


async def by_path(house: House) -> dict[str, Track]:
    with acting(ANNA):
        page = await house.service.list_tracks(ListTracks(limit=500))
    return {track.path or "": track for track in page.items if not track.missing}


def copied(old: Path, new: Path) -> None:
    """As another system copies: the same bytes in a new file, with a new time."""
    data, folder = old.read_bytes(), old.parent
    old.unlink()
    if not any(folder.iterdir()):
        folder.rmdir()
    new.parent.mkdir(parents=True, exist_ok=True)
    new.write_bytes(data)
    os.utime(new, ns=(1_000_000_007, 1_000_000_007))


async def test_other_spellings_of_one_name(house: House, music: Path) -> None:
    """Untagged files, so that the names are all there is to go by."""
    make(music / "keep.mp3", {"title": "Keep", "artist": "B"}, seconds=9)
    renames = {
        f"{NFD}/{NFD} 1.mp3": f"{NFC}/{NFC} 1.mp3",
        f"{NFC}/{NFC} 2.mp3": f"{NFD}/{NFD} 2.mp3",
        "Upper/Case.mp3": "upper/CASE.mp3",
        "Stra\u00dfe/Ma\u00df.mp3": "stra\u00dfe/ma\u00df.mp3",
        "line\nbreak/a\nb.mp3": "Line\nBreak/A\nB.mp3",
    }
    for number, old in enumerate(renames):
        make(music / old, seconds=1 + number / 2)
    make(music / f"two/{NFC}.mp3", seconds=6)
    make(music / f"two/{NFD}.mp3", seconds=6)
    await house.add(music)
    assert (await house.scan()).added == len(renames) + 3
    before = await by_path(house)
    for old, new in renames.items():
        copied(music / old, music / new)
    status = await house.scan()
    assert (status.moved, status.added, status.missing) == (len(renames), 0, 0)
    after = await by_path(house)
    for old, new in renames.items():
        assert after[new.replace("\n", " ")].id == before[old.replace("\n", " ")].id
    for name in (NFC, NFD):  # both are there: they are two
        assert after[f"two/{name}.mp3"].id == before[f"two/{name}.mp3"].id


async def test_a_restore_on_another_machine(house: House, music: Path) -> None:
    """All inodes and times are new; some files lie elsewhere, two changed places."""
    for number in range(4):
        tags = {"title": f"T{number}", "artist": "A", "album": "X", "tracknumber": str(number + 1)}
        make(music / f"a/{number}.flac", tags, seconds=1 + number)
    await house.add(music)
    await house.scan()
    ids = {track.title: track.id for track in (await by_path(house)).values()}
    data = {number: (music / f"a/{number}.flac").read_bytes() for number in range(4)}
    for number in range(4):
        (music / f"a/{number}.flac").unlink()
    (music / "b").mkdir()
    for number, place in ((0, "a/0"), (1, "b/1"), (2, "a/3"), (3, "a/2")):
        (music / f"{place}.flac").write_bytes(data[number])
        os.utime(music / f"{place}.flac", ns=(5_000 + number, 5_000 + number))
    await house.scan()
    after = await by_path(house)
    assert {track.title: track.id for track in after.values()} == ids
    assert after["a/3.flac"].title == "T2"


async def test_a_move_that_is_seen_at_its_new_place_first(house: House, music: Path) -> None:
    make(music / "keep.mp3", {"title": "Keep", "artist": "B"}, seconds=9)
    make(music / "a/one.mp3")
    await house.add(music)
    await house.scan()
    before = (await by_path(house))["a/one.mp3"]
    (music / "b").mkdir()
    (music / "a/one.mp3").rename(music / "b/two.mp3")
    await house.scan(path=music / "b")
    await house.scan(path=music / "a")
    assert (await by_path(house))["b/two.mp3"].id == before.id


async def test_many_that_share_their_tags(
    house: House, music: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More missing files of one key than a batch looks at: each file asks for its nearest."""
    monkeypatch.setattr(places, "MANY", 3)
    monkeypatch.setattr(places, "FEW", 2)
    make(music / "keep.mp3", {"title": "Keep", "artist": "B"}, seconds=99)
    tags = {"title": "Untitled", "artist": "A", "album": "X"}
    for number in range(8):
        make(music / f"{number}.mp3", tags, seconds=1 + number / 2)
    await house.add(music)
    await house.scan()
    before = await by_path(house)
    for number in range(8):
        copied(music / f"{number}.mp3", music / f"moved/{7 - number} {number}.mp3")
    await house.scan()
    after = await by_path(house)
    for number in range(8):
        assert after[f"moved/{7 - number} {number}.mp3"].id == before[f"{number}.mp3"].id
