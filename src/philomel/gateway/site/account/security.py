"""Second factors, and accounts elsewhere that open this one."""

from collections.abc import Sequence

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from philomel.gateway.public import at
from philomel.gateway.site.account.frame import account_page
from philomel.gateway.site.desk import Desk, back, with_wait
from philomel.gateway.site.entering import challenge_response
from philomel.gateway.site.forms import AnyRequest, read_form
from philomel.gateway.site.layout import (
    alert,
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
from philomel.gateway.site.passkeys import NEW, passkey_form, why_no_passkeys
from philomel.kernel.caller import Caller, acting
from philomel.kernel.errors import InvalidArgument, RateLimited, Unauthenticated
from philomel.services.accounts.contract import (
    AddPasskey,
    BeginPasskey,
    BeginTotp,
    ConfirmTotp,
    Factors,
    GetFactors,
    GetProvider,
    GetUser,
    Identity,
    ListIdentities,
    NewTotp,
    RemoveIdentity,
    RemovePasskey,
    RemoveTotp,
    RenewRecoveryCodes,
    User,
)

_PATH = "/account/security"


class Security:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._accounts = desk.accounts

    def routes(self) -> Sequence[HTTPRouteHandler]:
        return (
            get(_PATH)(self.show),
            post("/account/totp/begin")(self.begin_totp),
            post("/account/totp")(self.confirm_totp),
            post("/account/totp/remove")(self.remove_totp),
            post("/account/recovery")(self.renew_codes),
            post(NEW)(self.challenge),
            post("/account/passkeys")(self.add_passkey),
            post("/account/passkeys/remove")(self.remove_passkey),
            post("/account/identities/remove")(self.remove_identity),
        )

    async def show(self, request: AnyRequest) -> Response[str]:
        return await self._shown(request)

    async def _shown(
        self, request: AnyRequest, wrong: str | None = None, status: int = 200
    ) -> Response[str]:
        caller = await self._desk.proven(request)
        user_id = caller.require_user()
        with acting(caller):
            user = await self._accounts.get_user(GetUser(user_id))
            factors = await self._accounts.get_factors(GetFactors(user_id))
            linked = (await self._accounts.list_identities(ListIdentities(user_id))).items
            provider = await self._accounts.get_provider(GetProvider())
        content = (
            tag(
                "div",
                tag("div", _totp_card(factors), _recovery_card(user, factors), class_="stack"),
                tag(
                    "div",
                    _passkey_card(factors, self._desk.origin(request)),
                    _identity_card(linked, provider.name),
                    class_="stack",
                ),
                class_="columns",
            ),
        )
        lead = "What it takes to be you here, besides your password."
        markup = account_page(caller, _PATH, "Security", lead, *content, wrong=wrong, passkeys=True)
        return page(markup, status)

    async def begin_totp(self, request: AnyRequest) -> Response[str]:
        caller = await self._desk.caller(request)
        await read_form(request)
        return await self._totp_page(request, caller)

    async def _totp_page(
        self, request: AnyRequest, caller: Caller, wrong: str | None = None, status: int = 200
    ) -> Response[str]:
        server = self._desk.origin(request).partition("://")[2]
        with acting(caller):
            made = await self._accounts.begin_totp(BeginTotp(server))
        return page(totp_page(caller, made, wrong), status)

    async def confirm_totp(self, request: AnyRequest) -> Response[str]:
        caller = await self._desk.caller(request)
        fields = await read_form(request)
        try:
            with acting(caller):
                given = await self._accounts.confirm_totp(ConfirmTotp(fields.get("code", "")[:32]))
        except (Unauthenticated, RateLimited) as error:
            wrong = f"{with_wait(error)}. Here is a new secret"
            return await self._totp_page(request, caller, wrong, error.http_status)
        return page(codes_page(caller, given.codes)) if given.codes else back(_PATH)

    async def remove_totp(self, request: AnyRequest) -> Response[str]:
        caller = await self._desk.caller(request)
        await read_form(request)
        with acting(caller):
            await self._accounts.remove_totp(RemoveTotp())
        return back(_PATH)

    async def renew_codes(self, request: AnyRequest) -> Response[str]:
        caller = await self._desk.caller(request)
        await read_form(request)
        with acting(caller):
            given = await self._accounts.renew_recovery_codes(RenewRecoveryCodes())
        return page(codes_page(caller, given.codes))

    async def challenge(self, request: AnyRequest) -> Response[bytes]:
        caller = await self._desk.caller(request)
        await read_form(request)
        with acting(caller):
            made = await self._accounts.begin_passkey(BeginPasskey(self._desk.origin(request)))
        return challenge_response(made.pending, made.options)

    async def add_passkey(self, request: AnyRequest) -> Response[str]:
        caller = await self._desk.caller(request)
        fields = await read_form(request)
        asked = AddPasskey(
            pending=fields.get("pending", ""),
            label=fields.get("label", ""),
            response=fields.get("passkey", ""),
            origin=self._desk.origin(request),
        )
        try:
            with acting(caller):
                made = await self._accounts.add_passkey(asked)
        except (Unauthenticated, InvalidArgument) as error:
            return await self._shown(request, error.message, error.http_status)
        return page(codes_page(caller, made.recovery)) if made.recovery else back(_PATH)

    async def remove_passkey(self, request: AnyRequest) -> Response[str]:
        caller = await self._desk.caller(request)
        fields = await read_form(request)
        with acting(caller):
            await self._accounts.remove_passkey(RemovePasskey(fields.get("id", "")))
        return back(_PATH)

    async def remove_identity(self, request: AnyRequest) -> Response[str]:
        caller = await self._desk.caller(request)
        fields = await read_form(request)
        with acting(caller):
            await self._accounts.remove_identity(
                RemoveIdentity(caller.require_user(), fields.get("id", ""))
            )
        return back(_PATH)


def _totp_card(factors: Factors) -> Markup:
    if factors.totp:
        return card(
            tag("p", "Signing in with your password also asks for a code from your app."),
            form("/account/totp/remove", button("Use it no longer", class_="quiet danger")),
            title="Authenticator app",
        )
    return card(
        tag("p", "An app on your phone shows a new code every half minute. With it, your password "
            "alone opens nothing."),
        form("/account/totp/begin", button("Set up an app")),
        title="Authenticator app",
    )  # fmt: skip


def _recovery_card(user: User, factors: Factors) -> Markup | None:
    if not user.second_factor:
        return None
    left = factors.recovery_codes
    note = f"{left} of your recovery codes {'is' if left == 1 else 'are'} left. Each works once."
    return card(
        tag("p", note),
        form("/account/recovery", button("Make new ones", class_="quiet")),
        title="Recovery codes",
    )


def _passkey_card(factors: Factors, origin: str) -> Markup:
    listed = [
        row(
            passkey.label,
            f"made {day(passkey.created_at)}"
            + (f", last used {day(passkey.last_used_at)}" if passkey.last_used_at else ""),
            form(
                "/account/passkeys/remove",
                hidden("id", passkey.id),
                tag(
                    "button",
                    "Remove",
                    type="submit",
                    class_="quiet danger",
                    aria_label=f"Remove {passkey.label}",
                ),
            ),
        )
        for passkey in factors.passkeys
    ]
    why_not = why_no_passkeys(origin)
    label = field("Name it", "label", hint="For example: my laptop", longest=64)
    return card(
        tag("p", "Sign in with your fingerprint, your face or a security key. A passkey cannot be "
            "guessed, and no other site can ask for it."),
        rows(listed) if listed else None,
        tag("p", why_not, class_="note")
        if why_not
        else passkey_form("/account/passkeys", "Make a passkey", label, create=True),
        title="Passkeys",
    )  # fmt: skip


def _identity_card(linked: Sequence[Identity], provider: str) -> Markup | None:
    if not linked and not provider:
        return None
    listed = [
        row(
            identity.label,
            f"at {identity.issuer}, since {day(identity.created_at)}",
            form(
                "/account/identities/remove",
                hidden("id", identity.id),
                tag(
                    "button",
                    "Unlink",
                    type="submit",
                    class_="quiet danger",
                    aria_label=f"Unlink {identity.label}",
                ),
            ),
        )
        for identity in linked
    ]
    link = form(
        "/provider",
        hidden("next", _PATH),
        hidden("link", "yes"),
        button(f"Link {provider}", class_="quiet"),
    )
    return card(
        tag("p", "Accounts elsewhere that open this one."),
        rows(listed) if listed else None,
        link if provider and not linked else None,
        title="Linked accounts",
    )


def totp_page(caller: Caller, made: NewTotp, wrong: str | None = None) -> str:
    spaced = " ".join(made.secret[i : i + 4] for i in range(0, len(made.secret), 4))
    fields = form(
        "/account/totp",
        field(
            "The code that it shows",
            "code",
            autocomplete="one-time-code",
            mode="numeric",
            focus=True,
            longest=16,
        ),
        button("Use this app"),
    )
    content = card(
        alert(wrong),
        tag(
            "div",
            tag(
                "figure",
                qr(made.uri, "The secret as a QR code, for an authenticator app"),
                tag("figcaption", "Scan this with the app."),
            ),
            tag("div", tag("dl", secret("or type it in", spaced)), fields),
            class_="beside",
        ),
        tag("p", tag("a", "Not now", href=at(_PATH)), class_="foot"),
    )
    lead = "Any app for one-time codes will do."
    return document(
        "Authenticator app", hero("Authenticator app", lead), content, user=caller.name, wide=True
    )


def codes_page(caller: Caller, codes: Sequence[str]) -> str:
    content = card(
        tag("ul", [tag("li", tag("code", code)) for code in codes], class_="codes"),
        tag(
            "p",
            "Each of them stands in once for your second factor, should you lose it. Print them, "
            "or keep them with your passwords: Philomel shows them this once.",
            class_="note",
        ),
        tag("a", "I have kept them", href=at(_PATH), class_="button"),
    )
    lead = "For the day your phone is gone."
    return document("Recovery codes", hero("Recovery codes", lead), content, user=caller.name)
