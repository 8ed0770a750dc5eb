"""Programs (OAuth clients), the grants they were given, and codes and tokens of those."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from msgspec import Struct
from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    bindparam,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from philomel.services.accounts.contract import App, User
from philomel.services.accounts.store.sql.people import user_of
from philomel.services.accounts.store.tables import APPS, CODES, GRANTS, TOKENS, USERS


class TokenKind(StrEnum):
    ACCESS = "access"
    REFRESH = "refresh"


class StoredApp(Struct, frozen=True):
    app: App
    secret_mac: str | None


class StoredGrant(Struct, frozen=True):
    """Attributes:
    user_id: None for a program on its own behalf.
    """

    id: str
    client_id: str
    user_id: str | None
    scopes: tuple[str, ...]
    created_at: int
    expires_at: int


class UsedGrant(Struct, frozen=True):
    """Attributes:
    name: of the program; "" if it is not registered.
    """

    grant: StoredGrant
    name: str
    last_used_at: int | None


class StoredCode(Struct, frozen=True):
    id: str
    mac: str
    redirect_uri: str
    challenge: str | None
    expires_at: int
    used_at: int | None
    grant: StoredGrant


class StoredToken(Struct, frozen=True):
    id: str
    kind: TokenKind
    mac: str
    expires_at: int
    used_at: int | None
    grant: StoredGrant
    user: User | None = None


_APP = select(APPS).where(APPS.c.id == bindparam("id"))
_GRANT_COLUMNS = (
    GRANTS.c.id.label("g_id"),
    GRANTS.c.client_id.label("g_client_id"),
    GRANTS.c.user_id.label("g_user_id"),
    GRANTS.c.scopes.label("g_scopes"),
    GRANTS.c.created_at.label("g_created_at"),
    GRANTS.c.expires_at.label("g_expires_at"),
)
_CODE = (
    select(CODES, *_GRANT_COLUMNS)
    .join_from(CODES, GRANTS, GRANTS.c.id == CODES.c.grant_id)
    .where(CODES.c.id == bindparam("id"))
)
_TOKEN = (
    select(
        USERS,
        TOKENS.c.id.label("token_id"),
        TOKENS.c.kind,
        TOKENS.c.mac,
        TOKENS.c.expires_at.label("token_expires_at"),
        TOKENS.c.used_at,
        *_GRANT_COLUMNS,
    )
    .join_from(TOKENS, GRANTS, GRANTS.c.id == TOKENS.c.grant_id)
    .join(USERS, USERS.c.id == GRANTS.c.user_id, isouter=True)
    .where(TOKENS.c.id == bindparam("id"))
)


def insert_app(connection: Connection, stored: StoredApp, now: int) -> None:
    connection.execute(
        insert(APPS).values(
            id=stored.app.client_id,
            name=stored.app.name,
            redirect_uris="\n".join(stored.app.redirect_uris),
            secret_mac=stored.secret_mac,
            created_at=now,
            owner_id=stored.app.owner_id,
        )
    )


def app(connection: Connection, client_id: str) -> StoredApp | None:
    row = connection.execute(_APP, {"id": client_id}).one_or_none()
    return None if row is None else StoredApp(app=_app(row), secret_mac=row.secret_mac)


def apps(connection: Connection, owner_id: str | None) -> list[App]:
    """Somebody's programs, or everybody's; at most 500."""
    query = select(APPS).order_by(APPS.c.name, APPS.c.id).limit(500)
    if owner_id is not None:
        query = query.where(APPS.c.owner_id == owner_id)
    return [_app(row) for row in connection.execute(query)]


def count_apps(connection: Connection, owner_id: str) -> int:
    query = select(func.count()).select_from(APPS).where(APPS.c.owner_id == owner_id)
    return connection.execute(query).scalar_one()


def change_app(connection: Connection, app: App) -> None:
    connection.execute(
        update(APPS)
        .where(APPS.c.id == app.client_id)
        .values(name=app.name, redirect_uris="\n".join(app.redirect_uris))
    )


def replace_secret(connection: Connection, client_id: str, mac: str) -> None:
    connection.execute(update(APPS).where(APPS.c.id == client_id).values(secret_mac=mac))


def remove_app(connection: Connection, client_id: str) -> None:
    """Forget a program, and revoke everything that it was given."""
    _delete_grants(connection, GRANTS.c.client_id == client_id)
    connection.execute(delete(APPS).where(APPS.c.id == client_id))


def remove_apps_of(connection: Connection, owner_id: str) -> None:
    """Forget the programs of somebody who is removed."""
    for each in apps(connection, owner_id):
        remove_app(connection, each.client_id)


def revoke(connection: Connection, user_id: str, client_id: str) -> bool:
    """Whether the person had let the program in; it is out now."""
    return _delete_grants(connection, GRANTS.c.user_id == user_id, GRANTS.c.client_id == client_id)


def grants_of(connection: Connection, user_id: str, now: int) -> list[UsedGrant]:
    """What a person's programs hold, the oldest first; codes that nobody came with are left out."""
    query = (
        select(*_GRANT_COLUMNS, GRANTS.c.last_used_at, APPS.c.name)
        .join_from(GRANTS, APPS, APPS.c.id == GRANTS.c.client_id, isouter=True)
        .where(
            GRANTS.c.user_id == user_id,
            GRANTS.c.expires_at > now,
            exists().where(TOKENS.c.grant_id == GRANTS.c.id),
        )
        .order_by(GRANTS.c.created_at, GRANTS.c.id)
    )
    rows = connection.execute(query).mappings()
    return [UsedGrant(_grant(row), row["name"] or "", row["last_used_at"]) for row in rows]


