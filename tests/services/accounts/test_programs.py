"""Programs: consent, codes, tokens, and what becomes of stolen ones."""

import asyncio
import base64
import hashlib
from collections.abc import Awaitable

import pytest
from msgspec.structs import replace
from sqlalchemy import text
from tests.services.accounts.house import House, person

from philomel.kernel.caller import ALL_SCOPES, ANONYMOUS, OPERATOR, Caller, CallerKind, acting
from philomel.kernel.errors import InvalidArgument, PermissionDenied, Unauthenticated
from philomel.services.accounts.contract import (
    AppNotFound,
    Authenticate,
    Authorize,
    BadCredentials,
    BadRedirect,
    ClientCredentials,
    CreateApp,
    ExchangeCode,
    GetApp,
    InvalidClient,
    InvalidGrant,
    MintToken,
    NewApp,
    Refresh,
    RemoveUser,
    Role,
    Tokens,
    User,
    UserNotFound,
)
from philomel.services.accounts.rules.programs import SCOPES

REDIRECT = "http://127.0.0.1:9090/callback"
VERIFIER = "v" * 50
CHALLENGE = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
)
SOME = ("user-library-read", "user-read-email")
HOUR = 60 * 60 * 1000


async def _app(house: House, *, public: bool = False) -> NewApp:
    with acting(OPERATOR):
        return await house.accounts.create_app(CreateApp("Player", (REDIRECT,), public=public))


async def _code(house: House, user: User, app: NewApp, challenge: str | None = CHALLENGE) -> str:
    with acting(person(user)):
        asked = Authorize(app.client_id, REDIRECT, SOME, challenge)
        return (await house.accounts.authorize(asked)).code


def _exchange(app: NewApp, code: str) -> ExchangeCode:
    return ExchangeCode(app.client_id, code, REDIRECT, app.client_secret, VERIFIER)


async def _tokens(house: House, user: User, app: NewApp) -> Tokens:
    return await house.accounts.exchange_code(_exchange(app, await _code(house, user, app)))


async def _dead(house: House, *tokens: Tokens) -> None:
    for pair in tokens:
        with pytest.raises(BadCredentials):
            await house.accounts.authenticate(Authenticate(pair.access_token))


@pytest.mark.parametrize("public", [False, True])
async def test_a_code_becomes_tokens_that_are_refreshed(house: House, *, public: bool) -> None:
    user = await house.user()
    app = await _app(house, public=public)
    assert (app.client_secret is None) is public
    first = await _tokens(house, user, app)
    assert (first.expires_in, first.scopes) == (3600, SOME)
    found = await house.accounts.authenticate(Authenticate(first.access_token))
    assert found.caller == Caller(
        kind=CallerKind.USER,
        user_id=user.id,
        name="Ada",
        scopes=SOME,
        client_id=app.client_id,
    )
    house.clock.advance(HOUR)
    await _dead(house, first)
    assert first.refresh_token is not None
    again = Refresh(app.client_id, first.refresh_token, app.client_secret)
    second = await house.accounts.refresh(again)
    assert second.scopes == SOME
    assert second.refresh_token not in {None, first.refresh_token}
    await house.accounts.authenticate(Authenticate(second.access_token))


async def test_a_program_without_pkce_needs_its_secret(house: House) -> None:
    user = await house.user()
    app = await _app(house)
    code = await _code(house, user, app, challenge=None)
    asked = ExchangeCode(app.client_id, code, REDIRECT, app.client_secret)
    assert (await house.accounts.exchange_code(asked)).refresh_token


async def test_the_second_use_of_a_code_revokes_what_the_first_gave(house: House) -> None:
    user = await house.user()
    app = await _app(house)
    code = await _code(house, user, app)
    tokens = await house.accounts.exchange_code(_exchange(app, code))
    await house.accounts.authenticate(Authenticate(tokens.access_token))
    for _ in range(2):
        with pytest.raises(InvalidGrant):
            await house.accounts.exchange_code(_exchange(app, code))
    await _dead(house, tokens)
    assert tokens.refresh_token is not None
    with pytest.raises(InvalidGrant):
        await house.accounts.refresh(
            Refresh(app.client_id, tokens.refresh_token, app.client_secret)
        )


async def test_of_uses_at_once_one_at_most_succeeds(house: House) -> None:
    user = await house.user()
    app = await _app(house)
    code = await _code(house, user, app)
    tries = [house.accounts.exchange_code(_exchange(app, code)) for _ in range(5)]
    results = await asyncio.gather(*tries, return_exceptions=True)
    good = [result for result in results if isinstance(result, Tokens)]
    assert len(good) <= 1
    await _dead(house, *good)


