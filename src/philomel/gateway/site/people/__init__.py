"""People, for administrators: who is here, who may come, and who must go."""

import asyncio
from collections.abc import Sequence

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from philomel.gateway.site.desk import Desk, back
from philomel.gateway.site.forms import AnyRequest, read_form
from philomel.gateway.site.layout import page
from philomel.gateway.site.people import pages
from philomel.kernel.caller import Caller, acting
from philomel.kernel.errors import Conflict, FailedPrecondition, InvalidArgument, PhilomelError
from philomel.services.accounts.contract import (
    ChangeUser,
    CreateInvitation,
    CreateResetLink,
    CreateUser,
    EndOtherSessions,
    GetFactors,
    GetUser,
    ListInvitations,
    ListSessions,
    ListUsers,
    RemoveUser,
    ResetFactors,
    RevokeInvitation,
    Role,
)
from philomel.services.catalog.contract import Catalog, Library, ListLibraries

_PATH = "/people"
_REFUSALS = (InvalidArgument, Conflict, FailedPrecondition)


def routes(desk: Desk, catalog: Catalog | None) -> Sequence[HTTPRouteHandler]:
    people = _People(desk, catalog)
    return (
        get(_PATH)(people.show),
        post(_PATH)(people.create),
        post(f"{_PATH}/invite")(people.invite),
        post(f"{_PATH}/uninvite")(people.uninvite),
        get(f"{_PATH}/{{user_id:str}}")(people.person),
        post(f"{_PATH}/{{user_id:str}}")(people.change),
        post(f"{_PATH}/{{user_id:str}}/reset-link")(people.reset_link),
        post(f"{_PATH}/{{user_id:str}}/reset-factors")(people.reset_factors),
        post(f"{_PATH}/{{user_id:str}}/sign-out")(people.sign_out),
        post(f"{_PATH}/{{user_id:str}}/remove")(people.remove),
    )


