"""What the pages of a person's account have in common: who asks, from where, and how fresh."""

from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from litestar.response import Redirect

from philomel.gateway.authentication import DEVICE_COOKIE, Authenticator, client_address
from philomel.gateway.public import Public, at
from philomel.gateway.site.forms import AnyRequest, local_path
from philomel.kernel.caller import Caller
from philomel.kernel.clock import Clock
from philomel.kernel.errors import PhilomelError
from philomel.services.accounts.contract import Accounts, ProofNeeded

PROVEN_MS = 9 * 60 * 1000
"""A minute less than accounts asks for: what is begun on a page can be sent off from it."""


@dataclass(frozen=True)
class Desk:
    """Attributes:
    accounts, authenticator, public, clock: what the handlers work with.
    """

    accounts: Accounts
    authenticator: Authenticator
    public: Public
    clock: Clock

    async def caller(self, request: AnyRequest) -> Caller:
        """Who is signed in. Raises as `Authenticator.session` does."""
        return await self.authenticator.session(request)

    async def proven(self, request: AnyRequest) -> Caller:
        """Who is signed in, and was there a moment ago. Raises: ProofNeeded."""
        caller = await self.caller(request)
        if not 0 <= self.clock.now() - caller.proven_at <= PROVEN_MS:
            raise ProofNeeded("prove first that it is still you")
        return caller

    def address(self, request: AnyRequest) -> str:
        return client_address(request, self.public)

    def origin(self, request: AnyRequest) -> str:
        """The origin of our own pages, as the browser sees them."""
        parts = urlsplit(self.public.url(request))
        return f"{parts.scheme}://{parts.netloc}"


def device(request: AnyRequest) -> str:
    """The browser's own words."""
    return request.headers.get("user-agent", "")[:200]


def device_token(request: AnyRequest) -> str:
    return request.cookies.get(DEVICE_COOKIE, "")[:200]


def to_proof(request: AnyRequest) -> Redirect:
    """To the page that asks for the password again, and from there back to where the form was."""
    came = request.url.path
    if request.method != "GET":
        came = local_path(urlsplit(request.headers.get("referer", "")).path or "/")
    elif request.scope.get("query_string"):
        came += "?" + request.scope["query_string"].decode("ascii", "replace")
    prefix = at("")
    if prefix and came.startswith(prefix + "/"):
        came = came[len(prefix) :]
    return Redirect(at("/prove?next=") + quote(local_path(came), safe=""), status_code=303)


def back(path: str) -> Redirect:
    """On to a page of this server, after something was done."""
    return Redirect(at(path), status_code=303)


def with_wait(error: PhilomelError) -> str:
    """What went wrong, and how long to wait."""
    if error.retry_after is None:
        return error.message
    seconds = max(1, round(error.retry_after + 0.5))
    return f"{error.message} ({seconds} seconds)"
