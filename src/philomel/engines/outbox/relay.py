"""The outbox and its relay: events go from the database to the log."""

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select

from philomel.engines.log import Log, Record
from philomel.engines.outbox.job import TRANSIENT, Step, no_step
from philomel.engines.outbox.lease import Lease, LeaseLost
from philomel.engines.outbox.tables import OUTBOX
from philomel.engines.sql import Database
from philomel.kernel.clock import Clock
from philomel.kernel.errors import PhilomelError
from philomel.kernel.spans import Kind, span

_log = logging.getLogger(__name__)

BATCH = 500
_LONGEST_PAUSE = 10.0

_ANNOUNCE = insert(OUTBOX)
_WAITING = (
    select(OUTBOX.c.position, OUTBOX.c.event_id, OUTBOX.c.key, OUTBOX.c.type, OUTBOX.c.value)
    .order_by(OUTBOX.c.position)
    .limit(BATCH)
)
# A PostgreSQL transaction may take its position first and commit last. Nothing is read
# that a transaction still at work could precede: all ids below xmin are decided.
_WAITING_POSTGRESQL = _WAITING.where(
    OUTBOX.c.transaction_id < func.pg_snapshot_xmin(func.pg_current_snapshot())
)
_DONE = delete(OUTBOX).where(OUTBOX.c.position.in_(bindparam("positions", expanding=True)))


def announce(connection: Connection, records: Sequence[Record]) -> None:
    """Write events in the transaction of the change they tell of."""
    if records:
        connection.execute(
            _ANNOUNCE,
            [
                {
                    "event_id": record.id,
                    "key": record.key,
                    "type": record.type,
                    "value": record.value,
                }
                for record in records
            ],
        )


class Relay:
    """Carries a service's events to its topic: at least once, in order per key.

    A job. Of several workers the one with the lease works. What the log has
    acknowledged is deleted from the outbox, so a crash in between repeats it.

    Args:
        poll: seconds between looks at an outbox that was empty.
        step: for fault tests.
    """

    def __init__(
        self,
        database: Database,
        log: Log,
        topic: str,
        clock: Clock,
        *,
        name: str | None = None,
        owner: str | None = None,
        poll: float = 0.5,
        step: Step = no_step,
    ) -> None:
        self._database = database
        self._log = log
        self._topic = topic
        self._name = name or f"relay {topic}"
        self._lease = Lease(database, f"relay:{topic}", clock, owner)
        self._poll = poll
        self._step = step
        self._kicked = asyncio.Event()

    @property
    def name(self) -> str:
        return self._name

    def kick(self) -> None:
        """Look at the outbox at once; call it after a write that announced something."""
        self._kicked.set()

    async def run(self) -> None:
        pause = self._poll
        try:
            while True:
                self._kicked.clear()
                try:
                    moved = await self.relay()
                    pause = self._poll
                except LeaseLost:
                    moved = 0
                except TRANSIENT as error:
                    _log.warning("%s waits: %s", self._name, error)
                    moved, pause = 0, min(pause * 2, _LONGEST_PAUSE)
                if moved < BATCH:
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(pause):
                            await self._kicked.wait()
        finally:
            with contextlib.suppress(PhilomelError):
                await self._lease.release()

    async def relay(self) -> int:
        """Carry one batch; how many events that were.

        Raises:
            LeaseLost: another worker took over meanwhile, and repeats what was not deleted.
            Unavailable: the log or the database is away.
        """
        rows = await self._database.read(self._waiting)
        if not rows:
            return 0
        token = self._lease.token
        if token is None:
            # Another worker may have carried these rows while the lease was not ours.
            token = await self._lease.acquire()
            rows = await self._database.read(self._waiting)
            if token is None or not rows:
                return 0
        self._step("relay.read")
        records = [Record(row.event_id, row.key, row.type, row.value) for row in rows]
        positions = [row.position for row in rows]
        with span(self._name, Kind.PRODUCER, root=True, events=len(rows)):
            await self._log.append(self._topic, records)
            self._step("relay.appended")
            await self._database.write(lambda connection: self._done(connection, token, positions))
        self._step("relay.deleted")
        return len(rows)

    def _waiting(self, connection: Connection) -> Sequence[Row[*tuple[Any, ...]]]:
        postgresql = connection.dialect.name == "postgresql"
        return connection.execute(_WAITING_POSTGRESQL if postgresql else _WAITING).all()

    def _done(self, connection: Connection, token: int, positions: list[int]) -> None:
        self._lease.check(connection, token)
        connection.execute(_DONE, {"positions": positions})
