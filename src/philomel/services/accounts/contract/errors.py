"""What accounts refuses."""

from philomel.kernel.errors import (
    Conflict,
    FailedPrecondition,
    InvalidArgument,
    NotFound,
    PermissionDenied,
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


class ProofNeeded(PermissionDenied):
    """The session was opened, or last proven, too long ago for this; see `prove`."""

    code = "accounts.proof_needed"


class NotSupported(FailedPrecondition):
    """This server's owner did not switch it on."""

    code = "accounts.not_supported"


class LinkNotFound(NotFound):
    """The link was used, has expired, or never was."""

    code = "accounts.link_not_found"


class SessionNotFound(NotFound):
    code = "accounts.session_not_found"


class FactorNotFound(NotFound):
    code = "accounts.factor_not_found"


class BadPasskey(Unauthenticated):
    code = "accounts.bad_passkey"


class ProviderFailed(Unauthenticated):
    """The provider did not vouch for anybody who may come in here."""

    code = "accounts.provider_failed"


class AccountDisabled(PermissionDenied):
    code = "accounts.disabled"
