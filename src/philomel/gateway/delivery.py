"""How a door sends media bytes in place of an answer of its own."""

from typing import Protocol

from litestar.types import Receive, Scope, Send


class MediaBytes(Protocol):
    """Opens signed addresses: in this process, or through the media role's listener."""

    async def send(self, signed: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request with the bytes behind `signed`, ranges and HEAD included.

        Args:
            signed: path and query, as the media service signed them.
            scope: of the player's request, whose headers and method count.
            receive: tells when the player leaves.
            send: takes the answer.
        """
        ...
