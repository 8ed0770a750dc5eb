"""Ways in for whom somebody else vouches: an OpenID Connect provider, a proxy in front.

What identifies a person is the provider's subject and nothing else. A name or an e-mail
address that fits an account here never opens it: its person links the two, signed in.
"""

import base64
import hashlib
import hmac
import logging
import secrets

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from philomel.kernel.caller import current
from philomel.kernel.ids import new_id
from philomel.services.accounts.contract import (
    BadCredentials,
    BadName,
    BeginProvider,
    CompleteProvider,
    FactorNotFound,
    GetProvider,
    Identities,
    Identity,
    ListIdentities,
    NameTaken,
    NotSupported,
    ProveByProxy,
    Provider,
    ProviderDone,
    ProviderFailed,
    ProviderRedirect,
    RemoveIdentity,
    Role,
    Session,
    SignInByProxy,
    User,
    Way,
)
from philomel.services.accounts.rules import claims as rules
from philomel.services.accounts.rules.people import lookup_key
from philomel.services.accounts.service.core import Core, require_own, require_self_or_admin
from philomel.services.accounts.service.entering.opening import Visitor
from philomel.services.accounts.service.links import Links
from philomel.services.accounts.service.providers.relying import Relying
from philomel.services.accounts.store.sql import factors, people, sessions
from philomel.services.accounts.store.sql import links as table
from philomel.services.accounts.store.sql.links import StoredIdentity

_PROVIDER = "provider"
_WAIT_MS = 15 * 60 * 1000
_log = logging.getLogger(__name__)


class _Question(Struct, frozen=True):
    """What was asked of the provider."""

    state: str
    nonce: str
    verifier: str
    redirect_uri: str
    then: str


