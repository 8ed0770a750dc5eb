"""The keys port: one ring outside the databases; a stolen database alone is worth nothing.

Keys are derived per purpose, so what is made for one purpose is worthless for another.
Everything made carries the id of the key it was made with; after a rotation old keys
verify and decrypt until they end.
"""

from typing import Protocol


class Keys(Protocol):
    """Signs and encrypts. Purposes are short constants such as "media.url"."""

    def sign(self, purpose: str, data: bytes) -> str:
        """HMAC-SHA-256 over `data`, by the newest key: "<key id>.<base64url>"."""
        ...

    def verify(self, purpose: str, data: bytes, signature: str) -> bool:
        """Whether `signature` is ours, compared in constant time."""
        ...

    def encrypt(self, purpose: str, data: bytes, context: bytes = b"") -> bytes:
        """AES-256-GCM with a random nonce; `context` must be the same to decrypt."""
        ...

    def decrypt(self, purpose: str, data: bytes, context: bytes = b"") -> bytes:
        """What was encrypted.

        Raises:
            ValueError: changed, of another purpose or context, or the key is gone.
        """
        ...

    def current(self, made: str | bytes) -> bool:
        """Whether a signature, or what was encrypted, was made with the key that is used now.

        What is kept for long is made anew when it was not: the key it was made with will end.
        """
        ...
