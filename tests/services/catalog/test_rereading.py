"""What an older edition of the reading of tags read is read again by itself."""

import hashlib
from pathlib import Path

from sqlalchemy import Connection, select, update
from tests.media.files import make
from tests.services.catalog.house import House

from philomel.engines.audio.tags import names
from philomel.services.catalog.contract import ScanPhase
from philomel.services.catalog.rules import tagged
from philomel.services.catalog.rules.reading import READ_VERSION
from philomel.services.catalog.store import rereading, scanning
from philomel.services.catalog.store.tables import files, libraries, tracks

READ_BY = {1: "41b90009f8775491"}
"""What tags each edition knows, in short."""


def test_whoever_teaches_the_reader_a_tag_raises_the_edition() -> None:
    known = [
        (name, sorted(map(repr, value.items() if isinstance(value, dict) else value)))
        for name, value in sorted(vars(names).items())
        if name.isupper()
    ]
    known.append(("kept", sorted((*tagged._TRACK, *tagged._ALBUM))))
    digest = hashlib.sha256(repr(known).encode()).hexdigest()[:16]
    assert READ_BY[READ_VERSION] == digest, "raise rules.reading.READ_VERSION, and note it here"


async def test_an_upgrade_reads_again_what_an_older_edition_read(house: House, music: Path) -> None:
    for name in ("one", "two"):
        make(music / f"{name}.mp3", {"title": name, "album": "X", "artist": "A"})
    await house.add(music)
    await house.scan()
    before = await house.tracks()
    assert not await house.database.read(rereading.is_due)

    def as_it_was_read_long_ago(connection: Connection) -> None:
        connection.execute(update(libraries).values(read_version=READ_VERSION - 1))
        old = update(files).where(files.c.path == b"one.mp3")
        connection.execute(old.values(read_version=READ_VERSION - 1))
        connection.execute(update(tracks).values(title=tracks.c.title + " misread"))

    await house.database.write(as_it_was_read_long_ago)
    house.clock.advance(60_000)

    async def is_done() -> bool:
        return not await house.database.read(rereading.is_due)

    await house.until(is_done, "catalog scan")
    after = await house.tracks()
    assert {title: track.id for title, track in after.items()} == {
        "one": before["one"].id,
        "two misread": before["two"].id,
    }
    versions = await house.database.read(lambda c: c.scalars(select(files.c.read_version)).all())
    assert set(versions) == {READ_VERSION}
    status = await house.database.read(lambda c: scanning.scan_status(c, None))
    assert status is not None
    assert (status.read, status.unchanged) == (1, 1)
    assert status.phase in {ScanPhase.READING, ScanPhase.DONE}
