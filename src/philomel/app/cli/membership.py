"""`philomel user` and `invitation`: who may come, and what helps who cannot get in."""

import argparse
from datetime import UTC, datetime

from philomel.app.cli.output import Output, plain, table
from philomel.app.cli.people import date, shown
from philomel.app.cli.session import operator
from philomel.app.process.reach import Services
from philomel.app.refusal import Exit
from philomel.services.accounts.contract import (
    Accounts,
    ChangeUser,
    CreateInvitation,
    CreateResetLink,
    EndOtherSessions,
    FindUser,
    ListInvitations,
    ResetFactors,
    RevokeInvitation,
    Role,
)
from philomel.services.catalog.contract import Catalog, LibraryNotFound, ListLibraries

_WORDS = {"yes": True, "no": False}


@operator(Accounts)
async def change(parsed: argparse.Namespace, services: Services, out: Output) -> Exit:
    accounts = services.service(Accounts)
    user = await accounts.find_user(FindUser(parsed.name))
    changed = await accounts.change_user(
        ChangeUser(
            user_id=user.id,
            display_name=parsed.display_name,
            role=None if parsed.role is None else Role(parsed.role),
            disabled=_WORDS.get(parsed.disabled),
            explicit_allowed=_WORDS.get(parsed.explicit),
            explicit_locked=_WORDS.get(parsed.explicit_locked),
        )
    )
    out.result({"user": shown(changed)}, [f"changed {plain(changed.name)}"])
    return Exit.OK


@operator(Accounts)
async def reset_link(parsed: argparse.Namespace, services: Services, out: Output) -> Exit:
    accounts = services.service(Accounts)
    user = await accounts.find_user(FindUser(parsed.name))
    made = await accounts.create_reset_link(CreateResetLink(user.id))
    links = [f"{url}/reset?token={made.token}" for url in services.urls]
    out.result(
        {"links": links, "token": made.token, "expires_at": made.expires_at},
        [*links, "It sets one new password, within 24 hours."],
    )
    return Exit.OK


@operator(Accounts)
async def reset_factors(parsed: argparse.Namespace, services: Services, out: Output) -> Exit:
    accounts = services.service(Accounts)
    user = await accounts.find_user(FindUser(parsed.name))
    await accounts.reset_factors(ResetFactors(user.id))
    out.result({"user": shown(user)}, [f"{plain(user.name)} signs in by password alone again"])
    return Exit.OK


@operator(Accounts)
async def sign_out(parsed: argparse.Namespace, services: Services, out: Output) -> Exit:
    accounts = services.service(Accounts)
    user = await accounts.find_user(FindUser(parsed.name))
    await accounts.end_other_sessions(EndOtherSessions(user.id))
    out.result({"user": shown(user)}, [f"{plain(user.name)} is signed out everywhere"])
    return Exit.OK


@operator(Accounts, Catalog)
async def invite(parsed: argparse.Namespace, services: Services, out: Output) -> Exit:
    libraries: tuple[str, ...] = ()
    if parsed.library:
        found = await services.service(Catalog).list_libraries(ListLibraries())
        by_name = {key: each.id for each in found.items for key in (each.name, each.id)}
        unknown = [name for name in parsed.library if name not in by_name]
        if unknown:
            raise LibraryNotFound(f'there is no library "{plain(unknown[0])}"')
        libraries = tuple(by_name[name] for name in parsed.library)
    made = await services.service(Accounts).create_invitation(
        CreateInvitation(
            role=Role.ADMIN if parsed.admin else Role.LISTENER,
            libraries=libraries,
            days=parsed.days,
            note=parsed.note,
        )
    )
    links = [f"{url}/join?token={made.token}" for url in services.urls]
    invitation = made.invitation
    until = datetime.fromtimestamp(invitation.expires_at / 1000, UTC)
    out.result(
        {
            "id": invitation.id,
            "links": links,
            "token": made.token,
            "expires_at": invitation.expires_at,
        },
        [*links, f"It makes one account, until {until:%Y-%m-%d %H:%M} UTC."],
    )
    return Exit.OK


@operator(Accounts)
async def list_invitations(_: argparse.Namespace, services: Services, out: Output) -> Exit:
    found = (await services.service(Accounts).list_invitations(ListInvitations())).items
    rows = [
        (
            each.id,
            plain(each.note),
            each.role.value,
            date(each.expires_at),
            "" if each.used_at is None else date(each.used_at),
        )
        for each in found
    ]
    content = [
        {
            "id": each.id,
            "note": each.note,
            "role": each.role.value,
            "libraries": list(each.libraries),
            "created_at": each.created_at,
            "expires_at": each.expires_at,
            "used_at": each.used_at,
            "used_by": each.used_by,
        }
        for each in found
    ]
    heads = ("ID", "FOR", "ROLE", "UNTIL", "USED")
    out.result(
        {"invitations": content}, table(heads, rows) if rows else ["nobody has been invited"]
    )
    return Exit.OK


@operator(Accounts)
async def uninvite(parsed: argparse.Namespace, services: Services, out: Output) -> Exit:
    await services.service(Accounts).revoke_invitation(RevokeInvitation(parsed.id))
    out.result({"revoked": parsed.id}, [f"{plain(parsed.id)} no longer works"])
    return Exit.OK
