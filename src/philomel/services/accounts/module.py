"""Wiring of the accounts service."""

from dataclasses import dataclass, field

from msgspec import Struct
from sqlalchemy import Connection

from philomel.engines import outbox
from philomel.engines.keys import Keys
from philomel.engines.log import Log, Record
from philomel.engines.outbox import Job
from philomel.engines.sql import Database
from philomel.engines.web import Web
from philomel.kernel.clock import Clock
from philomel.kernel.ids import new_event_id
from philomel.rpc import codec
from philomel.services.accounts import store
from philomel.services.accounts.contract import Accounts, Settings
from philomel.services.accounts.jobs import AUDITED, Auditing, Pruning, Renewing
from philomel.services.accounts.service import AccountService
from philomel.services.accounts.service.proofs.passwords import Hasher

PROVIDES = Accounts
NEEDS: tuple[type, ...] = ()
SCHEMA = store.SCHEMA
TOPIC = "philomel.accounts"


@dataclass(frozen=True)
class Deps:
    database: Database
    log: Log
    clock: Clock
    keys: Keys
    web: Web | None = None
    settings: Settings = field(default_factory=Settings)


def build(deps: Deps) -> tuple[AccountService, tuple[Job, ...]]:
    relay = outbox.Relay(deps.database, deps.log, TOPIC, deps.clock)

    def announce(connection: Connection, event: Struct, key: str) -> None:
        name = f"accounts.{type(event).__name__}"
        record = Record(new_event_id(deps.clock.now()), key, name, codec.to_bytes(event))
        outbox.announce(connection, [record])

    service = AccountService(
        deps.database, deps.clock, deps.keys, announce, Hasher(), deps.settings, deps.web
    )
    audit = outbox.Consumer(
        deps.database,
        deps.log,
        "accounts.audit",
        AUDITED,
        Auditing(service.record).handle,
        deps.clock,
        name="accounts audit",
    )
    renewing = Renewing(service, service.renew_seal, service.renew_totps)
    return service, (relay, audit, Pruning(deps.database, deps.clock), renewing)
