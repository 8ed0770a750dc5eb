"""Time-based one-time passwords: RFC 6238 over RFC 4226, six digits, 30 seconds, SHA-1.

Every authenticator app knows these values, and some know no others.
"""

import base64
import hashlib
import hmac
from urllib.parse import quote

STEP_MS = 30_000
DIGITS = 6
SECRET_BYTES = 20
"""As long as the hash, which RFC 4226, 4 recommends."""


def code_at(secret: bytes, step: int) -> str:
    """The code of a time step (RFC 4226, 5.3)."""
    digest = hmac.digest(secret, step.to_bytes(8, "big"), hashlib.sha1)
    start = digest[-1] & 0xF
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def matching_step(secret: bytes, code: str, now: int) -> int | None:
    """The time step that `code` is of: this one, the one before or after (RFC 6238, 5.2).

    Args:
        now: milliseconds since the Unix epoch.
    """
    given = "".join(code.split())
    if len(given) != DIGITS or not (given.isascii() and given.isdigit()):
        return None
    middle = now // STEP_MS
    found: int | None = None
    # All are compared, whichever fits: the time does not say which.
    for step in (middle - 1, middle, middle + 1):
        if hmac.compare_digest(code_at(secret, step), given):
            found = step
    return found


def shown(secret: bytes) -> str:
    """The secret as people type it."""
    return base64.b32encode(secret).decode("ascii").rstrip("=")


def uri(secret: bytes, server: str, name: str) -> str:
    """What the QR code holds (the Key Uri Format that authenticator apps read)."""
    issuer = server.replace(":", " ").strip() or "Philomel"
    label = quote(f"{issuer}:{name}", safe="")
    return (
        f"otpauth://totp/{label}?secret={shown(secret)}&issuer={quote(issuer, safe='')}"
        f"&algorithm=SHA1&digits={DIGITS}&period={STEP_MS // 1000}"
    )
