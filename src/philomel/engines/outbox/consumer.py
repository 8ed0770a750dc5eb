"""The consumer and its inbox: what an event does happens exactly once."""

import asyncio
import logging
from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, delete, select

from philomel.engines.log import Log, Message, Record, Subscription
from philomel.engines.outbox.job import TRANSIENT, Effect, Handler, Step, no_step
from philomel.engines.outbox.tables import INBOX, PARKED, insert_new
from philomel.engines.sql import Database
from philomel.kernel.caller import SERVICE, acting
from philomel.kernel.clock import Clock
from philomel.kernel.spans import Kind, span

_log = logging.getLogger(__name__)

BATCH = 200
EFFECTS_PER_WRITE = 32
INBOX_DAYS = 14
PRUNE_SECONDS = 3600.0
_PRUNE_ROWS = 1000

_SEEN = select(INBOX.c.event_id).where(
    INBOX.c.consumer == bindparam("group"),
    INBOX.c.event_id.in_(bindparam("ids", expanding=True)),
)
_OLD = (
    select(INBOX.c.event_id)
    .where(INBOX.c.consumer == bindparam("group"), INBOX.c.seen_at < bindparam("before"))
    .limit(_PRUNE_ROWS)
)
_FORGET = delete(INBOX).where(
    INBOX.c.consumer == bindparam("group"),
    INBOX.c.event_id.in_(bindparam("ids", expanding=True)),
)
_PARKED = select(PARKED).where(PARKED.c.consumer == bindparam("group")).order_by(PARKED.c.offset)
_UNPARK = delete(PARKED).where(
    PARKED.c.consumer == bindparam("group"), PARKED.c.event_id == bindparam("id")
)

_Prepared = tuple[Message, Effect | None]


