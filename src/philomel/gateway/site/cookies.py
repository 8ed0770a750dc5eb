"""The two cookies of this site: who is signed in, and that this device is known."""

from litestar.datastructures import Cookie

from philomel.gateway.authentication import DEVICE_COOKIE, SESSION_COOKIE, Connection
from philomel.gateway.public import Public, at
from philomel.services.accounts.contract import Session

_DEVICE_SECONDS = 400 * 24 * 60 * 60
_PROVIDER_SECONDS = 15 * 60


def opening(connection: Connection, public: Public, session: Session, now: int) -> list[Cookie]:
    """The cookies of a new session."""
    secure = _is_secure(connection, public)
    seconds = max(0, (session.expires_at - now) // 1000)
    cookies = [_cookie(SESSION_COOKIE, session.token, seconds, secure=secure)]
    if session.device_token:
        cookies.append(_cookie(DEVICE_COOKIE, session.device_token, _DEVICE_SECONDS, secure=secure))
    return cookies


def closing(connection: Connection, public: Public) -> list[Cookie]:
    """Forget the session; the device stays known."""
    return [_cookie(SESSION_COOKIE, "", 0, secure=_is_secure(connection, public))]


def provider_cookie(connection: Connection, public: Public, name: str, value: str) -> Cookie:
    """That this browser asks a provider; "" forgets it."""
    secure = _is_secure(connection, public)
    return _cookie(name, value, _PROVIDER_SECONDS if value else 0, secure=secure)


def _cookie(name: str, value: str, seconds: int, *, secure: bool) -> Cookie:
    return Cookie(
        key=name,
        value=value,
        max_age=seconds,
        path=at("") or "/",
        secure=secure,
        httponly=True,
        samesite="lax",
    )


def _is_secure(connection: Connection, public: Public) -> bool:
    return public.url(connection).startswith("https:")
