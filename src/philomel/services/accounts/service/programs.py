"""Programs: OAuth 2.1 authorization code with PKCE, refresh tokens and client credentials.

A grant is what one consent led to. Its code and all its tokens hang on it, so that the
second use of a code or of a refresh token (somebody holds a copy) ends them all.
"""

import logging

from msgspec import Struct
from sqlalchemy import Connection

from philomel.kernel.caller import current
from philomel.kernel.errors import PermissionDenied
from philomel.kernel.ids import is_id, new_id
from philomel.services.accounts.contract import (
    App,
    AppNotFound,
    AuthorizationCode,
    Authorize,
    BadRedirect,
    ClientCredentials,
    ExchangeCode,
    GetApp,
    InvalidClient,
    InvalidGrant,
    MintToken,
    Refresh,
    Tokens,
    UserNotFound,
)
from philomel.services.accounts.rules.programs import (
    ALL,
    SCOPES,
    check_challenge,
    check_scopes,
    check_verifier,
    match_redirect,
)
from philomel.services.accounts.service.core import Part
from philomel.services.accounts.service.proofs.tokens import Kind, Secret, parse
from philomel.services.accounts.store.sql import people
from philomel.services.accounts.store.sql import programs as table
from philomel.services.accounts.store.sql.programs import StoredGrant, StoredToken, TokenKind

CODE_MS = 60 * 1000
ACCESS_MS = 60 * 60 * 1000
REFRESH_MS = 180 * 24 * 60 * 60 * 1000
_DAY_MS = 24 * 60 * 60 * 1000
_NEVER = (1 << 53) - 1
COMMAND_LINE = "philomel"
"""The client id of tokens that the operator minted; a public program without redirects."""

_COMMAND_LINE_APP = App(client_id=COMMAND_LINE, name="Philomel", redirect_uris=(), public=True)
_log = logging.getLogger(__name__)


class _Refused(Struct, frozen=True):
    """Why an exchange fails, handed out of a transaction that has to be kept."""

    message: str


