"""Answers on their way out: bytes, marks to ask again by, and what other sites may read."""

import hashlib
from collections.abc import Mapping

import msgspec
from litestar import Response

JSON = "application/json; charset=utf-8"
# Pages of other sites may call this door with a token of theirs. Browsers send no cookie
# along when every origin is allowed, and refuse the answer if a page makes them.
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Retry-After, WWW-Authenticate",
}
# What is answered depends on who asks, so only the asker may keep it, and must ask again
# whether it still holds; that costs them no body.
_KEEP = {"Cache-Control": "private, max-age=0, must-revalidate", "Vary": "Authorization"}
_encoder = msgspec.json.Encoder()


def preflight(allowed: str) -> Response[None]:
    """What a browser is told that asks whether a page of another site may call."""
    headers = {
        **CORS,
        "Allow": allowed,
        "Access-Control-Allow-Methods": allowed,
        "Access-Control-Allow-Headers": "Authorization, Content-Type, If-None-Match",
        "Access-Control-Max-Age": "86400",
    }
    return Response(None, status_code=204, headers=headers)


def answer(content: object, status: int, *, reading: bool, known: str | None) -> Response[bytes]:
    """A good answer.

    Args:
        content: None has no body.
        reading: whether the request changed nothing.
        known: the marks (If-None-Match) of what the client has already.
    """
    body = b"" if content is None else _encoder.encode(content)
    if not reading or not body:
        # A 204 stays one although there is nothing to encode; a 200 may be empty.
        return Response(body, status_code=status, media_type=JSON, headers=CORS)
    mark = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    headers = {**CORS, **_KEEP, "ETag": mark}
    if known is not None and is_known(mark, known):
        return Response(b"", status_code=304, headers=headers)
    return Response(body, status_code=status, media_type=JSON, headers=headers)


def is_known(mark: str, known: str) -> bool:
    """Whether an If-None-Match header names `mark` (RFC 9110, 13.1.2: weakly compared)."""
    if known.strip() == "*":
        return True
    return mark in {each.strip().removeprefix("W/") for each in known.split(",")}


def failure(
    status: int, message: str, reason: str | None, headers: Mapping[str, str]
) -> Response[bytes]:
    """A failure as `{"error": {"status", "message"}}`, as clients of this API read it."""
    error: dict[str, object] = {"status": status, "message": message}
    if reason is not None:
        error["reason"] = reason
    body = _encoder.encode({"error": error})
    return Response(body, status_code=status, media_type=JSON, headers={**CORS, **headers})
