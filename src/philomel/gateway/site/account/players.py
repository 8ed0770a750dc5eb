"""App passwords: for players that ask for a server, a user name and a password."""

from collections.abc import Sequence
from urllib.parse import quote, urlsplit

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from philomel.gateway.public import at, is_loopback
from philomel.gateway.site.account.frame import account_page
from philomel.gateway.site.desk import Desk, back
from philomel.gateway.site.forms import AnyRequest, read_form
from philomel.gateway.site.layout import (
    button,
    card,
    day,
    document,
    field,
    form,
    hero,
    hidden,
    page,
    qr,
    row,
    rows,
    secret,
)
from philomel.gateway.site.markup import Markup, tag
from philomel.kernel.caller import Caller, acting
from philomel.kernel.errors import InvalidArgument
from philomel.services.accounts.contract import (
    AppPassword,
    CreateAppPassword,
    ListAppPasswords,
    NewAppPassword,
    RevokeAppPassword,
)


class Players:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._accounts = desk.accounts

    def routes(self) -> Sequence[HTTPRouteHandler]:
        return (
            get("/account/players")(self.show),
            post("/players")(self.connect),
            post("/players/revoke")(self.revoke),
        )

    async def show(self, request: AnyRequest) -> Response[str]:
        return await self._listed(request)

    async def _listed(
        self, request: AnyRequest, wrong: str | None = None, status: int = 200
    ) -> Response[str]:
        caller = await self._desk.caller(request)
        with acting(caller):
            found = await self._accounts.list_app_passwords(ListAppPasswords(caller.require_user()))
        connect = connect_card(caller.name, self._desk.public.url(request))
        content = tag("div", connect, list_card(found.items), class_="columns")
        lead = "Apps that speak the Subsonic protocol, each with a password of its own."
        markup = account_page(caller, "/account/players", "Players", lead, content, wrong=wrong)
        return page(markup, status)

    async def connect(self, request: AnyRequest) -> Response[str]:
        caller = await self._desk.caller(request)
        fields = await read_form(request)
        asked = CreateAppPassword(caller.require_user(), fields.get("label", ""))
        try:
            with acting(caller):
                made = await self._accounts.create_app_password(asked)
        except InvalidArgument as error:
            return await self._listed(request, error.message, error.http_status)
        return page(new_password_page(caller, self._desk.public.url(request), made))

    async def revoke(self, request: AnyRequest) -> Response[str]:
        caller = await self._desk.caller(request)
        fields = await read_form(request)
        asked = RevokeAppPassword(caller.require_user(), fields.get("id", ""))
        with acting(caller):
            await self._accounts.revoke_app_password(asked)
        return back("/account/players")


def connect_card(name: str, address: str) -> Markup:
    """Where a new player begins."""
    host = urlsplit(address).hostname or ""
    near = is_loopback(host) or host == "localhost"
    note = (
        "This address works on this computer only. For a phone, start Philomel with ",
        tag("code", "--host 0.0.0.0"),
        " and open this page by the computer's address in your network.",
    )
    return card(
        tag(
            "p",
            "Any Subsonic or OpenSubsonic player works, on phones, desktops and in cars. Give each "
            "one a password of its own.",
        ),
        tag("dl", secret("Server address", address), secret("User name", name)),
        tag("p", *note, class_="note") if near else None,
        form(
            "/players",
            field("Name the device", "label", longest=64, autocomplete="off"),
            button("Create app password"),
            class_="inline",
        ),
        title="Connect a player",
    )


def list_card(passwords: Sequence[AppPassword]) -> Markup | None:
    if not passwords:
        return None
    listed = [
        row(
            item.label,
            _used(item),
            form(
                "/players/revoke",
                hidden("id", item.id),
                tag(
                    "button",
                    "Revoke",
                    type="submit",
                    class_="quiet danger",
                    aria_label=f"Revoke {item.label}",
                ),
            ),
        )
        for item in passwords
    ]
    return card(rows(listed), title="Your players")


def connection_uri(address: str, name: str, password: str) -> str:
    """Server, name and password in one text, for players that read it from a picture."""
    parts = urlsplit(address)
    who = f"{quote(name, safe='')}:{quote(password, safe='')}"
    return f"subsonic+{parts.scheme}://{who}@{parts.netloc}{parts.path}"


def new_password_page(caller: Caller, address: str, made: NewAppPassword) -> str:
    words = tag(
        "dl",
        secret("Server address", address),
        secret("User name", caller.name),
        secret("Password for this player", made.password),
        secret("or, if it asks for an API key instead", made.api_key),
    )
    uri = connection_uri(address, caller.name, made.password)
    picture = tag(
        "figure",
        qr(uri, "Server, user name and password as a QR code"),
        tag("figcaption", "All three in one picture, for a camera."),
    )
    content = card(
        tag("div", words, picture, class_="beside"),
        tag(
            "p",
            "Philomel shows the password and the key this once. They open the music, not your "
            "account, and you can revoke them at any time.",
            class_="note",
        ),
        tag("a", "Done", href=at("/account/players"), class_="button"),
    )
    lead = "Type this into the player's settings."
    return document(
        made.label, hero(f"{made.label} can join", lead), content, user=caller.name, wide=True
    )


def _used(item: AppPassword) -> str:
    made = f"made {day(item.created_at)}"
    if item.last_used_at is None:
        return f"{made}, not used yet"
    return f"{made}, last used {day(item.last_used_at)}"
