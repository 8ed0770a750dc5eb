"""The audit log: entries are added at its end and never changed."""

from collections.abc import Callable, Sequence

from msgspec import Struct
from sqlalchemy import Connection, bindparam, func, insert, select, update

from philomel.services.accounts.contract import AdminActed, AuditEntry
from philomel.services.accounts.rules.audit import link, sealed
from philomel.services.accounts.store.tables import AUDIT, AUDIT_HEAD

Seal = Callable[[bytes], str]
Check = Callable[[bytes, str], bool]


class Head(Struct, frozen=True):
    """The newest entry, and the key ring's signature over it."""

    seq: int
    hash: str
    seal: str


# Of two that append at once on PostgreSQL, one waits here.
_HEAD = select(AUDIT_HEAD.c.seq, AUDIT_HEAD.c.hash, AUDIT_HEAD.c.seal)
_FORWARD = (
    update(AUDIT_HEAD)
    .where(AUDIT_HEAD.c.id == 1)
    .values(seq=bindparam("to_seq"), hash=bindparam("to_hash"), seal=bindparam("to_seal"))
)
_AFTER = select(AUDIT).where(AUDIT.c.seq > bindparam("after")).order_by(AUDIT.c.seq).limit(1000)
_NEWEST = select(func.max(AUDIT.c.seq))
_LATEST = (
    select(AUDIT)
    .where(AUDIT.c.seq < bindparam("before"))
    .order_by(AUDIT.c.seq.desc())
    .limit(bindparam("limit"))
)


def append(connection: Connection, acted: AdminActed, seal: Seal, check: Check) -> None:
    """Add an entry, in the transaction of what it tells of.

    What was tampered with is not vouched for by what comes after it: it stays without a seal.
    """
    last = _head(connection, lock=True)
    good = last.seq == 0 or check(sealed(last.seq, last.hash), last.seal)
    seq = last.seq + 1
    hash_ = link(last.hash, seq, acted)
    connection.execute(
        insert(AUDIT).values(
            seq=seq,
            at=acted.at,
            actor_id=acted.actor_id,
            actor_kind=acted.actor_kind,
            client_id=acted.client_id,
            action=acted.action,
            target=acted.target,
            details=acted.details,
            hash=hash_,
        )
    )
    _forward(connection, Head(seq, hash_, seal(sealed(seq, hash_)) if good else ""))


def head(connection: Connection) -> Head:
    return _head(connection, lock=False)


def seal_anew(connection: Connection, seal: Seal) -> None:
    """Sign the newest entry again, with the key that is used now."""
    last = _head(connection, lock=True)
    if last.seq:
        _forward(connection, Head(last.seq, last.hash, seal(sealed(last.seq, last.hash))))


def after(connection: Connection, seq: int) -> Sequence[AuditEntry]:
    """At most 1,000 entries in order."""
    return [_entry(row) for row in connection.execute(_AFTER, {"after": seq}).mappings()]


def reaches_beyond(connection: Connection, seq: int) -> bool:
    """Whether there are entries that the head does not know, besides those of this moment."""
    last = _head(connection, lock=False)
    newest = connection.execute(_NEWEST).scalar() or 0
    return newest > last.seq or (last.seq < seq)


def latest(connection: Connection, before: int, limit: int) -> Sequence[AuditEntry]:
    """The newest entries below `before`, newest first."""
    values = {"before": before, "limit": limit}
    return [_entry(row) for row in connection.execute(_LATEST, values).mappings()]


def _head(connection: Connection, *, lock: bool) -> Head:
    row = connection.execute(_HEAD.with_for_update() if lock else _HEAD).one()
    return Head(row.seq, row.hash, row.seal)


def _forward(connection: Connection, to: Head) -> None:
    values = {"to_seq": to.seq, "to_hash": to.hash, "to_seal": to.seal}
    connection.execute(_FORWARD, values)


def _entry(row: object) -> AuditEntry:
    values = dict(row)  # type: ignore[call-overload]  # a mapping of columns
    return AuditEntry(
        seq=values["seq"],
        acted=AdminActed(
            action=values["action"],
            target=values["target"],
            details=values["details"],
            actor_id=values["actor_id"],
            actor_kind=values["actor_kind"],
            client_id=values["client_id"],
            at=values["at"],
        ),
        hash=values["hash"],
    )
