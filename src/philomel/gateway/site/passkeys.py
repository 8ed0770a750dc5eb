"""Forms that a passkey fills in; the script behind them is static/passkeys.js."""

from urllib.parse import urlsplit

from philomel.gateway.public import at
from philomel.gateway.site.layout import button, hidden
from philomel.gateway.site.markup import Markup, tag

CHALLENGE = "/passkey/challenge"
NEW = "/account/passkeys/challenge"


def passkey_form(
    action: str, words: str, *content: object, create: bool = False, pending: str = ""
) -> Markup:
    """A form that shows itself where passkeys can be used."""
    return tag(
        "form",
        *content,
        hidden("pending", pending),
        hidden("passkey", ""),
        button(words, class_="quiet"),
        tag("small", role="status", data_note=True),
        method="post",
        action=at(action),
        class_="wideform",
        hidden=True,
        data_passkey="create" if create else "get",
        data_challenge=at(NEW if create else CHALLENGE),
    )


def why_no_passkeys(origin: str) -> str | None:
    """Why browsers make no passkeys for pages of this origin; None if they do."""
    parts = urlsplit(origin)
    host = parts.hostname or ""
    if host == "localhost":
        return None
    if not any(c.isalpha() for c in host) or ":" in host:
        return (
            "Passkeys need a name: you opened this page by its number. "
            "Open it by a name, over https, to make one."
        )
    if parts.scheme != "https":
        return "Passkeys need https: you opened this page over plain http."
    return None
