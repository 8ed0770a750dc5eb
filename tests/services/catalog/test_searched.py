"""Search is told what can be asked for, and told again when that changes."""

import os
from pathlib import Path

from msgspec.structs import replace
from sqlalchemy import Connection, Engine, delete, event, select
from tests.media.files import make
from tests.services.catalog.house import ANNA, House

from philomel.engines.outbox.tables import OUTBOX
from philomel.kernel.caller import SERVICE, acting
from philomel.rpc import codec
from philomel.services.catalog.contract import (
    AlbumFacts,
    EntriesChanged,
    EntryKind,
    ListLibraries,
    ListSearchEntries,
    SearchEntry,
)

TAGS = {
    "title": "Allegro", "artist": ["Orchestra", "Soloist"], "albumartist": "Orchestra",
    "album": "Concertos", "genre": ["Jazz", "Hip Hop"], "date": "1957-05-01",
    "barcode": "0012345678905", "isrc": "DEXX00000001", "itunesadvisory": "1",
}  # fmt: skip


async def entries(house: House) -> dict[str, SearchEntry]:
    """All of them by kind and name."""
    with acting(SERVICE):
        pages = [
            await house.service.list_search_entries(ListSearchEntries(kind)) for kind in EntryKind
        ]
    return {f"{entry.kind} {entry.name}": entry for page in pages for entry in page.items}


async def told(house: House) -> set[str]:
    """What was announced since the last look."""

    def work(connection: Connection) -> list[bytes]:
        rows = connection.execute(select(OUTBOX.c.type, OUTBOX.c.value)).all()
        connection.execute(delete(OUTBOX))
        return [row.value for row in rows if row.type == "catalog.EntriesChanged"]

    values = await house.database.write(work)
    return {id_ for value in values for id_ in codec.from_bytes(EntriesChanged, value).ids}


async def test_entries_say_what_can_be_asked_for(house: House, music: Path) -> None:
    make(music / "a.flac", TAGS)
    library = await house.add(music)
    await house.scan()
    found = await entries(house)
    track, album = found["track Allegro"], found["album Concertos"]
    assert (track.artists, album.artists) == (("Orchestra", "Soloist"), ("Orchestra",))
    assert (track.album, track.isrc) == ("Concertos", "DEXX00000001")
    assert (track.explicit, album.explicit) == (True, False)
    for entry in (track, album):
        assert set(entry.genres) == {"Jazz", "Hip Hop"}
        assert (entry.year, entry.upc) == (1957, "0012345678905")
        assert entry.added_at > 0
    (facts,) = found["artist Orchestra"].albums
    assert facts == AlbumFacts(library.id, facts.genres, (1957,))
    assert set(facts.genres) == {"Jazz", "Hip Hop"}
    assert found["artist Soloist"].albums == ()


async def test_a_new_genre_or_year_is_told_of_album_and_artist(house: House, music: Path) -> None:
    make(music / "a.flac", TAGS)
    await house.add(music)
    await house.scan()
    found = await entries(house)
    ids = {name: entry.id for name, entry in found.items()}
    assert await told(house) >= set(ids.values())
    for number, change in enumerate(({"genre": "Pop"}, {"date": "1999"})):
        make(music / "a.flac", {**TAGS, **change})
        os.utime(music / "a.flac", ns=(number + 1, number + 1))
        await house.scan()
        wanted = {ids[name] for name in ("track Allegro", "album Concertos", "artist Orchestra")}
        assert wanted <= await told(house), change


async def test_libraries_can_be_listed_without_a_look_at_the_files(
    house: House, music: Path
) -> None:
    make(music / "a.flac", TAGS)
    library = await house.add(music)
    await house.scan()
    looked: list[str] = []

    def watch(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        looked.append(statement)

    with acting(ANNA):
        (counted,) = (await house.service.list_libraries(ListLibraries())).items
        event.listen(Engine, "before_cursor_execute", watch)
        try:
            (bare,) = (await house.service.list_libraries(ListLibraries(counts=False))).items
        finally:
            event.remove(Engine, "before_cursor_execute", watch)
    assert (counted.id, counted.file_count, bare.file_count) == (library.id, 1, 0)
    assert replace(counted, file_count=0) == bare
    assert looked
    assert not any("count(*)" in statement and "files" in statement for statement in looked)
