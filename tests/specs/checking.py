"""Holds an answer against a published description, as far as it describes shapes."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).resolve().parent
_TYPES: Mapping[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
}


class Description:
    """One OpenAPI 3.0 document."""

    def __init__(self, name: str) -> None:
        self._document: dict[str, Any] = json.loads((_FOLDER / f"{name}.json").read_text())

    def problems(self, path: str, value: object, method: str = "get") -> list[str]:
        """What is wrong with `value` as the good answer of an operation."""
        operation = self._document["paths"][path][method]
        response = self._resolve(operation["responses"]["200"])
        schema = response["content"]["application/json"]["schema"]
        return list(self._check(schema, value, "$"))

    def objects(
        self, path: str, value: object, method: str = "get"
    ) -> Iterator[tuple[str, Mapping[str, object]]]:
        """Every object in the good answer of an operation, with the name of its schema."""
        response = self._resolve(self._document["paths"][path][method]["responses"]["200"])
        yield from self._objects(response["content"]["application/json"]["schema"], value)

    def names(self, schema_name: str) -> set[str]:
        """The properties of a schema."""
        return set(self._properties(self._document["components"]["schemas"][schema_name]))

    def missing(self, schema_name: str, value: Mapping[str, object]) -> set[str]:
        """The properties of a schema that `value` does not have."""
        schema = self._document["components"]["schemas"][schema_name]
        return set(self._properties(schema)) - set(value)

    def _objects(
        self, schema: dict[str, Any], value: object
    ) -> Iterator[tuple[str, Mapping[str, object]]]:
        name = schema.get("$ref", "").rpartition("/")[2]
        schema = self._resolve(schema)
        if "oneOf" in schema:
            name = schema["oneOf"][0].get("$ref", "").rpartition("/")[2]
            schema = self._resolve(schema["oneOf"][0])
        if isinstance(value, dict):
            if name:
                yield name, value
            for key, part in self._properties(schema).items():
                if key in value:
                    yield from self._objects(part, value[key])
        elif isinstance(value, list) and "items" in schema:
            for item in value:
                yield from self._objects(schema["items"], item)

    def _resolve(self, schema: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in schema:
            found: Any = self._document
            for part in schema["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            schema = found
        return schema

    def _properties(self, schema: dict[str, Any]) -> dict[str, Any]:
        schema = self._resolve(schema)
        found: dict[str, Any] = {}
        for part in schema.get("allOf", ()):
            found |= self._properties(part)
        found |= schema.get("properties", {})
        return found

    def _check(self, schema: dict[str, Any], value: object, where: str) -> Iterator[str]:
        schema = self._resolve(schema)
        if value is None:
            if not schema.get("nullable"):
                yield f"{where} is null"
            return
        for part in schema.get("allOf", ()):
            yield from self._check(part, value, where)
        choices = schema.get("oneOf") or schema.get("anyOf")
        if choices and all(list(self._check(choice, value, where)) for choice in choices):
            yield f"{where} is none of its choices"
        kind = schema.get("type")
        if kind is not None and not _is(value, kind):
            yield f"{where} is no {kind}: {value!r:.60}"
            return
        if "enum" in schema and value not in schema["enum"]:
            yield f"{where} is none of {schema['enum']}: {value!r:.60}"
        yield from self._check_parts(schema, value, where)

    def _check_parts(self, schema: dict[str, Any], value: object, where: str) -> Iterator[str]:
        if isinstance(value, dict):
            for name in schema.get("required", ()):
                if name not in value:
                    yield f"{where}.{name} is missing"
            for name, part in schema.get("properties", {}).items():
                if name in value:
                    yield from self._check(part, value[name], f"{where}.{name}")
        if isinstance(value, list) and "items" in schema:
            for number, item in enumerate(value):
                yield from self._check(schema["items"], item, f"{where}[{number}]")


def _is(value: object, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    return isinstance(value, _TYPES[kind])
