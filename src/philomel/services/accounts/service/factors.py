"""Second factors: set up, used, and taken away again."""

import logging
from functools import partial

import msgspec
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from philomel.kernel.caller import current
from philomel.services.accounts.contract import (
    AddPasskey,
    BadCredentials,
    BadPasskey,
    BeginPasskey,
    BeginPasskeySignIn,
    BeginTotp,
    ConfirmTotp,
    FactorNotFound,
    Factors,
    GetFactors,
    NewPasskey,
    NewTotp,
    PasskeyChallenge,
    RecoveryCodes,
    RemovePasskey,
    RemoveTotp,
    RenewRecoveryCodes,
    ResetFactors,
    Session,
    SignInWithPasskey,
    User,
    UserNotFound,
    Way,
)
from philomel.services.accounts.rules import totp
from philomel.services.accounts.rules.people import check_label
from philomel.services.accounts.rules.tries import Counter, network_of
from philomel.services.accounts.service.core import (
    Core,
    require_own,
    require_self_or_admin,
)
from philomel.services.accounts.service.entering.codes import TOTP
from philomel.services.accounts.service.entering.opening import SIGN_IN, Visitor
from philomel.services.accounts.service.entering.passkeys import Asked
from philomel.services.accounts.service.entering.waiting import use
from philomel.services.accounts.service.sessions import PASSKEY, Sessions
from philomel.services.accounts.store.sql import factors as table
from philomel.services.accounts.store.sql import links, people

_MAKING = "new_passkey"
_MOST = 50
_log = logging.getLogger(__name__)


