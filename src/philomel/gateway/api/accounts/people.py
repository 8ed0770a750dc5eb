"""People and invitations, for administrators."""

from msgspec import Struct

from philomel.gateway.api.accounts.own import AskedId
from philomel.gateway.api.operation import Access, Call, Nothing, Route
from philomel.services.accounts.contract import (
    Apps,
    ChangeUser,
    CreateInvitation,
    CreateResetLink,
    CreateUser,
    EndOtherSessions,
    GetUser,
    Invitation,
    Invitations,
    ListApps,
    ListInvitations,
    ListUsers,
    RemoveUser,
    ResetFactors,
    RevokeInvitation,
    Role,
    User,
    Users,
)


class AskedUser(Struct, frozen=True):
    name: str
    password: str
    role: Role = Role.LISTENER


class AskedUserChange(Struct, frozen=True):
    """What is left out stays as it is.

    Attributes:
        explicit_locked: only administrators change `explicit_allowed`.
    """

    id: str
    display_name: str | None = None
    role: Role | None = None
    disabled: bool | None = None
    explicit_allowed: bool | None = None
    explicit_locked: bool | None = None


class AskedInvitation(Struct, frozen=True):
    """Attributes:
    libraries: ids of restricted libraries that the person will see.
    days: until it expires, 1 to 90.
    note: for whom it is.
    """

    role: Role = Role.LISTENER
    libraries: tuple[str, ...] = ()
    days: int = 7
    note: str = ""


class LinkView(Struct, frozen=True):
    """Attributes:
    url: to hand out; shown this once, works once.
    expires_at: milliseconds since the Unix epoch.
    """

    url: str
    expires_at: int


class InvitationView(Struct, frozen=True):
    """Attributes:
    url: to hand out; shown this once, works once.
    """

    url: str
    invitation: Invitation


async def list_users(call: Call, _: Nothing) -> Users:
    """All people, by name."""
    return await call.services.accounts.list_users(ListUsers())


async def create_user(call: Call, asked: AskedUser) -> User:
    """Make an account."""
    return await call.services.accounts.create_user(
        CreateUser(asked.name, asked.password, asked.role)
    )


async def get_user(call: Call, asked: AskedId) -> User:
    """One person."""
    return await call.services.accounts.get_user(GetUser(asked.id))


async def change_user(call: Call, asked: AskedUserChange) -> User:
    """Change a person's role, what they see, or whether they may come in."""
    return await call.services.accounts.change_user(
        ChangeUser(
            user_id=asked.id,
            display_name=asked.display_name,
            role=asked.role,
            disabled=asked.disabled,
            explicit_allowed=asked.explicit_allowed,
            explicit_locked=asked.explicit_locked,
        )
    )


async def remove_user(call: Call, asked: AskedId) -> None:
    """Remove an account with everything that is kept for it."""
    await call.services.accounts.remove_user(RemoveUser(asked.id))


async def create_reset_link(call: Call, asked: AskedId) -> LinkView:
    """A link by which a person chooses a new password."""
    made = await call.services.accounts.create_reset_link(CreateResetLink(asked.id))
    return LinkView(f"{call.base}/reset?token={made.token}", made.expires_at)


async def reset_factors(call: Call, asked: AskedId) -> None:
    """Remove every second factor of a person."""
    await call.services.accounts.reset_factors(ResetFactors(asked.id))


async def end_sessions(call: Call, asked: AskedId) -> None:
    """Sign a person out everywhere; of the own sessions, this one stays."""
    await call.services.accounts.end_other_sessions(EndOtherSessions(asked.id))


async def list_invitations(call: Call, _: Nothing) -> Invitations:
    """Invitations, the latest first."""
    return await call.services.accounts.list_invitations(ListInvitations())


async def create_invitation(call: Call, asked: AskedInvitation) -> InvitationView:
    """A link to join by."""
    made = await call.services.accounts.create_invitation(
        CreateInvitation(asked.role, asked.libraries, asked.days, asked.note)
    )
    return InvitationView(f"{call.base}/join?token={made.token}", made.invitation)


async def revoke_invitation(call: Call, asked: AskedId) -> None:
    """Take an invitation back."""
    await call.services.accounts.revoke_invitation(RevokeInvitation(asked.id))


async def list_apps(call: Call, _: Nothing) -> Apps:
    """Every registered program, by name."""
    return await call.services.accounts.list_apps(ListApps(every=True))


_ADMIN = Access.ADMIN
ROUTES = (
    Route("GET", "/users", list_users, answers=Users, access=_ADMIN),
    Route("POST", "/users", create_user, AskedUser, User, _ADMIN),
    Route("GET", "/users/{id}", get_user, AskedId, User, _ADMIN),
    Route("PATCH", "/users/{id}", change_user, AskedUserChange, User, _ADMIN),
    Route("DELETE", "/users/{id}", remove_user, AskedId, access=_ADMIN),
    Route("POST", "/users/{id}/reset-link", create_reset_link, AskedId, LinkView, _ADMIN),
    Route("DELETE", "/users/{id}/factors", reset_factors, AskedId, access=_ADMIN),
    Route("DELETE", "/users/{id}/sessions", end_sessions, AskedId, access=_ADMIN),
    Route("GET", "/invitations", list_invitations, answers=Invitations, access=_ADMIN),
    Route("POST", "/invitations", create_invitation, AskedInvitation, InvitationView, _ADMIN),
    Route("DELETE", "/invitations/{id}", revoke_invitation, AskedId, access=_ADMIN),
    Route("GET", "/apps", list_apps, answers=Apps, access=_ADMIN),
)
