"""What accounts announces, and what every service announces for the audit log."""

from msgspec import Struct


class UserCreated(Struct, frozen=True):
    """Announced when an account is made.

    Attributes:
        libraries: restricted ones that the person shall see, from their invitation.
    """

    user_id: str
    at: int
    libraries: tuple[str, ...] = ()


class UserRemoved(Struct, frozen=True):
    """Announced when an account is removed: others forget what they keep for it."""

    user_id: str
    at: int


class AdminActed(Struct, frozen=True):
    """Announced by any service, in the transaction of what an administrator did there.

    Attributes:
        action: what was done: "library.add", "user.remove".
        target: the id of the thing, or "".
        details: in words; never a secret.
        actor_id: the person, or "" for the command line and Philomel itself.
        actor_kind: as `kernel.caller.CallerKind`.
        client_id: the program they used, or "".
    """

    action: str
    target: str
    details: str
    actor_id: str
    actor_kind: str
    client_id: str
    at: int
