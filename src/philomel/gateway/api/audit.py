"""The audit log: what administrators did."""

from msgspec import Struct

from philomel.gateway.api.operation import Access, Call, Nothing, Route
from philomel.services.accounts.contract import AuditVerdict, ListAudit, VerifyAudit


class AskedEntries(Struct, frozen=True):
    """Attributes:
    before: only entries with a lower number; left out, it begins with the newest.
    """

    before: int | None = None
    limit: int = 100


class AuditView(Struct, frozen=True, omit_defaults=False):
    """Attributes:
    seq: 1 is the first entry.
    at: milliseconds since the Unix epoch.
    action: such as "library.add".
    target: the id of the thing, or "".
    actor_id: the person, or "" for the command line.
    actor_kind: "user" or "operator".
    client_id: the program they used, or "".
    hash: over this entry and the hash of the one before it.
    """

    seq: int
    at: int
    action: str
    target: str
    details: str
    actor_id: str
    actor_kind: str
    client_id: str
    hash: str


class AuditViews(Struct, frozen=True):
    items: tuple[AuditView, ...]


async def list_audit(call: Call, asked: AskedEntries) -> AuditViews:
    """What administrators did, the latest first."""
    found = await call.services.accounts.list_audit(ListAudit(asked.before, asked.limit))
    return AuditViews(
        tuple(
            AuditView(
                seq=entry.seq,
                at=entry.acted.at,
                action=entry.acted.action,
                target=entry.acted.target,
                details=entry.acted.details,
                actor_id=entry.acted.actor_id,
                actor_kind=entry.acted.actor_kind,
                client_id=entry.acted.client_id,
                hash=entry.hash,
            )
            for entry in found.items
        )
    )


async def verify_audit(call: Call, _: Nothing) -> AuditVerdict:
    """Whether an entry was changed, removed or moved since it was written."""
    return await call.services.accounts.verify_audit(VerifyAudit())


ROUTES = (
    Route("GET", "/audit", list_audit, AskedEntries, AuditViews, access=Access.ADMIN),
    Route("GET", "/audit/verify", verify_audit, Nothing, AuditVerdict, access=Access.ADMIN),
)
