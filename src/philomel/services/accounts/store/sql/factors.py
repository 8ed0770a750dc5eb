"""Second factors: authenticator apps, recovery codes, passkeys."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, Row, delete, exists, func, insert, or_, select, update

from philomel.services.accounts.contract import Passkey
from philomel.services.accounts.store.tables import PASSKEYS, RECOVERY_CODES, TOTPS, USERS


class StoredTotp(Struct, frozen=True):
    """Attributes:
    secret: encrypted.
    last_step: the time step of the last code that was good; codes up to it are used up.
    """

    secret: bytes
    confirmed: bool
    last_step: int


class StoredCode(Struct, frozen=True):
    """A recovery code: what the ring made of it."""

    id: str
    mac: str


class StoredPasskey(Struct, frozen=True):
    """Attributes:
    credential_id: base64url, as browsers name it.
    public_key: COSE.
    site: the relying party's id, a host name.
    """

    user_id: str
    credential_id: str
    public_key: bytes
    site: str
    sign_count: int
    shown: Passkey


def totp(connection: Connection, user_id: str) -> StoredTotp | None:
    row = connection.execute(select(TOTPS).where(TOTPS.c.user_id == user_id)).one_or_none()
    if row is None:
        return None
    return StoredTotp(secret=row.secret, confirmed=row.confirmed, last_step=row.last_step)


def put_totp(connection: Connection, user_id: str, secret: bytes) -> bool:
    """Keep a secret that waits for its first code; False if an app is set up already."""
    kept = connection.execute(select(TOTPS.c.confirmed).where(TOTPS.c.user_id == user_id))
    if kept.scalar_one_or_none():
        return False
    connection.execute(delete(TOTPS).where(TOTPS.c.user_id == user_id))
    connection.execute(
        insert(TOTPS).values(user_id=user_id, secret=secret, confirmed=False, last_step=0)
    )
    return True


def use_step(connection: Connection, user_id: str, step: int) -> bool:
    """Whether no code of this time step or a later one was used; decided by the database."""
    result = connection.execute(
        update(TOTPS)
        .where(TOTPS.c.user_id == user_id, TOTPS.c.last_step < step)
        .values(last_step=step, confirmed=True)
    )
    return result.rowcount == 1


def delete_totp(connection: Connection, user_id: str) -> bool:
    return connection.execute(delete(TOTPS).where(TOTPS.c.user_id == user_id)).rowcount > 0


def renew_totp(connection: Connection, user_id: str, old: bytes, new: bytes) -> None:
    connection.execute(
        update(TOTPS).where(TOTPS.c.user_id == user_id, TOTPS.c.secret == old).values(secret=new)
    )


def totps(connection: Connection) -> list[tuple[str, bytes]]:
    """Everybody's secrets, as they are kept; at most one a person."""
    return [(row.user_id, row.secret) for row in connection.execute(select(TOTPS))]


def codes(connection: Connection, user_id: str) -> list[StoredCode]:
    rows = connection.execute(select(RECOVERY_CODES).where(RECOVERY_CODES.c.user_id == user_id))
    return [StoredCode(row.id, row.mac) for row in rows]


def replace_codes(connection: Connection, user_id: str, anew: Sequence[StoredCode]) -> None:
    connection.execute(delete(RECOVERY_CODES).where(RECOVERY_CODES.c.user_id == user_id))
    for each in anew:
        connection.execute(insert(RECOVERY_CODES).values(id=each.id, user_id=user_id, mac=each.mac))


def use_code(connection: Connection, code_id: str) -> bool:
    """Whether this is the code's first use."""
    query = delete(RECOVERY_CODES).where(RECOVERY_CODES.c.id == code_id)
    return connection.execute(query).rowcount > 0


def passkeys(connection: Connection, user_id: str) -> list[StoredPasskey]:
    query = select(PASSKEYS).where(PASSKEYS.c.user_id == user_id)
    return [
        _passkey(row)
        for row in connection.execute(query.order_by(PASSKEYS.c.created_at, PASSKEYS.c.id))
    ]


def passkey(connection: Connection, credential_id: str) -> StoredPasskey | None:
    query = select(PASSKEYS).where(PASSKEYS.c.credential_id == credential_id)
    row = connection.execute(query).one_or_none()
    return None if row is None else _passkey(row)


def insert_passkey(connection: Connection, stored: StoredPasskey) -> None:
    connection.execute(
        insert(PASSKEYS).values(
            id=stored.shown.id,
            user_id=stored.user_id,
            credential_id=stored.credential_id,
            public_key=stored.public_key,
            site=stored.site,
            sign_count=stored.sign_count,
            label=stored.shown.label,
            created_at=stored.shown.created_at,
        )
    )


def touch_passkey(connection: Connection, passkey_id: str, count: int, now: int) -> bool:
    """Whether its counter went on; authenticators without one always say 0."""
    result = connection.execute(
        update(PASSKEYS)
        .where(
            PASSKEYS.c.id == passkey_id,
            or_(PASSKEYS.c.sign_count < count, (PASSKEYS.c.sign_count == 0) & (count == 0)),
        )
        .values(sign_count=count, last_used_at=now)
    )
    return result.rowcount == 1


def delete_passkey(connection: Connection, user_id: str, passkey_id: str) -> bool:
    query = delete(PASSKEYS).where(PASSKEYS.c.id == passkey_id, PASSKEYS.c.user_id == user_id)
    return connection.execute(query).rowcount > 0


def delete_all(connection: Connection, user_id: str) -> None:
    """Every second factor of a person."""
    for table in (TOTPS, RECOVERY_CODES, PASSKEYS):
        connection.execute(delete(table).where(table.c.user_id == user_id))
    settle(connection, user_id)


def settle(connection: Connection, user_id: str) -> bool:
    """Write down whether the person has a second factor; without one, codes are for nothing."""
    query = select(
        or_(
            exists().where(TOTPS.c.user_id == user_id, TOTPS.c.confirmed.is_(True)),
            exists().where(PASSKEYS.c.user_id == user_id),
        )
    )
    has = bool(connection.execute(query).scalar_one())
    connection.execute(update(USERS).where(USERS.c.id == user_id).values(second_factor=has))
    if not has:
        connection.execute(delete(RECOVERY_CODES).where(RECOVERY_CODES.c.user_id == user_id))
    return has


def count_codes(connection: Connection, user_id: str) -> int:
    query = select(func.count()).select_from(RECOVERY_CODES)
    return connection.execute(query.where(RECOVERY_CODES.c.user_id == user_id)).scalar_one()


def _passkey(found: Row[Any]) -> StoredPasskey:
    return StoredPasskey(
        user_id=found.user_id,
        credential_id=found.credential_id,
        public_key=found.public_key,
        site=found.site,
        sign_count=found.sign_count,
        shown=Passkey(
            id=found.id,
            label=found.label,
            created_at=found.created_at,
            last_used_at=found.last_used_at,
        ),
    )
