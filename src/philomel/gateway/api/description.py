"""The door's OpenAPI 3.1 description, from its routes."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from philomel.gateway.api.operation import Access, Route, Routes

Object = dict[str, Any]
_REF = "#/components/schemas/{name}"
_ERROR: Object = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["status", "code", "message"],
            "properties": {
                "status": {"type": "integer"},
                "code": {"type": "string"},
                "message": {"type": "string"},
            },
        }
    },
}
_ACCESS = {
    Access.ANYONE: "Open to everyone.",
    Access.LISTENER: "For whoever is signed in.",
    Access.ADMIN: "For administrators.",
}


def describe(prefix: str, topics: Mapping[str, Routes], version: str) -> Object:
    """The description as OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.0)."""
    types = list(dict.fromkeys(_types(route for routes in topics.values() for route in routes)))
    schemas, components = msgspec.json.schema_components(types, ref_template=_REF)
    by_type = dict(zip(types, schemas, strict=True))
    paths: dict[str, Object] = {}
    for topic, routes in topics.items():
        for route in routes:
            operation = _operation(topic, route, by_type)
            paths.setdefault(route.path, {})[route.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Philomel extension API",
            "version": version,
            "description": "What no existing protocol has words for: administration, progress, "
            "and what Philomel knows of music beyond the Web API.",
        },
        "servers": [{"url": prefix}],
        "security": [{"bearer": []}, {"session": []}],
        "paths": paths,
        "components": {
            "schemas": {**components, "Error": _ERROR},
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": "philomel_session"},
            },
        },
    }


def _types(routes: Iterable[Route]) -> Iterable[Any]:
    for route in routes:
        yield from (field.type for field in msgspec.structs.fields(route.asks))
        if route.answers is not None:
            yield route.answers


def _operation(topic: str, route: Route, schemas: Mapping[Any, Object]) -> Object:
    binary = route.takes != "application/json"
    from_body = route.method in {"POST", "PUT", "PATCH"} and not binary
    fields = msgspec.structs.fields(route.asks)
    in_path = [field for field in fields if f"{{{field.encode_name}}}" in route.path]
    rest = [field for field in fields if field not in in_path]
    if binary:
        rest = [field for field in rest if field.encode_name != "data"]
    operation: Object = {
        "operationId": route.work.__name__,
        "tags": [topic],
        "summary": (route.work.__doc__ or "").strip().partition("\n")[0],
        "description": _ACCESS[route.access],
        "responses": {
            **_answer(route, schemas),
            "default": {
                "description": "A failure.",
                "content": {"application/json": {"schema": {"$ref": _REF.format(name="Error")}}},
            },
        },
    }
    if route.access is Access.ANYONE:
        operation["security"] = []
    parameters = [
        {
            "name": field.encode_name,
            "in": "path" if field in in_path else "query",
            "required": field.required or field in in_path,
            "schema": schemas[field.type],
        }
        for field in (in_path if from_body else [*in_path, *rest])
    ]
    if parameters:
        operation["parameters"] = parameters
    if binary:
        body = {"schema": {"type": "string", "format": "binary"}}
        operation["requestBody"] = {"required": True, "content": {route.takes: body}}
    if from_body and rest:
        operation["requestBody"] = {
            "required": any(field.required for field in rest),
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object",
                        "properties": {f.encode_name: schemas[f.type] for f in rest},
                        "required": [f.encode_name for f in rest if f.required],
                    }
                }
            },
        }
    return operation


def _answer(route: Route, schemas: Mapping[Any, Object]) -> Object:
    if route.answers is None and route.content_type == "application/json":
        return {"204": {"description": "Done."}}
    kind = "text/event-stream" if route.streams else route.content_type
    schema = {"type": "string"} if route.answers is None else schemas[route.answers]
    return {"200": {"description": "The answer.", "content": {kind: {"schema": schema}}}}