async def test_the_second_use_of_a_refresh_token_revokes_the_family(house: House) -> None:
    user = await house.user()
    app = await _app(house)
    first = await _tokens(house, user, app)
    other = await _tokens(house, user, app)
    assert first.refresh_token is not None
    stolen = Refresh(app.client_id, first.refresh_token, app.client_secret)
    second = await house.accounts.refresh(stolen)
    await house.accounts.authenticate(Authenticate(second.access_token))
    with pytest.raises(InvalidGrant):
        await house.accounts.refresh(stolen)
    await _dead(house, first, second)
    assert second.refresh_token is not None
    with pytest.raises(InvalidGrant):
        await house.accounts.refresh(
            Refresh(app.client_id, second.refresh_token, app.client_secret)
        )
    await house.accounts.authenticate(Authenticate(other.access_token))


async def test_a_code_lives_for_a_minute(house: House) -> None:
    user = await house.user()
    app = await _app(house)
    code = await _code(house, user, app)
    house.clock.advance(60_000)
    with pytest.raises(InvalidGrant):
        await house.accounts.exchange_code(_exchange(app, code))


@pytest.mark.parametrize(
    ("verifier", "redirect"),
    [
        (None, REDIRECT),
        ("w" * 50, REDIRECT),
        (CHALLENGE, REDIRECT),
        (VERIFIER, REDIRECT + "/"),
        (VERIFIER, "http://127.0.0.1:9091/callback"),
        (VERIFIER, ""),
    ],
)
async def test_a_code_that_does_not_fit_is_burnt(
    house: House, verifier: str | None, redirect: str
) -> None:
    user = await house.user()
    app = await _app(house)
    code = await _code(house, user, app)
    with pytest.raises(InvalidGrant):
        await house.accounts.exchange_code(
            ExchangeCode(app.client_id, code, redirect, app.client_secret, verifier)
        )
    with pytest.raises(InvalidGrant):
        await house.accounts.exchange_code(_exchange(app, code))


async def test_programs_prove_themselves(house: House) -> None:
    user = await house.user()
    app, other = await _app(house), await _app(house)
    tokens = await _tokens(house, user, app)
    assert tokens.refresh_token is not None
    assert app.client_secret is not None
    assert other.client_secret is not None
    code = await _code(house, user, app)
    for client, secret in (
        (app.client_id, None),
        (app.client_id, ""),
        (app.client_id, other.client_secret),
        (app.client_id, app.client_secret + "x"),
        ("nobody", app.client_secret),
        ("\x00", app.client_secret),
    ):
        calls: list[Awaitable[object]] = [
            house.accounts.exchange_code(ExchangeCode(client, code, REDIRECT, secret, VERIFIER)),
            house.accounts.refresh(Refresh(client, tokens.refresh_token, secret)),
            house.accounts.client_credentials(ClientCredentials(client, secret or "")),
        ]
        for call in calls:
            with pytest.raises(InvalidClient):
                await call
    for wrong in (
        Refresh(other.client_id, tokens.refresh_token, other.client_secret),
        Refresh("philomel", tokens.refresh_token),
        Refresh(app.client_id, tokens.access_token, app.client_secret),
        Refresh(app.client_id, "", app.client_secret),
    ):
        with pytest.raises(InvalidGrant):
            await house.accounts.refresh(wrong)
    with pytest.raises(InvalidGrant):
        await house.accounts.exchange_code(_exchange(other, code))
    await house.accounts.authenticate(Authenticate(tokens.access_token))


async def test_a_program_acts_for_itself(house: House) -> None:
    app = await _app(house)
    assert app.client_secret is not None
    asked = ClientCredentials(app.client_id, app.client_secret)
    tokens = await house.accounts.client_credentials(asked)
    assert (tokens.refresh_token, tokens.scopes) == (None, ())
    caller = (await house.accounts.authenticate(Authenticate(tokens.access_token))).caller
    assert (caller.kind, caller.user_id, caller.client_id) == (
        CallerKind.APP,
        None,
        app.client_id,
    )
    public = await _app(house, public=True)
    with pytest.raises(InvalidClient):
        await house.accounts.client_credentials(ClientCredentials(public.client_id, ""))


async def test_only_a_person_who_signed_in_lets_programs_in(house: House) -> None:
    user = await house.user()
    app = await _app(house)
    asked = Authorize(app.client_id, REDIRECT, SOME, CHALLENGE)
    for caller in (
        Caller(kind=CallerKind.USER, user_id=user.id, scopes=SOME, client_id=app.client_id),
        Caller(kind=CallerKind.USER, user_id=user.id, scopes=ALL_SCOPES, client_id="0" * 22),
        Caller(kind=CallerKind.APP, client_id=app.client_id),
        ANONYMOUS,
        OPERATOR,
    ):
        with acting(caller), pytest.raises((PermissionDenied, Unauthenticated)):
            await house.accounts.authorize(asked)


