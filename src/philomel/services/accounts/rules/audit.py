"""The chain of the audit log: each entry's hash covers the one before it."""

import hashlib

from philomel.services.accounts.contract import AdminActed

BEGINNING = "0" * 64
"""What stands before the first entry."""


def link(previous: str, seq: int, acted: AdminActed) -> str:
    """The hash of an entry, in hexadecimal."""
    parts = (
        previous,
        str(seq),
        str(acted.at),
        acted.actor_id,
        acted.actor_kind,
        acted.client_id,
        acted.action,
        acted.target,
        acted.details,
    )
    encoded = (part.encode("utf-8", "surrogatepass") for part in parts)
    # Lengths in front, so that no two entries have the same text.
    return hashlib.sha256(
        b"".join(len(part).to_bytes(4, "big") + part for part in encoded)
    ).hexdigest()


def sealed(seq: int, hash_: str) -> bytes:
    """What the key ring signs of the newest entry: without it the end could be cut off."""
    return f"{seq}:{hash_}".encode()
