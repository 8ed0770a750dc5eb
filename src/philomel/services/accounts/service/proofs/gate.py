"""Counts failed tries and makes the next ones wait; the delays are in `rules.tries`."""

from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import Connection

from philomel.engines.sql import Database
from philomel.kernel.clock import Clock
from philomel.services.accounts.contract import TooManyTries
from philomel.services.accounts.rules.tries import Counter, left, network_of
from philomel.services.accounts.service.proofs.tokens import Mint
from philomel.services.accounts.store.sql import tries as table


class Count(Struct, frozen=True):
    """One counter of one party."""

    counter: Counter
    id: str


class Gate:
    """Lets tries through until too many of them failed."""

    def __init__(self, database: Database, clock: Clock, mint: Mint) -> None:
        self._database = database
        self._clock = clock
        self._mint = mint

    def count(self, counter: Counter, *parts: str) -> Count:
        return Count(counter, self._mint.fingerprint("tries", counter.value, *parts))

    def counts(self, name_key: str | None, address: str, *, known: bool) -> list[Count]:
        """What a failed sign-in counts for.

        Args:
            name_key: None for what is nobody's name.
            known: the owner signed in from this network before: strangers who try this
                name elsewhere do not hold it up.
        """
        network = network_of(address)
        name = name_key or ""
        counts = [self.count(Counter.PAIR, name, network)]
        if not known:
            counts += [self.count(Counter.NETWORK, network), self.count(Counter.NAME, name)]
        return counts

    async def check(self, counts: Sequence[Count]) -> None:
        """Raises: TooManyTries, with the time to wait."""
        wait = await self._database.read(lambda connection: self._wait(connection, counts))
        if wait:
            raise TooManyTries("too many wrong tries; wait a little", retry_after=wait / 1000)

    async def failed(self, counts: Sequence[Count]) -> None:
        now = self._clock.now()

        def work(connection: Connection) -> None:
            for count in counts:
                table.add_failure(connection, count.id, now)

        await self._database.write(work)

    async def passed(self, counts: Sequence[Count]) -> None:
        """Forget the tries of this party; those of a whole network or name stay."""
        own = [c.id for c in counts if c.counter not in {Counter.NETWORK, Counter.NAME}]

        def found(connection: Connection) -> bool:
            return bool(table.find(connection, own))

        if await self._database.read(found):
            await self._database.write(lambda connection: table.clear(connection, own))

    def _wait(self, connection: Connection, counts: Sequence[Count]) -> int:
        now = self._clock.now()
        found = table.find(connection, [count.id for count in counts])
        return max(left(count.counter, found.get(count.id), now) for count in counts)
