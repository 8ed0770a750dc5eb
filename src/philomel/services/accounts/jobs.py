"""Work that accounts does by itself: forgetting what has expired."""

import asyncio
import logging

from sqlalchemy import Connection

from philomel.engines.sql import Database
from philomel.kernel.clock import Clock
from philomel.kernel.errors import PhilomelError
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
