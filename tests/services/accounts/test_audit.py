"""The audit log: everything an administrator does is in it, and nobody can change it unseen."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection, text
from tests.conftest import DatabaseFor
from tests.services.accounts.house import PASSWORD, House, person

from philomel.engines import outbox
from philomel.engines.keys.ring import KeyRing
from philomel.engines.log import Record
from philomel.engines.log.local import open_local_log
from philomel.engines.outbox import Consumer
from philomel.engines.sql import Database
from philomel.kernel.caller import ANONYMOUS, OPERATOR, acting
from philomel.kernel.clock import FixedClock
from philomel.kernel.errors import PermissionDenied, Unauthenticated
from philomel.kernel.ids import new_event_id
from philomel.rpc.codec import to_bytes
from philomel.services.accounts import module
from philomel.services.accounts.contract import (
    AdminActed,
    AuditVerdict,
    CreateApp,
    CreateAppPassword,
    CreateUser,
    ListAudit,
    MintToken,
    NameTaken,
    RecordAction,
    RemoveUser,
    Role,
    SetPassword,
    VerifyAudit,
)


async def fill(house: House, count: int = 4) -> None:
    with acting(OPERATOR):
        for number in range(count):
            await house.accounts.record_action(RecordAction("keys.rotate", f"k{number}", "by hand"))


async def verdict(house: House) -> AuditVerdict:
    with acting(OPERATOR):
        return await house.accounts.verify_audit(VerifyAudit())


async def test_what_administrators_do_is_written_down(house: House) -> None:
    with acting(OPERATOR):
        root = await house.accounts.create_user(CreateUser("Root", PASSWORD, Role.ADMIN))
    with acting(person(root)):
        ada = await house.accounts.create_user(CreateUser("Ada", PASSWORD))
        with pytest.raises(NameTaken):
            await house.accounts.create_user(CreateUser("ada", PASSWORD))
        await house.accounts.create_app_password(CreateAppPassword(ada.id, "phone"))
        app = await house.accounts.create_app(CreateApp("Player", ("https://example.org/",)))
        await house.accounts.set_password(SetPassword(ada.id, "another long password"))
    with acting(person(ada)):
        # What people do with what is theirs is nobody's business.
        await house.accounts.create_app_password(CreateAppPassword(ada.id, "her own"))
    with acting(OPERATOR):
        await house.accounts.mint_token(MintToken(ada.id, ("user-library-read",)))
        await house.accounts.remove_user(RemoveUser(ada.id))
    with acting(person(root)):
        found = (await house.accounts.list_audit(ListAudit())).items
        page = (await house.accounts.list_audit(ListAudit(before=4, limit=2))).items
    shown = [(e.seq, e.acted.action, e.acted.target, e.acted.actor_id) for e in reversed(found)]
    assert shown == [
        (1, "user.create", root.id, ""),
        (2, "user.create", ada.id, root.id),
        (3, "app_password.create", ada.id, root.id),
        (4, "app.create", app.client_id, root.id),
        (5, "user.password", ada.id, root.id),
        (6, "token.mint", ada.id, ""),
        (7, "user.remove", ada.id, ""),
    ]
    assert [entry.seq for entry in page] == [3, 2]
    assert await verdict(house) == AuditVerdict(good=True, entries=7)
    everything = str(found)
    assert PASSWORD not in everything
    assert "phone" not in everything


async def test_only_administrators_read_it_and_nobody_writes_it_by_hand(house: House) -> None:
    listener = await house.user()
    for caller, refusal in ((person(listener), PermissionDenied), (ANONYMOUS, Unauthenticated)):
        with acting(caller):
            with pytest.raises(refusal):
                await house.accounts.list_audit(ListAudit())
            with pytest.raises(refusal):
                await house.accounts.verify_audit(VerifyAudit())
            with pytest.raises(PermissionDenied):
                await house.accounts.record_action(RecordAction("user.create"))


async def test_an_empty_log_is_whole(house: House) -> None:
    assert await verdict(house) == AuditVerdict(good=True, entries=0)


def sql(*statements: str) -> Callable[[Connection], None]:
    def work(connection: Connection) -> None:
        for statement in statements:
            connection.execute(text(statement))

    return work


def sql_seal(connection: Connection) -> str:
    return str(connection.execute(text("SELECT seal FROM audit_head")).scalar())


REWRITE = "UPDATE audit_head SET seq = {seq}, hash = (SELECT hash FROM audit WHERE seq = {seq})"


@pytest.mark.parametrize(
    ("tampering", "at"),
    [
        (sql("UPDATE audit SET actor_id = 'bob' WHERE seq = 2"), 2),
        (sql("UPDATE audit SET at = at + 1 WHERE seq = 1"), 1),
        # Moving a byte from one column to the next leaves the same text behind.
        (sql("UPDATE audit SET action = 'keys.rotat', target = 'ek2' WHERE seq = 3"), 3),
        (sql("DELETE FROM audit WHERE seq = 2"), 2),
        (sql("DELETE FROM audit WHERE seq = 4"), 4),
        (sql("DELETE FROM audit WHERE seq = 4", REWRITE.format(seq=3)), 3),
        (
            sql(
                "UPDATE audit SET seq = 9 WHERE seq = 2",
                "UPDATE audit SET seq = 2 WHERE seq = 3",
                "UPDATE audit SET seq = 3 WHERE seq = 9",
            ),
            2,
        ),
        (sql("DELETE FROM audit", "UPDATE audit_head SET seq = 0, hash = ''"), 0),
        (sql("UPDATE audit_head SET seq = 3"), 3),
        (sql("UPDATE audit_head SET seal = 'k.x'"), 4),
        (
            sql(
                "INSERT INTO audit SELECT 5, at, actor_id, actor_kind, client_id, action, target,"
                " details, hash FROM audit WHERE seq = 4"
            ),
            5,
        ),
    ],
    ids=range(11),
)
async def test_whatever_is_changed_shows(
    house: House, tampering: Callable[[Connection], None], at: int
) -> None:
    await fill(house)
    assert await verdict(house) == AuditVerdict(good=True, entries=4)
    await house.database.write(tampering)
    found = await verdict(house)
    assert (found.good, found.broken_at) == (False, at), found.reason


async def test_what_comes_later_does_not_vouch_for_what_was_changed(house: House) -> None:
    """The end is cut off, and an administrator goes on with the day."""
    await fill(house)
    await house.database.write(sql("DELETE FROM audit WHERE seq = 4", REWRITE.format(seq=3)))
    await fill(house, 2)
    found = await verdict(house)
    assert (found.good, found.broken_at) == (False, 5)


async def test_the_seal_outlives_the_key_it_was_made_with(house: House) -> None:
    await fill(house, 1)
    before = await house.database.read(sql_seal)
    house.keys.rotate(1000, 0)
    await house.service.renew_seal()
    assert await house.database.read(sql_seal) != before
    house.clock.advance(86_400_000)
    assert (await verdict(house)).good


async def test_a_chain_made_anew_without_the_key_ring_shows(house: House, tmp_path: Path) -> None:
    """Somebody with the database and this program, but without the keys."""
    from philomel.services.accounts.store.sql import audit

    await fill(house)
    other = KeyRing.open(tmp_path / "other keys", house.clock)

    def forge(connection: Connection) -> None:
        connection.execute(text("DELETE FROM audit"))
        connection.execute(text("UPDATE audit_head SET seq = 0, hash = :zero"), {"zero": "0" * 64})
        acted = AdminActed("user.create", "x", "", "bob", "user", "", 1)
        audit.append(
            connection, acted, lambda data: other.sign("accounts.audit", data), lambda *_: True
        )

    await house.database.write(forge)
    found = await verdict(house)
    assert (found.good, found.reason) == (
        False,
        "the log was written by somebody without the key ring",
    )


async def test_what_other_services_tell_is_written_once(
    database_for: DatabaseFor, tmp_path: Path
) -> None:
    clock = FixedClock()
    log = open_local_log(tmp_path / "log", clock)
    database: Database = await database_for(module.SCHEMA)
    keys = KeyRing.open(tmp_path / "keys", clock)
    service, jobs = module.build(module.Deps(database, log, clock, keys))
    (consumer,) = (job for job in jobs if isinstance(job, Consumer))
    acted = AdminActed("library.add", "l1", "Music", "u1", "user", "", clock.now())
    record = Record(new_event_id(clock.now()), "entries", "accounts.AdminActed", to_bytes(acted))
    other = Record(new_event_id(clock.now()), "entries", "catalog.ScanFinished", b"")
    await log.append("philomel.catalog", [record, other])
    subscription = log.subscribe("test", ("philomel.catalog",))
    messages = await subscription.poll()
    for _ in range(2):  # a message may come again
        await consumer.take(messages)
    with acting(OPERATOR):
        (entry,) = (await service.list_audit(ListAudit())).items
        assert entry.acted == acted
        assert (await service.verify_audit(VerifyAudit())).good
    assert await database.read(outbox.count_parked) == {}
    await subscription.close()
    await log.close()
