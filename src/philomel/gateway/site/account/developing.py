"""Programs that a person registers: their names, where their codes go, and their secrets."""

from collections.abc import Mapping, Sequence

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from philomel.gateway.public import at
from philomel.gateway.site.account.frame import account_page
from philomel.gateway.site.desk import Desk, back
from philomel.gateway.site.forms import AnyRequest, read_form
from philomel.gateway.site.layout import (
    button,
    card,
    check,
    day,
    document,
    field,
    form,
    hero,
    hidden,
    page,
    secret,
)
from philomel.gateway.site.markup import Markup, tag
from philomel.kernel.caller import Caller, acting
from philomel.kernel.errors import InvalidArgument
from philomel.services.accounts.contract import (
    App,
    ChangeApp,
    CreateApp,
    ListApps,
    NewApp,
    NotSupported,
    RemoveApp,
    RenewAppSecret,
)

_PATH = "/account/developer"
_URIS = "One a line: https://…, http://127.0.0.1/…, or your program's own scheme."


class Developing:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._accounts = desk.accounts

    def routes(self) -> Sequence[HTTPRouteHandler]:
        return (
            get(_PATH)(self.show),
            post(_PATH)(self.register),
            post(f"{_PATH}/change")(self.change),
            post(f"{_PATH}/secret")(self.renew_secret),
            post(f"{_PATH}/remove")(self.remove),
        )

    async def show(self, request: AnyRequest) -> Response[str]:
        return await self._shown(request)

    async def _shown(
        self, request: AnyRequest, wrong: str | None = None, status: int = 200
    ) -> Response[str]:
        caller = await self._desk.proven(request)
        with acting(caller):
            found = await self._accounts.list_apps(ListApps(every=caller.admin))
        markup = apps_page(caller, self._desk.public.url(request), found.items, wrong)
        return page(markup, status)

    async def register(self, request: AnyRequest) -> Response[str]:
        caller = await self._desk.caller(request)
        fields = await read_form(request)
        asked = CreateApp(
            name=fields.get("name", ""),
            redirect_uris=_uris(fields),
            public=fields.get("public") == "yes",
        )
        try:
            with acting(caller):
                made = await self._accounts.create_app(asked)
        except (InvalidArgument, NotSupported) as error:
            return await self._shown(request, error.message, error.http_status)
        return page(new_app_page(caller, made))

    async def change(self, request: AnyRequest) -> Response[str]:
        caller = await self._desk.caller(request)
        fields = await read_form(request)
        asked = ChangeApp(fields.get("client_id", ""), fields.get("name", ""), _uris(fields))
        try:
            with acting(caller):
                await self._accounts.change_app(asked)
        except InvalidArgument as error:
            return await self._shown(request, error.message, error.http_status)
        return back(_PATH)

    async def renew_secret(self, request: AnyRequest) -> Response[str]:
        caller = await self._desk.caller(request)
        fields = await read_form(request)
        with acting(caller):
            made = await self._accounts.renew_app_secret(
                RenewAppSecret(fields.get("client_id", ""))
            )
        return page(new_app_page(caller, made))

    async def remove(self, request: AnyRequest) -> Response[str]:
        caller = await self._desk.caller(request)
        fields = await read_form(request)
        with acting(caller):
            await self._accounts.remove_app(RemoveApp(fields.get("client_id", "")))
        return back(_PATH)


def _uris(fields: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(fields.get("redirect_uris", "").split())


def apps_page(caller: Caller, address: str, apps: Sequence[App], wrong: str | None = None) -> str:
    register = form(
        _PATH,
        field("Name", "name", longest=64, hint="What people read when they let it in."),
        _uris_field("new", ()),
        check("It cannot keep a secret: it runs in a browser or on people's devices", "public"),
        button("Register"),
    )
    here = card(
        tag("p", "Programs for the Spotify Web API work here when they are given this server's "
            "addresses:"),
        tag(
            "dl",
            secret("Web API", f"{address}/v1"),
            secret("Accounts", address),
        ),
        title="Addresses",
    )  # fmt: skip
    return account_page(
        caller,
        "/account/programs",
        "Your own programs",
        "Programs that ask people to be let in.",
        tag(
            "div",
            tag("div", [_app(caller, app) for app in apps], _first(apps), class_="stack"),
            tag("div", card(register, title="Register a program"), here, class_="stack"),
            class_="columns",
        ),
        wrong=wrong,
    )


def _first(apps: Sequence[App]) -> Markup | None:
    return None if apps else card(tag("p", "None is registered yet."))


def _app(caller: Caller, app: App) -> Markup:
    whose = None
    if app.owner_id != caller.user_id:
        whose = "registered by somebody else" if app.owner_id else "registered on the command line"
    kind = "public, without a secret" if app.public else "with a secret"
    note = ", ".join(filter(None, (kind, f"since {day(app.created_at)}", whose)))
    change = form(
        f"{_PATH}/change",
        hidden("client_id", app.client_id),
        tag("div", tag("label", "Name", for_=f"name-{app.client_id}"),
            tag("input", id=f"name-{app.client_id}", name="name", value=app.name, maxlength="64",
                required=True), class_="field"),
        _uris_field(app.client_id, app.redirect_uris),
        button("Save", class_="quiet"),
    )  # fmt: skip
    others = tag(
        "div",
        None
        if app.public
        else form(
            f"{_PATH}/secret",
            hidden("client_id", app.client_id),
            button("New secret", class_="quiet"),
        ),
        form(
            f"{_PATH}/remove",
            hidden("client_id", app.client_id),
            button("Remove", class_="quiet danger"),
        ),
        class_="actions foot",
    )
    return card(
        tag("p", note, class_="note"),
        tag("dl", secret("Client id", app.client_id)),
        tag("details", tag("summary", "Change it"), change, others),
        title=app.name,
    )


def _uris_field(name: str, uris: Sequence[str]) -> Markup:
    """A field for several addresses."""
    id_ = f"uris-{name}"
    return tag(
        "div",
        tag("label", "Redirect URIs", for_=id_),
        tag(
            "textarea",
            "\n".join(uris),
            id=id_,
            name="redirect_uris",
            rows="3",
            spellcheck="false",
            autocapitalize="none",
            aria_describedby=f"{id_}-hint",
        ),
        tag("small", _URIS, id=f"{id_}-hint"),
        class_="field",
    )


def new_app_page(caller: Caller, made: NewApp) -> str:
    content = card(
        tag(
            "dl",
            secret("Client id", made.client_id),
            secret("Client secret", made.client_secret) if made.client_secret else None,
        ),
        tag("p", "Philomel shows the secret this once.", class_="note")
        if made.client_secret
        else None,
        tag("a", "Done", href=at(_PATH), class_="button"),
    )
    lead = "What the program names itself by."
    return document(made.name, hero(made.name, lead), content, user=caller.name)
