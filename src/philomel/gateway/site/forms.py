"""Reading what a browser's form or an OAuth client sends."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from litestar import Request
from litestar.datastructures import State

from philomel.kernel.errors import InvalidArgument

AnyRequest = Request[Any, Any, State]
_MOST_FIELDS = 60
_FORM = "application/x-www-form-urlencoded"


class WrongForm(InvalidArgument):
    http_status, code = 415, "wrong_media_type"


class RepeatedField(InvalidArgument):
    """RFC 6749, 3.1: request parameters stand once."""

    code = "invalid_request"


async def read_form(request: AnyRequest) -> Mapping[str, str]:
    """The fields of a URL-encoded body.

    Browsers send `text/plain` or `multipart` across sites as gladly, so only this is read.

    Raises:
        WrongForm: the body is something else.
        RepeatedField: a field stands twice.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != _FORM:
        raise WrongForm(f"send the form as {_FORM}")
    return parse(await request.body())


def parse(encoded: bytes) -> Mapping[str, str]:
    """The fields of a query or URL-encoded body. Raises: RepeatedField, InvalidArgument."""
    try:
        pairs = parse_qsl(
            encoded.decode("ascii"),
            keep_blank_values=True,
            max_num_fields=_MOST_FIELDS,
            errors="strict",
        )
    except ValueError:
        raise InvalidArgument("the request is not URL-encoded UTF-8") from None
    fields: dict[str, str] = {}
    for name, value in pairs:
        if name in fields:
            raise RepeatedField(f"{name[:40]} is there twice")
        fields[name] = value
    return fields


def local_path(path: str | None) -> str:
    """`path` if it leads to a page of this server, else the start."""
    if path is None or not path.startswith("/") or path[1:2] in {"/", "\\"}:
        return "/"
    parts = urlsplit(path)
    plain = all("\x21" <= character <= "\x7e" for character in path) and "\\" not in path
    if parts.scheme or parts.netloc or not plain:
        return "/"
    return path
