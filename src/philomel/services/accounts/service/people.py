"""Accounts: making, finding, changing and removing them; the first of them by a link."""

import logging

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from philomel.kernel.caller import CallerKind, current
from philomel.kernel.ids import new_id
from philomel.services.accounts.contract import (
    BadCredentials,
    BadSetUpLink,
    CreateSetUpLink,
    CreateUser,
    FindUser,
    GetSetUpState,
    LastAdmin,
    ListUsers,
    NameTaken,
    RemoveUser,
    Role,
    SetPassword,
    SetUp,
    SetUpDone,
    SetUpLink,
    SetUpState,
    User,
    UserCreated,
    UserNotFound,
    UserRemoved,
    Users,
)
from philomel.services.accounts.rules.people import (
    check_name,
    check_password,
    lookup_key,
    name_key,
)
from philomel.services.accounts.rules.tries import Counter
from philomel.services.accounts.service.core import Part, require_self_or_admin
from philomel.services.accounts.service.tokens import Kind, parse
from philomel.services.accounts.store.sql import people as table

SET_UP_MS = 24 * 60 * 60 * 1000
_log = logging.getLogger(__name__)


class People(Part):
    async def get_set_up_state(self, request: GetSetUpState, /) -> SetUpState:
        needed = await self._core.database.read(table.count_admins) == 0
        return SetUpState(needed=needed, link=needed and await self._opens(request.token))

    async def create_set_up_link(self, _request: CreateSetUpLink, /) -> SetUpLink:
        current().caller.require_service()
        core = self._core
        minted = core.mint.make(Kind.SET_UP)
        link = table.StoredLink(mac=minted.mac, expires_at=core.clock.now() + SET_UP_MS)

        def work(connection: Connection) -> None:
            if table.count_admins(connection):
                raise SetUpDone("this server has an administrator already")
            table.replace_link(connection, minted.id, link)
            core.record(connection, acted)

        acted = core.acted("set_up_link.create")
        await core.database.write(work)
        return SetUpLink(token=minted.text, expires_at=link.expires_at)

    async def make_first(self, request: SetUp) -> User:
        """The first administrator, for whoever has the link."""
        core = self._core
        if await core.database.read(table.count_admins):
            raise SetUpDone("this server has an administrator already")
        if not await self._opens(request.token):
            raise BadSetUpLink("this set-up link is not good any more; ask for a new one")
        stored = await self._prepare(request.name, request.password, Role.ADMIN)

        def work(connection: Connection) -> None:
            if table.count_admins(connection):
                raise SetUpDone("this server has an administrator already")
            # Of two that hold the link at once, the one that deletes it was first.
            if table.delete_links(connection) == 0:
                raise BadSetUpLink("this set-up link was used")
            self._insert(connection, stored)
            core.record(connection, acted)

        acted = core.acted("server.set_up", stored.user.id, actor_id=stored.user.id)
        await core.database.write(work)
        _log.info("set-up done: %s administers this server", stored.user.id)
        return stored.user

    async def create_user(self, request: CreateUser, /) -> User:
        current().caller.require_admin()
        stored = await self._prepare(request.name, request.password, request.role)
        acted = self._core.acted("user.create", stored.user.id, request.role.value)

        def work(connection: Connection) -> None:
            self._insert(connection, stored)
            self._core.record(connection, acted)

        await self._core.database.write(work)
        _log.info("account %s (%s) made by %s", stored.user.id, request.role.value, _who())
        return stored.user

    async def find_user(self, request: FindUser, /) -> User:
        current().caller.require_admin()
        key = lookup_key(request.name)
        found = await self._core.database.read(
            lambda connection: None if key is None else table.user_by_key(connection, key)
        )
        if found is None:
            # What is no name at all is not said again.
            name = "of that name" if key is None else f'"{request.name.strip()}"'
            raise UserNotFound(f"there is no user {name}")
        return found.user

    async def list_users(self, _request: ListUsers, /) -> Users:
        current().caller.require_admin()
        found = await self._core.database.read(table.all_users)
        found.sort(key=lambda stored: stored.name_key)
        return Users(items=tuple(stored.user for stored in found))

    async def set_password(self, request: SetPassword, /) -> User:
        require_self_or_admin(request.user_id)
        core = self._core
        stored = await core.database.read(
            lambda connection: table.user_by_id(connection, request.user_id)
        )
        if stored is None:
            raise UserNotFound("there is no such user")
        caller = current().caller
        if request.current is not None or not (caller.admin or caller.kind is not CallerKind.USER):
            await self._check_current(stored, request.current or "")
        check_password(request.password, stored.user.name)
        hashed = await core.hasher.hash(request.password)

        def work(connection: Connection) -> None:
            table.set_password(connection, request.user_id, hashed)
            table.delete_sessions_of(connection, request.user_id)
            if caller.user_id != request.user_id or caller.admin:
                core.record(connection, acted)

        acted = core.acted("user.password", request.user_id)
        await core.revoke(work)
        _log.info("password of %s changed by %s", request.user_id, _who())
        return stored.user

    async def remove_user(self, request: RemoveUser, /) -> None:
        current().caller.require_admin()
        core = self._core

        def work(connection: Connection) -> None:
            admins = table.lock_admins(connection)
            if table.user_by_id(connection, request.user_id) is None:
                raise UserNotFound("there is no such user")
            if admins == [request.user_id]:
                raise LastAdmin("nobody could administer this server without this user")
            table.delete_user(connection, request.user_id)
            event = UserRemoved(user_id=request.user_id, at=core.clock.now())
            core.announce(connection, event, request.user_id)
            core.record(connection, acted)

        acted = core.acted("user.remove", request.user_id)
        await core.revoke(work)
        _log.info("account %s removed by %s", request.user_id, _who())

    async def _opens(self, token: str) -> bool:
        """Whether this is the token of the latest set-up link."""
        core = self._core
        secret = parse(token)
        if secret is None or secret.kind is not Kind.SET_UP:
            return False
        link = await core.database.read(lambda c: table.link_by_id(c, secret.id))
        return (
            link is not None
            and core.mint.check(secret, link.mac)
            and link.expires_at > core.clock.now()
        )

    async def _prepare(self, name: str, password: str, role: Role) -> table.StoredUser:
        kept = check_name(name)
        check_password(password, kept)
        user = User(id=new_id(), name=kept, role=role, created_at=self._core.clock.now())
        hashed = await self._core.hasher.hash(password)
        return table.StoredUser(user=user, name_key=name_key(kept), password=hashed)

    def _insert(self, connection: Connection, stored: table.StoredUser) -> None:
        if table.user_by_key(connection, stored.name_key) is not None:
            raise NameTaken("somebody has that name")
        try:
            with connection.begin_nested():
                table.insert_user(connection, stored)
        except IntegrityError:
            raise NameTaken("somebody has that name") from None
        event = UserCreated(user_id=stored.user.id, at=stored.user.created_at)
        self._core.announce(connection, event, stored.user.id)

    async def _check_current(self, stored: table.StoredUser, password: str) -> None:
        """Whoever finds an open session must not be able to guess the password through it."""
        core = self._core
        counts = [core.gate.count(Counter.DEVICE, "current", stored.user.id)]
        async with core.hasher.turn():
            await core.gate.check(counts)
            if not (await core.hasher.verify(stored.password, password)).good:
                await core.gate.failed(counts)
                raise BadCredentials("the current password is wrong")
        await core.gate.passed(counts)


def _who() -> str:
    caller = current().caller
    return caller.user_id or caller.kind.value
