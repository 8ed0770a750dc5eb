"""Who plays: app password, token or API key become a caller.

The account password is never accepted here: players send what they were given with every
request, in addresses that end up in logs.
"""

import binascii

from philomel.gateway.subsonic.errors import (
    BAD_API_KEY,
    CONFLICTING_MECHANISMS,
    MISSING_PARAMETER,
    WRONG_CREDENTIALS,
    Failure,
)
from philomel.gateway.subsonic.parameters import Parameters
from philomel.kernel.caller import ANONYMOUS, acting
from philomel.kernel.errors import Unauthenticated
from philomel.services.accounts.contract import Accounts, Authenticated, AuthenticatePlayer

_MAX = 512
# Said of every login that fails: said of the right account password only, it would be a hint.
WRONG = "wrong user name or password: use an app password, see Settings"


async def authenticate(accounts: Accounts, parameters: Parameters, address: str) -> Authenticated:
    """Who sends these parameters.

    Raises:
        Failure: nobody, or in a way that does not fit together.
    """
    request = _request(parameters, address)
    try:
        with acting(ANONYMOUS):
            return await accounts.authenticate_player(request)
    except Unauthenticated:
        if request.api_key is not None:
            raise Failure(BAD_API_KEY, "invalid API key") from None
        raise Failure(WRONG_CREDENTIALS, WRONG) from None


def _request(parameters: Parameters, address: str) -> AuthenticatePlayer:
    name, password = parameters.get("u"), parameters.get("p")
    token, salt = parameters.get("t"), parameters.get("s")
    api_key = parameters.get("apiKey")
    if any(len(value) > _MAX for value in (name, password, token, salt, api_key) if value):
        raise Failure(BAD_API_KEY if api_key else WRONG_CREDENTIALS, WRONG)
    if api_key is not None:
        if any(value is not None for value in (name, password, token, salt)):
            raise Failure(CONFLICTING_MECHANISMS, "send either an API key or a user name")
        return AuthenticatePlayer(address=address, api_key=api_key)
    if password is not None and token is not None:
        raise Failure(CONFLICTING_MECHANISMS, "send either a password or a token")
    if not name:
        _refuse_foreign(parameters)
        raise Failure(MISSING_PARAMETER, "required parameter is missing: u")
    if token is not None:
        if salt is None:
            raise Failure(MISSING_PARAMETER, "required parameter is missing: s")
        return AuthenticatePlayer(address=address, name=name, token=token.lower(), salt=salt)
    if password is None:
        _refuse_foreign(parameters)
        raise Failure(MISSING_PARAMETER, "required parameter is missing: p, or t and s")
    return AuthenticatePlayer(address=address, name=name, password=clear_password(password))


def _refuse_foreign(parameters: Parameters) -> None:
    """Proofs of other servers' making prove nothing here."""
    if parameters.get("jwt") is not None:
        raise Failure(WRONG_CREDENTIALS, WRONG)


def clear_password(password: str) -> str:
    """A password as it is, whether it was sent so or in hexadecimal.

    Raises:
        Failure: it is said to be hexadecimal, and is not.
    """
    if not password.startswith("enc:"):
        return password
    try:
        return binascii.unhexlify(password.removeprefix("enc:")).decode()
    except (binascii.Error, ValueError):
        raise Failure(WRONG_CREDENTIALS, WRONG) from None
