"""The log of what administrators did."""

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
