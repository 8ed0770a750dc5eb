"""Users, their sessions, and the links that make the first of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from philomel.services.accounts.contract import Role, User
from philomel.services.accounts.store.tables import (
    APP_PASSWORDS,
    CODES,
    GRANTS,
    IDENTITIES,
    PASSKEYS,
    PENDING,
    RECOVERY_CODES,
    SESSIONS,
    SET_UP_LINKS,
    TOKENS,
    TOTPS,
    USERS,
)

_OF_USER = (APP_PASSWORDS, SESSIONS, TOTPS, RECOVERY_CODES, PASSKEYS, IDENTITIES, PENDING)


class StoredUser(Struct, frozen=True):
    """Attributes:
    password: Argon2id hash in PHC format.
    """

    user: User
    name_key: str
    password: str


class StoredLink(Struct, frozen=True):
    mac: str
    expires_at: int


_USER = select(USERS)
_BY_ID = _USER.where(USERS.c.id == bindparam("id"))
_NAMES = select(USERS.c.id, USERS.c.name).where(USERS.c.id.in_(bindparam("ids", expanding=True)))
_BY_KEY = _USER.where(USERS.c.name_key == bindparam("key"))


def user_of(row: Mapping[Any, Any]) -> User:
    return User(
        id=row["id"],
        name=row["name"],
        role=Role(row["role"]),
        created_at=row["created_at"],
        display_name=row["display_name"],
        disabled=row["disabled"],
        explicit_allowed=row["explicit_allowed"],
        explicit_locked=row["explicit_locked"],
        has_password=bool(row["password"]),
        second_factor=row["second_factor"],
    )


def user_by_id(connection: Connection, user_id: str) -> StoredUser | None:
    return _stored(connection.execute(_BY_ID, {"id": user_id}).mappings().one_or_none())


def user_by_key(connection: Connection, key: str) -> StoredUser | None:
    return _stored(connection.execute(_BY_KEY, {"key": key}).mappings().one_or_none())


def names_of(connection: Connection, ids: Sequence[str]) -> dict[str, str]:
    return {row.id: row.name for row in connection.execute(_NAMES, {"ids": ids})} if ids else {}


def all_users(connection: Connection) -> list[StoredUser]:
    rows = connection.execute(_USER).mappings()
    return [stored for row in rows if (stored := _stored(row)) is not None]


def count_admins(connection: Connection) -> int:
    """Administrators, those that are disabled too: the server has had its set-up."""
    query = select(func.count()).select_from(USERS).where(USERS.c.role == Role.ADMIN.value)
    return connection.execute(query).scalar_one()


def lock_admins(connection: Connection) -> list[str]:
    """Ids of the administrators, held until the transaction ends (SQLite has one writer anyway).

    Those that are disabled do not count: they could not administer anything.
    """
    query = (
        select(USERS.c.id)
        .where(USERS.c.role == Role.ADMIN.value, USERS.c.disabled.is_(False))
        .order_by(USERS.c.id)
    )
    return list(connection.execute(query.with_for_update()).scalars())


def insert_user(connection: Connection, stored: StoredUser) -> None:
    connection.execute(
        insert(USERS).values(
            id=stored.user.id,
            name=stored.user.name,
            name_key=stored.name_key,
            password=stored.password,
            role=stored.user.role.value,
            created_at=stored.user.created_at,
            display_name=stored.user.display_name,
        )
    )


def change_user(connection: Connection, user: User) -> None:
    """Keep what can be changed of a person."""
    connection.execute(
        update(USERS)
        .where(USERS.c.id == user.id)
        .values(
            display_name=user.display_name,
            role=user.role.value,
            disabled=user.disabled,
            explicit_allowed=user.explicit_allowed,
            explicit_locked=user.explicit_locked,
        )
    )


def set_password(connection: Connection, user_id: str, password: str) -> None:
    connection.execute(update(USERS).where(USERS.c.id == user_id).values(password=password))


def replace_password(connection: Connection, user_id: str, old: str, new: str) -> None:
    """Store the same password hashed anew, unless it was changed in the meantime."""
    connection.execute(
        update(USERS).where(USERS.c.id == user_id, USERS.c.password == old).values(password=new)
    )


def delete_user(connection: Connection, user_id: str) -> None:
    """The user with every credential."""
    grants = select(GRANTS.c.id).where(GRANTS.c.user_id == user_id)
    connection.execute(delete(TOKENS).where(TOKENS.c.grant_id.in_(grants)))
    connection.execute(delete(CODES).where(CODES.c.grant_id.in_(grants)))
    for table in (*_OF_USER, GRANTS):
        connection.execute(delete(table).where(table.c.user_id == user_id))
    connection.execute(delete(USERS).where(USERS.c.id == user_id))


def replace_link(connection: Connection, link_id: str, link: StoredLink) -> None:
    """Keep this set-up link and no other."""
    connection.execute(delete(SET_UP_LINKS))
    connection.execute(
        insert(SET_UP_LINKS).values(id=link_id, mac=link.mac, expires_at=link.expires_at)
    )


def link_by_id(connection: Connection, link_id: str) -> StoredLink | None:
    row = connection.execute(select(SET_UP_LINKS).where(SET_UP_LINKS.c.id == link_id)).one_or_none()
    return None if row is None else StoredLink(mac=row.mac, expires_at=row.expires_at)


def delete_links(connection: Connection) -> int:
    return connection.execute(delete(SET_UP_LINKS)).rowcount


def _stored(row: Mapping[Any, Any] | None) -> StoredUser | None:
    if row is None:
        return None
    return StoredUser(user=user_of(row), name_key=row["name_key"], password=row["password"])
