"""Sessions: opened by their person, held by a token, ended by anyone who holds it."""

import msgspec
from sqlalchemy import Connection

from philomel.kernel.caller import ALL_SCOPES, Caller, CallerKind, current
from philomel.services.accounts.contract import (
    Authenticate,
    Authenticated,
    BadCredentials,
    BadPasskey,
    CompleteSignIn,
    EndOtherSessions,
    EndSession,
    ListSessions,
    Prove,
    Session,
    SessionNotFound,
    SessionViews,
    SetUp,
    SignIn,
    SignOut,
    Way,
)
from philomel.services.accounts.rules.people import lookup_key
from philomel.services.accounts.rules.tries import Counter
from philomel.services.accounts.service.core import (
    Core,
    caller_of,
    require_own,
    require_self_or_admin,
)
from philomel.services.accounts.service.entering.codes import Codes
from philomel.services.accounts.service.entering.opening import (
    SESSION_MS,
    SIGN_IN,
    Opening,
    Visitor,
)
from philomel.services.accounts.service.entering.passkeys import Asked, Passkeys
from philomel.services.accounts.service.entering.waiting import Waiting, use
from philomel.services.accounts.service.people import People
from philomel.services.accounts.service.proofs.gate import Count
from philomel.services.accounts.service.proofs.recent import Recent
from philomel.services.accounts.service.proofs.tokens import Kind, Secret, parse
from philomel.services.accounts.store.sql import people as people_table
from philomel.services.accounts.store.sql import programs
from philomel.services.accounts.store.sql import sessions as table
from philomel.services.accounts.store.sql.links import Pending

TOUCH_MS = 60 * 60 * 1000
PASSKEY = "passkey"
"""What a challenge for a passkey waits as."""


