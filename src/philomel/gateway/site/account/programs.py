"""The programs that a person has let in."""

from collections.abc import Sequence

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from philomel.gateway.public import at
from philomel.gateway.site.account.frame import account_page
from philomel.gateway.site.desk import Desk, back
from philomel.gateway.site.forms import AnyRequest, read_form
from philomel.gateway.site.layout import card, day, form, hidden, page
from philomel.gateway.site.markup import Markup, tag
from philomel.gateway.site.scopes import NOTHING, SCOPES
from philomel.kernel.caller import Caller, acting
from philomel.services.accounts.contract import ListPrograms, Program, RevokeProgram

_PATH = "/account/programs"


class Programs:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._accounts = desk.accounts

    def routes(self) -> Sequence[HTTPRouteHandler]:
        return (get(_PATH)(self.show), post(f"{_PATH}/revoke")(self.revoke))

    async def show(self, request: AnyRequest) -> Response[str]:
        caller = await self._desk.caller(request)
        with acting(caller):
            found = await self._accounts.list_programs(ListPrograms(caller.require_user()))
        return page(programs_page(caller, found.items))

    async def revoke(self, request: AnyRequest) -> Response[str]:
        caller = await self._desk.caller(request)
        fields = await read_form(request)
        with acting(caller):
            await self._accounts.revoke_program(
                RevokeProgram(caller.require_user(), fields.get("client_id", ""))
            )
        return back(_PATH)


def programs_page(caller: Caller, items: Sequence[Program]) -> str:
    content: object = card(
        tag("p", "No program has asked to be let in yet. When one does, you decide what it may do, "
            "and it stands here from then on.")
    )  # fmt: skip
    if items:
        content = card(tag("ul", [_program(item) for item in items], class_="rows tall"))
    developing = tag(
        "p",
        "You write programs yourself? ",
        tag("a", "Register yours", href=at("/account/developer")),
        ".",
        class_="note",
    )
    lead = "What you let in, and what it may do."
    return account_page(caller, _PATH, "Programs", lead, content, developing)


def _program(item: Program) -> Markup:
    name = item.name or "Command line"
    if len(item.scopes) >= len(SCOPES) or "*" in item.scopes:
        words = [tag("li", "Do everything that you may do with your music")]
    else:
        words = [tag("li", SCOPES.get(scope, scope)) for scope in item.scopes] or [
            tag("li", NOTHING)
        ]
    used = "not used yet" if item.last_used_at is None else f"last used {day(item.last_used_at)}"
    return tag(
        "li",
        tag(
            "div",
            tag("strong", name),
            tag("small", f"since {day(item.since)}, {used}"),
            tag(
                "details",
                tag("summary", "What it may do"),
                tag("ul", words, class_="scopes"),
            ),
        ),
        tag(
            "div",
            form(
                f"{_PATH}/revoke",
                hidden("client_id", item.client_id),
                tag(
                    "button",
                    "Revoke",
                    type="submit",
                    class_="quiet danger",
                    aria_label=f"Revoke {name}",
                ),
            ),
            class_="actions",
        ),
    )