class _People:
    def __init__(self, desk: Desk, catalog: Catalog | None) -> None:
        self._desk = desk
        self._accounts = desk.accounts
        self._catalog = catalog

    async def _admin(self, request: AnyRequest) -> Caller:
        caller = await self._desk.caller(request)
        caller.require_admin()
        return caller

    async def show(self, request: AnyRequest) -> Response[str]:
        return await self._shown(request)

    async def _shown(
        self, request: AnyRequest, error: PhilomelError | None = None
    ) -> Response[str]:
        await self._admin(request)
        caller = await self._desk.proven(request)
        with acting(caller):
            users, invitations, restricted = await asyncio.gather(
                self._accounts.list_users(ListUsers()),
                self._accounts.list_invitations(ListInvitations()),
                self._restricted(),
            )
        markup = pages.people_page(
            caller,
            users.items,
            [each for each in invitations.items if each.used_at is None],
            restricted,
            self._desk.clock.now(),
            None if error is None else error.message,
        )
        return page(markup, 200 if error is None else error.http_status)

    async def _restricted(self) -> Sequence[Library]:
        """Libraries that only some see; none while the catalogue is away."""
        if self._catalog is None:
            return ()
        try:
            found = await self._catalog.list_libraries(ListLibraries())
        except PhilomelError:
            return ()
        return [library for library in found.items if library.restricted]

    async def create(self, request: AnyRequest) -> Response[str]:
        caller = await self._admin(request)
        fields = await read_form(request)
        asked = CreateUser(
            name=fields.get("name", ""),
            password=fields.get("password", ""),
            role=_role(fields.get("role")),
        )
        try:
            with acting(caller):
                await self._accounts.create_user(asked)
        except _REFUSALS as error:
            return await self._shown(request, error)
        return back(_PATH)

    async def invite(self, request: AnyRequest) -> Response[str]:
        caller = await self._admin(request)
        fields = await read_form(request)
        days = fields.get("days", "7")
        asked = CreateInvitation(
            role=_role(fields.get("role")),
            libraries=tuple(
                name.removeprefix("library-")
                for name, value in fields.items()
                if name.startswith("library-") and value == "yes"
            ),
            days=int(days) if days.isascii() and days.isdigit() and len(days) < 4 else 0,
            note=fields.get("note", ""),
        )
        try:
            with acting(caller):
                made = await self._accounts.create_invitation(asked)
        except _REFUSALS as error:
            return await self._shown(request, error)
        url = f"{self._desk.public.url(request)}/join?token={made.token}"
        return page(pages.invitation_page(caller, url, made.invitation))

    async def uninvite(self, request: AnyRequest) -> Response[str]:
        caller = await self._admin(request)
        fields = await read_form(request)
        with acting(caller):
            await self._accounts.revoke_invitation(RevokeInvitation(fields.get("id", "")))
        return back(_PATH)

    async def person(self, request: AnyRequest) -> Response[str]:
        return await self._person(request)

    async def _person(
        self, request: AnyRequest, error: PhilomelError | None = None
    ) -> Response[str]:
        await self._admin(request)
        caller = await self._desk.proven(request)
        user_id = request.path_params["user_id"]
        with acting(caller):
            user = await self._accounts.get_user(GetUser(user_id))
            factors = await self._accounts.get_factors(GetFactors(user_id))
            sessions = await self._accounts.list_sessions(ListSessions(user_id))
        wrong = None if error is None else error.message
        markup = pages.person_page(caller, user, factors, len(sessions.items), wrong)
        return page(markup, 200 if error is None else error.http_status)

    async def change(self, request: AnyRequest) -> Response[str]:
        caller = await self._admin(request)
        fields = await read_form(request)
        user_id = request.path_params["user_id"]
        asked = ChangeUser(
            user_id=user_id,
            display_name=fields.get("display_name"),
            role=_role(fields.get("role")),
            disabled=fields.get("disabled") == "yes",
            explicit_allowed=fields.get("explicit") == "yes",
            explicit_locked=fields.get("explicit_locked") == "yes",
        )
        try:
            with acting(caller):
                await self._accounts.change_user(asked)
        except _REFUSALS as error:
            return await self._person(request, error)
        return back(f"{_PATH}/{user_id}")

    async def reset_link(self, request: AnyRequest) -> Response[str]:
        caller = await self._admin(request)
        await read_form(request)
        user_id = request.path_params["user_id"]
        with acting(caller):
            user = await self._accounts.get_user(GetUser(user_id))
            made = await self._accounts.create_reset_link(CreateResetLink(user_id))
        url = f"{self._desk.public.url(request)}/reset?token={made.token}"
        return page(pages.reset_link_page(caller, url, user, made.expires_at))

    async def reset_factors(self, request: AnyRequest) -> Response[str]:
        caller = await self._admin(request)
        await read_form(request)
        user_id = request.path_params["user_id"]
        with acting(caller):
            await self._accounts.reset_factors(ResetFactors(user_id))
        return back(f"{_PATH}/{user_id}")

    async def sign_out(self, request: AnyRequest) -> Response[str]:
        caller = await self._admin(request)
        await read_form(request)
        user_id = request.path_params["user_id"]
        with acting(caller):
            await self._accounts.end_other_sessions(EndOtherSessions(user_id))
        return back(f"{_PATH}/{user_id}")

    async def remove(self, request: AnyRequest) -> Response[str]:
        caller = await self._admin(request)
        fields = await read_form(request)
        user_id = request.path_params["user_id"]
        try:
            with acting(caller):
                user = await self._accounts.get_user(GetUser(user_id))
                if fields.get("confirm", "").strip() != user.name:
                    raise InvalidArgument(f"write the name, {user.name}, to remove the account")
                await self._accounts.remove_user(RemoveUser(user_id))
        except _REFUSALS as error:
            return await self._person(request, error)
        return back(_PATH)


def _role(text: str | None) -> Role:
    return Role.ADMIN if text == Role.ADMIN.value else Role.LISTENER
