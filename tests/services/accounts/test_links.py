"""Invitations and links for a new password; programs of one's own."""

import asyncio

import pytest
from sqlalchemy import text
from tests.services.accounts.house import HOME, PASSWORD, House, person

from philomel.kernel.caller import OPERATOR, acting
from philomel.kernel.errors import InvalidArgument, PermissionDenied
from philomel.kernel.ids import new_id
from philomel.services.accounts.contract import (
    AcceptInvitation,
    AppNotFound,
    Authenticate,
    BadCredentials,
    BadRedirect,
    ChangeApp,
    ClientCredentials,
    CreateApp,
    CreateInvitation,
    CreateResetLink,
    GetConsent,
    GetInvitation,
    GetResetLink,
    InvalidClient,
    LinkNotFound,
    ListApps,
    ListInvitations,
    ListPrograms,
    MintToken,
    NameTaken,
    NotSupported,
    RemoveApp,
    RemoveUser,
    RenewAppSecret,
    RevokeInvitation,
    RevokeProgram,
    Role,
    UserCreated,
    UseResetLink,
    WeakPassword,
)

DAY = 24 * 60 * 60 * 1000
WORDS = "four words nobody joins"


async def test_an_invitation_makes_one_account(house: House) -> None:
    admin, library = await house.user("Root", Role.ADMIN), new_id()
    with acting(person(admin)):
        made = await house.accounts.create_invitation(
            CreateInvitation(libraries=(library,), note="for\x1b Bob")
        )
        assert made.invitation.note == "for Bob"
    shown = await house.accounts.get_invitation(GetInvitation(made.token))
    assert (shown.role, shown.note) == (Role.LISTENER, "")
    for name, password, error in (("Root", WORDS, NameTaken), ("Bob", "short", WeakPassword)):
        with pytest.raises(error):
            await house.accounts.accept_invitation(AcceptInvitation(made.token, name, password))
    session = await house.accounts.accept_invitation(AcceptInvitation(made.token, "Bob", WORDS))
    assert (await house.caller(session)).name == "Bob"
    told = [event for _, event in house.events if isinstance(event, UserCreated)]
    assert told[-1].libraries == (library,)
    for token in (made.token, "", made.token[:-1] + "x"):
        with pytest.raises(LinkNotFound):
            await house.accounts.accept_invitation(AcceptInvitation(token, "Eve", WORDS))
    with acting(person(admin)):
        (listed,) = (await house.accounts.list_invitations(ListInvitations())).items
        assert listed.used_by == session.user.id


async def test_invitations_expire_and_are_taken_back(house: House) -> None:
    user = await house.user()
    with acting(person(user)), pytest.raises(PermissionDenied):
        await house.accounts.create_invitation(CreateInvitation(Role.ADMIN))
    with acting(OPERATOR):
        old = await house.accounts.create_invitation(CreateInvitation(days=1))
        new = await house.accounts.create_invitation(CreateInvitation(days=90))
        for days in (0, 91):
            with pytest.raises(InvalidArgument):
                await house.accounts.create_invitation(CreateInvitation(days=days))
        house.clock.advance(DAY)
        await house.accounts.revoke_invitation(RevokeInvitation(new.invitation.id))
    for made in (old, new):
        with pytest.raises(LinkNotFound):
            await house.accounts.get_invitation(GetInvitation(made.token))


async def test_who_writes_to_the_database_invites_nobody_as_administrator(house: House) -> None:
    with acting(OPERATOR):
        made = await house.accounts.create_invitation(CreateInvitation())
    await house.database.write(lambda c: c.execute(text("update invitations set role='admin'")))
    with pytest.raises(LinkNotFound):
        await house.accounts.get_invitation(GetInvitation(made.token))


