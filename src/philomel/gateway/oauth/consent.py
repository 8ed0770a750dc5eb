"""An authorization request (RFC 6749, 4.1.1), its page, and the way back to the program."""

from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

from msgspec import Struct

from philomel.gateway.site.layout import alert, button, card, document, form, hero, hidden
from philomel.gateway.site.markup import tag
from philomel.gateway.site.scopes import NOTHING, SCOPES
from philomel.kernel.errors import InvalidArgument
from philomel.services.accounts.contract import App

_FIELDS = (
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
)
_MAX_STATE = 2000


class Asked(Struct, frozen=True):
    """A request whose program and redirect URI are known to be good.

    Attributes:
        fields: as they came, for the form.
    """

    app: App
    redirect_uri: str
    state: str | None
    fields: Mapping[str, str]

    def scopes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.fields.get("scope", "").split()))

    def challenge(self) -> str | None:
        return self.fields.get("code_challenge") or None


class SentBack(Exception):
    """The program is told what is wrong: its redirect URI is good, its request is not."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error
        self.description = description


def known_fields(fields: Mapping[str, str]) -> dict[str, str]:
    """The fields that mean something here; the rest is ignored (RFC 6749, 3.1)."""
    return {name: fields[name] for name in _FIELDS if name in fields}


def check(asked: Asked) -> None:
    """Raises: SentBack, with the codes of RFC 6749, 4.1.2.1."""
    fields = asked.fields
    if fields.get("response_type") != "code":
        raise SentBack("unsupported_response_type", "response_type must be code")
    if asked.state is not None and len(asked.state) > _MAX_STATE:
        raise SentBack("invalid_request", "state is too long")
    unknown = [scope for scope in asked.scopes() if scope not in SCOPES]
    if unknown:
        raise SentBack("invalid_scope", f"there is no scope {unknown[0][:40]!a}")
    if asked.challenge() is None:
        if "code_challenge_method" in fields:
            raise SentBack("invalid_request", "code_challenge is missing")
        if asked.app.public:
            raise SentBack("invalid_request", "this program must use PKCE with S256")
    elif fields.get("code_challenge_method") != "S256":
        raise SentBack("invalid_request", "code_challenge_method must be S256")


def may_be_remembered(asked: Asked) -> bool:
    """Whether an earlier consent may answer for the person (RFC 8252, 8.6).

    Of a program that holds no secret, any other on the device could take the name; only where
    its codes go tells them apart, and that only on the web.
    """
    return not asked.app.public or asked.redirect_uri.startswith("https:")


def check_decision(fields: Mapping[str, str]) -> None:
    """Raises: SentBack, unless the person let the program in."""
    if fields.get("decision") != "approve":
        raise SentBack("access_denied", "the person said no")


def consent_page(asked: Asked, user: str, wrong: str | None = None) -> str:
    words = [tag("li", SCOPES[scope]) for scope in asked.scopes()] or [tag("li", NOTHING)]
    host = _shown_target(asked.redirect_uri)
    choice = form(
        "/authorize",
        [hidden(name, value) for name, value in asked.fields.items()],
        tag(
            "div",
            button("No", class_="quiet", name="decision", value="deny"),
            button("Let it in", name="decision", value="approve"),
            class_="choices",
        ),
    )
    content = card(
        alert(wrong),
        tag("p", "It wants to:"),
        tag("ul", words, class_="scopes"),
        choice,
    )
    note = tag(
        "p",
        "You are signed in as ",
        tag("strong", user),
        ". Either way you go on to ",
        tag("code", host),
        ".",
        class_="note",
    )
    title = f"Let {asked.app.name} in?"
    return document(title, hero(title), content, card(note), user=user)


def consent_policy(redirect_uri: str) -> str:
    """The page's Content-Security-Policy: browsers follow a form's redirects only where it says."""
    parts = urlsplit(redirect_uri)
    target = f"{parts.scheme}:"
    if parts.scheme in {"http", "https"}:
        target = f"{parts.scheme}://{parts.netloc}"
    return (
        f"default-src 'self'; base-uri 'none'; form-action 'self' {target}; "
        "frame-ancestors 'none'; object-src 'none'"
    )


def way_back(asked: Asked, issuer: str, **answer: str) -> str:
    """The redirect URI with the answer added to whatever query it has."""
    if asked.state is not None and len(asked.state) <= _MAX_STATE:
        answer["state"] = asked.state
    answer["iss"] = issuer
    joint = "&" if "?" in asked.redirect_uri else "?"
    return asked.redirect_uri + joint + urlencode(answer)


def only_field(fields: Mapping[str, str], name: str) -> str:
    """A field that must be there. Raises: InvalidArgument."""
    value = fields.get(name)
    if not value:
        raise InvalidArgument(f"{name} is missing", code="invalid_request")
    return value


def _shown_target(redirect_uri: str) -> str:
    parts = urlsplit(redirect_uri)
    return parts.netloc or f"{parts.scheme}:"