def touch_grant(connection: Connection, grant_id: str, now: int, before: int) -> None:
    """Remember when it was used, unless that was after `before`."""
    connection.execute(
        update(GRANTS)
        .where(
            GRANTS.c.id == grant_id,
            or_(GRANTS.c.last_used_at.is_(None), GRANTS.c.last_used_at <= before),
        )
        .values(last_used_at=now)
    )


def _delete_grants(connection: Connection, *conditions: ColumnElement[bool]) -> bool:
    found = select(GRANTS.c.id).where(*conditions)
    connection.execute(delete(TOKENS).where(TOKENS.c.grant_id.in_(found)))
    connection.execute(delete(CODES).where(CODES.c.grant_id.in_(found)))
    return connection.execute(delete(GRANTS).where(*conditions)).rowcount > 0


def _app(row: Row[Any]) -> App:
    return App(
        client_id=row.id,
        name=row.name,
        redirect_uris=tuple(row.redirect_uris.splitlines()),
        public=row.secret_mac is None,
        owner_id=row.owner_id,
        created_at=row.created_at,
    )


def renew_secret(connection: Connection, client_id: str, old: str, new: str) -> None:
    connection.execute(
        update(APPS).where(APPS.c.id == client_id, APPS.c.secret_mac == old).values(secret_mac=new)
    )


def insert_grant(connection: Connection, grant: StoredGrant) -> None:
    connection.execute(
        insert(GRANTS).values(
            id=grant.id,
            client_id=grant.client_id,
            user_id=grant.user_id,
            scopes=" ".join(grant.scopes),
            created_at=grant.created_at,
            expires_at=grant.expires_at,
        )
    )


def extend_grant(connection: Connection, grant_id: str, expires_at: int) -> None:
    connection.execute(update(GRANTS).where(GRANTS.c.id == grant_id).values(expires_at=expires_at))


def delete_grant(connection: Connection, grant_id: str) -> None:
    """Revoke a grant with its code and every token."""
    connection.execute(delete(TOKENS).where(TOKENS.c.grant_id == grant_id))
    connection.execute(delete(CODES).where(CODES.c.grant_id == grant_id))
    connection.execute(delete(GRANTS).where(GRANTS.c.id == grant_id))


def insert_code(connection: Connection, code: StoredCode) -> None:
    connection.execute(
        insert(CODES).values(
            id=code.id,
            mac=code.mac,
            grant_id=code.grant.id,
            redirect_uri=code.redirect_uri,
            challenge=code.challenge,
            expires_at=code.expires_at,
        )
    )


def code_by_id(connection: Connection, code_id: str) -> StoredCode | None:
    row = connection.execute(_CODE, {"id": code_id}).mappings().one_or_none()
    if row is None:
        return None
    return StoredCode(
        id=row["id"],
        mac=row["mac"],
        redirect_uri=row["redirect_uri"],
        challenge=row["challenge"],
        expires_at=row["expires_at"],
        used_at=row["used_at"],
        grant=_grant(row),
    )


def use_code(connection: Connection, code_id: str, now: int) -> bool:
    """Whether this is the code's first use; decided by the database, for two at once."""
    result = connection.execute(
        update(CODES).where(CODES.c.id == code_id, CODES.c.used_at.is_(None)).values(used_at=now)
    )
    return result.rowcount == 1


def insert_token(connection: Connection, token: StoredToken) -> None:
    connection.execute(
        insert(TOKENS).values(
            id=token.id,
            kind=token.kind.value,
            mac=token.mac,
            grant_id=token.grant.id,
            expires_at=token.expires_at,
        )
    )


def token_by_id(connection: Connection, token_id: str) -> StoredToken | None:
    row = connection.execute(_TOKEN, {"id": token_id}).mappings().one_or_none()
    if row is None:
        return None
    return StoredToken(
        id=row["token_id"],
        kind=TokenKind(row["kind"]),
        mac=row["mac"],
        expires_at=row["token_expires_at"],
        used_at=row["used_at"],
        grant=_grant(row),
        user=None if row["id"] is None else user_of(row),
    )


def use_token(connection: Connection, token_id: str, now: int) -> bool:
    """Whether this is the refresh token's first use."""
    result = connection.execute(
        update(TOKENS)
        .where(TOKENS.c.id == token_id, TOKENS.c.used_at.is_(None))
        .values(used_at=now)
    )
    return result.rowcount == 1


def prune(connection: Connection, now: int) -> None:
    """Forget what has expired.

    Used codes and refresh tokens stay until then: they tell that somebody uses them again.
    """
    expired = select(GRANTS.c.id).where(GRANTS.c.expires_at <= now)
    connection.execute(
        delete(TOKENS).where(or_(TOKENS.c.expires_at <= now, TOKENS.c.grant_id.in_(expired)))
    )
    connection.execute(delete(CODES).where(CODES.c.grant_id.in_(expired)))
    connection.execute(delete(GRANTS).where(GRANTS.c.expires_at <= now))


def _grant(row: Mapping[Any, Any]) -> StoredGrant:
    return StoredGrant(
        id=row["g_id"],
        client_id=row["g_client_id"],
        user_id=row["g_user_id"],
        scopes=tuple(row["g_scopes"].split()),
        created_at=row["g_created_at"],
        expires_at=row["g_expires_at"],
    )


def bound(grant: StoredGrant) -> tuple[str, ...]:
    """What a code or token of this grant is good for; part of its keyed hash."""
    return (grant.id, grant.client_id, grant.user_id or "", " ".join(grant.scopes))