async def test_two_who_share_a_link_do_not_both_join(house: House) -> None:
    with acting(OPERATOR):
        made = await house.accounts.create_invitation(CreateInvitation())
    results = await asyncio.gather(
        *(
            house.accounts.accept_invitation(AcceptInvitation(made.token, f"Name {i}", WORDS))
            for i in range(3)
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(each, LinkNotFound) for each in results) == 2


async def test_a_link_sets_a_new_password_once(house: House) -> None:
    user = await house.user()
    session = await house.sign_in()
    with acting(person(user)), pytest.raises(PermissionDenied):
        await house.accounts.create_reset_link(CreateResetLink(user.id))
    with acting(OPERATOR):
        first = await house.accounts.create_reset_link(CreateResetLink(user.id))
        link = await house.accounts.create_reset_link(CreateResetLink(user.id))
    assert (await house.accounts.get_reset_link(GetResetLink(link.token))).name == "Ada"
    for token in (first.token, session.token, ""):
        with pytest.raises(LinkNotFound):
            await house.accounts.use_reset_link(UseResetLink(token, WORDS))
    with pytest.raises(WeakPassword):
        await house.accounts.use_reset_link(UseResetLink(link.token, "Ada"))
    await house.accounts.use_reset_link(UseResetLink(link.token, WORDS))
    with pytest.raises(LinkNotFound):
        await house.accounts.use_reset_link(UseResetLink(link.token, WORDS))
    with pytest.raises(BadCredentials):
        await house.accounts.authenticate(Authenticate(session.token))
    with pytest.raises(BadCredentials):
        await house.sign_in(password=PASSWORD)
    await house.sign_in(password=WORDS, address=HOME)
    with acting(OPERATOR):
        late = await house.accounts.create_reset_link(CreateResetLink(user.id))
    house.clock.advance(DAY)
    with pytest.raises(LinkNotFound):
        await house.accounts.get_reset_link(GetResetLink(late.token))


async def test_listeners_register_programs_of_their_own(house: House) -> None:
    ada, bob = await house.user(), await house.user("Bob")
    admin = await house.user("Root", Role.ADMIN)
    with acting(person(ada)):
        made = await house.accounts.create_app(CreateApp("Player", ("https://a.example/cb",)))
        public = await house.accounts.create_app(CreateApp("Public", public=True))
        with pytest.raises(NotSupported):
            await house.accounts.renew_app_secret(RenewAppSecret(public.client_id))
        with pytest.raises(BadRedirect):
            await house.accounts.change_app(ChangeApp(made.client_id, "X", ("http://a.example",)))
        app = await house.accounts.change_app(ChangeApp(made.client_id, "New", ("my-app:/cb",)))
        assert (app.name, app.redirect_uris, app.owner_id) == ("New", ("my-app:/cb",), ada.id)
        again = await house.accounts.renew_app_secret(RenewAppSecret(made.client_id))
        assert len((await house.accounts.list_apps(ListApps())).items) == 2
        with pytest.raises(PermissionDenied):
            await house.accounts.list_apps(ListApps(every=True))
    with pytest.raises(InvalidClient):
        await house.accounts.client_credentials(
            ClientCredentials(made.client_id, made.client_secret or "")
        )
    tokens = await house.accounts.client_credentials(
        ClientCredentials(made.client_id, again.client_secret or "")
    )
    with acting(person(bob)):
        assert (await house.accounts.list_apps(ListApps())).items == ()
        with pytest.raises(AppNotFound):
            await house.accounts.remove_app(RemoveApp(made.client_id))
    with acting(person(admin)):
        assert len((await house.accounts.list_apps(ListApps(every=True))).items) == 2
        await house.accounts.remove_app(RemoveApp(made.client_id))
    with pytest.raises(BadCredentials):
        await house.accounts.authenticate(Authenticate(tokens.access_token))
    with acting(OPERATOR):
        await house.accounts.remove_user(RemoveUser(ada.id))
    with acting(person(admin)):
        assert (await house.accounts.list_apps(ListApps(every=True))).items == ()


async def test_a_person_sees_and_ends_what_programs_hold(house: House) -> None:
    ada, bob = await house.user(), await house.user("Bob")
    with acting(OPERATOR):
        few = await house.accounts.mint_token(MintToken(ada.id, ("streaming",)))
        more = await house.accounts.mint_token(MintToken(ada.id, ("user-read-email",)))
        others = await house.accounts.mint_token(MintToken(bob.id))
    house.clock.advance(1000)
    await house.accounts.authenticate(Authenticate(more.access_token))
    with acting(person(ada)):
        (program,) = (await house.accounts.list_programs(ListPrograms(ada.id))).items
        assert program.scopes == ("streaming", "user-read-email")
        assert (program.last_used_at or 0) - program.since == 1000
        consent = await house.accounts.get_consent(GetConsent("philomel"))
        assert consent.given
        assert consent.scopes == program.scopes
        with pytest.raises(PermissionDenied):
            await house.accounts.revoke_program(RevokeProgram(bob.id, "philomel"))
        await house.accounts.revoke_program(RevokeProgram(ada.id, "philomel"))
        with pytest.raises(AppNotFound):
            await house.accounts.revoke_program(RevokeProgram(ada.id, "philomel"))
    for tokens in (few, more):
        with pytest.raises(BadCredentials):
            await house.accounts.authenticate(Authenticate(tokens.access_token))
    await house.accounts.authenticate(Authenticate(others.access_token))
