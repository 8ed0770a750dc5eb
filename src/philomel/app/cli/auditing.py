"""`philomel audit`."""

import argparse
from datetime import UTC, datetime

import msgspec

from philomel.app.cli.output import Output, plain, table
from philomel.app.cli.session import operator
from philomel.app.process.reach import Services
from philomel.app.refusal import Exit
from philomel.services.accounts.contract import (
    Accounts,
    AuditEntry,
    ListAudit,
    ListUsers,
    VerifyAudit,
)


@operator(Accounts)
async def show(parsed: argparse.Namespace, services: Services, out: Output) -> Exit:
    accounts = services.service(Accounts)
    found = await accounts.list_audit(ListAudit(before=parsed.before, limit=parsed.limit))
    names = {user.id: user.name for user in (await accounts.list_users(ListUsers())).items}
    rows = [_row(entry, names) for entry in found.items]
    content = [
        {"seq": entry.seq, **msgspec.to_builtins(entry.acted), "hash": entry.hash}
        for entry in found.items
    ]
    out.result(
        {"entries": content}, table(("NUMBER", "WHEN (UTC)", "WHO", "WHAT", "TARGET", ""), rows)
    )
    return Exit.OK


@operator(Accounts, timeout=None)
async def verify(_: argparse.Namespace, services: Services, out: Output) -> Exit:
    verdict = await services.service(Accounts).verify_audit(VerifyAudit())
    content = {
        "good": verdict.good,
        "entries": verdict.entries,
        "broken_at": verdict.broken_at,
        "reason": verdict.reason,
    }
    if verdict.good:
        out.result(content, [f"the audit log is whole: {verdict.entries:,} entries"])
        return Exit.OK
    out.result(
        content,
        [f"the audit log was changed: {verdict.reason} (at number {verdict.broken_at})"],
    )
    return Exit.FAILED


def _row(entry: AuditEntry, names: dict[str, str]) -> tuple[str, ...]:
    acted = entry.acted
    when = datetime.fromtimestamp(acted.at / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")
    who = names.get(acted.actor_id, acted.actor_id) or acted.actor_kind
    return (
        str(entry.seq),
        when,
        plain(who),
        plain(acted.action),
        plain(acted.target),
        plain(acted.details),
    )