async def test_what_may_not_be_authorized(house: House) -> None:
    user = await house.user()
    app = await _app(house, public=True)
    with acting(person(user)):
        with pytest.raises(AppNotFound):
            await house.accounts.authorize(Authorize("0" * 22, REDIRECT, SOME, CHALLENGE))
        with pytest.raises(BadRedirect):
            await house.accounts.authorize(
                Authorize(app.client_id, "https://evil.example/", SOME, CHALLENGE)
            )
        for scopes, challenge in ((SOME, None), (SOME, "plain"), (("*",), CHALLENGE)):
            with pytest.raises(InvalidArgument):
                await house.accounts.authorize(
                    Authorize(app.client_id, REDIRECT, scopes, challenge)
                )


async def test_administrators_register_programs(house: House) -> None:
    admin, ada = await house.user("Root", Role.ADMIN), await house.user()
    with acting(person(admin)):
        app = await house.accounts.create_app(CreateApp("Player", (REDIRECT, REDIRECT)))
        for uri in ("http://localhost:8080/", "https://example.org/#x", "http://example.org/"):
            with pytest.raises(BadRedirect):
                await house.accounts.create_app(CreateApp("Player", (uri,)))
    shown = await house.accounts.get_app(GetApp(app.client_id))
    assert (shown.name, shown.redirect_uris, shown.public) == ("Player", (REDIRECT,), False)
    for unknown in ("", "0" * 22, "\x00", "philomel"):
        with pytest.raises(AppNotFound):
            await house.accounts.get_app(GetApp(unknown))
    with acting(replace(person(ada), client_id="0" * 22)), pytest.raises(PermissionDenied):
        await house.accounts.create_app(CreateApp("Player", (REDIRECT,)))


async def test_the_operator_mints_tokens(house: House) -> None:
    user = await house.user()
    with acting(OPERATOR):
        tokens = await house.accounts.mint_token(MintToken(user.id))
        few = await house.accounts.mint_token(MintToken(user.id, ("streaming",)))
        with pytest.raises(UserNotFound):
            await house.accounts.mint_token(MintToken("0" * 22))
        with pytest.raises(InvalidArgument):
            await house.accounts.mint_token(MintToken(user.id, ("nonsense",)))
    assert tokens.scopes == SCOPES
    assert few.scopes == ("streaming",)
    caller = (await house.accounts.authenticate(Authenticate(tokens.access_token))).caller
    assert (caller.user_id, caller.client_id) == (user.id, "philomel")
    assert tokens.refresh_token is not None
    again = await house.accounts.refresh(Refresh("philomel", tokens.refresh_token))
    await house.accounts.authenticate(Authenticate(again.access_token))
    with acting(person(user)), pytest.raises(PermissionDenied):
        await house.accounts.mint_token(MintToken(user.id))


async def test_tokens_of_a_removed_person_die(house: House) -> None:
    user = await house.user()
    app = await _app(house)
    tokens = await _tokens(house, user, app)
    code = await _code(house, user, app)
    await house.accounts.authenticate(Authenticate(tokens.access_token))
    with acting(OPERATOR):
        await house.accounts.remove_user(RemoveUser(user.id))
    await _dead(house, tokens)
    with pytest.raises(InvalidGrant):
        await house.accounts.exchange_code(_exchange(app, code))


async def test_one_kind_of_token_is_not_another(house: House) -> None:
    user = await house.user()
    app = await _app(house)
    tokens = await _tokens(house, user, app)
    session = await house.sign_in()
    strange = [
        tokens.refresh_token or "",
        await _code(house, user, app),
        app.client_secret or "",
        "phs" + tokens.access_token[3:],
        "pha" + session.token[3:],
        "pha" + (tokens.refresh_token or "")[3:],
        tokens.access_token + "x",
        tokens.access_token.swapcase(),
        "",
        "Bearer",
        "eyJhbGciOiJub25lIn0.eyJzdWIiOiJBZGEifQ.",
        "\ud800" * 70,
        "é" * 70,
    ]
    for token in strange:
        # Half a character does not even get over the wire.
        with pytest.raises((BadCredentials, InvalidArgument)):
            await house.accounts.authenticate(Authenticate(token))


async def test_who_can_write_to_the_database_mints_nothing(house: House) -> None:
    ada, eve = await house.user(), await house.user("Eve")
    app = await _app(house)
    hers = await house.sign_in()
    token = await _tokens(house, ada, app)

    def tamper(statement: str, **values: str) -> Awaitable[object]:
        return house.database.write(lambda c: c.execute(text(statement), values))

    # Eve's session is moved to Ada, and a hash to another row.
    session = await house.sign_in("Eve")
    await tamper("UPDATE sessions SET user_id = :u WHERE user_id = :e", u=ada.id, e=eve.id)
    with pytest.raises(BadCredentials):
        await house.accounts.authenticate(Authenticate(session.token))
    await tamper(
        "UPDATE sessions SET mac = (SELECT mac FROM sessions WHERE id = :i)", i=hers.token[4:26]
    )
    with pytest.raises(BadCredentials):
        await house.accounts.authenticate(Authenticate(session.token))
    # A grant gets more scopes.
    await tamper("UPDATE grants SET scopes = '*'")
    await _dead(house, token)
