"""Made-up requests of every operation: no server error, no answer outside the description."""

import json
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import response_schema_conformance
from tests.clients.webapi.place import At
from tests.gateway.home import Home

from philomel.gateway.webapi.table import OPERATIONS

SPECS = Path(__file__).parents[2] / "specs"
NEW, CLASSIC = "spotify-web-api", "spotify-web-api-classic"
# Each stands for something that the server knows by another id.
TRACK, ALBUM, ARTIST, GENRE, PERSON = ("0track", "0album", "0artist", "0genre", "0person")
# Stands for a playlist of the moment.
PLAYLIST = "0playlist"
CHANGED = 2
"""Operations that the two descriptions describe differently: their limits."""
JUNK = ("", "junk", "0" * 22, "z" * 22, "x" * 3_000, f"{TRACK},junk", "\u0000", "ü€", "../..")
IDS = {
    "tracks": TRACK,
    "albums": ALBUM,
    "artists": ARTIST,
    "users": PERSON,
    "browse": GENRE,
    "audio-features": TRACK,
    "playlists": PLAYLIST,
}
# Where the description leaves out what clients rely on, we hold ourselves to every field.
WHOLE = (
    "TrackObject",
    "SimplifiedTrackObject",
    "AlbumObject",
    "SimplifiedAlbumObject",
    "ArtistObject",
    "SimplifiedArtistObject",
    "PagingObject",
    "PrivateUserObject",
    "PublicUserObject",
    "AudioFeaturesObject",
    "RecommendationSeedObject",
    "PlayHistoryObject",
    "PlaylistObject",
    "SimplifiedPlaylistObject",
    "PlaylistTrackObject",
    "PlaylistTracksRefObject",
)
OCCASIONAL = {"linked_from", "restrictions", "cursors"}
# What the service that it describes sends as null, though the description says otherwise, and
# what is not known here.
NULLABLE = {
    "PrivateUserObject": ("email",),
    "FollowersObject": ("href",),
    "PagingObject": ("next", "previous"),
    "CursorPagingObject": ("next",),
    "CursorObject": ("after", "before"),
    "PlayHistoryObject": ("context",),
    "TrackObject": ("preview_url",),
    "SimplifiedTrackObject": ("preview_url",),
    "RecommendationSeedObject": ("href",),
    "QueueObject": ("currently_playing",),
    "AudioFeaturesObject": (
        "acousticness", "danceability", "energy", "instrumentalness", "key", "liveness",
        "loudness", "mode", "speechiness", "tempo", "time_signature", "valence",
    ),
}  # fmt: skip
# Unknown ids among several are null in their place.
SEVERAL = (
    "albums", "artists", "audio_features", "audiobooks", "chapters", "episodes", "shows", "tracks",
)  # fmt: skip
REFUSAL = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["status", "message"],
            "properties": {"status": {"type": "integer"}, "message": {"type": "string"}},
        }
    },
}


def document(name: str) -> dict[str, Any]:
    """The description with our own promises, and with ids that exist."""
    spec: dict[str, Any] = json.loads((SPECS / f"{name}.json").read_text())
    promise(spec["components"]["schemas"])
    for path, operations in spec["paths"].items():
        for operation in operations.values():
            given_ = operation.get("parameters", ())
            operation["parameters"] = [asked(spec, path, each) for each in given_]
            answer(operation["responses"])
    for response in spec["components"]["responses"].values():
        response.setdefault("description", "")
        for content in response.get("content", {}).values():
            properties = content.get("schema", {}).get("properties", {})
            for field in SEVERAL:
                if properties.get(field, {}).get("type") == "array":
                    properties[field]["items"] = nullable(properties[field]["items"])
    return spec


def promise(schemas: dict[str, Any]) -> None:
    for name, fields in NULLABLE.items():
        properties = schemas[name].get("properties", {})
        for field in fields:
            if field in properties:
                properties[field] = nullable(properties[field])
    for name in WHOLE:
        schemas[name]["required"] = sorted(set(schemas[name].get("properties", {})) - OCCASIONAL)


