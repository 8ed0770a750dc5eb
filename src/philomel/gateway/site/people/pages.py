"""The pages about people, as functions of what they show."""

from collections.abc import Sequence

from philomel.gateway.public import at
from philomel.gateway.site.account.frame import account_page
from philomel.gateway.site.layout import (
    button,
    card,
    check,
    choice,
    day,
    document,
    field,
    form,
    hero,
    hidden,
    moment,
    qr,
    row,
    rows,
    secret,
)
from philomel.gateway.site.markup import Markup, tag
from philomel.kernel.caller import Caller
from philomel.services.accounts.contract import Factors, Invitation, Role, User
from philomel.services.catalog.contract import Library

_ROLES = ((Role.LISTENER.value, "Listener"), (Role.ADMIN.value, "Administrator"))


def people_page(
    caller: Caller,
    users: Sequence[User],
    invitations: Sequence[Invitation],
    restricted: Sequence[Library],
    now: int,
    wrong: str | None = None,
) -> str:
    here = card(rows([_user(user) for user in users]), title=f"Here: {len(users):,}")
    open_ones = [each for each in invitations if each.expires_at > now]
    waiting = (
        card(rows([_invitation(each) for each in open_ones]), title="Invited")
        if open_ones
        else None
    )
    return account_page(
        caller,
        "/people",
        "People",
        "Who listens here, and who may come.",
        tag(
            "div",
            tag("div", here, waiting, class_="stack"),
            tag("div", _invite(restricted), _create(), class_="stack"),
            class_="columns",
        ),
        wrong=wrong,
    )


def _user(user: User) -> Markup:
    note = f"since {day(user.created_at)}"
    if user.display_name:
        note = f"{user.display_name}, {note}"
    badges = [tag("span", "administrator", class_="badge")] if user.role is Role.ADMIN else []
    badges += [tag("span", "disabled", class_="badge bad")] if user.disabled else []
    link = tag("a", user.name, href=at(f"/people/{user.id}"))
    return row(link, note, *badges)


def _invitation(invitation: Invitation) -> Markup:
    title = invitation.note or "Somebody"
    note = f"until {day(invitation.expires_at)}"
    if invitation.role is Role.ADMIN:
        note += ", as an administrator"
    return row(
        title,
        note,
        form(
            "/people/uninvite",
            hidden("id", invitation.id),
            tag(
                "button",
                "Take back",
                type="submit",
                class_="quiet danger",
                aria_label=f"Take back the invitation of {title}",
            ),
        ),
    )


def _invite(restricted: Sequence[Library]) -> Markup:
    boxes = [check(library.name, f"library-{library.id}") for library in restricted]
    libraries = (
        tag("fieldset", tag("legend", "They also see"), boxes, class_="field") if boxes else None
    )
    fields = form(
        "/people/invite",
        field(
            "For whom",
            "note",
            hint="For you alone, to tell invitations apart.",
            longest=64,
            required=False,
        ),
        choice("As", "role", _ROLES),
        libraries,
        choice("Good for", "days", (("1", "a day"), ("7", "a week"), ("30", "a month")), "7"),
        button("Make a link"),
    )
    return card(tag("p", "They choose a name and a password themselves."), fields, title="Invite")


def _create() -> Markup:
    fields = form(
        "/people",
        field("Name", "name", longest=64, autocomplete="off"),
        field(
            "Password", "password", kind="password", autocomplete="new-password", shortest=8
        ),
        tag("div", tag("label", "As", for_="new-role"), tag("select", [
            tag("option", words, value=value) for value, words in _ROLES
        ], id="new-role", name="role"), class_="field"),
        button("Make the account", class_="quiet"),
    )  # fmt: skip
    return card(tag("details", tag("summary", "Make an account yourself"), fields))


def invitation_page(caller: Caller, url: str, invitation: Invitation) -> str:
    until = moment(invitation.expires_at)
    content = card(
        tag("dl", secret("Send this link", url)),
        tag("figure", qr(url, "The link as a QR code"), tag("figcaption", "Or show this.")),
        tag(
            "p",
            f"It makes one account, until {until}. Philomel shows it this once.",
            class_="note",
        ),
        tag("a", "Done", href=at("/people"), class_="button"),
    )
    title = f"An invitation for {invitation.note}" if invitation.note else "An invitation"
    return document("Invitation", hero(title), content, user=caller.name)


def reset_link_page(caller: Caller, url: str, user: User, expires_at: int) -> str:
    content = card(
        tag("dl", secret(f"Send this link to {user.name}", url)),
        tag(
            "p",
            f"It sets one new password, until {moment(expires_at)}. Philomel shows it this once.",
            class_="note",
        ),
        tag("a", "Done", href=at(f"/people/{user.id}"), class_="button"),
    )
    return document("New password", hero("A link for a new password"), content, user=caller.name)


def person_page(
    caller: Caller, user: User, factors: Factors, sessions: int, wrong: str | None = None
) -> str:
    there = f"/people/{user.id}"
    change = form(
        there,
        field("Display name", "display_name", value=user.display_name, longest=64, required=False),
        choice("Role", "role", _ROLES, user.role.value),
        check("Sees music that is marked as explicit", "explicit", checked=user.explicit_allowed),
        check("Only administrators change that", "explicit_locked", checked=user.explicit_locked),
        check("Disabled: nothing of theirs opens anything", "disabled", checked=user.disabled),
        button("Save"),
    )
    opened = "One session is open." if sessions == 1 else f"{sessions:,} sessions are open."
    help_ = card(
        tag("p", _signing_in(user, factors), " ", opened),
        tag(
            "div",
            form(f"{there}/reset-link", button("Link for a new password", class_="quiet")),
            form(f"{there}/sign-out", button("Sign out everywhere", class_="quiet")),
            form(f"{there}/reset-factors", button("Remove second factors", class_="quiet danger"))
            if user.second_factor
            else None,
            class_="actions",
        ),
        title="Signing in",
    )
    remove = card(
        tag(
            "details",
            tag("summary", "Remove the account"),
            tag("p", "With it go their likes, playlists, history and everything they connected. "
                "It cannot be undone; to keep somebody out for a while, disable the account."),
            form(
                f"{there}/remove",
                field("Write the name to confirm", "confirm", autocomplete="off", longest=64),
                button("Remove for good", class_="danger"),
            ),
        )
    )  # fmt: skip
    since = f"Here since {day(user.created_at)}."
    return account_page(
        caller,
        "/people",
        user.name,
        since,
        tag(
            "div",
            card(change, title="The account"),
            tag("div", help_, remove, class_="stack"),
            class_="columns",
        ),
        wrong=wrong,
    )


def _signing_in(user: User, factors: Factors) -> str:
    ways = ["a password" if user.has_password else "no password"]
    ways += ["an authenticator app"] if factors.totp else []
    number = len(factors.passkeys)
    ways += [] if not number else ["a passkey" if number == 1 else f"{number} passkeys"]
    return f"They have {', '.join(ways)}."
