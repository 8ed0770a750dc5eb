"""The web port: reading what lies on other people's servers, without being led astray.

What is fetched is named by strangers more often than it seems: a redirect, a link in a feed, a
name that resolves to a machine in the house. So every fetch is held to public addresses, a
size, a time and a few redirects.

    PhilomelError
    ├── PermissionDenied → AddressRefused    a private address, or no http
    ├── InvalidArgument  → TooLarge          the body is larger than asked for
    └── Unavailable                          no answer, a broken one, or too many redirects
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from msgspec import Struct

from philomel.kernel.errors import InvalidArgument, PermissionDenied


class AddressRefused(PermissionDenied):
    code = "web.address_refused"


class TooLarge(InvalidArgument):
    code = "web.too_large"


class Fetched(Struct, frozen=True):
    """An answer, whatever its status.

    Attributes:
        url: where it came from, after redirects.
        content_type: in lower case, without parameters; "" if it was not said.
        body: whole; at most as large as was asked for.
        retry_after: seconds until the server wants to hear from us again, if it said so.
    """

    status: int
    url: str
    content_type: str
    body: bytes
    retry_after: float | None = None


class Sending(Protocol):
    """An answer whose body comes as it is read.

    Attributes:
        url: where it comes from, after redirects.
        content_type: in lower case, without parameters; "" if it was not said.
    """

    status: int
    url: str
    content_type: str

    def header(self, name: str) -> str:
        """The value of a header, by its name in lower case; "" without one."""
        ...

    def chunks(self) -> AsyncIterator[bytes]:
        """The body, once.

        Raises: Unavailable if the server breaks off, or is silent for too long.
        """
        ...


class Web(Protocol):
    async def get(
        self,
        url: str,
        *,
        limit: int,
        seconds: float = 20.0,
        headers: Mapping[str, str] | None = None,
    ) -> Fetched:
        """Fetch `url`, following at most five redirects.

        Args:
            limit: bytes of the body at most.
            seconds: for everything together.

        Raises: AddressRefused, TooLarge, Unavailable.
        """
        ...

    async def post_form(
        self,
        url: str,
        form: Mapping[str, str],
        *,
        limit: int,
        seconds: float = 20.0,
        headers: Mapping[str, str] | None = None,
    ) -> Fetched:
        """Send a form to `url`, URL-encoded. A redirect is refused: forms hold secrets.

        Raises: AddressRefused, TooLarge, Unavailable.
        """
        ...

    def stream(self, url: str, *, silence: float = 30.0) -> AbstractAsyncContextManager[Sending]:
        """Open `url` as `get` does; leaving the block hangs up.

        Args:
            silence: seconds that the server may send nothing.

        Raises: AddressRefused, Unavailable.
        """
        ...

    async def close(self) -> None: ...
