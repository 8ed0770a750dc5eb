"""Opens sessions, whichever way somebody came."""

import secrets
import unicodedata

from msgspec import Struct
from sqlalchemy import Connection

from philomel.services.accounts.contract import (
    AccountDisabled,
    BadCredentials,
    Factor,
    Session,
    User,
    Way,
)
from philomel.services.accounts.rules.tries import network_of, place_of
from philomel.services.accounts.service.core import Core
from philomel.services.accounts.service.entering.waiting import WAIT_MS, Waiting
from philomel.services.accounts.service.proofs.passwords import Verdict
from philomel.services.accounts.service.proofs.tokens import Kind
from philomel.services.accounts.store.sql import factors
from philomel.services.accounts.store.sql import people as people_table
from philomel.services.accounts.store.sql import sessions as table

SESSION_MS = 30 * 24 * 60 * 60 * 1000
SIGN_IN = "sign_in"
"""What a sign-in that lacks a second factor waits as."""
_MAX_DEVICE = 200
_NETWORK = "accounts.network"
_DEVICE = "accounts.device"


class Visitor(Struct, frozen=True):
    """Who is at the door.

    Attributes:
        device: the browser's own words.
    """

    address: str = ""
    device: str = ""


class Opening:
    def __init__(self, core: Core, waiting: Waiting) -> None:
        self._core = core
        self._waiting = waiting

    async def open(
        self,
        user: User,
        visitor: Visitor,
        way: Way,
        proven: people_table.StoredUser | None = None,
        verdict: Verdict | None = None,
    ) -> Session:
        """A new session, unless the password that was `proven` has changed in the meantime.

        Raises: AccountDisabled, BadCredentials.
        """
        core = self._core
        if user.disabled:
            raise AccountDisabled("an administrator has disabled this account")
        minted = core.mint.make(Kind.SESSION, user.id)
        now = core.clock.now()
        row = {
            "id": minted.id,
            "user_id": user.id,
            "mac": minted.mac,
            "device": _printable(visitor.device),
            "network": core.keys.sign(_NETWORK, _network_of(user.id, visitor.address)),
            "created_at": now,
            "seen_at": now,
            "expires_at": now + SESSION_MS,
            "place": place_of(visitor.address).value,
            "way": way.value,
            "proven_at": now,
        }

        def work(connection: Connection) -> None:
            kept = people_table.user_by_id(connection, user.id)
            if kept is None or kept.user.disabled:
                raise BadCredentials("this account was disabled just now")
            if proven is not None and kept.password != proven.password:
                raise BadCredentials("the password was changed just now; sign in again")
            if proven is not None and verdict is not None and verdict.rehashed is not None:
                people_table.replace_password(
                    connection, user.id, proven.password, verdict.rehashed
                )
            table.insert_session(connection, row)

        await core.database.write(work)
        nonce = secrets.token_urlsafe(16)
        signature = core.keys.sign(_DEVICE, _device(user.id, nonce))
        return Session(
            token=minted.text,
            expires_at=now + SESSION_MS,
            user=user,
            device_token=f"{nonce}.{signature}",
        )

    async def ask(self, user: User) -> Session:
        """The question for a second factor."""
        core = self._core

        def kinds(connection: Connection) -> tuple[Factor, ...]:
            totp = factors.totp(connection, user.id)
            has = {
                Factor.PASSKEY: bool(factors.passkeys(connection, user.id)),
                Factor.TOTP: totp is not None and totp.confirmed,
                Factor.RECOVERY: bool(factors.count_codes(connection, user.id)),
            }
            return tuple(factor for factor, there in has.items() if there)

        found = await core.database.read(kinds)
        return Session(
            token="",
            expires_at=core.clock.now() + WAIT_MS,
            user=user,
            pending=await self._waiting.make(SIGN_IN, user.id),
            factors=found,
        )

    def is_known_network(self, user_id: str, address: str, macs: list[str]) -> bool:
        """Whether the person has a session that was opened from this network."""
        network = _network_of(user_id, address)
        return any(self._core.keys.verify(_NETWORK, network, mac) for mac in macs)

    def known_device(self, user_id: str, token: str) -> str | None:
        """The name of a device on which the person signed in before, from what it kept."""
        nonce, _, signature = token.partition(".")
        good = len(token) < _MAX_DEVICE and self._core.keys.verify(
            _DEVICE, _device(user_id, nonce), signature
        )
        return nonce if good else None


def _device(user_id: str, nonce: str) -> bytes:
    return f"{user_id}\0{nonce}".encode("utf-8", "replace")


def _network_of(user_id: str, address: str) -> bytes:
    return f"{user_id}\0{network_of(address)}".encode("utf-8", "replace")


def _printable(text: str) -> str:
    kept = (c for c in text[:_MAX_DEVICE] if unicodedata.category(c)[0] != "C")
    return "".join(kept)
