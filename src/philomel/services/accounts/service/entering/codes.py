"""Codes of authenticator apps, and recovery codes."""

import secrets
from functools import partial

from sqlalchemy import Connection

from philomel.kernel.ids import new_id
from philomel.services.accounts.contract import BadCredentials
from philomel.services.accounts.rules import totp
from philomel.services.accounts.rules.tries import Counter
from philomel.services.accounts.service.core import Core
from philomel.services.accounts.store.sql import factors as table

TOTP = "accounts.totp"
_RECOVERY = "accounts.recovery"
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_CODES, _GROUPS, _GROUP = 10, 2, 5


class Codes:
    def __init__(self, core: Core) -> None:
        self._core = core

    async def require(self, user_id: str, code: str, *, waiting: bool = False) -> None:
        """See that `code` is good, and use it up.

        Args:
            waiting: only the app that waits for its first code is asked.

        Raises: BadCredentials, TooManyTries.
        """
        core = self._core
        counts = [core.gate.count(Counter.FACTOR, user_id)]
        await core.gate.check(counts)
        good = await self._use_totp(user_id, code, waiting=waiting)
        if not good and not waiting:
            good = await self._use_recovery(user_id, code)
        if not good:
            await core.gate.failed(counts)
            raise BadCredentials("the code is wrong, or was used already")
        await core.gate.passed(counts)

    async def _use_totp(self, user_id: str, code: str, *, waiting: bool) -> bool:
        core = self._core
        kept = await core.database.read(lambda c: table.totp(c, user_id))
        if kept is None or kept.confirmed is waiting:
            return False
        try:
            secret = core.keys.decrypt(TOTP, kept.secret, user_id.encode())
        except ValueError:
            return False  # its key is gone, or the row was tampered with: it opens nothing
        step = totp.matching_step(secret, code, core.clock.now())
        if step is None:
            return False
        return await core.database.write(lambda c: table.use_step(c, user_id, step))

    async def _use_recovery(self, user_id: str, code: str) -> bool:
        core = self._core
        given = _plain(code)
        if len(given) != _GROUPS * _GROUP:
            return False
        kept = await core.database.read(lambda c: table.codes(c, user_id))
        signed = _signed(user_id, given)
        fit = [each.id for each in kept if core.keys.verify(_RECOVERY, signed, each.mac)]
        if not fit:
            return False
        return await core.database.write(lambda c: table.use_code(c, fit[0]))

    def make(self, user_id: str) -> tuple[tuple[str, ...], list[table.StoredCode]]:
        """New recovery codes, and what to keep of them."""
        texts = tuple(
            "-".join(
                "".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS)
            )
            for _ in range(_CODES)
        )
        sign = partial(self._core.keys.sign, _RECOVERY)
        kept = [table.StoredCode(new_id(), sign(_signed(user_id, _plain(text)))) for text in texts]
        return texts, kept

    async def renew(self) -> int:
        """Encrypt anew what was encrypted with a key that will end; how many that were."""
        core = self._core
        count = 0
        for user_id, sealed in await core.database.read(table.totps, long=True):
            if core.keys.current(sealed):
                continue
            try:
                secret = core.keys.decrypt(TOTP, sealed, user_id.encode())
            except ValueError:
                continue
            anew = core.keys.encrypt(TOTP, secret, user_id.encode())
            await core.database.write(partial(_renew, user_id=user_id, old=sealed, new=anew))
            count += 1
        return count


def _renew(connection: Connection, user_id: str, old: bytes, new: bytes) -> None:
    table.renew_totp(connection, user_id, old, new)


def _plain(code: str) -> str:
    return "".join(c for c in code.casefold() if c.isascii() and c.isalnum())


def _signed(user_id: str, code: str) -> bytes:
    return f"{user_id}\0{code}".encode()
