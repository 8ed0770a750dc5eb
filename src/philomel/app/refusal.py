"""What can be foreseen to go wrong is said in one sentence, with an exit status."""

from enum import IntEnum

from philomel.kernel.errors import (
    Conflict,
    DeadlineExceeded,
    FailedPrecondition,
    InvalidArgument,
    NotFound,
    PermissionDenied,
    PhilomelError,
    RateLimited,
    Unauthenticated,
    Unavailable,
)


class Exit(IntEnum):
    """Exit statuses that a shell script can rely on."""

    OK = 0
    """Done."""
    FAILED = 1
    """It was tried and failed."""
    USAGE = 2
    """The command line, a setting or a value is wrong."""
    NOT_FOUND = 3
    """What the command names does not exist."""
    REFUSED = 4
    """It is not possible in this state: it exists already, it is running, it may not be done."""
    UNAVAILABLE = 5
    """A port, a folder, a server or an engine cannot be had."""
    INTERRUPTED = 130
    """Ended by the keyboard."""


class Refusal(Exception):
    """Something foreseeable; the message says what, and what can be done.

    Args:
        message: one sentence for whoever started the program.
        status: what the program exits with.
        code: a stable name for programs.
    """

    def __init__(self, message: str, status: Exit = Exit.FAILED, code: str = "refused") -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.code = code


_STATUS: tuple[tuple[type[PhilomelError], Exit], ...] = (
    (NotFound, Exit.NOT_FOUND),
    (InvalidArgument, Exit.USAGE),
    (Unavailable, Exit.UNAVAILABLE),
    (DeadlineExceeded, Exit.UNAVAILABLE),
    (Conflict, Exit.REFUSED),
    (FailedPrecondition, Exit.REFUSED),
    (PermissionDenied, Exit.REFUSED),
    (Unauthenticated, Exit.REFUSED),
    (RateLimited, Exit.REFUSED),
)


def refusal_of(error: PhilomelError) -> Refusal:
    """What a service's error means for a command."""
    status = next((status for kind, status in _STATUS if isinstance(error, kind)), Exit.FAILED)
    return Refusal(error.message, status, error.code)
