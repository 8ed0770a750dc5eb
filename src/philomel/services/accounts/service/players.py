"""App passwords and API keys, for players that cannot do better.

Players of the Subsonic family prove that they know a password by md5(password + salt), so it
must be kept recoverable: encrypted by the ring, random, and never the account password.
Every request brings it along, hence the short memory.
"""

import hashlib
import hmac
import secrets
from functools import partial
from typing import NoReturn

from msgspec import Struct
from sqlalchemy import Connection

from philomel.kernel.caller import ALL_SCOPES, current
from philomel.kernel.errors import InvalidArgument
from philomel.kernel.ids import is_id, new_id
from philomel.services.accounts.contract import (
    AppPassword,
    AppPasswordNotFound,
    AppPasswords,
    Authenticated,
    AuthenticatePlayer,
    BadCredentials,
    CreateAppPassword,
    ListAppPasswords,
    NewAppPassword,
    Renewed,
    RenewSecrets,
    RevokeAppPassword,
    UserNotFound,
)
from philomel.services.accounts.rules.people import check_label, lookup_key
from philomel.services.accounts.rules.tries import Counter, network_of
from philomel.services.accounts.service.core import (
    Core,
    Part,
    caller_of,
    require_self_or_admin,
)
from philomel.services.accounts.service.proofs.recent import Recent
from philomel.services.accounts.service.proofs.tokens import Kind, parse
from philomel.services.accounts.store.sql import players as table

_PURPOSE = "accounts.app_password"
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP = 4, 5
_MOST = 200
_TOUCH_MS = 5 * 60 * 1000
_MAX_SALT = 256


class Known(Struct, frozen=True):
    """One app password, ready to be compared.

    Attributes:
        forms: as it was shown, and without the hyphens.
    """

    id: str
    forms: tuple[bytes, ...]
    answer: Authenticated


