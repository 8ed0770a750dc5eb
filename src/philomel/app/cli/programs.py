"""`philomel app`, `app-password` and `token`: what programs and players sign in with."""

import argparse

from philomel.app.cli.output import Output, plain, table
from philomel.app.cli.people import date
from philomel.app.cli.session import operator
from philomel.app.process.reach import Services
from philomel.app.refusal import Exit, Refusal
from philomel.kernel.caller import ALL_SCOPES
from philomel.services.accounts.contract import (
    Accounts,
    CreateApp,
    CreateAppPassword,
    FindUser,
    ListAppPasswords,
    MintToken,
    RevokeAppPassword,
    Role,
)


@operator(Accounts)
async def add_app(parsed: argparse.Namespace, services: Services, out: Output) -> Exit:
    request = CreateApp(
        name=parsed.name, redirect_uris=tuple(parsed.redirect_uri), public=parsed.public
    )
    made = await services.service(Accounts).create_app(request)
    out.result(
        {"name": made.name, "client_id": made.client_id, "client_secret": made.client_secret},
        [
            f"client_id: {made.client_id}",
            *([f"client_secret: {made.client_secret}"] if made.client_secret else []),
        ],
    )
    return Exit.OK


@operator(Accounts)
async def add_password(parsed: argparse.Namespace, services: Services, out: Output) -> Exit:
    accounts = services.service(Accounts)
    user = await accounts.find_user(FindUser(name=parsed.user))
    made = await accounts.create_app_password(
        CreateAppPassword(user_id=user.id, label=parsed.label)
    )
    out.result(
        {
            "id": made.id,
            "user": user.name,
            "label": made.label,
            "password": made.password,
            "api_key": made.api_key,
        },
        [f"password: {made.password}", f"api_key: {made.api_key}", "They are shown only now."],
    )
    return Exit.OK


@operator(Accounts)
async def list_passwords(parsed: argparse.Namespace, services: Services, out: Output) -> Exit:
    accounts = services.service(Accounts)
    user = await accounts.find_user(FindUser(name=parsed.user))
    found = await accounts.list_app_passwords(ListAppPasswords(user_id=user.id))
    rows = [
        (
            each.id,
            each.label,
            date(each.created_at),
            "never" if each.last_used_at is None else date(each.last_used_at),
        )
        for each in found.items
    ]
    content = [
        {
            "id": each.id,
            "label": each.label,
            "created_at": each.created_at,
            "last_used_at": each.last_used_at,
        }
        for each in found.items
    ]
    out.result(
        {"app_passwords": content},
        table(("ID", "LABEL", "MADE", "LAST USED"), rows) if rows else ["no app passwords"],
    )
    return Exit.OK


@operator(Accounts)
async def revoke_password(parsed: argparse.Namespace, services: Services, out: Output) -> Exit:
    accounts = services.service(Accounts)
    user = await accounts.find_user(FindUser(name=parsed.user))
    await accounts.revoke_app_password(RevokeAppPassword(user_id=user.id, id=parsed.id))
    out.result({"revoked": parsed.id}, [f"{plain(parsed.id)} no longer works"])
    return Exit.OK


@operator(Accounts)
async def token(parsed: argparse.Namespace, services: Services, out: Output) -> Exit:
    accounts = services.service(Accounts)
    user = await accounts.find_user(FindUser(name=parsed.user))
    scopes = tuple(
        scope for given in parsed.scope for scope in given.replace(",", " ").split() if scope
    )
    if parsed.admin:
        if scopes:
            raise Refusal("--admin is everything: leave --scope out", Exit.USAGE)
        if user.role is not Role.ADMIN:
            raise Refusal(f"{plain(user.name)} does not administer this server", Exit.REFUSED)
        scopes = ALL_SCOPES
    made = await accounts.mint_token(MintToken(user_id=user.id, scopes=scopes))
    out.result(
        {
            "access_token": made.access_token,
            "refresh_token": made.refresh_token,
            "token_type": "Bearer",
            "expires_in": made.expires_in,
            "scope": " ".join(made.scopes),
        },
        [
            f"access_token: {made.access_token}",
            f"refresh_token: {made.refresh_token}",
            f"The access token works for {made.expires_in} seconds.",
        ],
    )
    return Exit.OK
