"""The key ring: a small JSON file outside the databases, or the same text in a setting.

The newest key that has begun signs and encrypts; the older ones verify and decrypt until they
end. Every process that has the file looks at it once a second, so a rotation needs no restart.
Nothing is signed with a ring key itself: HKDF (RFC 5869) derives one key per
purpose and use from it.
"""

import base64
import hashlib
import hmac
import os
import secrets
import stat
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct, structs

from philomel.kernel.clock import Clock
from philomel.kernel.errors import FailedPrecondition, InvalidArgument

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_FORMAT = 1
_LOOK_SECONDS = 1.0
_SECRET_BYTES = 32
_NONCE_BYTES = 12
_ID_CHARACTERS = "0123456789abcdefghijklmnopqrstuvwxyz"
_ID_LENGTH = 6


class Key(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Times are milliseconds since the Unix epoch.

    Attributes:
        id: stands in everything made with it; says nothing about the key.
        secret: 32 bytes; base64 in the file.
        begins_at: before that it only verifies and decrypts, so that every process can be given
            the ring before one of them uses the key.
        ends_at: from then on nothing that it signed is good; it decrypts, so that what it
            encrypted can be encrypted anew, until the next rotation removes it. None while no
            other replaces it.
    """

    id: str
    made_at: int
    secret: bytes
    begins_at: int = 0
    ends_at: int | None = None

    def __repr__(self) -> str:
        return f"Key(id={self.id!r})"


class Ring(Struct, frozen=True, forbid_unknown_fields=True):
    """Attributes:
    keys: oldest first.
    """

    version: int
    keys: tuple[Key, ...]


class KeyRing:
    """Signs and encrypts with the keys of one ring.

    Args:
        ring: what to start with.
        clock: says which keys have begun and which have ended.
        path: the file it came from; looked at again and again, because another process may
            have rotated it.
    """

    def __init__(self, ring: Ring, clock: Clock, path: Path | None = None) -> None:
        self._path = path
        self._clock = clock
        self._seen = _stamp(path)
        self._looked_at = time.monotonic()
        self._take(ring)

    @classmethod
    def open(cls, path: Path, clock: Clock) -> "KeyRing":
        """The ring in a file, made there if it is missing.

        Raises:
            FailedPrecondition: others may read the file, or it holds no key ring.
        """
        if not path.exists():
            _create(path, Ring(_FORMAT, (_new_key(clock),)))
        return cls(_read(path), clock, path)

    @classmethod
    def parse(cls, text: str, clock: Clock) -> "KeyRing":
        """The ring in a setting.

        Raises:
            FailedPrecondition: it is no key ring.
        """
        return cls(_decode(text.encode(), "the setting"), clock)

    @property
    def key_ids(self) -> tuple[str, ...]:
        """Oldest first."""
        return tuple(self._keys)

    @property
    def keys(self) -> tuple[Key, ...]:
        """Oldest first."""
        return tuple(self._keys.values())

    @property
    def newest(self) -> str:
        """The id of the key that signs and encrypts."""
        self._look()
        return self._newest

    def sign(self, purpose: str, data: bytes) -> str:
        self._look()
        return f"{self._newest}.{_base64(self._mac(self._newest, purpose, data))}"

    def verify(self, purpose: str, data: bytes, signature: str) -> bool:
        key_id, _, code = signature.partition(".")
        if not self._knows(key_id) or _over(self._keys[key_id], self._clock.now()):
            return False
        expected = _base64(self._mac(key_id, purpose, data))
        # Compared as text: base64 has several spellings of one value, we sign one of them.
        return hmac.compare_digest(expected.encode(), code.encode("utf-8", "replace"))

    def encrypt(self, purpose: str, data: bytes, context: bytes = b"") -> bytes:
        self._look()
        header = bytes([_FORMAT]) + self._newest.encode()
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = self._cipher(self._newest, purpose).encrypt(nonce, data, header + context)
        return header + nonce + sealed

    def decrypt(self, purpose: str, data: bytes, context: bytes = b"") -> bytes:
        from cryptography.exceptions import InvalidTag

        header, rest = data[: 1 + _ID_LENGTH], data[1 + _ID_LENGTH :]
        key_id = header[1:].decode("ascii", "replace")
        if header[:1] != bytes([_FORMAT]) or not self._knows(key_id):
            raise ValueError("encrypted with a key that is not in the ring")
        nonce, sealed = rest[:_NONCE_BYTES], rest[_NONCE_BYTES:]
        try:
            return self._cipher(key_id, purpose).decrypt(nonce, sealed, header + context)
        except (InvalidTag, ValueError):
            raise ValueError("changed, or encrypted for something else") from None

    def current(self, made: str | bytes) -> bool:
        self._look()
        if isinstance(made, str):
            return made.partition(".")[0] == self._newest
        return made[1 : 1 + _ID_LENGTH] == self._newest.encode()

    def rotate(self, overlap_ms: int | None = None, delay_ms: int = 0) -> str:
        """Add a key and use it from now on, or after a while; returns its id.

        Keys that have ended are removed.

        Args:
            overlap_ms: how long what the others signed goes on once the new one is used; None:
                until they are dropped.
            delay_ms: until the new one is used.

        Raises:
            FailedPrecondition: the ring is given by a setting.
        """
        now = self._clock.now()
        begins_at = now + delay_ms
        ends_at = None if overlap_ms is None else begins_at + overlap_ms
        kept = [
            structs.replace(key, ends_at=_sooner(key.ends_at, ends_at))
            for key in self._file_ring().keys
            if not _over(key, now)
        ]
        key = structs.replace(_new_key(self._clock), begins_at=begins_at if delay_ms else 0)
        self._replace(Ring(_FORMAT, (*kept, key)))
        return key.id

    def drop(self, key_id: str) -> None:
        """Forget an old key: what was made with it is worthless from now on.

        Raises:
            FailedPrecondition: the ring is given by a setting, or it is the newest key.
        """
        ring = self._file_ring()
        if key_id in {ring.keys[-1].id, self.newest}:
            raise FailedPrecondition("the newest key is in use: rotate first")
        self._replace(Ring(_FORMAT, tuple(key for key in ring.keys if key.id != key_id)))

    def reload(self) -> None:
        """Take what stands in the file now."""
        if self._path is not None:
            self._seen = _stamp(self._path)
            self._take(_read(self._path))

    def _take(self, ring: Ring) -> None:
        self._keys = {key.id: key for key in ring.keys}
        self._choose()
        self._derived: dict[tuple[str, str], bytes] = {}

    def _choose(self) -> None:
        """Use the newest key that has begun; the oldest, whatever the clock says."""
        now = self._clock.now()
        begun = [key.id for key in self._keys.values() if key.begins_at <= now]
        self._newest = begun[-1] if begun else next(iter(self._keys))

    def _look(self) -> None:
        """Once a second: see whether the file changed, and whether a key has begun."""
        now = time.monotonic()
        if now - self._looked_at < _LOOK_SECONDS:
            return
        self._looked_at = now
        self._reload_if_changed()
        self._choose()

    def _reload_if_changed(self) -> None:
        if self._path is not None and _stamp(self._path) != self._seen:
            with suppress(FailedPrecondition):  # an unreadable ring: go on with what is known
                self.reload()

    def _knows(self, key_id: str) -> bool:
        self._look()
        if key_id not in self._keys:
            self._reload_if_changed()
        return key_id in self._keys

    def _file_ring(self) -> Ring:
        if self._path is None:
            raise FailedPrecondition("the key ring is given by a setting: change it there")
        return _read(self._path)

    def _replace(self, ring: Ring) -> None:
        assert self._path is not None
        unfinished = _write_beside(self._path, ring)
        unfinished.replace(self._path)
        _sync(self._path.parent)
        self.reload()

    def _derive(self, key_id: str, purpose: str) -> bytes:
        derived = self._derived.get((key_id, purpose))
        if derived is None:
            derived = _hkdf(self._keys[key_id].secret, b"philomel:" + purpose.encode())
            self._derived[key_id, purpose] = derived
        return derived

    def _mac(self, key_id: str, purpose: str, data: bytes) -> bytes:
        return hmac.digest(self._derive(key_id, "sign:" + purpose), data, "sha256")

    def _cipher(self, key_id: str, purpose: str) -> "AESGCM":
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        return AESGCM(self._derive(key_id, "encrypt:" + purpose))


def _over(key: Key, now: int) -> bool:
    return key.ends_at is not None and key.ends_at <= now


def _sooner(one: int | None, other: int | None) -> int | None:
    return one if other is None else other if one is None else min(one, other)


def _hkdf(secret: bytes, info: bytes) -> bytes:
    """HKDF-SHA-256 (RFC 5869) without salt, one block: 32 bytes."""
    pseudorandom = hmac.digest(b"\0" * hashlib.sha256().digest_size, secret, "sha256")
    return hmac.digest(pseudorandom, info + b"\x01", "sha256")


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _new_key(clock: Clock) -> Key:
    key_id = "".join(secrets.choice(_ID_CHARACTERS) for _ in range(_ID_LENGTH))
    return Key(key_id, clock.now(), secrets.token_bytes(_SECRET_BYTES))


def _stamp(path: Path | None) -> tuple[int, int] | None:
    if path is None:
        return None
    with suppress(OSError):
        status = path.stat()
        return status.st_mtime_ns, status.st_ino
    return None


def _read(path: Path) -> Ring:
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            if stat.S_IMODE(mode) & 0o077:
                raise FailedPrecondition(
                    f"other users may read the key ring {path}: run chmod 600 on it, and if "
                    "anyone may have read it, rotate the keys"
                )
            text = file.read(1 << 20)
    except OSError as error:
        raise FailedPrecondition(f"the key ring {path} cannot be read: {error.strerror}") from None
    return _decode(text, str(path))


def _decode(text: bytes, origin: str) -> Ring:
    try:
        ring = msgspec.json.decode(text, type=Ring)
    except (msgspec.MsgspecError, ValueError):
        ring = Ring(0, ())
    ids = {key.id for key in ring.keys}
    if ring.version != _FORMAT or not ids or len(ids) < len(ring.keys):
        raise FailedPrecondition(f"{origin} holds no key ring of this version of Philomel")
    if not all(_is_good(key) for key in ring.keys):
        raise FailedPrecondition(f"{origin} holds a damaged key")
    return ring


def _is_good(key: Key) -> bool:
    plain = len(key.id) == _ID_LENGTH and all(one in _ID_CHARACTERS for one in key.id)
    return plain and len(key.secret) == _SECRET_BYTES


def _encode(ring: Ring) -> bytes:
    return msgspec.json.format(msgspec.json.encode(ring), indent=2) + b"\n"


def _write_beside(path: Path, ring: Ring) -> Path:
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor, not a path
        file.write(_encode(ring))
        file.flush()
        os.fsync(file.fileno())
    return unfinished


def _create(path: Path, ring: Ring) -> None:
    """Make the file; whoever came first wins, and nobody sees half of it."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = _write_beside(path, ring)
        try:
            os.link(unfinished, path)
        except FileExistsError:
            pass
        finally:
            unfinished.unlink()
        _sync(path.parent)
    except OSError as error:
        raise InvalidArgument(f"the key ring {path} cannot be made: {error.strerror}") from None


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