class Consumer:
    """Takes a group's events from the log and does what the handler says.

    A job. For each message: the handler prepares an effect, then one transaction records
    the event id and has the effect, then the offset is committed. Effects of several
    messages may share a transaction. A failure that says nothing about the message (a peer
    is away) is tried again for as long as it takes; a message that fails in any other way
    `tries` times is parked with its error, and the ones behind it go on.

    Args:
        group: consumer group; also the name under which the inbox keeps event ids.
        handler: runs in the name of Philomel itself, for at most `timeout` seconds.
        pause: seconds before the second try; it doubles up to 10 s.
        step: for fault tests.
    """

    def __init__(
        self,
        database: Database,
        log: Log,
        group: str,
        topics: Sequence[str],
        handler: Handler,
        clock: Clock,
        *,
        name: str | None = None,
        tries: int = 6,
        pause: float = 0.2,
        timeout: float = 30.0,
        step: Step = no_step,
    ) -> None:
        self._database = database
        self._log = log
        self._group = group
        self._topics = tuple(topics)
        self._handler = handler
        self._clock = clock
        self._name = name or f"consumer {group}"
        self._tries = tries
        self._pause = pause
        self._timeout = timeout
        self._step = step
        self._pruned_at: float | None = None
        self._polled: Sequence[Message] = ()

    @property
    def name(self) -> str:
        return self._name

    async def run(self) -> None:
        subscription = self._log.subscribe(self._group, self._topics)
        self._polled, pause = (), self._pause
        try:
            while True:
                try:
                    await self._turn(subscription)
                    pause = self._pause
                except TRANSIENT as error:
                    _log.warning("%s waits: %s", self._name, error)
                    await asyncio.sleep(pause)
                    pause = min(pause * 2, 10.0)
        finally:
            await subscription.close()

    async def take(self, messages: Sequence[Message]) -> None:
        """Have the effects of `messages` that were not had yet, or park them."""
        ids = [message.record.id for message in messages]
        values = {"group": self._group, "ids": ids}
        seen = set(await self._database.read(lambda c: c.scalars(_SEEN, values).all()))
        ready: list[_Prepared] = []
        for message in messages:
            if message.record.id in seen:
                continue
            try:
                ready.append((message, await self._handle(message)))
            except Exception:  # tried again by itself, where the error is told
                await self._apply_all(ready)
                ready.clear()
                await self._persist(message)
            if len(ready) >= EFFECTS_PER_WRITE:
                await self._apply_all(ready)
                ready.clear()
        await self._apply_all(ready)

    async def retry_parked(self) -> int:
        """Try each parked message once more; how many succeeded."""
        values = {"group": self._group}
        rows = await self._database.read(
            lambda connection: connection.execute(_PARKED, values).all()
        )
        succeeded = 0
        for row in rows:
            record = Record(row.event_id, row.key, row.type, row.value)
            message = Message(row.topic, row.partition, row.offset, row.appended_at, record)
            try:
                effect = await self._handle(message)
                await self._database.write(self._unpark(message, effect))
                succeeded += 1
            except Exception:
                _log.exception("%s: parked event %s fails again", self._name, record.id)
        return succeeded

    async def _turn(self, subscription: Subscription) -> None:
        # What was polled is not polled again: it stays at hand until it is committed, for
        # a later commit would pass over it.
        self._polled = self._polled or await subscription.poll(BATCH)
        if self._polled:
            self._step("consumer.polled")
            with span(self._name, Kind.CONSUMER, root=True, events=len(self._polled)):
                await self.take(self._polled)
            await subscription.commit(self._polled)
            self._polled = ()
            self._step("consumer.committed")
        now = asyncio.get_running_loop().time()
        if self._pruned_at is None or now - self._pruned_at >= PRUNE_SECONDS:
            await self._prune()
            self._pruned_at = now

    async def _handle(self, message: Message) -> Effect | None:
        with acting(SERVICE, timeout=self._timeout):
            effect = await self._handler(message)
        self._step("consumer.handled")
        return effect

    async def _apply_all(self, ready: Sequence[_Prepared]) -> None:
        if not ready:
            return
        try:
            await self._apply(ready)
        except Exception:  # one of them is at fault: each is tried by itself, and told there
            for message, _ in ready:
                await self._persist(message)

    async def _apply(self, ready: Sequence[_Prepared]) -> None:
        now = self._clock.now()

        def work(connection: Connection) -> None:
            for message, effect in ready:
                if self._remember(connection, message, now) and effect is not None:
                    effect(connection)
            self._step("consumer.effect")

        await self._database.write(work)
        self._step("consumer.written")

    async def _persist(self, message: Message) -> None:
        """Try one message until it succeeds or is parked."""
        failures, pause = 0, self._pause
        while True:
            try:
                await self._apply([(message, await self._handle(message))])
            except TRANSIENT as error:
                _log.warning("%s waits: %s", self._name, error)
            except Exception as error:
                failures += 1
                if failures >= self._tries:
                    _log.exception("%s parks event %s", self._name, message.record.id)
                    await self._park(message, error)
                    return
            else:
                return
            await asyncio.sleep(pause)
            pause = min(pause * 2, 10.0)

    async def _park(self, message: Message, error: Exception) -> None:
        record, now = message.record, self._clock.now()
        values = {
            "consumer": self._group,
            "event_id": record.id,
            "topic": message.topic,
            "partition": message.partition,
            "offset": message.offset,
            "appended_at": message.appended_at,
            "key": record.key,
            "type": record.type,
            "value": record.value,
            "error": f"{type(error).__name__}: {error}"[:2000].replace("\0", ""),
            "parked_at": now,
        }

        def work(connection: Connection) -> None:
            if self._remember(connection, message, now):
                insert_new(connection, PARKED, values)

        await self._database.write(work)

    def _unpark(self, message: Message, effect: Effect | None) -> Effect:
        values = {"group": self._group, "id": message.record.id}

        def work(connection: Connection) -> None:
            if connection.execute(_UNPARK, values).rowcount == 1 and effect is not None:
                effect(connection)

        return work

    def _remember(self, connection: Connection, message: Message, now: int) -> bool:
        values = {"consumer": self._group, "event_id": message.record.id, "seen_at": now}
        return insert_new(connection, INBOX, values)

    async def _prune(self) -> None:
        before = self._clock.now() - INBOX_DAYS * 86_400_000

        def work(connection: Connection) -> int:
            values = {"group": self._group, "before": before}
            ids = connection.scalars(_OLD, values).all()
            if ids:
                connection.execute(_FORGET, {"group": self._group, "ids": ids})
            return len(ids)

        while await self._database.write(work) == _PRUNE_ROWS:
            pass
