"""Failures as Subsonic tells them: a number and a sentence, mostly with HTTP 200."""

from philomel.kernel.errors import (
    DeadlineExceeded,
    Internal,
    NotFound,
    PermissionDenied,
    PhilomelError,
    RateLimited,
    Unauthenticated,
    Unavailable,
)

GENERIC = 0
MISSING_PARAMETER = 10
WRONG_CREDENTIALS = 40
CONFLICTING_MECHANISMS = 43
BAD_API_KEY = 44
NOT_ALLOWED = 50
NOT_FOUND = 70

_SAYS_MORE = (RateLimited, Internal, Unavailable, DeadlineExceeded)


class Failure(Exception):
    """A refusal in Subsonic's own terms.

    Attributes:
        number: one of Subsonic's error codes.
        status: of the HTTP answer.
    """

    def __init__(
        self, number: int, message: str, *, status: int = 200, retry_after: float | None = None
    ) -> None:
        super().__init__(message)
        self.number = number
        self.message = message
        self.status = status
        self.retry_after = retry_after


def not_found(what: str = "what you asked for") -> Failure:
    return Failure(NOT_FOUND, f"{what} was not found")


def as_failure(error: PhilomelError) -> Failure:
    """The failure a player is told.

    Refusals come with HTTP 200, as players expect; what may work later, and defects of the
    server, keep their HTTP status so that proxies and retries understand them.
    """
    number = GENERIC
    if isinstance(error, NotFound):
        number = NOT_FOUND
    elif isinstance(error, PermissionDenied):
        number = NOT_ALLOWED
    elif isinstance(error, Unauthenticated):
        number = WRONG_CREDENTIALS
    status = error.http_status if isinstance(error, _SAYS_MORE) else 200
    return Failure(number, error.message, status=status, retry_after=error.retry_after)
