"""What works once: waiting second steps, links for a new password, invitations; and identities."""

from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, Row, delete, insert, select, update

from philomel.services.accounts.contract import Identity, Invitation, Role
from philomel.services.accounts.store.tables import IDENTITIES, INVITATIONS, PENDING


class Pending(Struct, frozen=True):
    """Attributes:
    kind: what it waits for.
    data: JSON.
    """

    id: str
    kind: str
    mac: str
    user_id: str | None
    data: str
    expires_at: int


class StoredInvitation(Struct, frozen=True):
    mac: str
    shown: Invitation


class StoredIdentity(Struct, frozen=True):
    user_id: str
    subject: str
    shown: Identity


def insert_pending(connection: Connection, pending: Pending) -> None:
    connection.execute(
        insert(PENDING).values(
            id=pending.id,
            kind=pending.kind,
            mac=pending.mac,
            user_id=pending.user_id,
            data=pending.data,
            expires_at=pending.expires_at,
        )
    )


def pending(connection: Connection, pending_id: str) -> Pending | None:
    row = connection.execute(select(PENDING).where(PENDING.c.id == pending_id)).one_or_none()
    if row is None:
        return None
    return Pending(row.id, row.kind, row.mac, row.user_id, row.data, row.expires_at)


def replace_data(connection: Connection, pending_id: str, data: str) -> None:
    connection.execute(update(PENDING).where(PENDING.c.id == pending_id).values(data=data))


def delete_pending(connection: Connection, pending_id: str) -> bool:
    """Whether it was still there: of two that answer at once, one is first."""
    query = delete(PENDING).where(PENDING.c.id == pending_id)
    return connection.execute(query).rowcount > 0


def delete_pending_of(connection: Connection, user_id: str, kind: str | None = None) -> None:
    query = delete(PENDING).where(PENDING.c.user_id == user_id)
    connection.execute(query if kind is None else query.where(PENDING.c.kind == kind))


def insert_invitation(connection: Connection, stored: StoredInvitation) -> None:
    shown = stored.shown
    connection.execute(
        insert(INVITATIONS).values(
            id=shown.id,
            mac=stored.mac,
            role=shown.role.value,
            libraries=" ".join(shown.libraries),
            note=shown.note,
            created_at=shown.created_at,
            expires_at=shown.expires_at,
        )
    )


def invitation(connection: Connection, invitation_id: str) -> StoredInvitation | None:
    query = select(INVITATIONS).where(INVITATIONS.c.id == invitation_id)
    row = connection.execute(query).one_or_none()
    return None if row is None else StoredInvitation(row.mac, _invitation(row))


def invitations(connection: Connection) -> list[Invitation]:
    """The latest first, at most 500."""
    query = select(INVITATIONS).order_by(INVITATIONS.c.created_at.desc(), INVITATIONS.c.id)
    return [_invitation(row) for row in connection.execute(query.limit(500))]


def use_invitation(connection: Connection, invitation_id: str, user_id: str, now: int) -> bool:
    """Whether this is the invitation's first use."""
    result = connection.execute(
        update(INVITATIONS)
        .where(INVITATIONS.c.id == invitation_id, INVITATIONS.c.used_at.is_(None))
        .values(used_at=now, used_by=user_id)
    )
    return result.rowcount == 1


def delete_invitation(connection: Connection, invitation_id: str) -> bool:
    query = delete(INVITATIONS).where(INVITATIONS.c.id == invitation_id)
    return connection.execute(query).rowcount > 0


def prune(connection: Connection, now: int, invitations_before: int) -> None:
    connection.execute(delete(PENDING).where(PENDING.c.expires_at <= now))
    connection.execute(delete(INVITATIONS).where(INVITATIONS.c.expires_at <= invitations_before))


def identity(connection: Connection, issuer: str, subject: str) -> StoredIdentity | None:
    query = select(IDENTITIES).where(IDENTITIES.c.issuer == issuer, IDENTITIES.c.subject == subject)
    row = connection.execute(query).one_or_none()
    return None if row is None else _identity(row)


def identities(connection: Connection, user_id: str) -> list[StoredIdentity]:
    query = select(IDENTITIES).where(IDENTITIES.c.user_id == user_id)
    return [_identity(row) for row in connection.execute(query.order_by(IDENTITIES.c.created_at))]


def insert_identity(connection: Connection, stored: StoredIdentity) -> None:
    connection.execute(
        insert(IDENTITIES).values(
            id=stored.shown.id,
            user_id=stored.user_id,
            issuer=stored.shown.issuer,
            subject=stored.subject,
            label=stored.shown.label,
            created_at=stored.shown.created_at,
            last_used_at=stored.shown.last_used_at,
        )
    )


def touch_identity(connection: Connection, identity_id: str, now: int) -> None:
    connection.execute(
        update(IDENTITIES).where(IDENTITIES.c.id == identity_id).values(last_used_at=now)
    )


def delete_identity(connection: Connection, user_id: str, identity_id: str) -> bool:
    query = delete(IDENTITIES).where(
        IDENTITIES.c.id == identity_id, IDENTITIES.c.user_id == user_id
    )
    return connection.execute(query).rowcount > 0


def _invitation(row: Row[Any]) -> Invitation:
    return Invitation(
        id=row.id,
        role=Role(row.role),
        libraries=tuple(row.libraries.split()),
        note=row.note,
        created_at=row.created_at,
        expires_at=row.expires_at,
        used_at=row.used_at,
        used_by=row.used_by,
    )


def _identity(row: Row[Any]) -> StoredIdentity:
    shown = Identity(
        id=row.id,
        issuer=row.issuer,
        label=row.label,
        created_at=row.created_at,
        last_used_at=row.last_used_at,
    )
    return StoredIdentity(row.user_id, row.subject, shown)
