"""Work that accounts does by itself: forgetting what has expired, and following the key ring."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from sqlalchemy import Connection

from philomel.engines.log import Message
from philomel.engines.outbox import Effect
from philomel.engines.sql import Database
from philomel.kernel.clock import Clock
from philomel.kernel.errors import PhilomelError
from philomel.rpc import codec
from philomel.services.accounts.contract import Accounts, AdminActed, RenewSecrets
from philomel.services.accounts.store.sql import links, programs, sessions, tries

AUDITED = ("philomel.catalog", "philomel.enrichment", "philomel.media")
"""Topics of services that tell what administrators do there."""
_EVERY_SECONDS = 60 * 60.0
_KEEP_INVITATIONS_MS = 90 * 24 * 60 * 60 * 1000
_log = logging.getLogger(__name__)


class Auditing:
    """Writes down what administrators did in other services."""

    def __init__(self, record: Callable[[Connection, AdminActed], None]) -> None:
        self._record = record

    async def handle(self, message: Message) -> Effect | None:
        if message.record.type != "accounts.AdminActed":
            return None
        acted = codec.from_bytes(AdminActed, message.record.value)
        return lambda connection: self._record(connection, acted)


class Pruning:
    """Deletes expired sessions, codes and tokens once an hour. Running twice does no harm."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    @property
    def name(self) -> str:
        return "accounts pruning"

    async def run(self) -> None:
        while True:
            try:
                await self.prune()
            except PhilomelError as error:
                _log.warning("%s is put off: %s", self.name, error)
            await asyncio.sleep(_EVERY_SECONDS)

    async def prune(self) -> None:
        now = self._clock.now()

        def sessions_and_tries(connection: Connection) -> None:
            sessions.prune_sessions(connection, now)
            tries.prune(connection, now)
            links.prune(connection, now, now - _KEEP_INVITATIONS_MS)

        await self._database.write(sessions_and_tries)
        await self._database.write(lambda connection: programs.prune(connection, now))


class Renewing:
    """Encrypts and signs anew, once an hour, what was made with a key that will end."""

    def __init__(
        self,
        accounts: Accounts,
        renew_seal: Callable[[], Awaitable[None]],
        renew_totps: Callable[[], Awaitable[int]],
    ) -> None:
        self._accounts = accounts
        self._renew_seal = renew_seal
        self._renew_totps = renew_totps

    @property
    def name(self) -> str:
        return "accounts renewing"

    async def run(self) -> None:
        while True:
            try:
                await self._renew_seal()
                renewed = await self._accounts.renew_secrets(RenewSecrets())
                await self._renew_totps()
                if renewed.count:
                    _log.info("%d app passwords are encrypted with the new key", renewed.count)
            except PhilomelError as error:
                _log.warning("%s is put off: %s", self.name, error)
            await asyncio.sleep(_EVERY_SECONDS)