def answer(responses: dict[str, Any]) -> None:
    """Every refusal has one form; the description has it for some, and wrongly for a few."""
    for status in ("400", "404"):
        responses.pop(status, None)
    responses.setdefault("204", {"description": ""})
    content = {"application/json": {"schema": REFUSAL}}
    responses["default"] = {"content": content, "description": ""}


def nullable(schema: dict[str, Any]) -> dict[str, Any]:
    return {"nullable": True, "allOf": [schema]}


def asked(spec: dict[str, Any], path: str, parameter: dict[str, Any]) -> dict[str, Any]:
    """A parameter whose values are things that exist, and some that do not."""
    while "$ref" in parameter:
        found: Any = spec
        for part in parameter["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        parameter = found
    name = parameter["name"]
    if name not in {"id", "ids", "uris", "user_id", "category_id", "playlist_id"} | {
        f"seed_{kind}" for kind in ("artists", "tracks", "genres")
    }:
        return parameter
    kind = next((part for part in path.split("/") if part in IDS), "tracks")
    id_ = IDS.get(name.removeprefix("seed_"), IDS[kind])
    good = [id_, f"{id_},{TRACK}", f"spotify:track:{TRACK}", "rock"]
    junk = [each for each in JUNK if parameter["in"] != "path" or each not in {"", "../.."}]
    if parameter["in"] == "path":
        good = good[:1]
    return {**parameter, "schema": {"type": "string", "enum": [*good, *junk]}}


def every_operation() -> list[Any]:
    """All of the present description, and those of the older one that say something else."""
    new, classic = document(NEW), document(CLASSIC)
    for path, operations in classic["paths"].items():
        for method in [each for each in operations if operations[each] == new["paths"][path][each]]:
            del operations[method]
    found = [
        operation.ok()
        for spec in (new, classic)
        for operation in schemathesis.openapi.from_dict(spec).get_all_operations()
        if isinstance(operation, Ok)
    ]
    assert len(found) == len(OPERATIONS) + CHANGED
    return found


@pytest.fixture(scope="module")
def at(lived_in: Home) -> At:
    made = At(lived_in)
    made.rest("star", id=made.known.airbag, albumId=made.known.ok, artistId=made.known.radiohead)
    made.play(made.known.bachelorette, days_ago=1)
    return made


def here(at: At, value: Any) -> Any:
    """Values with the ids of what they stand for."""
    if isinstance(value, dict):
        return {name: here(at, each) for name, each in value.items()}
    if isinstance(value, list):
        return [here(at, each) for each in value]
    if not isinstance(value, str):
        return value
    known = at.known
    for name, id_ in (
        (TRACK, known.airbag), (ALBUM, known.ok), (ARTIST, known.radiohead), (GENRE, known.rock),
        (PERSON, known.bob),
    ):  # fmt: skip
        value = value.replace(name, id_)
    if value == PLAYLIST:
        # A new one each time: an owner who leaves a playlist removes it.
        return at.playlist("Road", known.airbag, known.karma)
    return value


@pytest.mark.parametrize("operation", every_operation(), ids=lambda each: str(each.label))
def test_no_answer_is_outside_the_description(at: At, operation: Any) -> None:
    headers = at.home.headers("alice")
    # Some that are as described, and some that are not.
    modes = st.sampled_from((GenerationMode.POSITIVE, GenerationMode.NEGATIVE))

    @settings(
        max_examples=6,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(data=st.data())
    def ask(data: st.DataObject) -> None:
        case = data.draw(operation.as_strategy(generation_mode=data.draw(modes)))
        case.path_parameters = here(at, case.path_parameters)
        case.query = here(at, case.query)
        response = case.call(base_url=at.home.url + "/v1", headers=headers)
        case.validate_response(response, checks=[not_a_server_error, response_schema_conformance])

    ask()