class Players(Part):
    def __init__(self, core: Core) -> None:
        super().__init__(core)
        self._known: Recent[tuple[Known, ...]] = core.remembering()
        self._used: dict[str, int] = {}

    async def create_app_password(self, request: CreateAppPassword, /) -> NewAppPassword:
        require_self_or_admin(request.user_id)
        core = self._core
        core.require_proof()
        label = check_label(request.label)
        password_id = new_id()
        password = "-".join(
            "".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS)
        )
        key = core.mint.make(Kind.API_KEY, request.user_id, row_id=password_id)
        stored = table.StoredAppPassword(
            user_id=request.user_id,
            secret=core.keys.encrypt(
                _PURPOSE, password.encode(), _context(request.user_id, password_id)
            ),
            key_mac=key.mac,
            shown=AppPassword(id=password_id, label=label, created_at=core.clock.now()),
        )

        def work(connection: Connection) -> None:
            holder = table.holder_by_id(connection, request.user_id)
            if holder is None:
                raise UserNotFound("there is no such user")
            if len(holder.passwords) >= _MOST:
                raise InvalidArgument(f"a person has at most {_MOST} app passwords; revoke some")
            table.insert_password(connection, stored)
            if not own:
                core.record(connection, acted)

        own = current().caller.user_id == request.user_id
        acted = core.acted("app_password.create", request.user_id)
        await core.revoke(work)
        return NewAppPassword(id=password_id, label=label, password=password, api_key=key.text)

    async def list_app_passwords(self, request: ListAppPasswords, /) -> AppPasswords:
        require_self_or_admin(request.user_id)
        holder = await self._core.database.read(lambda c: table.holder_by_id(c, request.user_id))
        passwords = () if holder is None else holder.passwords
        return AppPasswords(items=tuple(stored.shown for stored in passwords))

    async def revoke_app_password(self, request: RevokeAppPassword, /) -> None:
        require_self_or_admin(request.user_id)
        if not is_id(request.id):
            raise AppPasswordNotFound("there is no such app password")
        core = self._core
        own = current().caller.user_id == request.user_id
        acted = core.acted("app_password.revoke", request.user_id)

        def work(connection: Connection) -> None:
            if not table.delete_password(connection, request.user_id, request.id):
                raise AppPasswordNotFound("there is no such app password")
            if not own:
                core.record(connection, acted)

        await core.revoke(work)

    async def renew_secrets(self, _request: RenewSecrets, /) -> Renewed:
        current().caller.require_service()
        core = self._core
        after, count = "", 0
        while True:
            page = await core.database.read(partial(table.secrets_after, after=after))
            if not page:
                return Renewed(count)
            after = page[-1].id
            anew = [renewed for each in page if (renewed := self._renewed(each)) is not None]
            count += await core.database.write(partial(table.renew_secrets, anew=anew))

    def _renewed(self, sealed: table.Sealed) -> table.Resealed | None:
        keys, context = self._core.keys, _context(sealed.user_id, sealed.id)
        if keys.current(sealed.secret):
            return None
        try:
            password = keys.decrypt(_PURPOSE, sealed.secret, context)
        except ValueError:
            return None  # it opens nothing any more
        return table.Resealed(sealed, keys.encrypt(_PURPOSE, password, context))

    async def authenticate_player(self, request: AuthenticatePlayer, /) -> Authenticated:
        ways = [request.password, request.token, request.api_key]
        if sum(way is not None for way in ways) != 1:
            raise InvalidArgument("send exactly one of app password, token with salt, API key")
        if (request.api_key is None) == (request.name is None):
            raise InvalidArgument("a user name goes with a password or token, not with an API key")
        known = (
            await self._by_key(request.api_key)
            if request.api_key is not None
            else await self._by_name(request)
        )
        if known is None:
            await self._refuse(request)
        await self._touch(known)
        return known.answer

    async def _by_key(self, api_key: str) -> Known | None:
        core = self._core
        secret = parse(api_key)
        if secret is None or secret.kind is not Kind.API_KEY:
            return None
        remembered = self._known.get(secret.text, core.clock.now())
        if remembered is not None:
            return remembered[0]
        generation = self._known.generation
        holder = await core.database.read(lambda c: table.holder_of(c, secret.id))
        if holder is None or holder.user.disabled:
            return None
        stored = holder.passwords[0]
        if not core.mint.check(secret, stored.key_mac, stored.user_id):
            return None
        mac = core.mint.renewed(secret, stored.key_mac, stored.user_id)
        if mac is not None:
            await core.database.write(lambda c: table.renew_key(c, secret.id, stored.key_mac, mac))
        known = Known(id=secret.id, forms=(), answer=_answer(holder, stored))
        self._remember_use(stored)
        self._known.put(secret.text, (known,), core.clock.now(), generation)
        return known

    async def _by_name(self, request: AuthenticatePlayer) -> Known | None:
        key = lookup_key(request.name or "")
        passwords = () if key is None else await self._passwords_of(key)
        found: Known | None = None
        # All are compared, whichever fits: the time says nothing about their order.
        for known in passwords:
            if _proves(request, known.forms):
                found = known
        return found

    async def _passwords_of(self, key: str) -> tuple[Known, ...]:
        core = self._core
        now = core.clock.now()
        remembered = self._known.get("name:" + key, now)
        if remembered is not None:
            return remembered
        generation = self._known.generation
        holder = await core.database.read(lambda c: table.holder_by_key(c, key))
        usable: list[Known] = []
        if holder is not None and not holder.user.disabled:
            for stored in holder.passwords:
                forms = self._decrypt(stored)
                if forms is not None:
                    self._remember_use(stored)
                    usable.append(Known(stored.shown.id, forms, _answer(holder, stored)))
        self._known.put("name:" + key, tuple(usable), now, generation)
        return tuple(usable)

    def _decrypt(self, stored: table.StoredAppPassword) -> tuple[bytes, ...] | None:
        context = _context(stored.user_id, stored.shown.id)
        try:
            password = self._core.keys.decrypt(_PURPOSE, stored.secret, context)
        except ValueError:
            # Its key is gone, or the row was tampered with: it opens nothing.
            return None
        return (password, password.replace(b"-", b""))

    async def _refuse(self, request: AuthenticatePlayer) -> NoReturn:
        """Count and refuse.

        Only what is wrong waits: a good app password cannot be guessed, so the counter need
        not hold it up when another player in the house tries a revoked one all day.
        """
        core = self._core
        key = lookup_key(request.name or "") or ""
        counts = [core.gate.count(Counter.PLAYER, key, network_of(request.address))]
        await core.gate.check(counts)
        await core.gate.failed(counts)
        raise BadCredentials("wrong user name, app password or API key")

    def _remember_use(self, stored: table.StoredAppPassword) -> None:
        used = stored.shown.last_used_at
        if used is not None and used > self._used.get(stored.shown.id, 0):
            self._used[stored.shown.id] = used

    async def _touch(self, known: Known) -> None:
        now = self._core.clock.now()
        if now - self._used.get(known.id, 0) < _TOUCH_MS:
            return
        self._used[known.id] = now
        await self._core.note(lambda c: table.touch_password(c, known.id, now))


def _answer(holder: table.Holder, stored: table.StoredAppPassword) -> Authenticated:
    caller = caller_of(holder.user, ALL_SCOPES, stored.shown.id)
    return Authenticated(caller=caller, user=holder.user)


def _context(user_id: str, password_id: str) -> bytes:
    return f"{user_id}\0{password_id}".encode()


def _proves(request: AuthenticatePlayer, forms: tuple[bytes, ...]) -> bool:
    if request.password is not None:
        given = request.password.strip().encode("utf-8", "replace")
        return any(hmac.compare_digest(given, form) for form in forms)
    salt = (request.salt or "").encode("utf-8", "replace")
    if not salt or len(salt) > _MAX_SALT:
        return False
    token = (request.token or "").lower().encode("utf-8", "replace")
    # md5 is what the protocol asks for; it guards 100 random bits, not a person's password.
    digests = [hashlib.md5(form + salt, usedforsecurity=False).hexdigest() for form in forms]
    return any(hmac.compare_digest(token, digest.encode()) for digest in digests)
