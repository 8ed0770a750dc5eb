"""Account passwords: Argon2id, in threads, a bounded number at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from msgspec import Struct

from philomel.services.accounts.contract import TooManyTries
from philomel.services.accounts.rules.people import password_bytes

if TYPE_CHECKING:
    from argon2 import PasswordHasher

_AT_ONCE = 2
_WAITING = 64


class Cost(Struct, frozen=True):
    """Argon2id parameters; the default is OWASP's second choice, 31 ms on one core.

    Attributes:
        memory: KiB.
    """

    time: int = 2
    memory: int = 19 * 1024
    lanes: int = 1


class Verdict(Struct, frozen=True):
    """Attributes:
    rehashed: the password under today's parameters, if it was kept under others.
    """

    good: bool
    rehashed: str | None = None


class Hasher:
    """Hashes and verifies. Memory stays at two hashes' worth whatever comes in."""

    def __init__(self, cost: Cost | None = None) -> None:
        self._cost = cost or Cost()
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._waiting = 0
        self._argon2: PasswordHasher | None = None
        self._nobody = ""

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for one of the slots.

        Raises:
            TooManyTries: too many wait already.
        """
        if self._waiting >= _WAITING:
            raise TooManyTries("too many sign-ins at once; try again in a moment", retry_after=2)
        self._waiting += 1
        try:
            await self._slots.acquire()
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._slots.release()

    async def hash(self, password: str) -> str:
        """The PHC string to keep."""
        async with self.turn():
            return await asyncio.to_thread(self._hash, password_bytes(password))

    async def verify(self, kept: str | None, password: str) -> Verdict:
        """Whether `password` was hashed to `kept`; call it within a `turn`.

        Without `kept` (there is no such user) the same work is done in vain, so that the
        time does not tell who has an account.
        """
        return await asyncio.to_thread(self._verify, kept, password_bytes(password))

    def _hash(self, password: bytes) -> str:
        return self._hasher().hash(password)

    def _verify(self, kept: str | None, password: bytes) -> Verdict:
        from argon2.exceptions import Argon2Error, InvalidHash

        hasher = self._hasher()
        try:
            hasher.verify(kept or self._nobody, password)
        except (Argon2Error, InvalidHash):
            return Verdict(good=False)
        if kept is None:
            return Verdict(good=False)
        if hasher.check_needs_rehash(kept):
            return Verdict(good=True, rehashed=hasher.hash(password))
        return Verdict(good=True)

    def _hasher(self) -> "PasswordHasher":
        if self._argon2 is None:
            # Imported at the first sign-in: most processes never see one.
            import secrets

            from argon2 import PasswordHasher

            cost = self._cost
            hasher = PasswordHasher(
                time_cost=cost.time, memory_cost=cost.memory, parallelism=cost.lanes
            )
            self._nobody = hasher.hash(secrets.token_bytes(32))
            self._argon2 = hasher
        return self._argon2
