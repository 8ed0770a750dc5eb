"""Sessions as their person sees them, and people as administrators change them."""

import pytest
from tests.services.accounts.house import ELSEWHERE, PASSWORD, House, person

from philomel.kernel.caller import OPERATOR, acting
from philomel.kernel.errors import PermissionDenied
from philomel.services.accounts.contract import (
    AccountDisabled,
    Authenticate,
    AuthenticatePlayer,
    BadCredentials,
    BadName,
    ChangeUser,
    CreateAppPassword,
    EndOtherSessions,
    EndSession,
    GetUser,
    LastAdmin,
    ListSessions,
    MintToken,
    Place,
    Refresh,
    Role,
    SessionNotFound,
    SetPassword,
    SignIn,
    Way,
)


async def test_a_person_sees_and_ends_their_sessions(house: House) -> None:
    user, bob = await house.user(), await house.user("Bob")
    first = await house.accounts.sign_in(
        SignIn("Ada", PASSWORD, ELSEWHERE, "Fire\x1bfox on a desk")
    )
    await house.accounts.sign_in(SignIn("Ada", PASSWORD, "192.168.1.9"))
    await house.accounts.sign_in(SignIn("Ada", PASSWORD, "203.0.113.9" * 9))
    theirs = await house.sign_in("Bob")
    with acting(await house.caller(first)):
        listed = (await house.accounts.list_sessions(ListSessions(user.id))).items
        assert {each.place for each in listed} == {Place.LOCAL, Place.UNKNOWN}
        (mine,) = [each for each in listed if each.current]
        assert (mine.device, mine.way) == ("Firefox on a desk", Way.PASSWORD)
        for stranger in (bob.id, user.id):
            with pytest.raises((SessionNotFound, PermissionDenied)):
                await house.accounts.end_session(EndSession(stranger, "0" * 22))
        with pytest.raises(PermissionDenied):
            await house.accounts.list_sessions(ListSessions(bob.id))
        other = next(each for each in listed if not each.current)
        await house.accounts.end_session(EndSession(user.id, other.id))
        assert len((await house.accounts.list_sessions(ListSessions(user.id))).items) == 2
        await house.accounts.end_other_sessions(EndOtherSessions(user.id))
        (left,) = (await house.accounts.list_sessions(ListSessions(user.id))).items
        assert left.current
    await house.caller(first)
    await house.caller(theirs)


async def test_a_disabled_person_is_out_everywhere_at_once(house: House) -> None:
    user = await house.user()
    session = await house.sign_in()
    with acting(OPERATOR):
        tokens = await house.accounts.mint_token(MintToken(user.id))
        player = await house.accounts.create_app_password(CreateAppPassword(user.id, "Phone"))
        for token in (session.token, tokens.access_token):
            await house.accounts.authenticate(Authenticate(token))
        by_key = AuthenticatePlayer(ELSEWHERE, api_key=player.api_key)
        by_name = AuthenticatePlayer(ELSEWHERE, name="Ada", password=player.password)
        for way in (by_key, by_name):
            await house.accounts.authenticate_player(way)
        await house.accounts.change_user(ChangeUser(user.id, disabled=True))
    for token in (session.token, tokens.access_token):
        with pytest.raises(BadCredentials):
            await house.accounts.authenticate(Authenticate(token))
    for way in (by_key, by_name):
        with pytest.raises(BadCredentials):
            await house.accounts.authenticate_player(way)
    with pytest.raises(AccountDisabled):
        await house.sign_in()
    with pytest.raises(BadCredentials):
        await house.sign_in(password="wrong")
    with pytest.raises(Exception, match="not good"):
        await house.accounts.refresh(Refresh("", tokens.refresh_token or ""))
    with acting(OPERATOR):
        await house.accounts.change_user(ChangeUser(user.id, disabled=False))
    await house.accounts.authenticate_player(by_name)
    await house.sign_in()


async def test_what_a_person_may_change_of_themselves(house: House) -> None:
    user, admin = await house.user(), await house.user("Root", Role.ADMIN)
    with acting(person(user)):
        changed = await house.accounts.change_user(
            ChangeUser(user.id, display_name=" Ada L. ", explicit_allowed=False)
        )
        assert (changed.display_name, changed.explicit_allowed) == ("Ada L.", False)
        with pytest.raises(BadName):
            await house.accounts.change_user(ChangeUser(user.id, display_name="x\u202ey"))
        for forbidden in (
            ChangeUser(user.id, role=Role.ADMIN),
            ChangeUser(user.id, disabled=False),
            ChangeUser(user.id, explicit_locked=False),
            ChangeUser(admin.id, display_name="Fool"),
        ):
            with pytest.raises(PermissionDenied):
                await house.accounts.change_user(forbidden)
        with pytest.raises(PermissionDenied):
            await house.accounts.get_user(GetUser(admin.id))
    session = await house.sign_in()
    assert (await house.caller(session)).explicit_allowed is False
    with acting(person(admin)):
        await house.accounts.change_user(ChangeUser(user.id, explicit_locked=True))
        with pytest.raises(LastAdmin):
            await house.accounts.change_user(ChangeUser(admin.id, disabled=True))
        with pytest.raises(LastAdmin):
            await house.accounts.change_user(ChangeUser(admin.id, role=Role.LISTENER))
    with acting(person(user)):
        with pytest.raises(PermissionDenied):
            await house.accounts.change_user(ChangeUser(user.id, explicit_allowed=True))
        await house.accounts.change_user(ChangeUser(user.id, display_name="Still me"))
        assert (await house.accounts.get_user(GetUser(user.id))).display_name == "Still me"


async def test_an_administrators_own_password_is_asked_for_too(house: House) -> None:
    admin = await house.user("Root", Role.ADMIN)
    with acting(person(admin)), pytest.raises(BadCredentials):
        await house.accounts.set_password(SetPassword(admin.id, "another long word"))
