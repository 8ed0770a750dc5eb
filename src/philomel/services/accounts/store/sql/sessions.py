"""Sessions: who holds one, from where, and since when."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, bindparam, delete, insert, select, update

from philomel.services.accounts.contract import Place, SessionView, User, Way
from philomel.services.accounts.store.sql.people import user_of
from philomel.services.accounts.store.tables import SESSIONS, USERS


class StoredSession(Struct, frozen=True):
    id: str
    mac: str
    seen_at: int
    expires_at: int
    proven_at: int
    user: User


_SESSION = (
    select(
        USERS,
        SESSIONS.c.id.label("session_id"),
        SESSIONS.c.mac,
        SESSIONS.c.seen_at,
        SESSIONS.c.expires_at,
        SESSIONS.c.proven_at,
    )
    .join_from(SESSIONS, USERS, USERS.c.id == SESSIONS.c.user_id)
    .where(SESSIONS.c.id == bindparam("id"))
)


def insert_session(connection: Connection, row: Mapping[str, Any]) -> None:
    connection.execute(insert(SESSIONS).values(**row))


def session(connection: Connection, session_id: str) -> StoredSession | None:
    row = connection.execute(_SESSION, {"id": session_id}).mappings().one_or_none()
    if row is None:
        return None
    return StoredSession(
        id=row["session_id"],
        mac=row["mac"],
        seen_at=row["seen_at"],
        expires_at=row["expires_at"],
        proven_at=row["proven_at"],
        user=user_of(row),
    )


def touch_session(connection: Connection, session_id: str, seen_at: int, expires_at: int) -> None:
    connection.execute(
        update(SESSIONS)
        .where(SESSIONS.c.id == session_id)
        .values(seen_at=seen_at, expires_at=expires_at)
    )


def networks_of(connection: Connection, user_id: str) -> list[str]:
    query = select(SESSIONS.c.network).where(SESSIONS.c.user_id == user_id).distinct().limit(50)
    return list(connection.execute(query).scalars())


def delete_session(connection: Connection, session_id: str) -> None:
    connection.execute(delete(SESSIONS).where(SESSIONS.c.id == session_id))


def delete_sessions_of(connection: Connection, user_id: str) -> None:
    connection.execute(delete(SESSIONS).where(SESSIONS.c.user_id == user_id))


def delete_others(connection: Connection, user_id: str, kept: str | None) -> None:
    """Every session of a person but one."""
    query = delete(SESSIONS).where(SESSIONS.c.user_id == user_id)
    connection.execute(query if kept is None else query.where(SESSIONS.c.id != kept))


def delete_own(connection: Connection, user_id: str, session_id: str) -> bool:
    """Whether there was such a session of that person."""
    query = delete(SESSIONS).where(SESSIONS.c.id == session_id, SESSIONS.c.user_id == user_id)
    return connection.execute(query).rowcount > 0


def views(connection: Connection, user_id: str, now: int, current: str | None) -> list[SessionView]:
    """A person's open sessions, the latest seen first; at most 500."""
    query = (
        select(SESSIONS)
        .where(SESSIONS.c.user_id == user_id, SESSIONS.c.expires_at > now)
        .order_by(SESSIONS.c.seen_at.desc(), SESSIONS.c.id)
        .limit(500)
    )
    return [
        SessionView(
            id=row.id,
            device=row.device,
            place=Place(row.place),
            way=Way(row.way),
            created_at=row.created_at,
            seen_at=row.seen_at,
            expires_at=row.expires_at,
            current=row.id == current,
        )
        for row in connection.execute(query)
    ]


def prove(connection: Connection, session_id: str, now: int) -> None:
    """The person of the session is still there."""
    connection.execute(update(SESSIONS).where(SESSIONS.c.id == session_id).values(proven_at=now))


def prove_own(connection: Connection, user_id: str, session_id: str, now: int) -> bool:
    """As `prove`, if it is that person's session; whether it is."""
    own = update(SESSIONS).where(SESSIONS.c.id == session_id, SESSIONS.c.user_id == user_id)
    return connection.execute(own.values(proven_at=now)).rowcount > 0


def renew_session(connection: Connection, session_id: str, mac: str) -> None:
    connection.execute(update(SESSIONS).where(SESSIONS.c.id == session_id).values(mac=mac))


def prune_sessions(connection: Connection, now: int) -> None:
    connection.execute(delete(SESSIONS).where(SESSIONS.c.expires_at <= now))
