"""What waits for its second step, and works once: kept as a keyed hash, bound to its person."""

import msgspec
from msgspec import Struct
from sqlalchemy import Connection

from philomel.services.accounts.contract import BadCredentials
from philomel.services.accounts.service.core import Core
from philomel.services.accounts.service.proofs.tokens import Kind, parse
from philomel.services.accounts.store.sql import links as table
from philomel.services.accounts.store.sql.links import Pending

WAIT_MS = 5 * 60 * 1000


class Waiting:
    """Makes and finds them."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def prepare(
        self,
        kind: str,
        user_id: str | None,
        data: Struct | None = None,
        *,
        wait_ms: int = WAIT_MS,
        token: Kind = Kind.PENDING,
    ) -> tuple[str, Pending]:
        """The text to hand out, and the row to keep."""
        core = self._core
        minted = core.mint.make(token, kind, user_id or "")
        encoded = "" if data is None else msgspec.json.encode(data).decode()
        until = core.clock.now() + wait_ms
        return minted.text, Pending(minted.id, kind, minted.mac, user_id, encoded, until)

    async def make(
        self, kind: str, user_id: str | None, data: Struct | None = None, *, wait_ms: int = WAIT_MS
    ) -> str:
        text, pending = self.prepare(kind, user_id, data, wait_ms=wait_ms)
        await self._core.database.write(lambda c: table.insert_pending(c, pending))
        return text

    async def find(self, kind: str, text: str, *, token: Kind = Kind.PENDING) -> Pending | None:
        """The row of a text, if it is good and waits for this."""
        core = self._core
        secret = parse(text)
        if secret is None or secret.kind is not token:
            return None
        found = await core.database.read(lambda c: table.pending(c, secret.id))
        if (
            found is None
            or found.kind != kind
            or not core.mint.check(secret, found.mac, kind, found.user_id or "")
            or found.expires_at <= core.clock.now()
        ):
            return None
        return found

    async def get(self, kind: str, text: str) -> Pending:
        """As `find`. Raises: BadCredentials."""
        found = await self.find(kind, text)
        if found is None:
            raise BadCredentials("this took too long, or was done already; begin again")
        return found

    async def take(self, kind: str, text: str) -> Pending:
        """As `get`, and it is used up. Of two at once, one gets it. Raises: BadCredentials."""
        found = await self.get(kind, text)
        await self._core.database.write(lambda c: use(c, found))
        return found


def use(connection: Connection, pending: Pending) -> None:
    """Use it up, in the transaction of what it is for. Raises: BadCredentials."""
    if not table.delete_pending(connection, pending.id):
        raise BadCredentials("this was done already; begin again")
