"""The audit log: what administrators did, in a chain that shows whether it was changed."""

from functools import partial

from sqlalchemy import Connection

from philomel.kernel.caller import current
from philomel.kernel.paging import check_limit
from philomel.services.accounts.contract import (
    AdminActed,
    AuditEntries,
    AuditVerdict,
    ListAudit,
    RecordAction,
    VerifyAudit,
)
from philomel.services.accounts.rules.audit import BEGINNING, link, sealed
from philomel.services.accounts.service.core import Part
from philomel.services.accounts.store.sql import audit as table

_NEWEST = (1 << 62) - 1


class Audit(Part):
    async def record_action(self, request: RecordAction, /) -> None:
        current().caller.require_service()
        core = self._core
        acted = core.acted(request.action, request.target, request.details)
        await core.database.write(lambda connection: core.record(connection, acted))

    async def list_audit(self, request: ListAudit, /) -> AuditEntries:
        current().caller.require_admin()
        check_limit(request.limit)
        before = _NEWEST if request.before is None else request.before
        found = await self._core.database.read(
            lambda connection: table.latest(connection, before, request.limit)
        )
        return AuditEntries(tuple(found))

    async def verify_audit(self, _request: VerifyAudit, /) -> AuditVerdict:
        current().caller.require_admin()
        read = self._core.database.read
        head = await read(table.head)
        seq, last = 0, BEGINNING
        while seq < head.seq:
            page = await read(partial(table.after, seq=seq), long=True)
            for entry in page[: head.seq - seq]:
                if entry.seq != seq + 1:
                    return _broken(seq + 1, "an entry is missing")
                if entry.hash != link(last, entry.seq, entry.acted):
                    return _broken(entry.seq, "an entry was changed, or put in another place")
                seq, last = entry.seq, entry.hash
            if not page:
                return _broken(seq + 1, "the newest entries are missing")
        if last != head.hash:
            return _broken(seq, "the end of the log was changed")
        if seq and not self._core.is_sealed(sealed(seq, last), head.seal):
            return _broken(seq, "the log was written by somebody without the key ring")
        if await read(lambda connection: table.reaches_beyond(connection, seq)):
            return _broken(seq + 1, "the end of the log was changed")
        return AuditVerdict(good=True, entries=seq)

    def record(self, connection: Connection, acted: AdminActed) -> None:
        """Write down what was done in another service."""
        self._core.record(connection, acted)

    async def renew_seal(self) -> None:
        """Sign the end of the log anew, if the key it was signed with will end."""
        core = self._core
        head = await core.database.read(table.head)
        good = core.is_sealed(sealed(head.seq, head.hash), head.seal)
        # What is not ours stays as it is, to be found.
        if head.seq and good and not core.keys.current(head.seal):
            await core.database.write(lambda c: table.seal_anew(c, core.seal))


def _broken(at: int, reason: str) -> AuditVerdict:
    return AuditVerdict(good=False, entries=at - 1, broken_at=at, reason=reason)
