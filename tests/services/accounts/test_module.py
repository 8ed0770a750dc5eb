"""The service as it is wired: events reach the log, and what expired is forgotten."""

from pathlib import Path

import pytest
from sqlalchemy import Connection, TextClause, text
from tests.conftest import DatabaseFor
from tests.services.accounts.house import PASSWORD, House, person

from philomel.engines.keys.ring import KeyRing
from philomel.engines.log.local import open_local_log
from philomel.engines.outbox import Relay
from philomel.kernel.caller import OPERATOR, acting
from philomel.kernel.clock import FixedClock
from philomel.rpc.codec import from_bytes
from philomel.services.accounts import module
from philomel.services.accounts.contract import (
    Authorize,
    BadCredentials,
    CreateApp,
    CreateUser,
    RemoveUser,
    UserCreated,
    UserRemoved,
)
from philomel.services.accounts.jobs import Pruning

DAY = 24 * 60 * 60 * 1000


async def test_accounts_announces_who_comes_and_goes(
    database_for: DatabaseFor, tmp_path: Path
) -> None:
    clock = FixedClock()
    log = open_local_log(tmp_path / "log", clock)
    database = await database_for(module.SCHEMA)
    keys = KeyRing.open(tmp_path / "keys", clock)
    service, jobs = module.build(module.Deps(database, log, clock, keys))
    with acting(OPERATOR):
        for name in ("Root", "Ada"):
            user = await service.create_user(CreateUser(name, PASSWORD))
        await service.remove_user(RemoveUser(user.id))
    (relay,) = (job for job in jobs if isinstance(job, Relay))
    assert await relay.relay() == 3
    subscription = log.subscribe("test", ("philomel.accounts",))
    records = [message.record for message in await subscription.poll()]
    assert [record.type for record in records] == [
        "accounts.UserCreated",
        "accounts.UserCreated",
        "accounts.UserRemoved",
    ]
    assert from_bytes(UserCreated, records[1].value) == UserCreated(user.id, clock.now())
    assert from_bytes(UserRemoved, records[2].value) == UserRemoved(user.id, clock.now())
    await subscription.close()
    await log.close()


async def test_what_expired_is_forgotten_and_nothing_else(house: House) -> None:
    user = await house.user()
    await house.sign_in()
    with pytest.raises(BadCredentials):
        await house.sign_in(password="wrong password")
    with acting(OPERATOR):
        app = await house.accounts.create_app(CreateApp("Player", ("https://example.org/",)))
    with acting(person(user)):
        await house.accounts.authorize(Authorize(app.client_id, "https://example.org/", ()))
    pruning = Pruning(house.database, house.clock)

    async def rows() -> dict[str, int]:
        tables = ("sessions", "tries", "grants", "codes", "users", "apps")
        counts = {}
        for table in tables:
            query = text(f"SELECT count(*) FROM {table}")

            def count(connection: Connection, query: TextClause = query) -> int:
                return int(connection.execute(query).scalar_one())

            counts[table] = await house.database.read(count)
        return counts

    kept = {"sessions": 1, "tries": 1, "grants": 1, "codes": 1, "users": 1, "apps": 1}
    await pruning.prune()
    assert await rows() == kept
    house.clock.advance(DAY + 1)
    await pruning.prune()
    assert await rows() == {**kept, "tries": 0, "grants": 0, "codes": 0}
    house.clock.advance(30 * DAY)
    await pruning.prune()
    assert await rows() == {**kept, "tries": 0, "grants": 0, "codes": 0, "sessions": 0}
