"""The one tree of errors, and what each kind is called in HTTP and gRPC.

    PhilomelError
    ├── InvalidArgument      400  INVALID_ARGUMENT     the request cannot be right, ever
    ├── Unauthenticated      401  UNAUTHENTICATED      who is calling?
    ├── PermissionDenied     403  PERMISSION_DENIED    known, but not allowed
    ├── NotFound             404  NOT_FOUND            nothing of that name that the caller may see
    ├── Conflict             409  ALREADY_EXISTS       it is there already
    ├── FailedPrecondition   412  FAILED_PRECONDITION  right request, wrong state
    ├── RateLimited          429  RESOURCE_EXHAUSTED   later, see retry_after
    ├── Internal             500  INTERNAL             a defect; details are in the log only
    ├── Unavailable          503  UNAVAILABLE          a peer or an engine is away
    └── DeadlineExceeded     504  DEADLINE_EXCEEDED    it took too long

Services subclass these with a stable code of their own
(`code = "catalog.track_not_found"`); the kind decides the status, the code tells
programs which case it is, and the message tells people.
"""

from typing import ClassVar


class PhilomelError(Exception):
    """A failure that may be shown to the caller.

    Args:
        message: one sentence for a person; never a secret, path or query.
        code: a stable name for programs; the class's own when left out.
        retry_after: seconds after which another try makes sense, if known.
    """

    http_status: ClassVar[int] = 500
    grpc_status: ClassVar[str] = "INTERNAL"
    code: str = "internal"

    def __init__(
        self, message: str, *, code: str | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.retry_after = retry_after
        if code is not None:
            self.code = code


class InvalidArgument(PhilomelError):
    http_status, grpc_status, code = 400, "INVALID_ARGUMENT", "invalid_argument"


class Unauthenticated(PhilomelError):
    http_status, grpc_status, code = 401, "UNAUTHENTICATED", "unauthenticated"


class PermissionDenied(PhilomelError):
    http_status, grpc_status, code = 403, "PERMISSION_DENIED", "permission_denied"


class NotFound(PhilomelError):
    http_status, grpc_status, code = 404, "NOT_FOUND", "not_found"


class Conflict(PhilomelError):
    http_status, grpc_status, code = 409, "ALREADY_EXISTS", "conflict"


class FailedPrecondition(PhilomelError):
    http_status, grpc_status, code = 412, "FAILED_PRECONDITION", "failed_precondition"


class RateLimited(PhilomelError):
    http_status, grpc_status, code = 429, "RESOURCE_EXHAUSTED", "rate_limited"


class Internal(PhilomelError):
    http_status, grpc_status, code = 500, "INTERNAL", "internal"


class Unavailable(PhilomelError):
    http_status, grpc_status, code = 503, "UNAVAILABLE", "unavailable"


class DeadlineExceeded(PhilomelError):
    http_status, grpc_status, code = 504, "DEADLINE_EXCEEDED", "deadline_exceeded"


KINDS: tuple[type[PhilomelError], ...] = (
    InvalidArgument,
    Unauthenticated,
    PermissionDenied,
    NotFound,
    Conflict,
    FailedPrecondition,
    RateLimited,
    Internal,
    Unavailable,
    DeadlineExceeded,
)

BY_GRPC_STATUS: dict[str, type[PhilomelError]] = {kind.grpc_status: kind for kind in KINDS}
