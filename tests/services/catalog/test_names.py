"""All artists at once, for those who keep what they made of them."""

import shutil
from pathlib import Path

from tests.media.files import make
from tests.services.catalog.house import ANNA, BERT, House

from philomel.kernel.caller import OPERATOR, Caller, acting
from philomel.services.catalog.contract import (
    ArtistName,
    ArtistNames,
    ChangeLibraryAccess,
    ListArtistNames,
    ListArtists,
)


async def names(house: House, person: Caller, *known: str, limit: int = 3_000) -> ArtistNames:
    """All pages as one."""
    found: list[ArtistName] = []
    cursor = None
    with acting(person):
        while True:
            page = await house.service.list_artist_names(
                ListArtistNames(known=known, limit=limit, cursor=cursor)
            )
            found += page.items
            cursor = page.next
            if cursor is None:
                return ArtistNames(tuple(found), page.version, changed_at=page.changed_at)


async def test_the_version_changes_with_the_catalogue_and_with_what_one_sees(
    house: House, tmp_path: Path
) -> None:
    shared, secret = tmp_path / "shared", tmp_path / "secret"
    for number, artist in enumerate(("Ćuk", "zither", "The Abba", "Both")):
        make(shared / f"{number}.mp3", {"title": "x", "artist": artist, "album": f"{number}"})
    for number, artist in enumerate(("Both", "Hidden")):
        make(secret / f"{number}.mp3", {"title": "y", "artist": artist, "album": f"s{number}"})
    await house.add(shared)
    hidden = await house.add(secret)
    await house.scan()
    alone = ChangeLibraryAccess(hidden.name, restricted=True, grant=(ANNA.user_id or "",))
    with acting(OPERATOR):
        await house.service.change_library_access(alone)

    every, some = await names(house, ANNA), await names(house, BERT)
    assert every.version != some.version
    assert {each.name: each.album_count for each in every.items}["Both"] == 2
    assert {each.name: each.album_count for each in some.items}["Both"] == 1
    assert "Hidden" not in {each.name for each in some.items}
    for person, found in ((ANNA, every), (BERT, some)):
        assert (await names(house, person, limit=2)).items == found.items
        assert (await names(house, person, "other", found.version)).items == ()
        with acting(person):
            listed = (await house.service.list_artists(ListArtists())).items
        assert [each.id for each in found.items] == [each.id for each in listed]
        assert [each.sort_name for each in found.items] == [each.sort_name for each in listed]

    shutil.rmtree(shared)
    make(shared / "9.mp3", {"title": "z", "artist": "New", "album": "n"})
    await house.scan()
    later = await names(house, BERT, some.version)
    assert later.version != some.version
    assert later.changed_at > some.changed_at > 0
    assert (await names(house, BERT, later.version)).changed_at == later.changed_at
    assert "New" in {each.name for each in later.items}
