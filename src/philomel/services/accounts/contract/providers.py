"""Signing in by what others vouch for: an OpenID Connect provider, or a proxy in front."""

from typing import Protocol

from msgspec import Struct

from philomel.services.accounts.contract.sessions import Session


class GetProvider(Struct, frozen=True):
    """No parameters."""


class Provider(Struct, frozen=True):
    """Attributes:
    name: for the button; empty when there is none.
    """

    name: str = ""


class BeginProvider(Struct, frozen=True):
    """Attributes:
    redirect_uri: where the provider sends the browser back to.
    then: a path of this server, to go on to afterwards.
    link: the calling person wants to come this way from now on.
    """

    redirect_uri: str
    then: str = "/"
    link: bool = False


class ProviderRedirect(Struct, frozen=True):
    """Attributes:
    url: where to send the browser.
    pending: for this browser alone, in a cookie: who follows a link of somebody else's
        has none.
    """

    url: str
    pending: str


class CompleteProvider(Struct, frozen=True):
    """What came back.

    Attributes:
        state, code, issuer, error: from the query of the redirect.
    """

    pending: str
    state: str
    redirect_uri: str
    address: str
    code: str = ""
    issuer: str | None = None
    error: str = ""
    device: str = ""


class ProviderDone(Struct, frozen=True):
    """Attributes:
    then: the path to go on to.
    linked: an account was linked; its person had a session, which stays.
    """

    session: Session
    then: str
    linked: bool = False


class Identity(Struct, frozen=True):
    """An account elsewhere that opens one here.

    Attributes:
        label: what the provider calls the person.
    """

    id: str
    issuer: str
    label: str
    created_at: int
    last_used_at: int | None = None


class Identities(Struct, frozen=True):
    items: tuple[Identity, ...]


class ListIdentities(Struct, frozen=True):
    user_id: str


class RemoveIdentity(Struct, frozen=True):
    user_id: str
    id: str


class SignInByProxy(Struct, frozen=True):
    """A trusted proxy says who this is. Only the gateway calls it, after it looked at the peer."""

    name: str
    address: str
    device: str = ""


class ProveByProxy(Struct, frozen=True):
    """A trusted proxy says that the person of this session is still there. As `SignInByProxy`."""

    name: str
    session_id: str


class ProviderCalls(Protocol):
    """Those who vouch for people."""

    async def get_provider(self, request: GetProvider, /) -> Provider:
        """The OpenID Connect provider that people may sign in with. Open to everyone."""
        ...

    async def begin_provider(self, request: BeginProvider, /) -> ProviderRedirect:
        """Where to send the browser to sign in there. To link, the person must be signed in.

        Raises: NotSupported, ProviderFailed, ProofNeeded.
        """
        ...

    async def complete_provider(self, request: CompleteProvider, /) -> ProviderDone:
        """Open a session for whoever the provider vouches for, or link them.

        An account is never taken over: a name or e-mail that fits proves nothing here.

        Raises: ProviderFailed, AccountDisabled, NameTaken.
        """
        ...

    async def list_identities(self, request: ListIdentities, /) -> Identities:
        """The accounts elsewhere that open this one."""
        ...

    async def remove_identity(self, request: RemoveIdentity, /) -> None:
        """The account elsewhere opens this one no longer.

        Raises: FactorNotFound, ProofNeeded.
        """
        ...

    async def sign_in_by_proxy(self, request: SignInByProxy, /) -> Session:
        """Open a session for whom a trusted proxy vouches. Only the gateway asks.

        Raises: BadCredentials if nobody has that name and none is made; AccountDisabled.
        """
        ...

    async def prove_by_proxy(self, request: ProveByProxy, /) -> None:
        """Proof for whom a trusted proxy vouches, and who has none of their own: no password
        and no second factor. Only the gateway asks.

        Raises: BadCredentials.
        """
        ...