class SecondFactors(Sessions):
    def __init__(self, core: Core) -> None:
        super().__init__(core)

    async def get_factors(self, request: GetFactors, /) -> Factors:
        require_self_or_admin(request.user_id)

        def work(connection: Connection) -> Factors:
            kept = table.totp(connection, request.user_id)
            return Factors(
                totp=kept is not None and kept.confirmed,
                recovery_codes=table.count_codes(connection, request.user_id),
                passkeys=tuple(each.shown for each in table.passkeys(connection, request.user_id)),
            )

        return await self._core.database.read(work)

    async def begin_totp(self, request: BeginTotp, /) -> NewTotp:
        import secrets

        user = await self._own()
        core = self._core
        secret = secrets.token_bytes(totp.SECRET_BYTES)
        sealed = core.keys.encrypt(TOTP, secret, user.id.encode())
        if not await core.database.write(lambda c: table.put_totp(c, user.id, sealed)):
            raise BadCredentials("an authenticator app is set up already; remove it first")
        server = request.server[:100]
        return NewTotp(secret=totp.shown(secret), uri=totp.uri(secret, server, user.name))

    async def confirm_totp(self, request: ConfirmTotp, /) -> RecoveryCodes:
        user = await self._own()
        if await self._core.database.read(lambda c: table.totp(c, user.id)) is None:
            raise FactorNotFound("no authenticator app waits for its first code")
        await self._codes.require(user.id, request.code, waiting=True)
        codes = await self._settle(user.id)
        _log.info("%s uses an authenticator app from now on", user.id)
        return RecoveryCodes(codes)

    async def remove_totp(self, _request: RemoveTotp, /) -> None:
        user = await self._own()

        def work(connection: Connection) -> None:
            if not table.delete_totp(connection, user.id):
                raise FactorNotFound("no authenticator app is set up")
            table.settle(connection, user.id)

        await self._core.revoke(work)

    async def renew_recovery_codes(self, _request: RenewRecoveryCodes, /) -> RecoveryCodes:
        user = await self._own()
        if not user.second_factor:
            raise FactorNotFound("recovery codes stand in for a second factor; set one up first")
        texts, kept = self._codes.make(user.id)
        await self._core.database.write(lambda c: table.replace_codes(c, user.id, kept))
        return RecoveryCodes(texts)

    async def begin_passkey(self, request: BeginPasskey, /) -> PasskeyChallenge:
        user = await self._own()
        asked, options = await self._passkeys.options(user, request.origin)
        return PasskeyChallenge(await self._waiting.make(_MAKING, user.id, asked), options)

    async def add_passkey(self, request: AddPasskey, /) -> NewPasskey:
        user = await self._own()
        core = self._core
        label = check_label(request.label)
        pending = await self._waiting.get(_MAKING, request.pending)
        if pending.user_id != user.id:
            raise BadPasskey("this passkey was begun by somebody else")
        asked = msgspec.json.decode(pending.data, type=Asked)
        made = self._passkeys.read(user.id, asked, request.response, request.origin, label)

        def work(connection: Connection) -> None:
            use(connection, pending)
            if len(table.passkeys(connection, user.id)) >= _MOST:
                raise BadPasskey(f"a person has at most {_MOST} passkeys; remove some")
            try:
                with connection.begin_nested():
                    table.insert_passkey(connection, made)
            except IntegrityError:
                raise BadPasskey("this passkey is here already") from None

        await core.database.write(work)
        codes = await self._settle(user.id)
        return NewPasskey(passkey=made.shown, recovery=codes)

    async def remove_passkey(self, request: RemovePasskey, /) -> None:
        user = await self._own()

        def work(connection: Connection) -> None:
            if not table.delete_passkey(connection, user.id, request.id):
                raise FactorNotFound("there is no such passkey")
            table.settle(connection, user.id)

        await self._core.revoke(work)

    async def begin_passkey_sign_in(self, request: BeginPasskeySignIn, /) -> PasskeyChallenge:
        core = self._core
        if not request.pending:
            user_id = current().caller.user_id  # to prove that it is still them
            asked, options = await self._passkeys.challenge(user_id, request.origin)
            return PasskeyChallenge(await self._waiting.make(PASSKEY, user_id, asked), options)
        pending = await self._waiting.get(SIGN_IN, request.pending)
        asked, options = await self._passkeys.challenge(pending.user_id, request.origin)
        data = msgspec.json.encode(asked).decode()
        await core.database.write(lambda c: links.replace_data(c, pending.id, data))
        return PasskeyChallenge(request.pending, options)

    async def sign_in_with_passkey(self, request: SignInWithPasskey, /) -> Session:
        core = self._core
        counts = [core.gate.count(Counter.LINK, "passkey", network_of(request.address))]
        await core.gate.check(counts)
        pending = await self._waiting.take(PASSKEY, request.pending)
        asked = msgspec.json.decode(pending.data, type=Asked)
        try:
            found = await self._passkeys.verify(asked, request.response, request.origin)
        except BadPasskey:
            await core.gate.failed(counts)
            raise
        stored = await core.database.read(lambda c: people.user_by_id(c, found.user_id))
        if stored is None:
            raise BadPasskey("this passkey is not known here")
        visitor = Visitor(request.address, request.device)
        return await self._opening.open(stored.user, visitor, Way.PASSKEY)

    async def reset_factors(self, request: ResetFactors, /) -> None:
        current().caller.require_admin()
        core = self._core
        core.require_proof()
        acted = core.acted("user.reset_factors", request.user_id)

        def work(connection: Connection) -> None:
            if people.user_by_id(connection, request.user_id) is None:
                raise UserNotFound("there is no such user")
            table.delete_all(connection, request.user_id)
            core.record(connection, acted)

        await core.revoke(work)

    async def renew_totps(self) -> int:
        """Encrypt anew the secrets of authenticator apps whose key will end."""
        return await self._codes.renew()

    async def _own(self) -> User:
        """The calling person, who has just proven themselves."""
        user_id = require_own()
        self._core.require_proof()
        stored = await self._core.database.read(lambda c: people.user_by_id(c, user_id))
        if stored is None:
            raise UserNotFound("there is no such user")
        return stored.user

    async def _settle(self, user_id: str) -> tuple[str, ...]:
        """Ask for the factor from now on; recovery codes if the person has none."""
        texts, kept = self._codes.make(user_id)
        give = partial(_give_codes, user_id=user_id, kept=kept)
        given = await self._core.revoke(give)
        return texts if given else ()


def _give_codes(connection: Connection, user_id: str, kept: list[table.StoredCode]) -> bool:
    table.settle(connection, user_id)
    if table.count_codes(connection, user_id):
        return False
    table.replace_codes(connection, user_id, kept)
    return True
