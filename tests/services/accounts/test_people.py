"""Accounts, the first of them, sessions and tries."""

import asyncio

import pytest
from msgspec.structs import replace
from sqlalchemy import text
from tests.services.accounts.house import ELSEWHERE, HOME, PASSWORD, House, person

from philomel.kernel.caller import ANONYMOUS, OPERATOR, Caller, CallerKind, acting
from philomel.kernel.errors import InvalidArgument, PermissionDenied, Unauthenticated
from philomel.services.accounts.contract import (
    Authenticate,
    BadCredentials,
    BadSetUpLink,
    CreateSetUpLink,
    CreateUser,
    FindUser,
    GetProfiles,
    GetSetUpState,
    LastAdmin,
    ListUsers,
    NameTaken,
    Profile,
    RemoveUser,
    Role,
    SetPassword,
    SetUp,
    SetUpDone,
    SignIn,
    SignOut,
    TooManyTries,
    UserCreated,
    UserNotFound,
    UserRemoved,
    WeakPassword,
)

STRANGE = "198.51.100.99"
HOUR = 60 * 60 * 1000


async def test_the_first_administrator_comes_by_a_link_that_works_once(house: House) -> None:
    accounts = house.accounts
    assert (await accounts.get_set_up_state(GetSetUpState())).needed
    with acting(OPERATOR):
        old = await accounts.create_set_up_link(CreateSetUpLink())
        link = await accounts.create_set_up_link(CreateSetUpLink())
    assert link.expires_at == house.clock.now() + 24 * HOUR
    for bad in (old.token, "", link.token + "x", link.token[:-1] + "~"):
        with pytest.raises(BadSetUpLink):
            await accounts.set_up(SetUp(bad, "Ada", PASSWORD))
        assert not (await accounts.get_set_up_state(GetSetUpState(bad))).link
    assert (await accounts.get_set_up_state(GetSetUpState(link.token))).link
    with pytest.raises(WeakPassword):
        await accounts.set_up(SetUp(link.token, "Ada", "password"))
    session = await accounts.set_up(SetUp(link.token, "Ada", PASSWORD))
    assert session.user.role is Role.ADMIN
    assert (await accounts.authenticate(Authenticate(session.token))).caller.admin
    assert not (await accounts.get_set_up_state(GetSetUpState())).needed
    assert not (await accounts.get_set_up_state(GetSetUpState(link.token))).link
    with pytest.raises(SetUpDone):
        await accounts.set_up(SetUp(link.token, "Eve", PASSWORD))
    with acting(OPERATOR), pytest.raises(SetUpDone):
        await accounts.create_set_up_link(CreateSetUpLink())


async def test_a_set_up_link_expires(house: House) -> None:
    with acting(OPERATOR):
        link = await house.accounts.create_set_up_link(CreateSetUpLink())
    house.clock.advance(24 * HOUR)
    with pytest.raises(BadSetUpLink):
        await house.accounts.set_up(SetUp(link.token, "Ada", PASSWORD))


async def test_two_with_the_same_link_make_one_administrator(house: House) -> None:
    with acting(OPERATOR):
        link = await house.accounts.create_set_up_link(CreateSetUpLink())
    tries = [house.accounts.set_up(SetUp(link.token, name, PASSWORD)) for name in ("Ada", "Eve")]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(result, BaseException) for result in results) == 1


async def test_only_operators_make_set_up_links(house: House) -> None:
    for caller in (ANONYMOUS, person(await house.user())):
        with acting(caller), pytest.raises(PermissionDenied):
            await house.accounts.create_set_up_link(CreateSetUpLink())


async def test_users_are_made_found_listed_and_removed(house: House) -> None:
    accounts = house.accounts
    zoe = await house.user("Zoë", Role.ADMIN)
    ada = await house.user("ada")
    with acting(OPERATOR):
        for taken in ("Ada", "zoe\u0308"):
            with pytest.raises(NameTaken):
                await accounts.create_user(CreateUser(taken, PASSWORD))
        assert await accounts.find_user(FindUser("ADA")) == ada
        for nobody in ("ad", "ada%", "%", "a_a", "", "a\x00", "a" * 1000):
            with pytest.raises(UserNotFound):
                await accounts.find_user(FindUser(nobody))
        assert (await accounts.list_users(ListUsers())).items == (ada, zoe)
        with pytest.raises(LastAdmin):
            await accounts.remove_user(RemoveUser(zoe.id))
        await accounts.remove_user(RemoveUser(ada.id))
        with pytest.raises(UserNotFound):
            await accounts.remove_user(RemoveUser(ada.id))
    now = house.clock.now()
    assert house.events == [
        (zoe.id, UserCreated(zoe.id, now)),
        (ada.id, UserCreated(ada.id, now)),
        (ada.id, UserRemoved(ada.id, now)),
    ]


