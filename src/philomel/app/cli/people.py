"""`philomel user`, `setup-link` and `audit`: people, and what administrators did."""

import argparse
import getpass
import sys
import time
from datetime import UTC, datetime
from typing import Any

import msgspec

from philomel.app.cli.output import Output, plain, table
from philomel.app.cli.session import operator
from philomel.app.process.reach import Services
from philomel.app.refusal import Exit, Refusal
from philomel.app.settings import Settings
from philomel.services.accounts.contract import (
    Accounts,
    AuditEntry,
    CreateSetUpLink,
    CreateUser,
    FindUser,
    ListAudit,
    ListUsers,
    RemoveUser,
    Role,
    SetPassword,
    User,
    VerifyAudit,
)

_MAX_PASSWORD = 4096


def read_password(parsed: argparse.Namespace) -> str:
    """The password from standard input: never from the command line, which others can see.

    Raises:
        Refusal: none was given.
    """
    if parsed.password_stdin:
        text = sys.stdin.buffer.read(_MAX_PASSWORD + 2).decode("utf-8", "surrogateescape")
        # One line break at the end is the shell's; the rest belongs to the password.
        password = text.removesuffix("\n").removesuffix("\r")
    elif sys.stdin.isatty():
        password = getpass.getpass("Password: ")
        if getpass.getpass("Again: ") != password:
            raise Refusal("the two passwords differ", Exit.USAGE)
    else:
        raise Refusal("give the password on standard input, with --password-stdin", Exit.USAGE)
    try:
        password.encode()
    except UnicodeEncodeError:
        raise Refusal("the password is not UTF-8 text", Exit.USAGE) from None
    if not password:
        raise Refusal("the password is empty", Exit.USAGE)
    return password


def shown(user: User) -> dict[str, Any]:
    return {
        "id": user.id,
        "name": user.name,
        "role": user.role.value,
        "created_at": user.created_at,
        "display_name": user.display_name,
        "disabled": user.disabled,
        "explicit_allowed": user.explicit_allowed,
        "explicit_locked": user.explicit_locked,
        "second_factor": user.second_factor,
    }


def date(milliseconds: int) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(milliseconds / 1000))


@operator(Accounts)
async def add(parsed: argparse.Namespace, services: Services, out: Output) -> Exit:
    role = Role.ADMIN if parsed.admin else Role.LISTENER
    request = CreateUser(name=parsed.name, password=read_password(parsed), role=role)
    user = await services.service(Accounts).create_user(request)
    out.result({"user": shown(user)}, [f"added {plain(user.name)} ({user.role.value})"])
    return Exit.OK


@operator(Accounts)
async def password(parsed: argparse.Namespace, services: Services, out: Output) -> Exit:
    accounts = services.service(Accounts)
    user = await accounts.find_user(FindUser(name=parsed.name))
    await accounts.set_password(SetPassword(user_id=user.id, password=read_password(parsed)))
    out.result(
        {"user": shown(user)},
        [f"changed the password of {plain(user.name)}; open sessions have ended"],
    )
    return Exit.OK


@operator(Accounts)
async def show(_: argparse.Namespace, services: Services, out: Output) -> Exit:
    users = await services.service(Accounts).list_users(ListUsers())
    rows = [
        (
            user.name,
            user.role.value + (" (disabled)" if user.disabled else ""),
            date(user.created_at),
        )
        for user in users.items
    ]
    out.result(
        {"users": [shown(user) for user in users.items]},
        table(("NAME", "ROLE", "SINCE"), rows) if rows else ["no users yet"],
    )
    return Exit.OK


@operator(Accounts)
async def remove(parsed: argparse.Namespace, services: Services, out: Output) -> Exit:
    accounts = services.service(Accounts)
    user = await accounts.find_user(FindUser(name=parsed.name))
    await accounts.remove_user(RemoveUser(user_id=user.id))
    out.result({"removed": user.name}, [f"removed {plain(user.name)}"])
    return Exit.OK


@operator(Accounts)
async def setup_link(_: argparse.Namespace, services: Services, out: Output) -> Exit:
    link = await services.service(Accounts).create_set_up_link(CreateSetUpLink())
    links = [f"{url}/setup?token={link.token}" for url in services.urls]
    out.result(
        {"links": links, "token": link.token, "expires_at": link.expires_at},
        [*links, "It works once, within 24 hours."],
    )
    return Exit.OK


def show_audit(parsed: argparse.Namespace, settings: Settings, out: Output) -> Exit:
    parsed.settings = settings
    return _show_audit(parsed, settings, out)


@operator(Accounts)
async def _show_audit(parsed: argparse.Namespace, services: Services, out: Output) -> Exit:
    # Not before: whoever lists people need not know how backups are made.
    from philomel.app.keeping.notes import hand_over
    from philomel.app.keeping.place import Place

    accounts = services.service(Accounts)
    await hand_over(Place(parsed.settings), accounts)
    found = await accounts.list_audit(ListAudit(before=parsed.before, limit=parsed.limit))
    names = {user.id: user.name for user in (await accounts.list_users(ListUsers())).items}
    rows = [_entry_row(entry, names) for entry in found.items]
    content = [
        {"seq": entry.seq, **msgspec.to_builtins(entry.acted), "hash": entry.hash}
        for entry in found.items
    ]
    out.result(
        {"entries": content}, table(("NUMBER", "WHEN (UTC)", "WHO", "WHAT", "TARGET", ""), rows)
    )
    return Exit.OK


@operator(Accounts, timeout=None)
async def verify_audit(_: argparse.Namespace, services: Services, out: Output) -> Exit:
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


def _entry_row(entry: AuditEntry, names: dict[str, str]) -> tuple[str, ...]:
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
