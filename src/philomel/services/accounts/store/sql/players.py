"""App passwords, and the API keys that belong to them."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, Select, bindparam, delete, insert, select, update

from philomel.services.accounts.contract import AppPassword, User
from philomel.services.accounts.store.sql.people import user_of
from philomel.services.accounts.store.tables import APP_PASSWORDS, USERS


class StoredAppPassword(Struct, frozen=True):
    """Attributes:
    secret: the password, encrypted.
    key_mac: keyed hash of the API key.
    """

    user_id: str
    secret: bytes
    key_mac: str
    shown: AppPassword


class Holder(Struct, frozen=True):
    """A person with every app password they have."""

    user: User
    passwords: tuple[StoredAppPassword, ...]


_JOINED = select(
    USERS,
    APP_PASSWORDS.c.id.label("password_id"),
    APP_PASSWORDS.c.label,
    APP_PASSWORDS.c.secret,
    APP_PASSWORDS.c.key_mac,
    APP_PASSWORDS.c.created_at.label("made_at"),
    APP_PASSWORDS.c.last_used_at,
)
_HOLDER = _JOINED.join_from(
    USERS, APP_PASSWORDS, APP_PASSWORDS.c.user_id == USERS.c.id, isouter=True
).order_by(APP_PASSWORDS.c.created_at, APP_PASSWORDS.c.id)
_BY_NAME = _HOLDER.where(USERS.c.name_key == bindparam("key"))
_BY_USER = _HOLDER.where(USERS.c.id == bindparam("user_id"))
_BY_PASSWORD = _HOLDER.where(APP_PASSWORDS.c.id == bindparam("id"))


def holder_by_key(connection: Connection, key: str) -> Holder | None:
    """The person of that name with all app passwords."""
    return _holder(connection, _BY_NAME, key=key)


def holder_by_id(connection: Connection, user_id: str) -> Holder | None:
    return _holder(connection, _BY_USER, user_id=user_id)


def holder_of(connection: Connection, password_id: str) -> Holder | None:
    """The owner of one app password, with that one only."""
    return _holder(connection, _BY_PASSWORD, id=password_id)


def insert_password(connection: Connection, stored: StoredAppPassword) -> None:
    connection.execute(
        insert(APP_PASSWORDS).values(
            id=stored.shown.id,
            user_id=stored.user_id,
            label=stored.shown.label,
            secret=stored.secret,
            key_mac=stored.key_mac,
            created_at=stored.shown.created_at,
        )
    )


def touch_password(connection: Connection, password_id: str, now: int) -> None:
    connection.execute(
        update(APP_PASSWORDS).where(APP_PASSWORDS.c.id == password_id).values(last_used_at=now)
    )


class Sealed(Struct, frozen=True):
    """An app password as it is kept."""

    id: str
    user_id: str
    secret: bytes


class Resealed(Struct, frozen=True):
    """An app password, and what is to be kept instead."""

    found: Sealed
    secret: bytes


_PAGE = 200
_SEALED = (
    select(APP_PASSWORDS.c.id, APP_PASSWORDS.c.user_id, APP_PASSWORDS.c.secret)
    .where(APP_PASSWORDS.c.id > bindparam("after"))
    .order_by(APP_PASSWORDS.c.id)
    .limit(_PAGE)
)


def secrets_after(connection: Connection, after: str) -> list[Sealed]:
    """Some app passwords of anybody, in the order of their ids."""
    return [Sealed(*row) for row in connection.execute(_SEALED, {"after": after})]


def renew_secrets(connection: Connection, anew: Sequence[Resealed]) -> int:
    """Keep these instead, where nothing else changed them; how many that were."""
    return sum(
        connection.execute(
            update(APP_PASSWORDS)
            .where(APP_PASSWORDS.c.id == each.found.id, APP_PASSWORDS.c.secret == each.found.secret)
            .values(secret=each.secret)
        ).rowcount
        for each in anew
    )


def renew_key(connection: Connection, password_id: str, old: str, new: str) -> None:
    connection.execute(
        update(APP_PASSWORDS)
        .where(APP_PASSWORDS.c.id == password_id, APP_PASSWORDS.c.key_mac == old)
        .values(key_mac=new)
    )


def delete_password(connection: Connection, user_id: str, password_id: str) -> bool:
    """Whether there was such a password of that person."""
    result = connection.execute(
        delete(APP_PASSWORDS).where(
            APP_PASSWORDS.c.id == password_id, APP_PASSWORDS.c.user_id == user_id
        )
    )
    return result.rowcount > 0


def _holder(connection: Connection, query: Select[Any], **values: str) -> Holder | None:
    rows = connection.execute(query, values).mappings().all()
    if not rows:
        return None
    passwords = tuple(
        StoredAppPassword(
            user_id=row["id"],
            secret=row["secret"],
            key_mac=row["key_mac"],
            shown=AppPassword(
                id=row["password_id"],
                label=row["label"],
                created_at=row["made_at"],
                last_used_at=row["last_used_at"],
            ),
        )
        for row in rows
        if row["password_id"] is not None
    )
    return Holder(user=user_of(rows[0]), passwords=passwords)
