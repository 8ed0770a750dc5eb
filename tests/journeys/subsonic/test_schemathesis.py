"""Made-up calls of every method, asked and posted: no defect, no answer that is not described."""

import json
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import response_schema_conformance
from tests.journeys.subsonic.place import Facts, Place

SPEC = Path(__file__).parents[2] / "specs" / "opensubsonic.json"
SONG, ALBUM, ARTIST = "song-that-exists", "album-that-exists", "artist-that-exists"
"""Stand for ids of the running server, which is not there when the calls are collected."""
JUNK = ("", "junk", "0" * 22, "z" * 22, "x" * 3_000, "\u0000", "ü€", "../..", "-1", "9" * 40)
IDS = {
    "id", "songId", "songIdToAdd", "albumId", "artistId", "playlistId", "mediaId", "current",
    "musicFolderId", "startSongId", "endSongId",
}  # fmt: skip
CHOICES = {
    "username": ["anna", "nobody", *JUNK],
    "type": ["random", "newest", "starred", "byYear", "byGenre", "junk"],
    "genre": ["Soundtrack", *JUNK],
    "query": ["battle", '""', *JUNK],
}
ENVELOPE = ("status", "version", "type", "serverVersion", "openSubsonic")
"""OpenSubsonic has them in every answer, whatever its description names."""


def document() -> dict[str, Any]:
    """The description, with values that could be meant."""
    spec: dict[str, Any] = json.loads(SPEC.read_text())
    for operations in spec["paths"].values():
        for operation in operations.values():
            for parameter in operation.get("parameters", ()):
                parameter["schema"] = likely(parameter["name"], parameter["schema"])
            for content in operation.get("requestBody", {}).get("content", {}).values():
                properties = content["schema"].get("properties", {})
                for name, schema in properties.items():
                    properties[name] = likely(name, schema)
            for response in operation["responses"].values():
                if "$ref" not in response:
                    response.setdefault("description", "")
    for response in spec["components"]["responses"].values():
        response.setdefault("description", "")
    return spec


def likely(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    if schema.get("type") == "array":
        return {**schema, "items": likely(name, schema["items"]), "maxItems": 3}
    if name in IDS:
        return {"type": "string", "enum": [SONG, ALBUM, ARTIST, *JUNK]}
    if name in CHOICES:
        return {"type": "string", "enum": CHOICES[name]}
    return schema


def every_operation() -> list[Any]:
    schema = schemathesis.openapi.from_dict(document())
    return [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]


@pytest.mark.parametrize("operation", every_operation(), ids=lambda each: str(each.label))
def test_no_answer_is_outside_the_description(place: Place, facts: Facts, operation: Any) -> None:
    real = {SONG: facts.song["id"], ALBUM: facts.album["id"], ARTIST: facts.artist["id"]}

    @settings(
        max_examples=4,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(data=st.data())
    def ask(data: st.DataObject) -> None:
        case = data.draw(operation.as_strategy())
        case.query = {**named(case.query or {}, real), **place.anna}
        if isinstance(case.body, dict) and "json" not in str(case.media_type):
            case.body = {**named(case.body, real), **place.anna}
            case.query = {}
        response = case.call(base_url=place.shape.url)
        assert response.status_code == 200
        case.validate_response(response, checks=[not_a_server_error, response_schema_conformance])
        if "json" in response.headers.get("content-type", [""])[0]:
            told = response.json()["subsonic-response"]
            assert all(name in told for name in ENVELOPE)
            assert "went wrong" not in str(told.get("error"))

    ask()


def named(given_: dict[str, Any], real: dict[str, str]) -> dict[str, Any]:
    """The ids that exist, in place of what stands for them."""

    def meant(value: Any) -> Any:
        if isinstance(value, list):
            return [meant(one) for one in value]
        return real.get(value, value) if isinstance(value, str) else value

    return {name: meant(value) for name, value in given_.items()}