async def test_listeners_and_programs_manage_no_accounts(house: House) -> None:
    admin = await house.user("Root", Role.ADMIN)
    ada = await house.user()
    program = Caller(
        kind=CallerKind.USER, user_id=admin.id, admin=True, scopes=("user-read-email",)
    )
    for caller in (person(ada), program, Caller(kind=CallerKind.APP)):
        with acting(caller):
            for call in (
                house.accounts.create_user(CreateUser("Eve", PASSWORD, Role.ADMIN)),
                house.accounts.list_users(ListUsers()),
                house.accounts.find_user(FindUser("Root")),
                house.accounts.remove_user(RemoveUser(admin.id)),
            ):
                with pytest.raises(PermissionDenied):
                    await call
    with acting(person(ada)), pytest.raises(PermissionDenied):
        await house.accounts.set_password(SetPassword(admin.id, PASSWORD + "!", PASSWORD))
    with pytest.raises(Unauthenticated):
        await house.accounts.list_users(ListUsers())


async def test_a_session_lives_thirty_days_from_its_last_use(house: House) -> None:
    user = await house.user()
    session = await house.sign_in()
    for _ in range(3):
        house.clock.advance(29 * 24 * HOUR)
        found = await house.accounts.authenticate(Authenticate(session.token))
        assert found.user == user
        caller = found.caller
        assert caller == replace(
            person(user), session_id=caller.session_id, proven_at=caller.proven_at
        )
    house.clock.advance(30 * 24 * HOUR)
    with pytest.raises(BadCredentials):
        await house.accounts.authenticate(Authenticate(session.token))


async def test_sign_out_ends_a_session_at_once(house: House) -> None:
    await house.user()
    session, other = await house.sign_in(), await house.sign_in()
    await house.accounts.authenticate(Authenticate(session.token))
    await house.accounts.sign_out(SignOut(session.token))
    with pytest.raises(BadCredentials):
        await house.accounts.authenticate(Authenticate(session.token))
    await house.accounts.authenticate(Authenticate(other.token))
    for strange in (session.token, "", "phs_", other.token[:-1] + "~"):
        await house.accounts.sign_out(SignOut(strange))
    await house.accounts.authenticate(Authenticate(other.token))


async def test_a_new_password_ends_every_session(house: House) -> None:
    user = await house.user()
    session = await house.sign_in()
    await house.accounts.authenticate(Authenticate(session.token))
    fresh = "another good password"
    with acting(person(user)):
        for wrong in (None, "", "wrong password"):
            with pytest.raises(BadCredentials):
                await house.accounts.set_password(SetPassword(user.id, fresh, wrong))
        with pytest.raises(WeakPassword):
            await house.accounts.set_password(SetPassword(user.id, "ada", PASSWORD))
        await house.accounts.set_password(SetPassword(user.id, fresh, PASSWORD))
    with pytest.raises(BadCredentials):
        await house.accounts.authenticate(Authenticate(session.token))
    with pytest.raises(BadCredentials):
        await house.sign_in()
    await house.sign_in(password=fresh)


async def test_an_operator_sets_a_password_without_the_old_one(house: House) -> None:
    user = await house.user()
    with acting(OPERATOR):
        await house.accounts.set_password(SetPassword(user.id, "another good password"))
        with pytest.raises(UserNotFound):
            await house.accounts.set_password(SetPassword("0" * 22, PASSWORD))
    await house.sign_in(password="another good password")


@pytest.mark.parametrize("name", ["%", "A%", "Ad_", "_da", "", "Ada\x00", "' OR 1=1 --", "A" * 999])
async def test_a_name_is_never_a_pattern(house: House, name: str) -> None:
    await house.user()
    with pytest.raises(BadCredentials):
        await house.sign_in(name)


async def test_unknown_names_cost_the_same_work(house: House) -> None:
    await house.user()
    for name in ("Ada", "Nobody"):
        before = house.hasher.verified
        with pytest.raises(BadCredentials):
            await house.sign_in(name, "wrong password")
        assert house.hasher.verified == before + 1


async def test_a_thousand_tries_are_held_up(house: House) -> None:
    await house.user()
    waits: list[float | None] = []
    for number in range(1000):
        try:
            await house.sign_in(password=f"guess number {number}", address=ELSEWHERE)
        except TooManyTries as error:
            waits.append(error.retry_after)
        except BadCredentials:
            pass
    assert len(waits) == 995
    assert all(wait is not None and 0 < wait <= 900 for wait in waits)
    assert house.hasher.verified == 5


async def test_tries_at_once_are_counted_one_by_one(house: House) -> None:
    await house.user()
    tries = [house.sign_in(password="wrong password", address=ELSEWHERE) for _ in range(60)]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert house.hasher.verified <= 7
    assert sum(isinstance(result, TooManyTries) for result in results) >= 53


