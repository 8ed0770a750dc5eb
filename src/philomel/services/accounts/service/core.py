"""What every part of the service works with."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

from msgspec import Struct
from sqlalchemy import Connection

from philomel.engines.keys import Keys
from philomel.engines.sql import Database
from philomel.engines.web import Web
from philomel.kernel.caller import Caller, CallerKind, current
from philomel.kernel.clock import Clock
from philomel.kernel.errors import PermissionDenied, Unavailable
from philomel.services.accounts.contract import AdminActed, ProofNeeded, Role, Settings, User
from philomel.services.accounts.service.proofs.gate import Gate
from philomel.services.accounts.service.proofs.passwords import Hasher
from philomel.services.accounts.service.proofs.recent import Recent
from philomel.services.accounts.service.proofs.tokens import Mint
from philomel.services.accounts.store.sql import audit
from philomel.services.accounts.store.sql.sessions import StoredSession

T = TypeVar("T")
_AUDIT = "accounts.audit"
_MAX_DETAILS = 1000
PROVEN_MS = 10 * 60 * 1000
"""How long a session is trusted with what matters after its person proved themselves."""
Announce = Callable[[Connection, Struct, str], None]
"""Puts an event with its key into the outbox, in the transaction of the change."""


@dataclass(frozen=True)
class Core:
    """Attributes:
    memories: what was looked up a moment ago; cleared by every revocation.
    """

    database: Database
    clock: Clock
    keys: Keys
    mint: Mint
    hasher: Hasher
    gate: Gate
    announce: Announce
    settings: Settings = field(default_factory=Settings)
    web: Web | None = None
    memories: list[Recent[Any]] = field(default_factory=list)

    def remembering(self) -> Recent[Any]:
        """A new memory that every revocation clears."""
        memory: Recent[Any] = Recent()
        self.memories.append(memory)
        return memory

    def acted(
        self, action: str, target: str = "", details: str = "", *, actor_id: str | None = None
    ) -> AdminActed:
        """What the caller does at this moment, for the audit log.

        Args:
            actor_id: if the caller is not known yet: who set this server up.
        """
        caller = current().caller
        return AdminActed(
            action=action,
            target=target,
            details=details[:_MAX_DETAILS],
            actor_id=actor_id or caller.user_id or "",
            actor_kind=caller.kind.value,
            client_id=caller.client_id or "",
            at=self.clock.now(),
        )

    def record(self, connection: Connection, acted: AdminActed) -> None:
        """Write it down, in the transaction of what was done."""
        audit.append(connection, acted, self.seal, self.is_sealed)

    def seal(self, data: bytes) -> str:
        return self.keys.sign(_AUDIT, data)

    def is_sealed(self, data: bytes, seal: str) -> bool:
        return self.keys.verify(_AUDIT, data, seal)

    def require_proof(self) -> None:
        """Ask the person of an old session to prove that it is still them.

        Raises: ProofNeeded.
        """
        caller = current().caller
        if caller.session_id is None:
            return  # the command line, and tokens that it made for scripts
        if not 0 <= self.clock.now() - caller.proven_at <= PROVEN_MS:
            raise ProofNeeded("prove first that it is still you")

    async def note(self, work: Callable[[Connection], object]) -> None:
        """Write when somebody last came; nobody is refused because it cannot be written."""
        with suppress(Unavailable):
            await self.database.write(work)

    async def revoke(self, work: Callable[[Connection], T]) -> T:
        """Write what ends credentials; nothing remembered outlives it in this process."""
        try:
            return await self.database.write(work)
        finally:
            # Also when it failed: a commit may have come through although we do not know.
            for memory in self.memories:
                memory.clear()


class Part:
    """A part of the service."""

    def __init__(self, core: Core) -> None:
        self._core = core


def caller_of(
    user: User,
    scopes: tuple[str, ...],
    client_id: str | None = None,
    session: StoredSession | None = None,
) -> Caller:
    return Caller(
        kind=CallerKind.USER,
        user_id=user.id,
        name=user.name,
        admin=user.role is Role.ADMIN,
        scopes=scopes,
        client_id=client_id,
        session_id=None if session is None else session.id,
        proven_at=0 if session is None else session.proven_at,
        explicit_allowed=user.explicit_allowed,
    )


def require_own() -> str:
    """The id of the person, on this server's own pages.

    A program or a player cannot: whoever finds a phone must not be able to make more keys.
    """
    caller = current().caller
    user_id = caller.require_user()
    if caller.client_id is not None or "*" not in caller.scopes:
        raise PermissionDenied("sign in on this server's own page to do this")
    return user_id


def require_self_or_admin(user_id: str) -> None:
    """Credentials are managed by their person and by administrators, on this server's own pages."""
    caller = current().caller
    if caller.kind in {CallerKind.SERVICE, CallerKind.OPERATOR}:
        return
    if require_own() != user_id and not caller.admin:
        raise PermissionDenied("only this person or an administrator may do this")
