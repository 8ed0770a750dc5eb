"""The largest reply of every method goes through gRPC and stays below 1 MiB.

Built from the shape of the contract, so a new method is measured as soon as it is there:
every list as long as it may be, every text as long as real ones get.
"""

import tempfile
from collections.abc import AsyncIterator
from types import NoneType
from typing import Any

import pytest
from tests.architecture.contracts import CONTRACTS
from tests.rpc.shape import HmacKey

from philomel.kernel.caller import SERVICE, acting
from philomel.kernel.clock import SystemClock
from philomel.rpc import shapes
from philomel.rpc.client import Channel
from philomel.rpc.codec import to_bytes
from philomel.rpc.server import MAX_REPLY, Server
from philomel.rpc.shapes import Field, Method

TEXTS: dict[str | tuple[str, str], int] = {
    "name": 60, "title": 80, "sort_name": 60, "comment": 90, "path": 120, "context": 200,
    "label": 64, "content_type": 20, "container": 8, "codec": 8, "suffix": 5, "date": 10,
    "original_date": 10, "isrc": 12, "barcode": 13, "language": 3, "text": 256 << 10,
    "token": 200, "access_token": 300, "player": 128, "next": 120, "musicbrainz_id": 36,
    "catalog_numbers": 16, "colour": 7, "copyright": 60, "country": 2, "edition": 30,
    "encoder": 20, "isrcs": 12, "key": 3, "languages": 3, "media": 10, "moods": 16,
    "release_group_id": 36, "release_status": 10, "release_types": 12, "script": 4,
    "encoder_settings": 30, "license": 30, "movement": 40, "subtitle": 40, "title_sort": 40,
    "disc_subtitle": 30, "website": 40, "work": 50,
    "remedy": 160, "detail": 160, "instrument": 6, "suffixes": 5,
    ("LyricLine", "text"): 60, ("LyricWord", "text"): 10, ("ListFindings", "text"): 200,
    ("FoundLyrics", "text"): 100_000, ("ReadLyrics", "text"): 100_000,
}  # fmt: skip
IDS = {
    "track_ids",
    "id",
    "old",
    "new",
    "ids",
    "library_ids",
    "user_ids",
    "asset_ids",
    "grant",
    "revoke",
}
LISTS = {
    "credits": 4, "genres": 3, "sizes": 4, "scopes": 30, "redirect_uris": 20,
    ("AlbumTracks", "albums"): 8, ("TracksOfAlbum", "items"): 50,
    "library_ids": 20, ("Invitation", "libraries"): 20,
    ("Genres", "items"): 2_000, ("Messages", "items"): 1_000,
    ("FileErrors", "items"): 500, ("Playback", "files"): 20,
    ("AlbumTags", "catalog_numbers"): 2, ("AlbumTags", "labels"): 2,
    ("AlbumTags", "release_types"): 2, ("TrackTags", "grouping"): 1, ("TrackTags", "isrcs"): 1,
    ("TrackTags", "languages"): 2, ("TrackTags", "moods"): 2, ("ArtistInfo", "links"): 30,
    ("FindingCounts", "items"): 14, ("FolderPage", "folders"): 250, ("FolderPage", "tracks"): 250,
    ("LyricLine", "words"): 8, ("LyricSet", "agents"): 4, ("LyricSet", "lines"): 100,
    ("Lyrics", "sets"): 3, ("LibraryRoot", "user_ids"): 5_000, ("SetLibraryRoots", "items"): 30,
    ("LibraryAccess", "user_ids"): 5_000, ("PlayQueue", "track_ids"): 5_000,
    ("ArtistNames", "items"): 3_000, ("ListArtistNames", "known"): 50,
    ("Share", "entries"): 100, ("SharePage", "items"): 200,
    ("SearchEntry", "albums"): 2, ("SearchEntry", "artists"): 3, ("AlbumFacts", "years"): 2,
    ("SelectTracks", "groups"): 20, ("ConditionGroup", "conditions"): 5, ("Condition", "texts"): 50,
    ("Condition", "numbers"): 50, ("SmartRules", "rules"): 3, ("SmartRules", "groups"): 1,
    ("SmartGroup", "rules"): 2, ("SmartRule", "values"): 2, ("RemovedItem", "positions"): 20,
    ("HeardPart", "items"): 5_000,
    ("TrackIds", "track_ids"): 20_000,
    ("GetMarks", "ids"): 10_000, ("Marks", "items"): 10_000,
    ("GetPlayCounts", "ids"): 10_000, ("PlayCounts", "items"): 10_000,
    ("TagFields", "artists"): 4, ("TagFields", "album_artists"): 4, ("TaggedTracks", "items"): 100,
    ("Mends", "items"): 100,    ("MendTags", "edits"): 10, ("TagEdit", "values"): 50,
    ("PlaylistImported", "not_found"): 200, ("MarksBrought", "items"): 500,
}  # fmt: skip


def largest(cls: type, where: str = "") -> Any:
    return cls(
        **{field.name: largest_field(cls.__name__, field) for field in shapes.fields_of(cls)}
    )


def largest_field(owner: str, field: Field) -> Any:
    if not field.repeated:
        return largest_value(owner, field)
    count = LISTS.get((owner, field.name), LISTS.get(field.name, 500))
    return (largest_value(owner, field),) * count


def largest_value(owner: str, field: Field) -> Any:
    match field.kind:
        case "message":
            return largest(field.type)
        case "enum":
            return list(field.type)[-1]  # type: ignore[call-overload] # an Enum class
        case "string":
            is_id = field.name in IDS or field.name.endswith("_id")
            size = TEXTS.get((owner, field.name), TEXTS.get(field.name, 64))
            return "x" * (22 if is_id else size)
        case "bytes":
            return b"x" * 500
        case "int64":
            return 1 << 45
        case "double":
            return -1.5
        case _:
            return True


class Full:
    """Answers every call of a contract with its largest reply."""

    def __init__(self, methods: tuple[Method, ...]) -> None:
        self._methods = {method.name: method for method in methods}

    def __getattr__(self, name: str) -> Any:
        method = self._methods[name]
        reply = None if method.reply is NoneType else largest(method.reply)

        async def one(_request: object) -> Any:
            return reply

        async def three(_request: object) -> AsyncIterator[Any]:
            for _ in range(3):
                yield reply

        return three if method.streaming else one


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.name)
async def test_the_largest_reply_of_every_method(contract: Any) -> None:
    methods = shapes.methods_of(contract.protocol)
    server = Server(HmacKey(), SystemClock())
    server.add(contract.protocol, Full(methods))
    with tempfile.TemporaryDirectory(prefix="ph") as folder:
        await server.start(f"unix:{folder}/s")
        channel = Channel(f"unix:{folder}/s", HmacKey(), SystemClock())
        try:
            await call_each(methods, channel.connect(contract.protocol))
        finally:
            await channel.close()
            await server.stop(grace=0)


async def call_each(methods: tuple[Method, ...], proxy: Any) -> None:
    for method in methods:
        with acting(SERVICE):
            call = getattr(proxy, method.name)(largest(method.request))
            replies = [each async for each in call] if method.streaming else [await call]
        for reply in replies:
            if method.reply is NoneType:
                assert reply is None
            else:
                assert reply == largest(method.reply)
                assert len(to_bytes(reply)) <= MAX_REPLY, method.path