class Vouching(Links):
    def __init__(self, core: Core) -> None:
        super().__init__(core)
        settings = core.settings
        self._relying: Relying | None = None
        if core.web is not None and settings.oidc_issuer and settings.oidc_client_id:
            self._relying = Relying(core.web, core.clock, settings)

    async def get_provider(self, _request: GetProvider, /) -> Provider:
        return Provider(self._core.settings.oidc_name if self._relying is not None else "")

    async def begin_provider(self, request: BeginProvider, /) -> ProviderRedirect:
        relying = self._provider()
        user_id: str | None = None
        if request.link:
            user_id = require_own()
            self._core.require_proof()
        question = _Question(
            state=secrets.token_urlsafe(24),
            nonce=secrets.token_urlsafe(24),
            verifier=secrets.token_urlsafe(48),
            redirect_uri=request.redirect_uri,
            then=request.then,
        )
        digest = hashlib.sha256(question.verifier.encode()).digest()
        url = await relying.authorization_url(
            {
                "redirect_uri": request.redirect_uri,
                "state": question.state,
                "nonce": question.nonce,
                "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
                "code_challenge_method": "S256",
            }
        )
        pending = await self._waiting.make(_PROVIDER, user_id, question, wait_ms=_WAIT_MS)
        return ProviderRedirect(url=url, pending=pending)

    async def complete_provider(self, request: CompleteProvider, /) -> ProviderDone:
        relying = self._provider()
        try:
            pending = await self._waiting.take(_PROVIDER, request.pending)
        except BadCredentials:
            raise ProviderFailed("this browser did not ask the provider; begin again") from None
        question = msgspec.json.decode(pending.data, type=_Question)
        if not hmac.compare_digest(request.state.encode(), question.state.encode()):
            raise ProviderFailed("the provider answers another question; begin again")
        if request.redirect_uri != question.redirect_uri:
            raise ProviderFailed("this page's address has changed meanwhile; begin again")
        metadata = await relying.metadata()
        named = request.issuer is not None
        if (named or metadata.authorization_response_iss_parameter_supported) and (
            request.issuer != metadata.issuer
        ):
            raise ProviderFailed("another provider answers than the one that was asked")
        if request.error or not request.code:
            raise ProviderFailed("the provider did not let you through")
        claims = await self._claims(relying, request.code, question)
        role = rules.role_of(claims, self._core.settings)
        visitor = Visitor(request.address, request.device)
        if pending.user_id is not None:
            if current().caller.user_id != pending.user_id:
                raise ProviderFailed("sign in first, then link the two accounts")
            user = await self._link(pending.user_id, claims)
            session = await self._opening.open(user, visitor, Way.PROVIDER)
            return ProviderDone(session=session, then=question.then, linked=True)
        user = await self._linked(claims, role) or await self._join(claims, role)
        return ProviderDone(
            session=await self._opening.open(user, visitor, Way.PROVIDER), then=question.then
        )

    async def list_identities(self, request: ListIdentities, /) -> Identities:
        require_self_or_admin(request.user_id)
        found = await self._core.database.read(lambda c: table.identities(c, request.user_id))
        return Identities(tuple(each.shown for each in found))

    async def remove_identity(self, request: RemoveIdentity, /) -> None:
        require_self_or_admin(request.user_id)
        core = self._core
        core.require_proof()
        acted = core.acted("identity.remove", request.user_id)
        own = current().caller.user_id == request.user_id

        def work(connection: Connection) -> None:
            if not table.delete_identity(connection, request.user_id, request.id):
                raise FactorNotFound("there is no such account")
            if not own:
                core.record(connection, acted)

        await core.revoke(work)

    async def sign_in_by_proxy(self, request: SignInByProxy, /) -> Session:
        current().caller.require_service()
        core = self._core
        key = lookup_key(request.name)
        stored = (
            None if key is None else await core.database.read(lambda c: people.user_by_key(c, key))
        )
        if stored is None:
            if not core.settings.proxy_create:
                raise BadCredentials("nobody has the name that the proxy vouches for")
            stored = await self._keep(request.name, Role.LISTENER, None)
        visitor = Visitor(request.address, request.device)
        return await self._opening.open(stored.user, visitor, Way.PROXY)

    async def prove_by_proxy(self, request: ProveByProxy, /) -> None:
        current().caller.require_service()
        key, now = lookup_key(request.name), self._core.clock.now()

        def work(connection: Connection) -> None:
            stored = None if key is None else people.user_by_key(connection, key)
            if stored is None or stored.user.disabled:
                raise BadCredentials("the proxy vouches for nobody here")
            user = stored.user
            totp = factors.totp(connection, user.id)
            confirmed = totp is not None and totp.confirmed
            if user.has_password or confirmed or factors.passkeys(connection, user.id):
                raise BadCredentials("there is a password or a second factor: use that")
            if not sessions.prove_own(connection, user.id, request.session_id, now):
                raise BadCredentials("the proxy vouches for somebody else")

        await self._core.revoke(work)

    def _provider(self) -> Relying:
        if self._relying is None:
            raise NotSupported("this server knows no provider to sign in with")
        return self._relying

    async def _claims(self, relying: Relying, code: str, question: _Question) -> rules.Claims:
        """What the provider says of the person, checked."""
        settings = self._core.settings
        id_token, access = await relying.exchange(code, question.verifier, question.redirect_uri)
        claims = await relying.claims(id_token)
        subject = rules.check_id_token(
            claims,
            issuer=settings.oidc_issuer,
            client_id=settings.oidc_client_id,
            nonce=question.nonce,
            now_s=self._core.clock.now() / 1000,
        )
        more = await relying.user_info(access)
        if more and more.get("sub") != subject:
            raise ProviderFailed("the provider speaks of two people at once")
        # What is signed counts more than what is only said.
        return {**more, **claims}

    async def _link(self, user_id: str, claims: rules.Claims) -> User:
        stored = await self.stored(user_id)
        await self._core.database.write(
            lambda c: self._insert_identity(c, self._identity(user_id, claims))
        )
        _log.info("%s may come by the provider from now on", user_id)
        return stored.user

    async def _linked(self, claims: rules.Claims, role: Role | None) -> User | None:
        """The person who comes this way, with the role that the provider gives."""
        core = self._core
        issuer, now = core.settings.oidc_issuer, core.clock.now()

        def work(connection: Connection) -> User | None:
            found = table.identity(connection, issuer, str(claims["sub"]))
            if found is None:
                return None
            table.touch_identity(connection, found.shown.id, now)
            admins = people.lock_admins(connection)
            stored = people.user_by_id(connection, found.user_id)
            if stored is None or role is None or stored.user.role is role:
                return None if stored is None else stored.user
            if admins == [found.user_id]:
                _log.warning("%s stays an administrator: there is no other", found.user_id)
                return stored.user
            user = replace(stored.user, role=role)
            people.change_user(connection, user)
            core.record(connection, core.acted("user.change", user.id, f"role={role.value}"))
            return user

        return await core.revoke(work)

    async def _join(self, claims: rules.Claims, role: Role | None) -> User:
        settings = self._core.settings
        if not settings.oidc_create:
            raise ProviderFailed(
                "nobody here is linked with that account; sign in with your password, and link "
                "the two in your settings"
            )
        stored = await self._keep(rules.name_of(claims, settings), role or Role.LISTENER, claims)
        return stored.user

    async def _keep(self, name: str, role: Role, claims: rules.Claims | None) -> people.StoredUser:
        """A new account without a password."""
        core = self._core
        try:
            stored = await self.prepare(name, None, role)
        except BadName as error:
            raise ProviderFailed(f"the name cannot be taken over: {error.message}") from None
        acted = core.acted("user.create", stored.user.id, role.value)

        def work(connection: Connection) -> None:
            try:
                self.insert(connection, stored)
            except NameTaken:
                raise NameTaken(
                    "somebody here has that name already; if it is you, sign in with your "
                    "password, and link the two in your settings"
                ) from None
            if claims is not None:
                self._insert_identity(connection, self._identity(stored.user.id, claims))
            core.record(connection, acted)

        await core.database.write(work)
        _log.info("account %s made for whom another server vouches", stored.user.id)
        return stored

    def _identity(self, user_id: str, claims: rules.Claims) -> StoredIdentity:
        now = self._core.clock.now()
        shown = Identity(
            id=new_id(),
            issuer=self._core.settings.oidc_issuer,
            label=rules.label_of(claims),
            created_at=now,
            last_used_at=now,
        )
        return StoredIdentity(user_id, str(claims["sub"]), shown)

    def _insert_identity(self, connection: Connection, stored: StoredIdentity) -> None:
        found = table.identity(connection, stored.shown.issuer, stored.subject)
        if found is not None and found.user_id == stored.user_id:
            return
        try:
            if found is not None:
                raise NameTaken("that account opens another one here already")
            with connection.begin_nested():
                table.insert_identity(connection, stored)
        except IntegrityError:
            raise NameTaken("that account opens another one here already") from None
