"""The log of what administrators did."""

from typing import Protocol

from msgspec import Struct

from philomel.services.accounts.contract.events import AdminActed


class RecordAction(Struct, frozen=True):
    """As in `AdminActed`; the caller is who did it."""

    action: str
    target: str = ""
    details: str = ""


class ListAudit(Struct, frozen=True):
    """Attributes:
    before: only entries with a lower number; None begins with the newest.
    """

    before: int | None = None
    limit: int = 100


class AuditEntry(Struct, frozen=True):
    """Attributes:
    seq: 1 is the first entry; none is left out.
    hash: over this entry and the hash of the one before it.
    """

    seq: int
    acted: AdminActed
    hash: str


class AuditEntries(Struct, frozen=True):
    items: tuple[AuditEntry, ...]


class VerifyAudit(Struct, frozen=True):
    """No parameters."""


class AuditVerdict(Struct, frozen=True):
    """Attributes:
    entries: that are good, from the first one on.
    broken_at: the number of the first entry that is not.
    """

    good: bool
    entries: int
    broken_at: int | None = None
    reason: str = ""


class AuditCalls(Protocol):
    """What administrators did."""

    async def record_action(self, request: RecordAction, /) -> None:
        """Write down what the caller did elsewhere than in a service. Operators only."""
        ...

    async def list_audit(self, request: ListAudit, /) -> AuditEntries:
        """What administrators did, the latest first. Administrators and operators."""
        ...

    async def verify_audit(self, request: VerifyAudit, /) -> AuditVerdict:
        """Whether an entry was changed, removed or moved since. Administrators and operators."""
        ...
