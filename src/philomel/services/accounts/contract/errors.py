"""What accounts refuses."""

from philomel.kernel.errors import (
    Conflict,
    FailedPrecondition,
    InvalidArgument,
    NotFound,
    RateLimited,
    Unauthenticated,
)


class NameTaken(Conflict):
    code = "accounts.name_taken"


class UserNotFound(NotFound):
    code = "accounts.user_not_found"


class AppNotFound(NotFound):
    code = "accounts.app_not_found"


class AppPasswordNotFound(NotFound):
    code = "accounts.app_password_not_found"


class WeakPassword(InvalidArgument):
    code = "accounts.weak_password"


class BadName(InvalidArgument):
    code = "accounts.bad_name"


class BadCredentials(Unauthenticated):
    """Wrong name, password, token or key: which of them is not said."""

    code = "accounts.bad_credentials"


class TooManyTries(RateLimited):
    code = "accounts.too_many_tries"


class SetUpDone(FailedPrecondition):
    code = "accounts.set_up_done"


class BadSetUpLink(Unauthenticated):
    code = "accounts.bad_set_up_link"


class InvalidGrant(InvalidArgument):
    """RFC 6749, 5.2 invalid_grant: the code or refresh token is not good."""

    code = "invalid_grant"


class InvalidClient(Unauthenticated):
    """RFC 6749, 5.2 invalid_client."""

    code = "invalid_client"


class BadRedirect(InvalidArgument):
    """Not one of the program's redirect URIs: the browser must not be sent there."""

    code = "accounts.bad_redirect"


class LastAdmin(FailedPrecondition):
    code = "accounts.last_admin"
