"""A process of its own that writes, relays and consumes, and may kill itself on the way.

Arguments: the database (a file, or a PostgreSQL URL and "#schema"), the log's file, how many
changes to write, and "step:n": the step at whose nth passing it dies at once, as a
power cut would have it.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path

from sqlalchemy import Connection
from tests.engines.outbox import ledger

from philomel.engines.log.local import open_local_log
from philomel.engines.outbox import Consumer, Relay
from philomel.engines.sql import Database
from philomel.engines.sql.postgres import open_postgres
from philomel.engines.sql.sqlite import open_sqlite
from philomel.kernel.clock import SystemClock


def open_database(place: str) -> Database:
    url, _, schema = place.partition("#")
    return open_postgres(url, schema) if schema else open_sqlite(Path(url))


class Fate:
    """Dies at the nth passing of a step."""

    def __init__(self, spec: str) -> None:
        self._step, _, number = spec.partition(":")
        self._left = int(number or 1)

    def pass_by(self, step: str) -> None:
        if step == self._step:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


async def main(place: str, log_path: str, number: int, fate: Fate) -> None:
    database, clock = open_database(place), SystemClock()
    log = open_local_log(log_path, clock)
    relay = Relay(database, log, ledger.TOPIC, clock, poll=0.02, step=fate.pass_by)
    consumer = Consumer(
        database, log, "ledger", (ledger.TOPIC,), ledger.handle, clock, step=fate.pass_by
    )
    jobs = [asyncio.ensure_future(job.run()) for job in (relay, consumer)]
    for count in range(number):
        name = f"{count:04d}"

        def work(connection: Connection, name: str = name) -> None:
            ledger.change(connection, name)
            fate.pass_by("change.made")

        await database.write(work)
        fate.pass_by("change.written")
        print(name, flush=True)
        relay.kick()
        if count % 3 == 0:
            await asyncio.sleep(0.005)  # let relay and consumer take different numbers at a time
    await asyncio.gather(*jobs)


asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), Fate(sys.argv[4])))
