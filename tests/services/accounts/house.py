"""The accounts service on a real database, with cheap password hashes and a clock to turn."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from msgspec import Struct
from sqlalchemy import Connection

from philomel.engines.keys.ring import KeyRing
from philomel.engines.sql import Database
from philomel.engines.web import Web
from philomel.kernel.caller import ALL_SCOPES, OPERATOR, Caller, CallerKind, acting
from philomel.kernel.clock import FixedClock
from philomel.services.accounts.contract import (
    Accounts,
    Authenticate,
    CreateUser,
    Role,
    Session,
    Settings,
    SignIn,
    User,
)
from philomel.services.accounts.service import AccountService
from philomel.services.accounts.service.proofs.passwords import Cost, Hasher, Verdict

PASSWORD = "correct horse battery"
HOME = "192.0.2.10"
ELSEWHERE = "198.51.100.7"


class CountingHasher(Hasher):
    """Argon2id at its cheapest; counts the verifications that do the full work."""

    def __init__(self) -> None:
        super().__init__(Cost(time=1, memory=8, lanes=1))
        self.verified = 0
        self.meanwhile: Callable[[], Awaitable[object]] | None = None

    async def verify(self, kept: str | None, password: str) -> Verdict:
        self.verified += 1
        verdict = await super().verify(kept, password)
        if self.meanwhile is not None:
            await self.meanwhile()
        return verdict


@dataclass
class House:
    """Attributes:
    accounts: as the rest of the platform reaches it.
    service: without what lies in between.
    """

    accounts: Accounts
    service: AccountService
    database: Database
    clock: FixedClock
    keys: KeyRing
    hasher: CountingHasher
    events: list[tuple[str, Struct]] = field(default_factory=list)

    async def user(self, name: str = "Ada", role: Role = Role.LISTENER) -> User:
        with acting(OPERATOR):
            return await self.accounts.create_user(CreateUser(name, PASSWORD, role))

    async def sign_in(
        self, name: str = "Ada", password: str = PASSWORD, address: str = HOME
    ) -> Session:
        return await self.accounts.sign_in(SignIn(name, password, address))

    async def caller(self, session: Session) -> Caller:
        """Who holds the session, as a door knows it."""
        return (await self.accounts.authenticate(Authenticate(session.token))).caller


def build_house(
    database: Database,
    folder: Path,
    settings: Settings | None = None,
    web: Web | None = None,
    clock: FixedClock | None = None,
) -> House:
    clock = clock or FixedClock()
    keys = KeyRing.open(folder / "keys", clock)
    hasher = CountingHasher()
    events: list[tuple[str, Struct]] = []

    def announce(_connection: Connection, event: Struct, key: str) -> None:
        events.append((key, event))

    service = AccountService(database, clock, keys, announce, hasher, settings, web)
    return House(service, service, database, clock, keys, hasher, events)


def person(user: User) -> Caller:
    """The caller that a session of `user` stands for."""
    return Caller(
        kind=CallerKind.USER,
        user_id=user.id,
        name=user.name,
        admin=user.role is Role.ADMIN,
        scopes=ALL_SCOPES,
    )
