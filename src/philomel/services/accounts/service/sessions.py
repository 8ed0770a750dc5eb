"""Sessions: opened with the account password, held by a token, ended by anyone who holds it."""

import secrets
import unicodedata

from sqlalchemy import Connection

from philomel.kernel.caller import ALL_SCOPES, Caller, CallerKind
from philomel.services.accounts.contract import (
    Authenticate,
    Authenticated,
    BadCredentials,
    Session,
    SetUp,
    SignIn,
    SignOut,
    User,
)
from philomel.services.accounts.rules.people import lookup_key
from philomel.services.accounts.rules.tries import Counter, network_of
from philomel.services.accounts.service.core import Core, caller_of
from philomel.services.accounts.service.gate import Count
from philomel.services.accounts.service.passwords import Verdict
from philomel.services.accounts.service.people import People
from philomel.services.accounts.service.recent import Recent
from philomel.services.accounts.service.tokens import Kind, Secret, parse
from philomel.services.accounts.store.sql import people as table
from philomel.services.accounts.store.sql import programs

SESSION_MS = 30 * 24 * 60 * 60 * 1000
TOUCH_MS = 60 * 60 * 1000
_MAX_DEVICE = 200
_NETWORK = "accounts.network"
_DEVICE = "accounts.device"


class Sessions(People):
    def __init__(self, core: Core) -> None:
        super().__init__(core)
        self._tokens: Recent[Authenticated] = core.remembering()

    async def set_up(self, request: SetUp, /) -> Session:
        return await self._open(await self.make_first(request), "", "")

    async def sign_in(self, request: SignIn, /) -> Session:
        core = self._core
        key = lookup_key(request.name)
        stored: table.StoredUser | None = None
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
        return await self._open(stored.user, request.address, request.device, stored, verdict)

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
        if session is None or not self._is_good(secret, session) or session.expires_at <= now:
            raise BadCredentials("the session has ended; sign in again")
        if now - session.seen_at >= TOUCH_MS:
            until = now + SESSION_MS
            await core.database.write(lambda c: table.touch_session(c, session.id, now, until))
        mac = core.mint.renewed(secret, session.mac, session.user.id)
        if mac is not None:
            await core.database.write(lambda c: table.renew_session(c, session.id, mac))
        return Authenticated(caller=caller_of(session.user, ALL_SCOPES), user=session.user)

    async def _by_access_token(self, secret: Secret) -> Authenticated:
        core = self._core
        token = await core.database.read(lambda c: programs.token_by_id(c, secret.id))
        if (
            token is None
            or token.kind is not programs.TokenKind.ACCESS
            or not core.mint.check(secret, token.mac, *programs.bound(token.grant))
            or token.expires_at <= core.clock.now()
        ):
            raise BadCredentials("the access token expired or was revoked")
        grant = token.grant
        if token.user is not None:
            caller = caller_of(token.user, grant.scopes, grant.client_id)
            return Authenticated(caller=caller, user=token.user)
        if grant.user_id is not None:
            raise BadCredentials("the access token was revoked")
        caller = Caller(kind=CallerKind.APP, name=grant.client_id, client_id=grant.client_id)
        return Authenticated(caller=caller)

    async def _open(
        self,
        user: User,
        address: str,
        device: str,
        proven: table.StoredUser | None = None,
        verdict: Verdict | None = None,
    ) -> Session:
        """A new session, unless the password that was `proven` has changed in the meantime."""
        core = self._core
        minted = core.mint.make(Kind.SESSION, user.id)
        now = core.clock.now()
        row = {
            "id": minted.id,
            "user_id": user.id,
            "mac": minted.mac,
            "device": _printable(device),
            "network": core.keys.sign(_NETWORK, _network_of(user.id, address)),
            "created_at": now,
            "seen_at": now,
            "expires_at": now + SESSION_MS,
        }

        def work(connection: Connection) -> None:
            if proven is not None:
                kept = table.user_by_id(connection, user.id)
                if kept is None or kept.password != proven.password:
                    raise BadCredentials("the password was changed just now; sign in again")
            if proven is not None and verdict is not None and verdict.rehashed is not None:
                table.replace_password(connection, user.id, proven.password, verdict.rehashed)
            table.insert_session(connection, row)

        await core.database.write(work)
        nonce = secrets.token_urlsafe(16)
        signature = core.keys.sign(_DEVICE, _device(user.id, nonce))
        return Session(
            token=minted.text,
            expires_at=now + SESSION_MS,
            user=user,
            device_token=f"{nonce}.{signature}",
        )

    def _is_good(self, secret: Secret, session: table.StoredSession) -> bool:
        return self._core.mint.check(secret, session.mac, session.user.id)

    def _counts(
        self,
        key: str | None,
        request: SignIn,
        stored: table.StoredUser | None,
        networks: list[str],
    ) -> list[Count]:
        core = self._core
        user_id = "" if stored is None else stored.user.id
        nonce, _, signature = request.device_token.partition(".")
        if (
            stored is not None
            and len(request.device_token) < _MAX_DEVICE
            and core.keys.verify(_DEVICE, _device(user_id, nonce), signature)
        ):
            return [core.gate.count(Counter.DEVICE, user_id, nonce)]
        network = _network_of(user_id, request.address)
        known = any(core.keys.verify(_NETWORK, network, mac) for mac in networks)
        return core.gate.counts(key, request.address, known=known)


def _find(connection: Connection, key: str | None) -> tuple[table.StoredUser | None, list[str]]:
    stored = None if key is None else table.user_by_key(connection, key)
    return stored, table.networks_of(connection, "" if stored is None else stored.user.id)


def _device(user_id: str, nonce: str) -> bytes:
    return f"{user_id}\0{nonce}".encode("utf-8", "replace")


def _network_of(user_id: str, address: str) -> bytes:
    return f"{user_id}\0{network_of(address)}".encode("utf-8", "replace")


def _printable(text: str) -> str:
    kept = (c for c in text[:_MAX_DEVICE] if unicodedata.category(c)[0] != "C")
    return "".join(kept)
