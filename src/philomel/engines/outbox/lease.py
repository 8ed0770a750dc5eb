"""A lease: for a time, one of several workers may do something.

A worker that pauses may wake when its lease has gone to another. So every change of
hands gives a higher fencing token, and what is written under a lease checks the token in
the same transaction.
"""

import os
import secrets
from pathlib import Path

from sqlalchemy import Connection, bindparam, select, update

from philomel.engines.outbox.tables import LEASE, insert_new
from philomel.engines.sql import Database
from philomel.kernel.clock import Clock
from philomel.kernel.errors import FailedPrecondition

_FIND = select(LEASE).where(LEASE.c.name == bindparam("lease"))
_TAKE = (
    update(LEASE)
    .where(LEASE.c.name == bindparam("lease"))
    .values(
        owner=bindparam("new_owner"), token=bindparam("new_token"), expires_at=bindparam("until")
    )
)


_SKEW_MS = 600_000
"""The clocks of two machines are not further apart than that."""


class LeaseLost(FailedPrecondition):
    """Another worker holds the lease now."""

    code = "outbox.lease_lost"


class Lease:
    """One worker's claim to the lease `name`.

    Args:
        owner: unique to the worker; one that names this process when left out.
        seconds: how long a claim lasts without being renewed.
    """

    def __init__(
        self,
        database: Database,
        name: str,
        clock: Clock,
        owner: str | None = None,
        *,
        seconds: float = 10.0,
    ) -> None:
        self._database = database
        self._name = name
        self._clock = clock
        self._owner = owner or f"{_this_process()}/{secrets.token_hex(8)}"
        self._milliseconds = int(seconds * 1000)
        self._token: int | None = None
        self._until = 0

    @property
    def token(self) -> int | None:
        """The fencing token while the lease is surely ours, with some time to spare."""
        left = self._until - self._clock.now()
        # More than was asked for is left when the clock was set back: then it says nothing.
        return self._token if self._milliseconds // 4 < left <= self._milliseconds else None

    async def acquire(self) -> int | None:
        """Take the lease, or renew it; its token, or None while another holds it."""
        until = self._clock.now() + self._milliseconds
        self._token = await self._database.write(lambda connection: self._claim(connection, until))
        self._until = until
        return self._token

    async def release(self) -> None:
        """Let another have it at once."""
        token, self._token = self._token, None
        if token is not None:
            await self._database.write(lambda connection: self._let_go(connection, token))

    def check(self, connection: Connection, token: int) -> None:
        """Refuse to go on in this transaction unless `token` is still the current one.

        Raises:
            LeaseLost: it is not.
        """
        row = connection.execute(_FIND, {"lease": self._name}).one_or_none()
        if row is None or row.token != token or row.owner != self._owner:
            raise LeaseLost("another worker holds the lease now")

    def _claim(self, connection: Connection, until: int) -> int | None:
        fresh = {"name": self._name, "owner": self._owner, "token": 1, "expires_at": until}
        if insert_new(connection, LEASE, fresh):
            return 1
        row = connection.execute(_FIND, {"lease": self._name}).one()
        if row.owner == self._owner:
            token: int = row.token
        elif self._is_over(row.expires_at) or _is_dead(row.owner):
            token = row.token + 1
        else:
            return None
        self._set(connection, self._owner, token, until)
        return token

    def _is_over(self, expires_at: int) -> bool:
        """By the clock; a claim from a time that the clock has gone back behind is none."""
        left = expires_at - self._clock.now()
        return left <= 0 or left > self._milliseconds + _SKEW_MS

    def _let_go(self, connection: Connection, token: int) -> None:
        row = connection.execute(_FIND, {"lease": self._name}).one_or_none()
        if row is not None and row.owner == self._owner and row.token == token:
            self._set(connection, self._owner, token, 0)

    def _set(self, connection: Connection, owner: str, token: int, until: int) -> None:
        values = {"lease": self._name, "new_owner": owner, "new_token": token, "until": until}
        connection.execute(_TAKE, values)


def _this_process() -> str:
    return f"{_machine()}/{os.getpid()}"


def _machine() -> str:
    """One boot of one machine and one space of process ids; empty where unknown."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot}:{Path('/proc/self/ns/pid').stat().st_ino}"
    except OSError:
        return ""


def _is_dead(owner: str) -> bool:
    """Whether the owner was a process of this machine that is gone: no need to wait then."""
    machine, _, rest = owner.partition("/")
    pid = rest.partition("/")[0]
    if not machine or machine != _machine() or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
