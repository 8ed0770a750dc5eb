"""Who the person is here: display name, what they see, password; and their sessions."""

from collections.abc import Mapping, Sequence

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect

from philomel.gateway.public import at
from philomel.gateway.site.account.frame import account_page
from philomel.gateway.site.cookies import closing, opening
from philomel.gateway.site.desk import Desk, back, device, device_token, with_wait
from philomel.gateway.site.forms import AnyRequest, read_form
from philomel.gateway.site.layout import (
    button,
    card,
    check,
    day,
    field,
    form,
    hidden,
    moment,
    page,
    row,
    rows,
    whose,
)
from philomel.gateway.site.markup import Markup, tag
from philomel.kernel.caller import ANONYMOUS, Caller, acting
from philomel.kernel.errors import (
    InvalidArgument,
    PermissionDenied,
    RateLimited,
    Unauthenticated,
)
from philomel.services.accounts.contract import (
    ChangeUser,
    EndOtherSessions,
    EndSession,
    GetUser,
    ListSessions,
    Place,
    Role,
    Session,
    SessionView,
    SetPassword,
    SignIn,
    User,
    Way,
)

_PLACES = {
    Place.MACHINE: "this machine",
    Place.LOCAL: "your network",
    Place.INTERNET: "the internet",
    Place.UNKNOWN: "somewhere",
}
_WAYS = {
    Way.PASSWORD: "password",
    Way.PASSKEY: "passkey",
    Way.PROVIDER: "your provider",
    Way.PROXY: "the proxy in front",
    Way.LINK: "an invitation",
}


class Profile:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._accounts = desk.accounts

    def routes(self) -> Sequence[HTTPRouteHandler]:
        return (
            get("/account")(self.show),
            post("/account")(self.change),
            post("/password")(self.change_password),
            get("/account/sessions")(self.sessions),
            post("/account/sessions/end")(self.end_session),
        )

    async def show(self, request: AnyRequest) -> Response[str]:
        return await self._profile(request)

    async def _profile(
        self, request: AnyRequest, wrong: str | None = None, status: int = 200
    ) -> Response[str]:
        caller = await self._desk.caller(request)
        with acting(caller):
            user = await self._accounts.get_user(GetUser(caller.require_user()))
        return page(profile_page(caller, user, wrong), status)

    async def change(self, request: AnyRequest) -> Response[str]:
        caller = await self._desk.caller(request)
        fields = await read_form(request)
        asked = ChangeUser(
            user_id=caller.require_user(),
            display_name=fields.get("display_name"),
            explicit_allowed=None
            if fields.get("explicit_shown") != "yes"
            else fields.get("explicit") == "yes",
        )
        try:
            with acting(caller):
                await self._accounts.change_user(asked)
        except (InvalidArgument, PermissionDenied) as error:
            return await self._profile(request, error.message, error.http_status)
        return back("/account")

    async def change_password(self, request: AnyRequest) -> Response[str]:
        caller = await self._desk.caller(request)
        await self._desk.authenticator.limit(request, "password", most=30)
        fields = await read_form(request)
        try:
            session = await self._change_password(request, caller, fields)
        except (Unauthenticated, InvalidArgument, RateLimited) as error:
            return await self._profile(request, with_wait(error), error.http_status)
        if session is None or session.pending:
            # The second factor is asked for at the next sign-in.
            return Redirect(
                at("/sign-in"), status_code=303, cookies=closing(request, self._desk.public)
            )
        cookies = opening(request, self._desk.public, session, self._desk.clock.now())
        return Redirect(at("/account"), status_code=303, cookies=cookies)

    async def _change_password(
        self, request: AnyRequest, caller: Caller, fields: Mapping[str, str]
    ) -> Session | None:
        asked = SetPassword(
            user_id=caller.require_user(),
            password=fields.get("password", ""),
            current=fields.get("current"),
        )
        with acting(caller):
            user = await self._accounts.set_password(asked)
        again = SignIn(
            name=user.name,
            password=asked.password,
            address=self._desk.address(request),
            device=device(request),
            device_token=device_token(request),
        )
        with acting(ANONYMOUS):
            return await self._accounts.sign_in(again)

    async def sessions(self, request: AnyRequest) -> Response[str]:
        caller = await self._desk.caller(request)
        with acting(caller):
            found = await self._accounts.list_sessions(ListSessions(caller.require_user()))
        return page(sessions_page(caller, found.items))

    async def end_session(self, request: AnyRequest) -> Response[str]:
        caller = await self._desk.caller(request)
        fields = await read_form(request)
        user_id, session_id = caller.require_user(), fields.get("id", "")
        with acting(caller):
            if session_id:
                await self._accounts.end_session(EndSession(user_id, session_id))
            else:
                await self._accounts.end_other_sessions(EndOtherSessions(user_id))
        return back("/account/sessions")


