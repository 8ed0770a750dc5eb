"""What a program may ask for, and where its codes may be sent."""

import base64
import hashlib
import hmac
import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

from philomel.kernel.errors import InvalidArgument
from philomel.services.accounts.contract import BadRedirect, InvalidGrant

SCOPES = (
    "app-remote-control",
    "playlist-modify-private",
    "playlist-modify-public",
    "playlist-read-collaborative",
    "playlist-read-private",
    "streaming",
    "ugc-image-upload",
    "user-follow-modify",
    "user-follow-read",
    "user-library-modify",
    "user-library-read",
    "user-modify-playback-state",
    "user-read-currently-playing",
    "user-read-email",
    "user-read-playback-position",
    "user-read-playback-state",
    "user-read-private",
    "user-read-recently-played",
    "user-top-read",
)
ALL = ("*",)
"""Everything a person may do; for Philomel's own sessions and players."""

MAX_REDIRECTS = 20
_MAX_URI = 2000
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_PLACE = re.compile(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?")
"""A host with or without a port: it also stands in the policy of the consent page."""
_VISIBLE = re.compile(r"[\x21-\x7e]+")
_PRIVATE_SCHEME = re.compile(r"[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+|[a-z][a-z0-9+-]{3,}")
# Schemes that run or show something in the browser itself, or that leave it unasked.
_FORBIDDEN_SCHEMES = frozenset(
    {"javascript", "vbscript", "data", "blob", "file", "filesystem", "about", "view-source"}
    | {"ftp", "ws", "wss", "mailto", "intent", "chrome", "resource", "http", "https"}
)


class BadScope(InvalidArgument):
    """RFC 6749, 4.1.2.1 invalid_scope."""

    code = "invalid_scope"


class NeedsChallenge(InvalidArgument):
    """RFC 7636, 4.4.1: the request is refused as invalid_request."""

    code = "invalid_request"


def check_scopes(scopes: tuple[str, ...]) -> tuple[str, ...]:
    """The scopes, each once, in order.

    Raises:
        BadScope: one of them is not known.
    """
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown:
        raise BadScope(f"there is no scope {unknown[0][:40]!r}")
    return tuple(sorted(set(scopes)))


def check_redirect(uri: str) -> str:
    """A redirect URI as a program may register it.

    Raises:
        BadRedirect: codes sent there could end with strangers, or nowhere.
    """
    if len(uri) > _MAX_URI or not _VISIBLE.fullmatch(uri) or "\\" in uri:
        raise BadRedirect("a redirect URI has at most 2,000 visible ASCII characters")
    parts = _split(uri)
    if parts.fragment or "#" in uri:
        raise BadRedirect("a redirect URI has no fragment")
    if "*" in parts.netloc:
        raise BadRedirect("a redirect URI names one host, without wildcards")
    if parts.username is not None or parts.password is not None or "@" in parts.netloc:
        raise BadRedirect("a redirect URI holds no user name")
    if parts.scheme in {"http", "https"}:
        return _check_web_redirect(uri, parts)
    if parts.scheme in _FORBIDDEN_SCHEMES or not _PRIVATE_SCHEME.fullmatch(parts.scheme):
        raise BadRedirect("a redirect URI is https, a loopback address, or the program's scheme")
    return uri


def match_redirect(asked: str, registered: tuple[str, ...]) -> bool:
    """Whether a request may name `asked`: exactly one of those registered.

    Only the port of a loopback literal may differ, and only if none was registered
    (RFC 8252, 7.3): programs listen where there is room.
    """
    if asked in registered:
        return True
    if len(asked) > _MAX_URI or not _VISIBLE.fullmatch(asked):
        return False
    try:
        parts = _split(asked)
    except BadRedirect:
        return False
    if parts.scheme != "http" or parts.port is None or not is_loopback(parts.hostname or ""):
        return False
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    if parts.netloc != f"{host}:{parts.port}":
        return False
    without_port = asked.replace(parts.netloc, str(host), 1)
    return without_port in registered


def is_loopback(host: str) -> bool:
    """Whether `host` is a literal of this machine; names such as localhost can be turned."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def check_challenge(challenge: str | None, *, public: bool) -> str | None:
    """The code challenge of an authorization request (RFC 7636, S256).

    Raises:
        NeedsChallenge: a public program sends none, or it is no S256 challenge.
    """
    if challenge is None:
        if public:
            raise NeedsChallenge("this program must send a code_challenge (PKCE, S256)")
        return None
    if not _CHALLENGE.fullmatch(challenge):
        raise NeedsChallenge("code_challenge is not one of method S256")
    return challenge


def check_verifier(challenge: str | None, verifier: str | None) -> None:
    """That the program which exchanges a code is the one which asked for it.

    Raises:
        InvalidGrant: it does not know what the challenge was made from.
    """
    if challenge is None:
        if verifier is not None:
            # A verifier without a challenge: somebody cut the challenge out on the way.
            raise InvalidGrant("the code was asked for without PKCE")
        return
    if verifier is None or not _UNRESERVED.fullmatch(verifier):
        raise InvalidGrant("code_verifier is missing or malformed")
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    if not hmac.compare_digest(base64.urlsafe_b64encode(digest).rstrip(b"="), challenge.encode()):
        raise InvalidGrant("code_verifier does not fit the code")


def _split(uri: str) -> SplitResult:
    try:
        parts = urlsplit(uri)
        _ = parts.port
    except ValueError:
        raise BadRedirect("the redirect URI is malformed") from None
    return parts


def _check_web_redirect(uri: str, parts: SplitResult) -> str:
    if not parts.hostname or not _PLACE.fullmatch(parts.netloc):
        raise BadRedirect("a redirect URI names a host")
    if parts.hostname == "localhost" or parts.hostname.endswith((".localhost", "localhost.")):
        raise BadRedirect("write http://127.0.0.1 or http://[::1] instead of localhost")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise BadRedirect("a redirect URI is https, unless it is http://127.0.0.1 or http://[::1]")
    return uri
