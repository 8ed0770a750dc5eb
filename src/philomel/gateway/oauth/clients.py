"""How a program proves itself at the token endpoint: RFC 6749, 2.3.1."""

import base64
import binascii
from collections.abc import Mapping
from urllib.parse import unquote_plus

from msgspec import Struct

from philomel.gateway.authentication import Connection
from philomel.kernel.errors import InvalidArgument
from philomel.services.accounts.contract import InvalidClient


class Client(Struct, frozen=True):
    """Attributes:
    id: empty if none was sent.
    """

    id: str
    secret: str | None


def client_of(connection: Connection, fields: Mapping[str, str]) -> Client:
    """The credentials in the Authorization header, or else in the body.

    Raises:
        InvalidClient: the header is malformed.
        InvalidArgument: header and body do not say the same.
    """
    header = connection.headers.get("authorization")
    sent_id = fields.get("client_id", "")
    if header is None:
        return Client(sent_id, fields.get("client_secret"))
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        raise InvalidClient("programs prove themselves by Basic, or in the body")
    try:
        name, colon, secret = (
            base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
        )
    except (binascii.Error, UnicodeDecodeError):
        raise InvalidClient("the Authorization header is malformed") from None
    if not colon:
        raise InvalidClient("the Authorization header is malformed")
    client = Client(unquote_plus(name), unquote_plus(secret))
    if sent_id not in {"", client.id} or fields.get("client_secret") not in {None, client.secret}:
        raise InvalidArgument("header and body name different programs", code="invalid_request")
    return client
