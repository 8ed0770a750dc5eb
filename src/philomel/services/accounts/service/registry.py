"""Registered programs and their owners, and which programs a person has let in."""

from msgspec.structs import replace
from sqlalchemy import Connection

from philomel.kernel.caller import CallerKind, current
from philomel.kernel.errors import PermissionDenied
from philomel.services.accounts.contract import (
    App,
    AppNotFound,
    Apps,
    BadRedirect,
    ChangeApp,
    Consent,
    CreateApp,
    GetConsent,
    ListApps,
    ListPrograms,
    NewApp,
    NotSupported,
    Program,
    RemoveApp,
    RenewAppSecret,
    RevokeProgram,
)
from philomel.services.accounts.contract import Programs as ProgramList
from philomel.services.accounts.rules.people import check_label
from philomel.services.accounts.rules.programs import MAX_REDIRECTS, check_redirect
from philomel.services.accounts.service.core import require_own, require_self_or_admin
from philomel.services.accounts.service.programs import Programs
from philomel.services.accounts.service.proofs.tokens import Kind
from philomel.services.accounts.store.sql import programs as table

_MOST_APPS = 50


class Registry(Programs):
    async def create_app(self, request: CreateApp, /) -> NewApp:
        owner_id, administers = self._registrar()
        core = self._core
        core.require_proof()
        name = check_label(request.name)
        uris = _checked(request.redirect_uris)
        minted = core.mint.make(Kind.APP_SECRET)
        app = App(
            client_id=minted.id,
            name=name,
            redirect_uris=uris,
            public=request.public,
            owner_id=owner_id,
        )
        stored = table.StoredApp(app=app, secret_mac=None if request.public else minted.mac)
        now = core.clock.now()
        acted = core.acted("app.create", minted.id, name)

        def work(connection: Connection) -> None:
            if not administers and table.count_apps(connection, owner_id) >= _MOST_APPS:
                raise NotSupported(f"a person has at most {_MOST_APPS} programs; remove some")
            table.insert_app(connection, stored, now)
            if administers:
                core.record(connection, acted)

        await core.database.write(work)
        secret = None if request.public else minted.text
        return NewApp(client_id=minted.id, client_secret=secret, name=name)

    async def list_apps(self, request: ListApps, /) -> Apps:
        owner_id: str | None = None
        if request.every:
            current().caller.require_admin()
        else:
            owner_id = require_own()
        return Apps(tuple(await self._core.database.read(lambda c: table.apps(c, owner_id))))

    async def change_app(self, request: ChangeApp, /) -> App:
        name, uris = check_label(request.name), _checked(request.redirect_uris)
        core = self._core
        acted = core.acted("app.change", request.client_id, name)
        app = await self._managed(request.client_id)
        new = replace(app.app, name=name, redirect_uris=uris)

        def work(connection: Connection) -> None:
            table.change_app(connection, new)
            if not _is_own(app.app):
                core.record(connection, acted)

        await core.database.write(work)
        return new

    async def renew_app_secret(self, request: RenewAppSecret, /) -> NewApp:
        core = self._core
        app = await self._managed(request.client_id)
        if app.secret_mac is None:
            raise NotSupported("a public program has no secret")
        minted = core.mint.make(Kind.APP_SECRET, row_id=request.client_id)
        acted = core.acted("app.renew_secret", request.client_id, app.app.name)

        def work(connection: Connection) -> None:
            table.replace_secret(connection, request.client_id, minted.mac)
            if not _is_own(app.app):
                core.record(connection, acted)

        await core.revoke(work)
        return NewApp(request.client_id, minted.text, app.app.name)

    async def remove_app(self, request: RemoveApp, /) -> None:
        core = self._core
        app = await self._managed(request.client_id)
        acted = core.acted("app.remove", request.client_id, app.app.name)

        def work(connection: Connection) -> None:
            table.remove_app(connection, request.client_id)
            if not _is_own(app.app):
                core.record(connection, acted)

        await core.revoke(work)

    async def list_programs(self, request: ListPrograms, /) -> ProgramList:
        require_self_or_admin(request.user_id)
        now = self._core.clock.now()
        found = await self._core.database.read(lambda c: table.grants_of(c, request.user_id, now))
        programs: dict[str, Program] = {}
        for each in found:
            grant = each.grant
            old = programs.get(grant.client_id)
            programs[grant.client_id] = Program(
                client_id=grant.client_id,
                name=each.name,
                scopes=tuple(sorted({*grant.scopes, *(old.scopes if old else ())})),
                since=old.since if old else grant.created_at,
                last_used_at=_later(each.last_used_at, old.last_used_at if old else None),
            )
        return ProgramList(tuple(sorted(programs.values(), key=lambda p: p.name.casefold())))

    async def revoke_program(self, request: RevokeProgram, /) -> None:
        require_self_or_admin(request.user_id)
        core = self._core
        own = current().caller.user_id == request.user_id
        acted = core.acted("program.revoke", request.user_id, request.client_id[:64])

        def work(connection: Connection) -> None:
            if not table.revoke(connection, request.user_id, request.client_id):
                raise AppNotFound("this program was not let in")
            if not own:
                core.record(connection, acted)

        await core.revoke(work)

    async def get_consent(self, request: GetConsent, /) -> Consent:
        user_id = require_own()
        now = self._core.clock.now()
        found = await self._core.database.read(lambda c: table.grants_of(c, user_id, now))
        scopes = [each.grant.scopes for each in found if each.grant.client_id == request.client_id]
        return Consent(
            given=bool(scopes), scopes=tuple(sorted({s for each in scopes for s in each}))
        )

    def _registrar(self) -> tuple[str, bool]:
        """Who registers a program, and whether they administer the server."""
        caller = current().caller
        caller.require_known()
        if caller.kind in {CallerKind.SERVICE, CallerKind.OPERATOR}:
            return "", True
        if caller.admin:
            caller.require_admin()
            return caller.require_user(), True
        if not self._core.settings.own_programs:
            raise PermissionDenied("only an administrator registers programs on this server")
        return require_own(), False

    async def _managed(self, client_id: str) -> table.StoredApp:
        """A program that the caller may change.

        Raises:
            AppNotFound: there is none, or it is somebody else's.
        """
        caller = current().caller
        caller.require_known()
        found = await self.find_app(client_id)
        if caller.admin or caller.kind in {CallerKind.SERVICE, CallerKind.OPERATOR}:
            caller.require_admin()
        elif found is not None and found.app.owner_id != require_own():
            found = None
        if found is None:
            raise AppNotFound("there is no such program")
        self._core.require_proof()
        return found


def _is_own(app: App) -> bool:
    caller = current().caller
    return caller.user_id == app.owner_id and not caller.admin


def _checked(given: tuple[str, ...]) -> tuple[str, ...]:
    if len(given) > MAX_REDIRECTS:
        raise BadRedirect(f"a program has at most {MAX_REDIRECTS} redirect URIs")
    return tuple(dict.fromkeys(check_redirect(uri) for uri in given))


def _later(one: int | None, other: int | None) -> int | None:
    known = [each for each in (one, other) if each is not None]
    return max(known, default=None)
