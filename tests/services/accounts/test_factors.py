"""Second factors: codes that work once, and what stands in for a lost one."""

import base64

import pytest
from sqlalchemy import text
from tests.services.accounts.house import HOME, PASSWORD, House, person

from philomel.kernel.caller import ANONYMOUS, OPERATOR, acting
from philomel.kernel.errors import PermissionDenied
from philomel.services.accounts.contract import (
    BadCredentials,
    BadPasskey,
    BeginPasskey,
    BeginPasskeySignIn,
    BeginTotp,
    CompleteSignIn,
    ConfirmTotp,
    CreateAppPassword,
    Factor,
    FactorNotFound,
    GetFactors,
    NewTotp,
    ProofNeeded,
    Prove,
    RemoveTotp,
    RenewRecoveryCodes,
    ResetFactors,
    Role,
    Session,
    SetPassword,
    TooManyTries,
)
from philomel.services.accounts.rules.totp import STEP_MS, code_at, matching_step

MINUTE = 60_000


def code(house: House, made: NewTotp, steps: int = 0) -> str:
    """What the app shows now, or `steps` half minutes from now."""
    secret = base64.b32decode(made.secret + "=" * (-len(made.secret) % 8))
    return code_at(secret, house.clock.now() // STEP_MS + steps)


async def with_app(house: House) -> tuple[Session, NewTotp, tuple[str, ...]]:
    await house.user()
    session = await house.sign_in()
    with acting(await house.caller(session)):
        made = await house.accounts.begin_totp(BeginTotp("music.example.org"))
        codes = (await house.accounts.confirm_totp(ConfirmTotp(code(house, made)))).codes
    house.clock.advance(STEP_MS)
    return session, made, codes


async def second(house: House, given: str, asked: Session | None = None) -> Session:
    asked = asked or await house.sign_in()
    return await house.accounts.complete_sign_in(CompleteSignIn(asked.pending, HOME, given))


@pytest.mark.parametrize(
    ("at", "digits"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_codes_are_those_of_the_standard(at: int, digits: str) -> None:
    """RFC 6238, appendix B, the last six of the eight digits."""
    assert code_at(b"12345678901234567890", at // 30) == digits
    assert matching_step(b"12345678901234567890", digits, at * 1000) == at // 30
    assert matching_step(b"12345678901234567890", digits, (at + 70) * 1000) is None


async def test_the_password_alone_opens_nothing_any_more(house: House) -> None:
    session, made, codes = await with_app(house)
    assert len(set(codes)) == 10
    asked = await house.sign_in()
    assert (asked.token, asked.factors) == ("", (Factor.TOTP, Factor.RECOVERY))
    with pytest.raises(BadCredentials):
        await second(house, "000000", asked)
    opened = await second(house, code(house, made), asked)
    assert (await house.caller(opened)).user_id == session.user.id
    # The sign-in is done, and so is the code.
    for again in (asked, None):
        with pytest.raises(BadCredentials):
            await second(house, code(house, made), again)
    house.clock.advance(STEP_MS)
    await second(house, code(house, made))
    with pytest.raises(BadCredentials):
        await second(house, code(house, made, -1))
    house.clock.advance(5 * MINUTE)
    with pytest.raises(BadCredentials):
        await second(house, code(house, made), asked)


async def test_a_recovery_code_works_once(house: House) -> None:
    session, _, codes = await with_app(house)
    await second(house, codes[3].upper().replace("-", " "))
    with pytest.raises(BadCredentials):
        await second(house, codes[3])
    with acting(await house.caller(session)):
        found = await house.accounts.get_factors(GetFactors(session.user.id))
        assert (found.totp, found.recovery_codes) == (True, 9)
        anew = (await house.accounts.renew_recovery_codes(RenewRecoveryCodes())).codes
    with pytest.raises(BadCredentials):
        await second(house, codes[4])
    await second(house, anew[0])


async def test_codes_cannot_be_tried_in_their_thousands(house: House) -> None:
    _, made, _ = await with_app(house)
    with pytest.raises(TooManyTries):  # noqa: PT012 - it is the number of them that counts
        for number in range(10):
            try:
                await second(house, f"{number:06}")
            except BadCredentials:
                continue
    asked = await house.sign_in()
    with pytest.raises(TooManyTries):
        await second(house, code(house, made), asked)
    house.clock.advance(2 * MINUTE)
    await second(house, code(house, made), asked)


async def test_the_database_holds_no_code(house: House) -> None:
    _, made, codes = await with_app(house)

    def rows(connection: object) -> str:
        tables = ("totps", "recovery_codes", "pending", "users")
        return repr([connection.execute(text(f"select * from {t}")).all() for t in tables])  # type: ignore[attr-defined]

    found = await house.database.read(rows)
    secret = base64.b32decode(made.secret + "=" * (-len(made.secret) % 8))
    for kept in (made.secret, repr(secret)[2:-1], *codes, *(c.replace("-", "") for c in codes)):
        assert kept not in found


async def test_without_a_factor_the_password_is_enough_again(house: House) -> None:
    session, _, codes = await with_app(house)
    with acting(await house.caller(session)):
        await house.accounts.remove_totp(RemoveTotp())
        with pytest.raises(FactorNotFound):
            await house.accounts.remove_totp(RemoveTotp())
        with pytest.raises(FactorNotFound):
            await house.accounts.renew_recovery_codes(RenewRecoveryCodes())
    assert (await house.sign_in()).token
    with acting(await house.caller(session)), pytest.raises(BadCredentials):
        await house.accounts.prove(Prove(code=codes[0]))


async def test_an_administrator_helps_who_lost_everything(house: House) -> None:
    session, _, _ = await with_app(house)
    other = await house.user("Bob")
    with acting(person(other)), pytest.raises(PermissionDenied):
        await house.accounts.reset_factors(ResetFactors(session.user.id))
    admin = await house.user("Root", Role.ADMIN)
    with acting(person(admin)):
        await house.accounts.reset_factors(ResetFactors(session.user.id))
    assert (await house.sign_in()).token


async def test_what_matters_is_asked_for_again(house: House) -> None:
    user = await house.user()
    session = await house.sign_in()
    house.clock.advance(11 * MINUTE)
    with acting(await house.caller(session)):
        for work in (
            house.accounts.begin_totp(BeginTotp("here")),
            house.accounts.create_app_password(CreateAppPassword(user.id, "Phone")),
            house.accounts.begin_passkey(BeginPasskey("https://music.example.org")),
        ):
            with pytest.raises(ProofNeeded):
                await work
        with pytest.raises(BadCredentials):
            await house.accounts.prove(Prove(password="wrong"))
        await house.accounts.prove(Prove(password=PASSWORD))
    with acting(await house.caller(session)):
        await house.accounts.create_app_password(CreateAppPassword(user.id, "Phone"))
    with acting(person(user)), pytest.raises(BadCredentials):
        await house.accounts.prove(Prove(password=PASSWORD))


async def test_a_new_password_ends_what_waits(house: House) -> None:
    session, made, _ = await with_app(house)
    asked = await house.sign_in()
    with acting(OPERATOR):
        await house.accounts.set_password(SetPassword(session.user.id, "another long word"))
    with pytest.raises(BadCredentials):
        await second(house, code(house, made), asked)


async def test_passkeys_need_a_name_and_https(house: House) -> None:
    for origin in ("http://music.example.org", "https://192.0.2.1", "http://127.0.0.1:4040", ""):
        with acting(ANONYMOUS), pytest.raises(BadPasskey):
            await house.accounts.begin_passkey_sign_in(BeginPasskeySignIn(origin))
    made = await house.accounts.begin_passkey_sign_in(BeginPasskeySignIn("http://localhost:4040"))
    assert '"rpId": "localhost"' in made.options