async def _besiege(house: House, name: str = "Ada") -> None:
    """Strangers from many networks try passwords until the name itself is held up."""
    for number in range(120):
        with pytest.raises((BadCredentials, TooManyTries)):
            await house.sign_in(name, "wrong password", f"203.0.113.{number}")


async def test_the_owner_gets_in_from_home_while_strangers_try(house: House) -> None:
    await house.user()
    await house.sign_in(address=HOME)
    await _besiege(house)
    with pytest.raises(TooManyTries):
        await house.sign_in(address=ELSEWHERE)
    await house.sign_in(address=HOME)


async def test_the_owner_gets_in_on_a_known_device_while_strangers_try(house: House) -> None:
    await house.user()
    device = (await house.sign_in(address=HOME)).device_token
    await _besiege(house)
    good = SignIn("Ada", PASSWORD, ELSEWHERE, device_token=device)
    await house.accounts.sign_in(good)
    for forged in ("x." + device.split(".", 1)[1], device[:-2], "ü.ü", "." * 300):
        with pytest.raises(TooManyTries):
            await house.accounts.sign_in(SignIn("Ada", PASSWORD, STRANGE, device_token=forged))


async def test_a_device_token_is_for_its_owner_only(house: House) -> None:
    await house.user()
    await house.user("Eve")
    device = (await house.sign_in("Eve", address=ELSEWHERE)).device_token
    await _besiege(house)
    with pytest.raises(TooManyTries):
        await house.accounts.sign_in(SignIn("Ada", PASSWORD, ELSEWHERE, device_token=device))


async def test_nobody_is_shut_out_for_good(house: House) -> None:
    await house.user()
    await _besiege(house)
    house.clock.advance(15 * 60 * 1000)
    await house.sign_in(address=ELSEWHERE)


async def test_a_wait_is_not_made_longer_by_tries_during_it(house: House) -> None:
    await house.user()
    for _ in range(6):
        with pytest.raises((BadCredentials, TooManyTries)):
            await house.sign_in(password="wrong password", address=ELSEWHERE)
    for _ in range(100):
        with pytest.raises(TooManyTries):
            await house.sign_in(address=ELSEWHERE)
    house.clock.advance(1000)
    await house.sign_in(address=ELSEWHERE)


async def test_a_stranger_with_an_account_does_not_reset_the_counter_of_a_network(
    house: House,
) -> None:
    await house.user("Eve")
    for number in range(50):
        with pytest.raises(BadCredentials):
            await house.sign_in(f"Victim {number}", "wrong password", ELSEWHERE)
        if number < 49:
            await house.sign_in("Eve", address="203.0.113.5")
    with pytest.raises(TooManyTries):
        await house.sign_in("Victim 99", "wrong password", ELSEWHERE)


async def test_passwords_are_hashed_anew_when_the_cost_changes(house: House) -> None:
    from argon2 import PasswordHasher

    user = await house.user()
    old = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1).hash(PASSWORD)
    await house.database.write(
        lambda c: c.execute(text("UPDATE users SET password = :old"), {"old": old})
    )
    await house.sign_in()
    kept = await house.database.read(
        lambda c: (
            c.execute(text("SELECT password FROM users WHERE id = :id"), {"id": user.id})
            .scalars()
            .one()
        )
    )
    assert kept != old
    await house.sign_in()


async def test_a_password_that_changes_during_a_sign_in_opens_no_session(house: House) -> None:
    user = await house.user()

    async def change() -> None:
        house.hasher.meanwhile = None
        with acting(OPERATOR):
            await house.accounts.set_password(SetPassword(user.id, "another good password"))

    house.hasher.meanwhile = change
    with pytest.raises(BadCredentials):
        await house.sign_in()
    await house.sign_in(password="another good password")


async def test_two_administrators_cannot_remove_each_other(house: House) -> None:
    one, two = await house.user("One", Role.ADMIN), await house.user("Two", Role.ADMIN)
    with acting(OPERATOR):
        removals = [house.accounts.remove_user(RemoveUser(user.id)) for user in (one, two)]
        results = await asyncio.gather(*removals, return_exceptions=True)
        assert [type(result) for result in results if result is not None] == [LastAdmin]
        assert len((await house.accounts.list_users(ListUsers())).items) == 1


async def test_whoever_is_signed_in_knows_people_by_their_ids(house: House) -> None:
    ada, bert = await house.user("Ada"), await house.user("Bert")
    asked = GetProfiles((bert.id, "0" * 22, "no id", ada.id, bert.id))
    with acting(person(ada)):
        found = await house.accounts.get_profiles(asked)
        assert found.items == (Profile(bert.id, "Bert"), Profile(ada.id, "Ada"))
        with pytest.raises(InvalidArgument):
            await house.accounts.get_profiles(GetProfiles((ada.id,) * 501))
    with acting(ANONYMOUS), pytest.raises(Unauthenticated):
        await house.accounts.get_profiles(asked)
