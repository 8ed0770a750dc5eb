"""Outbox, inbox and leases: how a change and its event stay together.

A service writes its event into the outbox in the transaction of the change. A relay
carries it to the log at least once, in order per key; the consumer's inbox records the
event id in the transaction of the effect, so the effect happens exactly once.

    def _work(connection: Connection) -> None:
        connection.execute(...)                       # the change
        announce(connection, records)                 # and its event
"""

from philomel.engines.outbox.consumer import Consumer
from philomel.engines.outbox.job import Effect, Handler, Job
from philomel.engines.outbox.lease import Lease, LeaseLost
from philomel.engines.outbox.relay import Relay, announce
from philomel.engines.outbox.tables import add_tables, count_parked, create_tables_v1

__all__ = [
    "Consumer",
    "Effect",
    "Handler",
    "Job",
    "Lease",
    "LeaseLost",
    "Relay",
    "add_tables",
    "announce",
    "count_parked",
    "create_tables_v1",
]