class Sessions(People):
    def __init__(self, core: Core) -> None:
        super().__init__(core)
        self._tokens: Recent[Authenticated] = core.remembering()
        self._waiting = Waiting(core)
        self._opening = Opening(core, self._waiting)
        self._codes = Codes(core)
        self._passkeys = Passkeys(core)
        self._grant_used: dict[str, int] = {}

    async def set_up(self, request: SetUp, /) -> Session:
        return await self._opening.open(await self.make_first(request), Visitor(), Way.PASSWORD)

    async def sign_in(self, request: SignIn, /) -> Session:
        core = self._core
        key = lookup_key(request.name)
        stored: people_table.StoredUser | None = None
        async with core.hasher.turn():
            # Looked at within the turn: tries sent all at once are counted one by one.
            stored, networks = await core.database.read(lambda c: _find(c, key))
            counts = self._counts(key, request, stored, networks)
            await core.gate.check(counts)
            kept = None if stored is None else stored.password
            verdict = await core.hasher.verify(kept, request.password)
            if stored is None or not verdict.good:
                await core.gate.failed(counts)
                raise BadCredentials("the name or the password is wrong")
        await core.gate.passed(counts)
        if stored.user.second_factor and not stored.user.disabled:
            return await self._opening.ask(stored.user)
        visitor = Visitor(request.address, request.device)
        return await self._opening.open(stored.user, visitor, Way.PASSWORD, stored, verdict)

    async def complete_sign_in(self, request: CompleteSignIn, /) -> Session:
        core = self._core
        pending = await self._waiting.get(SIGN_IN, request.pending)
        user_id = pending.user_id or ""
        if request.passkey:
            await self._require_passkey(user_id, pending, request.passkey, request.origin)
        else:
            await self._codes.require(user_id, request.code)
        await core.database.write(lambda c: use(c, pending))
        stored = await core.database.read(lambda c: people_table.user_by_id(c, user_id))
        if stored is None:
            raise BadCredentials("this account was removed just now")
        visitor = Visitor(request.address, request.device)
        return await self._opening.open(stored.user, visitor, Way.PASSWORD)

    async def prove(self, request: Prove, /) -> None:
        user_id, session_id = require_own(), current().caller.session_id
        if session_id is None:
            raise BadCredentials("only a session can be proven anew")
        core = self._core
        stored = await core.database.read(lambda c: people_table.user_by_id(c, user_id))
        if stored is None:
            raise BadCredentials("this account was removed just now")
        if request.passkey:
            pending = await self._waiting.take(PASSKEY, request.pending)
            await self._require_passkey(user_id, pending, request.passkey, request.origin)
        elif request.code:
            await self._codes.require(user_id, request.code)
        else:
            await self.check_current(stored, request.password)
        now = core.clock.now()
        await core.revoke(lambda c: table.prove(c, session_id, now))

    async def list_sessions(self, request: ListSessions, /) -> SessionViews:
        require_self_or_admin(request.user_id)
        now, mine = self._core.clock.now(), current().caller.session_id
        found = await self._core.database.read(lambda c: table.views(c, request.user_id, now, mine))
        return SessionViews(tuple(found))

    async def end_session(self, request: EndSession, /) -> None:
        require_self_or_admin(request.user_id)
        core = self._core
        acted = core.acted("session.end", request.user_id)
        own = current().caller.user_id == request.user_id

        def work(connection: Connection) -> None:
            if not table.delete_own(connection, request.user_id, request.id):
                raise SessionNotFound("there is no such session")
            if not own:
                core.record(connection, acted)

        await core.revoke(work)

    async def end_other_sessions(self, request: EndOtherSessions, /) -> None:
        require_self_or_admin(request.user_id)
        core = self._core
        caller = current().caller
        own = caller.user_id == request.user_id
        acted = core.acted("session.end", request.user_id, "all")

        def work(connection: Connection) -> None:
            kept = caller.session_id if own else None
            table.delete_others(connection, request.user_id, kept)
            if not own:
                core.record(connection, acted)

        await core.revoke(work)

    async def sign_out(self, request: SignOut, /) -> None:
        secret = parse(request.token)
        if secret is None or secret.kind is not Kind.SESSION:
            return
        session = await self._core.database.read(lambda c: table.session(c, secret.id))
        if session is not None and self._is_good(secret, session):
            await self._core.revoke(lambda c: table.delete_session(c, secret.id))

    async def authenticate(self, request: Authenticate, /) -> Authenticated:
        core = self._core
        secret = parse(request.token)
        if secret is None:
            raise BadCredentials("the token is not good")
        known = self._tokens.get(secret.text, core.clock.now())
        if known is not None:
            return known
        generation = self._tokens.generation
        match secret.kind:
            case Kind.SESSION:
                found = await self._by_session(secret)
            case Kind.ACCESS:
                found = await self._by_access_token(secret)
            case _:
                raise BadCredentials("the token is not good")
        self._tokens.put(secret.text, found, core.clock.now(), generation)
        return found

    async def _by_session(self, secret: Secret) -> Authenticated:
        core = self._core
        session = await core.database.read(lambda c: table.session(c, secret.id))
        now = core.clock.now()
        if (
            session is None
            or not self._is_good(secret, session)
            or session.expires_at <= now
            or session.user.disabled
        ):
            raise BadCredentials("the session has ended; sign in again")
        if now - session.seen_at >= TOUCH_MS:
            until = now + SESSION_MS
            await core.note(lambda c: table.touch_session(c, session.id, now, until))
        mac = core.mint.renewed(secret, session.mac, session.user.id)
        if mac is not None:
            await core.database.write(lambda c: table.renew_session(c, session.id, mac))
        caller = caller_of(session.user, ALL_SCOPES, session=session)
        return Authenticated(caller=caller, user=session.user)

    async def _by_access_token(self, secret: Secret) -> Authenticated:
        core = self._core
        token = await core.database.read(lambda c: programs.token_by_id(c, secret.id))
        now = core.clock.now()
        if (
            token is None
            or token.kind is not programs.TokenKind.ACCESS
            or not core.mint.check(secret, token.mac, *programs.bound(token.grant))
            or token.expires_at <= now
        ):
            raise BadCredentials("the access token expired or was revoked")
        grant = token.grant
        if token.user is not None and not token.user.disabled:
            await self._touch_grant(grant.id, now)
            caller = caller_of(token.user, grant.scopes, grant.client_id)
            return Authenticated(caller=caller, user=token.user)
        if grant.user_id is not None:
            raise BadCredentials("the access token was revoked")
        caller = Caller(kind=CallerKind.APP, name=grant.client_id, client_id=grant.client_id)
        return Authenticated(caller=caller)

    async def _touch_grant(self, grant_id: str, now: int) -> None:
        """Remember, to the hour, when a program last came."""
        if now - self._grant_used.get(grant_id, 0) < TOUCH_MS:
            return
        if len(self._grant_used) > _MOST_GRANTS:
            self._grant_used.clear()
        self._grant_used[grant_id] = now
        await self._core.note(lambda c: programs.touch_grant(c, grant_id, now, now - TOUCH_MS))

    async def _require_passkey(
        self, user_id: str, pending: Pending, response: str, origin: str
    ) -> None:
        """See that a passkey of this person signed the challenge. Raises: BadPasskey."""
        if not pending.data:
            raise BadPasskey("no passkey was asked for")
        core = self._core
        counts = [core.gate.count(Counter.FACTOR, user_id)]
        await core.gate.check(counts)
        asked = msgspec.json.decode(pending.data, type=Asked)
        try:
            await self._passkeys.verify(asked, response, origin, user_id)
        except BadPasskey:
            await core.gate.failed(counts)
            raise
        await core.gate.passed(counts)

    def _is_good(self, secret: Secret, session: table.StoredSession) -> bool:
        return self._core.mint.check(secret, session.mac, session.user.id)

    def _counts(
        self,
        key: str | None,
        request: SignIn,
        stored: people_table.StoredUser | None,
        networks: list[str],
    ) -> list[Count]:
        core = self._core
        user_id = "" if stored is None else stored.user.id
        device = self._opening.known_device(user_id, request.device_token)
        if stored is not None and device is not None:
            return [core.gate.count(Counter.DEVICE, user_id, device)]
        known = self._opening.is_known_network(user_id, request.address, networks)
        return core.gate.counts(key, request.address, known=known)


_MOST_GRANTS = 10_000


def _find(
    connection: Connection, key: str | None
) -> tuple[people_table.StoredUser | None, list[str]]:
    stored = None if key is None else people_table.user_by_key(connection, key)
    return stored, table.networks_of(connection, "" if stored is None else stored.user.id)
