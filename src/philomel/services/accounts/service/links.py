"""Links that an administrator hands out: to join, and to choose a new password."""

import logging
import unicodedata

from msgspec.structs import replace
from sqlalchemy import Connection

from philomel.kernel.caller import current
from philomel.kernel.errors import InvalidArgument
from philomel.kernel.ids import is_id
from philomel.services.accounts.contract import (
    AcceptInvitation,
    CreateInvitation,
    CreateResetLink,
    GetInvitation,
    GetResetLink,
    Invitation,
    Invitations,
    LinkNotFound,
    ListInvitations,
    NewInvitation,
    ResetLink,
    ResetLinkState,
    RevokeInvitation,
    Session,
    User,
    UseResetLink,
    Way,
)
from philomel.services.accounts.rules.people import check_password
from philomel.services.accounts.rules.tries import Counter, network_of
from philomel.services.accounts.service.entering.opening import Visitor
from philomel.services.accounts.service.factors import SecondFactors
from philomel.services.accounts.service.proofs.tokens import Kind, parse
from philomel.services.accounts.store.sql import links as table
from philomel.services.accounts.store.sql.links import Pending, StoredInvitation

DAY_MS = 24 * 60 * 60 * 1000
RESET_MS = DAY_MS
_RESET = "reset"
_MOST_DAYS = 90
_MOST_LIBRARIES = 100
_MAX_NOTE = 200
_GONE = "this link was used, has expired, or was taken back; ask for a new one"
_log = logging.getLogger(__name__)


class Links(SecondFactors):
    async def create_invitation(self, request: CreateInvitation, /) -> NewInvitation:
        current().caller.require_admin()
        core = self._core
        core.require_proof()
        if not 1 <= request.days <= _MOST_DAYS:
            raise InvalidArgument(f"an invitation lasts 1 to {_MOST_DAYS} days")
        if len(request.libraries) > _MOST_LIBRARIES or not all(map(is_id, request.libraries)):
            raise InvalidArgument("libraries are named by their ids")
        minted = core.mint.make(Kind.INVITATION, request.role.value, " ".join(request.libraries))
        now = core.clock.now()
        invitation = Invitation(
            id=minted.id,
            role=request.role,
            libraries=request.libraries,
            note=_printable(request.note),
            created_at=now,
            expires_at=now + request.days * DAY_MS,
        )
        acted = core.acted("invitation.create", minted.id, request.role.value)

        def work(connection: Connection) -> None:
            table.insert_invitation(connection, StoredInvitation(minted.mac, invitation))
            core.record(connection, acted)

        await core.database.write(work)
        return NewInvitation(token=minted.text, invitation=invitation)

    async def list_invitations(self, _request: ListInvitations, /) -> Invitations:
        current().caller.require_admin()
        return Invitations(tuple(await self._core.database.read(table.invitations)))

    async def revoke_invitation(self, request: RevokeInvitation, /) -> None:
        current().caller.require_admin()
        core = self._core
        acted = core.acted("invitation.revoke", request.id)

        def work(connection: Connection) -> None:
            if not table.delete_invitation(connection, request.id):
                raise LinkNotFound("there is no such invitation")
            core.record(connection, acted)

        await core.database.write(work)

    async def get_invitation(self, request: GetInvitation, /) -> Invitation:
        found = await self._invitation(request.token)
        # The note is the administrator's own.
        return replace(found, note="", used_by=None)

    async def accept_invitation(self, request: AcceptInvitation, /) -> Session:
        core = self._core
        counts = [core.gate.count(Counter.LINK, "join", network_of(request.address))]
        await core.gate.check(counts)
        try:
            invitation = await self._invitation(request.token)
        except LinkNotFound:
            await core.gate.failed(counts)
            raise
        stored = await self.prepare(request.name, request.password, invitation.role)
        now = core.clock.now()

        def work(connection: Connection) -> None:
            # Of two that hold the link at once, the one that uses it was first.
            if not table.use_invitation(connection, invitation.id, stored.user.id, now):
                raise LinkNotFound(_GONE)
            self.insert(connection, stored, invitation.libraries)

        await core.database.write(work)
        _log.info("account %s joined by invitation", stored.user.id)
        visitor = Visitor(request.address, request.device)
        return await self._opening.open(stored.user, visitor, Way.LINK)

    async def create_reset_link(self, request: CreateResetLink, /) -> ResetLink:
        current().caller.require_admin()
        core = self._core
        core.require_proof()
        await self.stored(request.user_id)
        text, pending = self._waiting.prepare(
            _RESET, request.user_id, wait_ms=RESET_MS, token=Kind.RESET
        )
        acted = core.acted("user.reset_link", request.user_id)

        def work(connection: Connection) -> None:
            table.delete_pending_of(connection, request.user_id, _RESET)
            table.insert_pending(connection, pending)
            core.record(connection, acted)

        await core.database.write(work)
        return ResetLink(token=text, expires_at=pending.expires_at)

    async def get_reset_link(self, request: GetResetLink, /) -> ResetLinkState:
        pending = await self._reset(request.token)
        return ResetLinkState(name=(await self.stored(pending.user_id or "")).user.name)

    async def use_reset_link(self, request: UseResetLink, /) -> User:
        core = self._core
        pending = await self._reset(request.token)
        user = (await self.stored(pending.user_id or "")).user
        check_password(request.password, user.name)
        hashed = await core.hasher.hash(request.password)

        def work(connection: Connection) -> None:
            if not table.delete_pending(connection, pending.id):
                raise LinkNotFound(_GONE)
            self.replace_password(connection, user.id, hashed)

        await core.revoke(work)
        _log.info("password of %s set by a link", user.id)
        return user

    async def _invitation(self, token: str) -> Invitation:
        core = self._core
        secret = parse(token)
        if secret is None or secret.kind is not Kind.INVITATION:
            raise LinkNotFound(_GONE)
        stored = await core.database.read(lambda c: table.invitation(c, secret.id))
        if stored is None:
            raise LinkNotFound(_GONE)
        shown = stored.shown
        bound = (shown.role.value, " ".join(shown.libraries))
        if (
            not core.mint.check(secret, stored.mac, *bound)
            or shown.used_at is not None
            or shown.expires_at <= core.clock.now()
        ):
            raise LinkNotFound(_GONE)
        return shown

    async def _reset(self, token: str) -> Pending:
        pending = await self._waiting.find(_RESET, token, token=Kind.RESET)
        if pending is None:
            raise LinkNotFound(_GONE)
        return pending


def _printable(text: str) -> str:
    return "".join(c for c in text[:_MAX_NOTE] if unicodedata.category(c)[0] != "C").strip()
