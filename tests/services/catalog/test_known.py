"""Tracks, albums and artists are found by what others know of them, and never guessed."""

from pathlib import Path

import pytest
from tests.media.files import make
from tests.services.catalog.house import ANNA, House

from philomel.kernel.caller import OPERATOR, Caller, acting
from philomel.kernel.errors import InvalidArgument
from philomel.services.catalog.contract import (
    ChangeLibraryAccess,
    EntryKind,
    EntryMatch,
    Known,
    KnownEntry,
    MatchedBy,
    MatchEntries,
)
from philomel.services.catalog.rules.known import (
    Candidate,
    NamedCandidate,
    best,
    best_entry,
)

ALBUM, SINGLE, LIVE = (
    Candidate("a", "Dawn", ("The Warblers",), "Reed Beds", 200_000),
    Candidate("b", "Dawn", ("The Warblers",), "Dawn", 201_000),
    Candidate("c", "Dawn", ("The Warblers",), "Live", 260_000),
)


@pytest.mark.parametrize(
    ("known", "found"),
    [
        (Known(title="dawn", artist="the warblers", album="Live"), "c"),
        (Known(title="Dawn", artist="The Warblers", duration_ms=259_000), "c"),
        # Copies of one recording are one: the same every time.
        (Known(title="Dawn", artist="The Warblers", duration_ms=200_500), "a"),
        # Two recordings, and nothing says which.
        (Known(title="Dawn", artist="The Warblers"), None),
        # A length that fits none, without the album that would explain it.
        (Known(title="Dawn", artist="The Warblers", duration_ms=230_000), None),
        (Known(title="Dawn", artist="The Warblers", album="Live", duration_ms=270_000), "c"),
        (Known(title="Dawn", artist="The Wobblers", album="Live"), None),
    ],
)
def test_the_surest_track(known: Known, found: str | None) -> None:
    assert best(known, [ALBUM, SINGLE, LIVE]).track_id == found


@pytest.mark.parametrize(
    ("known", "found"),
    [
        (KnownEntry("reed beds", "the warblers"), EntryMatch("1", MatchedBy.TAGS)),
        (KnownEntry("Reed Beds", "Ouzel"), EntryMatch("2", MatchedBy.TAGS)),
        (KnownEntry("Reed Beds"), EntryMatch()),
        (KnownEntry("Reed Beds", musicbrainz_id="MBID-2"), EntryMatch("2", MatchedBy.MUSICBRAINZ)),
        (KnownEntry("Another", musicbrainz_id="mbid-2"), EntryMatch("2", MatchedBy.MUSICBRAINZ)),
        (KnownEntry("Another"), EntryMatch()),
    ],
)
def test_the_surest_album(known: KnownEntry, found: EntryMatch) -> None:
    albums = [
        NamedCandidate("1", "Reed Beds", None, ("The Warblers",)),
        NamedCandidate("2", "Reed Beds", "mbid-2", ("Ouzel",)),
    ]
    assert best_entry(known, albums) == found


async def test_albums_and_artists_among_what_the_caller_sees(house: House, tmp_path: Path) -> None:
    for library, artist in (("open", "The Warblers"), ("shut", "Ouzel")):
        tags = {"title": "Dawn", "artist": artist, "albumartist": artist, "album": "Reed Beds"}
        tags["musicbrainz_albumid"] = f"6b9a1d2e-0000-4000-8000-{len(artist):012}"
        make(tmp_path / library / "1.flac", tags, frequency=300.0 + len(artist))
    await house.add(tmp_path / "open")
    shut = await house.add(tmp_path / "shut")
    await house.scan()
    with acting(OPERATOR):
        await house.service.change_library_access(ChangeLibraryAccess(shut.name, restricted=True))

    async def found(caller: Caller, kind: EntryKind, *known: KnownEntry) -> list[bool]:
        with acting(caller):
            matches = await house.service.match_entries(MatchEntries(kind, known))
        return [each.id is not None for each in matches.items]

    records = (KnownEntry("REED BEDS", "Ouzel"), KnownEntry("Reed Beds"), KnownEntry("Reed"))
    renamed = KnownEntry("Fens", musicbrainz_id="6B9A1D2E-0000-4000-8000-000000000012")
    assert await found(ANNA, EntryKind.ALBUM, renamed) == [True]
    names = (KnownEntry("ouzel"), KnownEntry("the warblers"))
    assert await found(ANNA, EntryKind.ALBUM, *records) == [False, True, False]
    assert await found(ANNA, EntryKind.ARTIST, *names) == [False, True]
    # Who sees both cannot say which of two is meant by the name alone.
    assert await found(OPERATOR, EntryKind.ALBUM, *records) == [True, False, False]
    assert await found(OPERATOR, EntryKind.ARTIST, *names) == [True, True]
    with pytest.raises(InvalidArgument):
        await found(ANNA, EntryKind.TRACK)