def profile_page(caller: Caller, user: User, wrong: str | None = None) -> str:
    explicit: object = check(
        "Show me music that is marked as explicit", "explicit", checked=user.explicit_allowed
    )
    if user.explicit_locked and not caller.admin:
        seen = "You see" if user.explicit_allowed else "You do not see"
        explicit = tag(
            "p",
            f"{seen} music that is marked as explicit. An administrator decides this.",
            class_="note",
        )
    else:
        explicit = (hidden("explicit_shown", "yes"), explicit)
    who = card(
        form(
            "/account",
            field(
                "Display name",
                "display_name",
                value=user.display_name,
                hint=f"What others see. Without one it is your name, {user.name}.",
                longest=64,
                required=False,
            ),
            explicit,
            button("Save"),
        ),
        title="You",
    )
    role = "You administer this server." if user.role is Role.ADMIN else None
    since = tag("p", f"You have been here since {day(user.created_at)}. ", role, class_="note")
    return account_page(
        caller,
        "/account",
        user.display_name or user.name,
        "Your account on this server.",
        tag("div", tag("div", who, since, class_="stack"), _password(user), class_="columns"),
        wrong=wrong,
    )


def _password(user: User) -> Markup:
    fields = form(
        "/password",
        whose(user.name),
        field("Password so far", "current", kind="password", autocomplete="current-password")
        if user.has_password
        else None,
        field("New password", "password", kind="password", autocomplete="new-password", shortest=8),
        button("Change password" if user.has_password else "Set a password"),
    )
    note = "All your other browsers are signed out; players stay connected."
    return card(fields, tag("p", note, class_="note"), title="Password")


def sessions_page(caller: Caller, items: Sequence[SessionView]) -> str:
    others = any(not item.current for item in items)
    every = form("/account/sessions/end", button("Sign out all others", class_="quiet danger"))
    content = card(
        rows([_session(item) for item in items]),
        tag("div", every, class_="foot") if others else None,
        title="Where you are signed in",
    )
    lead = "Browsers that hold a session of yours."
    return account_page(caller, "/account/sessions", "Sessions", lead, content)


def _session(item: SessionView) -> Markup:
    note = (
        f"from {_PLACES[item.place]}, by {_WAYS[item.way]}, since {day(item.created_at)}; "
        f"last seen {moment(item.seen_at)}"
    )
    name = browser_name(item.device)
    if item.current:
        return row(name, note, tag("span", "this one", class_="badge"))
    return row(
        name,
        note,
        form(
            "/account/sessions/end",
            hidden("id", item.id),
            tag(
                "button",
                "Sign out",
                type="submit",
                class_="quiet danger",
                aria_label=f"Sign out {name}, {note}",
            ),
        ),
    )


def browser_name(device: str) -> str:
    """A browser and its system, as people call them, from its own words."""
    # The order matters: most of them claim to be the others as well.
    browsers = (
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    )
    systems = (
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS", "a Mac"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    )
    browser = next((name for sign, name in browsers if sign in device), "")
    system = next((name for sign, name in systems if sign in device), "")
    if browser and system:
        return f"{browser} on {system}"
    return browser or system or device[:60] or "An unknown browser"
