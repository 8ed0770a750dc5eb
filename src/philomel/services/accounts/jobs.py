"""Work that accounts does by itself: forgetting what has expired, and following the key ring."""

import asyncio
import logging

from sqlalchemy import Connection

from philomel.engines.sql import Database
from philomel.kernel.clock import Clock
from philomel.kernel.errors import PhilomelError
from philomel.services.accounts.contract import Accounts, RenewSecrets
from philomel.services.accounts.store.sql import people, programs, tries

_EVERY_SECONDS = 60 * 60.0
_log = logging.getLogger(__name__)


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
            people.prune_sessions(connection, now)
            tries.prune(connection, now)

        await self._database.write(sessions_and_tries)
        await self._database.write(lambda connection: programs.prune(connection, now))


class Renewing:
    """Encrypts anew, once an hour, what was encrypted with a key that will end."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    @property
    def name(self) -> str:
        return "accounts renewing"

    async def run(self) -> None:
        while True:
            try:
                renewed = await self._accounts.renew_secrets(RenewSecrets())
                if renewed.count:
                    _log.info("%d app passwords are encrypted with the new key", renewed.count)
            except PhilomelError as error:
                _log.warning("%s is put off: %s", self.name, error)
            await asyncio.sleep(_EVERY_SECONDS)
