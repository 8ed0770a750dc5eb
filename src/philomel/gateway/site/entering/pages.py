"""The pages before somebody is signed in, as functions of what they show."""

from collections.abc import Sequence
from urllib.parse import quote

from philomel.gateway.public import at
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
    whose,
)
from philomel.gateway.site.markup import Markup, tag
from philomel.gateway.site.passkeys import passkey_form
from philomel.services.accounts.contract import Factor, Invitation, Role

WHO_LEARNS = (
    "MusicBrainz, the Cover Art Archive, Wikidata, Wikipedia and LRCLIB then learn the names of "
    "your artists, albums and songs."
)
_ADVICE = "Eight characters or more; a few words that only you put together are best."


def sign_in_page(
    name: str = "", then: str = "/", wrong: str | None = None, provider: str = ""
) -> str:
    fields = form(
        "/sign-in",
        hidden("next", then),
        field("Name", "name", value=name, autocomplete="username webauthn", focus=not name),
        field(
            "Password",
            "password",
            kind="password",
            autocomplete="current-password",
            focus=bool(name),
        ),
        button("Sign in"),
        class_="wideform",
    )
    others = tag(
        "div",
        provider_link(provider, then) if provider else None,
        passkey_form("/sign-in/passkey", "Sign in with a passkey", hidden("next", then)),
        class_="others",
    )
    lead = "Sign in to connect what you listen with."
    content = card(alert(wrong), fields, others)
    return document("Sign in", hero("Philomel", lead), content, passkeys=True)


def provider_link(provider: str, then: str) -> Markup:
    return form(
        "/provider",
        hidden("next", then),
        button(f"Sign in with {provider}", class_="quiet"),
        class_="wideform",
    )


def factor_page(
    name: str, pending: str, factors: Sequence[Factor], then: str, wrong: str | None = None
) -> str:
    """The second step of a sign-in."""
    codes = Factor.TOTP in factors or Factor.RECOVERY in factors
    app = Factor.TOTP in factors
    label = "Code from your authenticator app" if app else "Recovery code"
    hint = "A recovery code will do as well." if app else None
    content = card(
        alert(wrong),
        passkey_form("/sign-in/second", "Use your passkey", hidden("next", then), pending=pending)
        if Factor.PASSKEY in factors
        else None,
        form(
            "/sign-in/second",
            hidden("pending", pending),
            hidden("next", then),
            field(
                label,
                "code",
                autocomplete="one-time-code",
                hint=hint,
                focus=True,
                longest=32,
            ),
            button("Go on"),
            class_="wideform",
        )
        if codes
        else None,
        tag("p", tag("a", "Begin again", href=at("/sign-in")), class_="foot"),
    )
    lead = f"One more step, {name}."
    return document("Second step", hero("Is it you?", lead), content, passkeys=True)


def proof_page(
    name: str,
    then: str,
    factors: Sequence[Factor],
    *,
    password: bool,
    provider: str = "",
    vouched: bool = False,
    wrong: str | None = None,
) -> str:
    """Whoever signed in a while ago shows that it is still them.

    Args:
        vouched: a proxy in front says who is there; that is enough for whom has nothing else.
    """
    content = card(
        alert(wrong),
        form(
            "/prove",
            hidden("next", then),
            hidden("vouched", "yes"),
            whose(name),
            button("It is me"),
            class_="wideform",
        )
        if vouched and not password and not factors
        else None,
        form(
            "/prove",
            hidden("next", then),
            whose(name),
            field(
                "Password",
                "password",
                kind="password",
                autocomplete="current-password",
                focus=True,
            ),
            button("Go on"),
            class_="wideform",
        )
        if password
        else None,
        tag(
            "details",
            tag("summary", "Use your authenticator app instead"),
            form(
                "/prove",
                hidden("next", then),
                field("Code", "code", autocomplete="one-time-code", longest=32),
                button("Go on"),
                class_="wideform",
            ),
            open=not password,
        )
        if Factor.TOTP in factors
        else None,
        tag(
            "div",
            passkey_form("/prove", "Use your passkey", hidden("next", then))
            if Factor.PASSKEY in factors
            else None,
            provider_link(provider, then) if provider else None,
            class_="others",
        ),
        tag("p", tag("a", "Not now", href=at("/")), class_="foot"),
    )
    lead = "You signed in a while ago, and this matters. Show that it is still you."
    return document("Still you?", hero("Still you?", lead), content, user=name, passkeys=True)


def join_page(token: str, invitation: Invitation, name: str = "", wrong: str | None = None) -> str:
    fields = form(
        "/join",
        hidden("token", token),
        field("Your name", "name", value=name, autocomplete="username", focus=True, longest=64),
        field(
            "A password",
            "password",
            kind="password",
            autocomplete="new-password",
            shortest=8,
            hint=_ADVICE,
        ),
        button("Join"),
        class_="wideform",
    )
    note = f"The invitation is good until {day(invitation.expires_at)}."
    if invitation.role is Role.ADMIN:
        note = f"You will administer this server. {note}"
    content = card(alert(wrong), fields, tag("p", note, class_="note"))
    return document("Join", hero("You are invited", "Choose a name and a password."), content)


def reset_page(token: str, name: str, wrong: str | None = None) -> str:
    fields = form(
        "/reset",
        hidden("token", token),
        whose(name),
        field(
            "New password",
            "password",
            kind="password",
            autocomplete="new-password",
            shortest=8,
            hint=_ADVICE,
            focus=True,
        ),
        button("Set the password"),
        class_="wideform",
    )
    lead = f"For {name}. It ends every open session; players stay connected."
    return document("New password", hero("A new password", lead), card(alert(wrong), fields))


def provider_failed_page(message: str, then: str) -> str:
    again = at("/sign-in?next=" + quote(then, safe=""))
    content = card(alert(message), tag("p", tag("a", "Sign in another way", href=again)))
    return document("Not signed in", hero("That did not work"), content)


def set_up_page(token: str, name: str = "", wrong: str | None = None) -> str:
    fields = form(
        "/setup",
        hidden("token", token),
        field("Your name", "name", value=name, autocomplete="username", focus=True, longest=64),
        field(
            "A password",
            "password",
            kind="password",
            autocomplete="new-password",
            shortest=8,
            hint=_ADVICE,
        ),
        _enrich_question(),
        button("Open the house"),
        class_="wideform",
    )
    lead = (
        "You are the first one here, so you administer this server. Choose a name and a password."
    )
    return document("Set up", hero("Welcome to Philomel", lead), card(alert(wrong), fields))


def _enrich_question() -> Markup:
    box = tag("input", type="checkbox", name="enrich", value="yes")
    return tag(
        "label",
        box,
        tag(
            "span",
            f"Look up artist pictures, biographies, missing covers and lyrics. {WHO_LEARNS} "
            "You can change this later.",
        ),
        class_="check",
    )


def waiting_page() -> str:
    """Nobody has set the server up, and whoever asks has no link."""
    content = card(
        tag("p", "Open the set-up link that Philomel printed where it was started."),
        tag(
            "p",
            "It works once, for 24 hours. A new one comes from ",
            tag("code", "philomel setup-link"),
            ".",
        ),
    )
    return document("Set up", hero("Almost there", "This server waits for its owner."), content)


def onward_page(url: str) -> str:
    """On to another site, at once."""
    content = card(tag("p", tag("a", "Go on to sign in", href=url, class_="button")))
    return document("One moment", hero("One moment"), content, onward=url)
