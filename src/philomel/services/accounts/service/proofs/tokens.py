"""Secrets that are handed out once: opaque random texts, of which only a keyed hash is kept.

A text is a prefix, the id of its row, and 256 random bits: "phs_<22 letters><44 letters>".
The hash is made by the key ring, which lies outside the database, and binds the row's id
and what the token is good for: who can read the database has no token, and who can write
to it cannot make one, nor move a hash to another row.
"""

import hashlib
import secrets
from enum import StrEnum

from msgspec import Struct

from philomel.engines.keys import Keys
from philomel.kernel.ids import encode, is_id, new_id

_ID = 22
_SECRET = 44


class Kind(StrEnum):
    """What a secret is for; the prefix lets scanners of leaked secrets know it."""

    SESSION = "phs"
    ACCESS = "pha"
    REFRESH = "phr"
    CODE = "phc"
    SET_UP = "phu"
    API_KEY = "phk"
    PENDING = "phw"
    RESET = "phl"
    INVITATION = "phi"
    APP_SECRET = "phx"  # noqa: S105 - a prefix


class Secret(Struct, frozen=True):
    """A secret as somebody sent it."""

    kind: Kind
    id: str
    text: str


class Minted(Struct, frozen=True):
    """A new secret.

    Attributes:
        text: for the one who asked, shown once.
        mac: to keep.
    """

    id: str
    text: str
    mac: str


class Mint:
    """Makes and checks secrets."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    def make(self, kind: Kind, *bound: str, row_id: str | None = None) -> Minted:
        """A new secret that is good for what `bound` says."""
        chosen = row_id or new_id()
        text = f"{kind.value}_{chosen}{_random()}"
        mac = self._keys.sign(_purpose(kind), _bind(text, bound))
        return Minted(id=chosen, text=text, mac=mac)

    def check(self, secret: Secret, mac: str, *bound: str) -> bool:
        """Whether `mac` was made for this secret and these values."""
        return self._keys.verify(_purpose(secret.kind), _bind(secret.text, bound), mac)

    def renewed(self, secret: Secret, mac: str, *bound: str) -> str | None:
        """What to keep instead of `mac`, which is good, if the key it was made with will end."""
        if self._keys.current(mac):
            return None
        return self._keys.sign(_purpose(secret.kind), _bind(secret.text, bound))

    def fingerprint(self, purpose: str, *parts: str) -> str:
        """64 hexadecimal digits that say nothing without the ring; others after a rotation."""
        signature = self._keys.sign(f"accounts.{purpose}", "\0".join(parts).encode())
        return hashlib.sha256(signature.encode()).hexdigest()


def parse(text: str) -> Secret | None:
    """The parts of a secret; None if the text cannot be one."""
    if len(text) != 4 + _ID + _SECRET or not text.isascii() or text[3] != "_":
        return None
    try:
        kind = Kind(text[:3])
    except ValueError:
        return None
    row_id = text[4 : 4 + _ID]
    if not is_id(row_id) or not text[4:].isalnum():
        return None
    return Secret(kind=kind, id=row_id, text=text)


def _random() -> str:
    return encode(secrets.randbits(128)) + encode(secrets.randbits(128))


def _purpose(kind: Kind) -> str:
    return f"accounts.{kind.name.lower()}"


def _bind(text: str, bound: tuple[str, ...]) -> bytes:
    return "\0".join((text, *bound)).encode("utf-8", "surrogatepass")
