"""Accounts: making, finding, changing and removing them; the first of them by a link."""

import logging

from msgspec.structs import replace
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from philomel.kernel.caller import CallerKind, current
from philomel.kernel.errors import InvalidArgument, PermissionDenied
from philomel.kernel.ids import is_id, new_id
from philomel.services.accounts.contract import (
    BadCredentials,
    BadSetUpLink,
    ChangeUser,
    CreateSetUpLink,
    CreateUser,
    FindUser,
    GetProfiles,
    GetSetUpState,
    GetUser,
    LastAdmin,
    ListUsers,
    NameTaken,
    Profile,
    Profiles,
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
    check_display_name,
    check_name,
    check_password,
    lookup_key,
    name_key,
)
from philomel.services.accounts.rules.tries import Counter
from philomel.services.accounts.service.core import Part, require_self_or_admin
from philomel.services.accounts.service.proofs.tokens import Kind, parse
from philomel.services.accounts.store.sql import links, sessions
from philomel.services.accounts.store.sql import people as table
from philomel.services.accounts.store.sql import programs as programs_table

MAX_PROFILES = 500
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
        stored = await self.prepare(request.name, request.password, Role.ADMIN)

        def work(connection: Connection) -> None:
            if table.count_admins(connection):
                raise SetUpDone("this server has an administrator already")
            # Of two that hold the link at once, the one that deletes it was first.
            if table.delete_links(connection) == 0:
                raise BadSetUpLink("this set-up link was used")
            self.insert(connection, stored)
            core.record(connection, acted)

        acted = core.acted("server.set_up", stored.user.id, actor_id=stored.user.id)
        await core.database.write(work)
        _log.info("set-up done: %s administers this server", stored.user.id)
        return stored.user

    async def create_user(self, request: CreateUser, /) -> User:
        current().caller.require_admin()
        self._core.require_proof()
        stored = await self.prepare(request.name, request.password, request.role)
        acted = self._core.acted("user.create", stored.user.id, request.role.value)

        def work(connection: Connection) -> None:
            self.insert(connection, stored)
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

    async def get_profiles(self, request: GetProfiles, /) -> Profiles:
        current().caller.require_known()
        if len(request.ids) > MAX_PROFILES:
            raise InvalidArgument(f"at most {MAX_PROFILES} ids at a time")
        ids = tuple(filter(is_id, dict.fromkeys(request.ids)))
        names = await self._core.database.read(lambda c: table.names_of(c, ids))
        return Profiles(tuple(Profile(id_, names[id_]) for id_ in ids if id_ in names))

    async def list_users(self, _request: ListUsers, /) -> Users:
        current().caller.require_admin()
        found = await self._core.database.read(table.all_users)
        found.sort(key=lambda stored: stored.name_key)
        return Users(items=tuple(stored.user for stored in found))

    async def get_user(self, request: GetUser, /) -> User:
        caller = current().caller
        if caller.user_id != request.user_id:
            caller.require_admin()
        return (await self.stored(request.user_id)).user

    async def change_user(self, request: ChangeUser, /) -> User:
        caller, core = current().caller, self._core
        require_self_or_admin(request.user_id)
        as_admin = caller.admin or caller.kind is not CallerKind.USER
        administers = (request.role, request.disabled, request.explicit_locked)
        if any(value is not None for value in administers):
            caller.require_admin()
            core.require_proof()
        acted = core.acted("user.change", request.user_id, _changes(request))

        def work(connection: Connection) -> User:
            admins = table.lock_admins(connection)
            stored = table.user_by_id(connection, request.user_id)
            if stored is None:
                raise UserNotFound("there is no such user")
            old = stored.user
            if request.explicit_allowed is not None and old.explicit_locked and not as_admin:
                raise PermissionDenied("an administrator decides what this account sees")
            new = changed(old, request)
            administered = new.role is Role.ADMIN and not new.disabled
            if admins == [old.id] and not administered:
                raise LastAdmin("nobody could administer this server without this user")
            table.change_user(connection, new)
            if new.disabled:
                sessions.delete_sessions_of(connection, new.id)
                links.delete_pending_of(connection, new.id)
            if caller.user_id != new.id or any(value is not None for value in administers):
                core.record(connection, acted)
            return new

        return await core.revoke(work)

    async def stored(self, user_id: str) -> table.StoredUser:
        """What is kept of a person. Raises: UserNotFound."""
        found = await self._core.database.read(lambda c: table.user_by_id(c, user_id))
        if found is None:
            raise UserNotFound("there is no such user")
        return found

    async def set_password(self, request: SetPassword, /) -> User:
        require_self_or_admin(request.user_id)
        core = self._core
        stored = await self.stored(request.user_id)
        caller = current().caller
        own = caller.kind is CallerKind.USER and caller.user_id == request.user_id
        if stored.user.has_password and (own or request.current is not None):
            # Also an administrator's: whoever finds their browser must not take the account.
            await self.check_current(stored, request.current or "")
        else:
            core.require_proof()
        check_password(request.password, stored.user.name)
        hashed = await core.hasher.hash(request.password)

        def work(connection: Connection) -> None:
            self.replace_password(connection, request.user_id, hashed)
            if caller.user_id != request.user_id or caller.admin:
                core.record(connection, acted)

        acted = core.acted("user.password", request.user_id)
        await core.revoke(work)
        _log.info("password of %s changed by %s", request.user_id, _who())
        return stored.user

    def replace_password(self, connection: Connection, user_id: str, hashed: str) -> None:
        """Keep another password; nothing that the old one opened stays open."""
        table.set_password(connection, user_id, hashed)
        sessions.delete_sessions_of(connection, user_id)
        links.delete_pending_of(connection, user_id)

    async def remove_user(self, request: RemoveUser, /) -> None:
        current().caller.require_admin()
        core = self._core
        core.require_proof()

        def work(connection: Connection) -> None:
            admins = table.lock_admins(connection)
            if table.user_by_id(connection, request.user_id) is None:
                raise UserNotFound("there is no such user")
            if admins == [request.user_id]:
                raise LastAdmin("nobody could administer this server without this user")
            programs_table.remove_apps_of(connection, request.user_id)
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

    async def prepare(self, name: str, password: str | None, role: Role) -> table.StoredUser:
        """A new account, not kept yet. Without a password other ways open it.

        Raises: BadName, WeakPassword.
        """
        kept = check_name(name)
        user = User(
            id=new_id(),
            name=kept,
            role=role,
            created_at=self._core.clock.now(),
            has_password=password is not None,
        )
        hashed = ""
        if password is not None:
            check_password(password, kept)
            hashed = await self._core.hasher.hash(password)
        return table.StoredUser(user=user, name_key=name_key(kept), password=hashed)

    def insert(
        self,
        connection: Connection,
        stored: table.StoredUser,
        libraries: tuple[str, ...] = (),
    ) -> None:
        """Keep a new account, and tell the others. Raises: NameTaken."""
        if table.user_by_key(connection, stored.name_key) is not None:
            raise NameTaken("somebody has that name")
        try:
            with connection.begin_nested():
                table.insert_user(connection, stored)
        except IntegrityError:
            raise NameTaken("somebody has that name") from None
        event = UserCreated(stored.user.id, stored.user.created_at, libraries)
        self._core.announce(connection, event, stored.user.id)

    async def check_current(self, stored: table.StoredUser, password: str) -> None:
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


def changed(user: User, request: ChangeUser) -> User:
    """The person with what is to be changed. Raises: BadName."""
    given = {
        name: value
        for name in ("role", "disabled", "explicit_allowed", "explicit_locked")
        if (value := getattr(request, name)) is not None
    }
    if request.display_name is not None:
        given["display_name"] = check_display_name(request.display_name)
    return replace(user, **given)


def _changes(request: ChangeUser) -> str:
    """What an administrator changed, in words for the audit log; no names of people."""
    parts = [
        f"{name}={getattr(request, name)}"
        for name in ("role", "disabled", "explicit_allowed", "explicit_locked")
        if getattr(request, name) is not None
    ]
    return ", ".join(parts)