class Programs(Part):
    async def get_app(self, request: GetApp, /) -> App:
        stored = await self.find_app(request.client_id)
        if stored is None:
            raise AppNotFound("there is no such program")
        asked = request.redirect_uri
        if asked is not None and not match_redirect(asked, stored.app.redirect_uris):
            raise BadRedirect("this is not one of the program's redirect URIs")
        return stored.app

    async def authorize(self, request: Authorize, /) -> AuthorizationCode:
        caller = current().caller
        user_id = caller.require_user()
        if caller.client_id is not None or "*" not in caller.scopes:
            raise PermissionDenied("only a person who signed in lets programs in")
        core = self._core
        app = await self.get_app(GetApp(request.client_id, request.redirect_uri))
        challenge = check_challenge(request.code_challenge, public=app.public)
        scopes = check_scopes(request.scopes)
        now = core.clock.now()
        # The grant lives as long as its code until somebody comes with the code.
        grant = StoredGrant(new_id(), app.client_id, user_id, scopes, now, now + CODE_MS)
        minted = core.mint.make(Kind.CODE, *table.bound(grant))
        code = table.StoredCode(
            id=minted.id,
            mac=minted.mac,
            redirect_uri=request.redirect_uri,
            challenge=challenge,
            expires_at=now + CODE_MS,
            used_at=None,
            grant=grant,
        )

        def work(connection: Connection) -> None:
            table.insert_grant(connection, grant)
            table.insert_code(connection, code)

        await core.database.write(work)
        _log.info("%s lets program %s in", user_id, app.client_id)
        return AuthorizationCode(code=minted.text)

    async def exchange_code(self, request: ExchangeCode, /) -> Tokens:
        core = self._core
        app = await self._proven(request.client_id, request.client_secret)
        secret = parse(request.code)
        if secret is None or secret.kind is not Kind.CODE:
            raise InvalidGrant("the code is not good")
        now = core.clock.now()

        def work(connection: Connection) -> Tokens | _Refused:
            code = table.code_by_id(connection, secret.id)
            if code is None or not core.mint.check(secret, code.mac, *table.bound(code.grant)):
                return _Refused("the code is not good")
            if not table.use_code(connection, code.id, now):
                table.delete_grant(connection, code.grant.id)
                return _Refused("the code was used before; what it gave out is revoked")
            refused = _unfit(code, app.app, request, now)
            if refused is not None:
                table.delete_grant(connection, code.grant.id)
                return refused
            return self._give(connection, code.grant, now)

        return _or_raise(await core.revoke(work))

    async def refresh(self, request: Refresh, /) -> Tokens:
        core = self._core
        client_id = request.client_id or COMMAND_LINE
        app = await self._proven(client_id, request.client_secret)
        secret = parse(request.refresh_token)
        if secret is None or secret.kind is not Kind.REFRESH:
            raise InvalidGrant("the refresh token is not good")
        now = core.clock.now()

        def work(connection: Connection) -> Tokens | _Refused:
            token = table.token_by_id(connection, secret.id)
            if token is None or not self._holds(secret, token, app.app):
                return _Refused("the refresh token is not good")
            if not table.use_token(connection, token.id, now):
                table.delete_grant(connection, token.grant.id)
                return _Refused("the refresh token was used before; the program must sign in again")
            user = token.user
            if token.expires_at <= now or self._end_of(token.grant) <= now:
                return _Refused("the refresh token expired; the program must ask its person again")
            if user is not None and user.disabled:
                return _Refused("the refresh token is not good")
            return self._give(connection, token.grant, now)

        return _or_raise(await core.revoke(work))

    async def client_credentials(self, request: ClientCredentials, /) -> Tokens:
        core = self._core
        app = await self._proven(request.client_id, request.client_secret)
        if app.app.public:
            raise InvalidClient("a public program has nothing to prove itself by")
        now = core.clock.now()
        grant = StoredGrant(new_id(), app.app.client_id, None, (), now, now + ACCESS_MS)

        def work(connection: Connection) -> Tokens:
            table.insert_grant(connection, grant)
            access = self._add(connection, Kind.ACCESS, TokenKind.ACCESS, grant, now + ACCESS_MS)
            return Tokens(access_token=access, expires_in=ACCESS_MS // 1000, scopes=())

        return await core.database.write(work)

    async def mint_token(self, request: MintToken, /) -> Tokens:
        current().caller.require_service()
        core = self._core
        scopes = ALL if request.scopes == ALL else check_scopes(request.scopes or SCOPES)
        stored = await core.database.read(lambda c: people.user_by_id(c, request.user_id))
        if stored is None:
            raise UserNotFound("there is no such user")
        now = core.clock.now()
        grant = StoredGrant(new_id(), COMMAND_LINE, stored.user.id, scopes, now, now)

        def work(connection: Connection) -> Tokens:
            table.insert_grant(connection, grant)
            core.record(connection, acted)
            return self._give(connection, grant, now)

        acted = core.acted("token.mint", stored.user.id, " ".join(scopes))
        _log.info("a token for %s was made on the command line", stored.user.id)
        return await core.database.write(work)

    async def find_app(self, client_id: str) -> table.StoredApp | None:
        if not is_id(client_id):
            return None
        return await self._core.database.read(lambda c: table.app(c, client_id))

    async def _proven(self, client_id: str, client_secret: str | None) -> table.StoredApp:
        """The program, if it is the one that it says it is."""
        if client_id == COMMAND_LINE:
            return table.StoredApp(app=_COMMAND_LINE_APP, secret_mac=None)
        stored = await self.find_app(client_id)
        if stored is None:
            raise InvalidClient("there is no such program, or its secret is wrong")
        if stored.secret_mac is None:
            return stored
        secret = parse(client_secret or "")
        if (
            secret is None
            or secret.kind is not Kind.APP_SECRET
            or secret.id != client_id
            or not self._core.mint.check(secret, stored.secret_mac)
        ):
            raise InvalidClient("there is no such program, or its secret is wrong")
        old = stored.secret_mac
        mac = self._core.mint.renewed(secret, old)
        if mac is not None:
            await self._core.database.write(lambda c: table.renew_secret(c, client_id, old, mac))
        return stored

    def _holds(self, secret: Secret, token: StoredToken, app: App) -> bool:
        return (
            token.kind is TokenKind.REFRESH
            and token.grant.client_id == app.client_id
            and self._core.mint.check(secret, token.mac, *table.bound(token.grant))
        )

    def _give(self, connection: Connection, grant: StoredGrant, now: int) -> Tokens:
        """A new pair of tokens of a grant."""
        end = self._end_of(grant)
        access_until, refresh_until = min(now + ACCESS_MS, end), min(now + REFRESH_MS, end)
        access = self._add(connection, Kind.ACCESS, TokenKind.ACCESS, grant, access_until)
        refresh = self._add(connection, Kind.REFRESH, TokenKind.REFRESH, grant, refresh_until)
        table.extend_grant(connection, grant.id, refresh_until)
        return Tokens(
            access_token=access,
            expires_in=max(0, access_until - now) // 1000,
            scopes=grant.scopes,
            refresh_token=refresh,
        )

    def _end_of(self, grant: StoredGrant) -> int:
        """When its person must be asked again, however often it was refreshed."""
        days = self._core.settings.grant_days
        return _NEVER if days <= 0 else grant.created_at + days * _DAY_MS

    def _add(
        self, connection: Connection, kind: Kind, stored: TokenKind, grant: StoredGrant, until: int
    ) -> str:
        minted = self._core.mint.make(kind, *table.bound(grant))
        token = StoredToken(minted.id, stored, minted.mac, until, None, grant)
        table.insert_token(connection, token)
        return minted.text


def _unfit(code: table.StoredCode, app: App, request: ExchangeCode, now: int) -> _Refused | None:
    """Why a good code is not good for this request."""
    if code.expires_at <= now:
        return _Refused("the code expired")
    if code.grant.client_id != app.client_id:
        return _Refused("the code was given to another program")
    if code.redirect_uri != request.redirect_uri:
        return _Refused("redirect_uri is not the one that the code was asked for with")
    try:
        check_verifier(code.challenge, request.code_verifier)
    except InvalidGrant as error:
        return _Refused(error.message)
    return None


def _or_raise(result: Tokens | _Refused) -> Tokens:
    if isinstance(result, _Refused):
        raise InvalidGrant(result.message)
    return result
