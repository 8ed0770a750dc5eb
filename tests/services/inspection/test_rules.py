from typing import Any

import pytest

from philomel.services.catalog.contract import (
    Album,
    AlbumType,
    Cover,
    Credit,
    CreditRole,
    Named,
    Track,
)
from philomel.services.inspection.contract import FindingKind as Kind
from philomel.services.inspection.rules.examining import (
    better_copy,
    examine_album,
    examine_track,
)
from philomel.services.inspection.rules.remedies import ORDER, REMEDIES, SEVERITIES
from philomel.services.media.contract import Asset, Loudness

FINE: dict[str, Any] = {
    "id": "t", "title": "Dawn", "duration_ms": 60_000, "added_at": 5,
    "credits": (Credit(Named("a", "Larks"), CreditRole.ARTIST),), "album": Named("b", "Light"),
    "track_number": 1, "date": "2019", "path": "Larks/Light/01 Dawn.flac", "suffix": "flac",
    "asset_id": "f", "bitrate": 800_000, "sample_rate": 44_100, "bit_depth": 16,
}  # fmt: skip
HEARD: dict[str, Any] = {
    "id": "f", "size": 1, "container": "flac", "codec": "flac", "duration_ms": 60_000,
    "content_type": "audio/flac", "suffix": "flac", "stream_hash": "00",
    "loudness": Loudness(-14, -1), "header_duration_ms": 60_010,
}  # fmt: skip
WHOLE: dict[str, Any] = {
    "id": "b", "name": "Light", "type": AlbumType.ALBUM, "credits": (), "track_count": 1,
    "duration_ms": 1, "added_at": 1, "cover": Cover("c", (64, 300, 640)),
}  # fmt: skip


def track(**other: Any) -> Track:
    return Track(**{**FINE, **other})


@pytest.mark.parametrize(
    ("of_track", "of_asset", "kinds"),
    [
        ({}, {}, set()),
        ({"title": "01 Dawn", "path": "x/01 Dawn.mp3"}, {}, {Kind.MISSING_TAGS}),
        ({"title": "Track 3", "path": "x/Track 3.mp3"}, {}, {Kind.MISSING_TAGS}),
        ({"title": "99 Luftballons", "path": "x/1.mp3"}, {}, set()),
        ({"credits": ()}, {}, {Kind.MISSING_TAGS}),
        ({"credits": (Credit(Named("a", "[Unknown Artist]"), CreditRole.ARTIST),)}, {},
         {Kind.MISSING_TAGS}),
        ({"album": Named("b", "[Unknown Album]"), "track_number": None}, {}, {Kind.MISSING_TAGS}),
        ({"track_number": None}, {}, {Kind.MISSING_TAGS}),
        ({"date": None}, {}, {Kind.MISSING_TAGS}),
        ({"date": None, "original_date": "1999"}, {}, set()),
        ({"missing": True, "asset_id": None}, None, {Kind.MISSING_FILE}),
        ({}, None, set()),
        ({}, {"silent": True, "loudness": None}, {Kind.SILENT}),
        ({}, {"clipped": True}, {Kind.CLIPPED}),
        ({}, {"error": "damaged", "stream_hash": None}, {Kind.UNDECODABLE}),
        ({}, {"header_duration_ms": 90_000}, {Kind.WRONG_DURATION}),
        ({}, {"header_duration_ms": 61_900}, set()),
        ({}, {"header_duration_ms": 90_000, "stream_hash": None}, set()),
        ({}, {"header_duration_ms": None}, set()),
    ],
)  # fmt: skip
def test_tracks(
    of_track: dict[str, Any], of_asset: dict[str, Any] | None, kinds: set[Kind]
) -> None:
    asset = None if of_asset is None else Asset(**{**HEARD, **of_asset})
    assert {each.kind for each in examine_track(track(**of_track), asset)} == kinds


@pytest.mark.parametrize(
    ("of_album", "tracks", "kinds"),
    [
        ({}, [{}], set()),
        ({"cover": None}, [{}], {Kind.NO_COVER}),
        ({"cover": None, "cover_error": "x"}, [{}], {Kind.BROKEN_COVER}),
        ({"cover": Cover("c", (64, 300))}, [{}], {Kind.TINY_COVER}),
        ({}, [{}, {"track_number": 3}], {Kind.INCOMPLETE_ALBUM}),
        ({}, [{}, {"track_number": 2}], set()),
        ({}, [{"track_total": 2}], {Kind.INCOMPLETE_ALBUM}),
        ({}, [{}, {}], {Kind.CONTRADICTORY_TAGS}),
        ({}, [{}, {"disc_number": 2}], set()),
        ({}, [{"disc_number": 1}, {"disc_number": 2, "track_number": 2}], {Kind.INCOMPLETE_ALBUM}),
        ({}, [{}, {"track_number": 2, "date": "2020"}], {Kind.CONTRADICTORY_TAGS}),
        ({"type": AlbumType.COMPILATION}, [{}, {"track_number": 2, "date": "2020"}], set()),
        ({}, [{"track_total": 2}, {"track_number": 2, "track_total": 3}],
         {Kind.CONTRADICTORY_TAGS, Kind.INCOMPLETE_ALBUM}),
        ({}, [{"track_number": 3, "track_total": 1}],
         {Kind.CONTRADICTORY_TAGS, Kind.INCOMPLETE_ALBUM}),
        ({}, [{"track_number": 2_000_000_000, "track_total": 2_000_000_000}],
         {Kind.INCOMPLETE_ALBUM}),
        ({"name": "[Unknown Album]", "cover": None}, [{}], set()),
        ({"cover": None}, [], set()),
    ],
)  # fmt: skip
def test_albums(of_album: dict[str, Any], tracks: list[dict[str, Any]], kinds: set[Kind]) -> None:
    album = Album(**{**WHOLE, **of_album})
    found = examine_album(album, [track(**each) for each in tracks])
    assert {each.kind for each in found} == kinds


@pytest.mark.parametrize(
    ("mine", "other", "worse"),
    [
        ({"suffix": "mp3", "bit_depth": None, "bitrate": 320_000}, {}, True),
        ({}, {"suffix": "mp3", "bit_depth": None, "bitrate": 320_000}, False),
        ({}, {"bit_depth": 24}, True),
        ({}, {"sample_rate": 96_000}, True),
        ({}, {"added_at": 4}, True),
        ({}, {"added_at": 6}, False),
        ({}, {"missing": True, "bit_depth": 24}, False),
        ({"suffix": "mp3", "bit_depth": None, "bitrate": 128_000},
         {"suffix": "ogg", "bit_depth": None, "bitrate": 192_000}, True),
    ],
)  # fmt: skip
def test_better_copies(mine: dict[str, Any], other: dict[str, Any], worse: bool) -> None:
    found = better_copy(track(**mine), [track(id="o", **other)])
    assert (found is not None) is worse
    if found is not None:
        assert found.peer_id == "o"


def test_every_kind_has_a_remedy() -> None:
    assert set(ORDER) == set(Kind) == set(REMEDIES) == set(SEVERITIES)
    assert all(text.endswith(".") for text in REMEDIES.values())
