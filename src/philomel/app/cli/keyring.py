"""`philomel keys`: the ring that signs tokens and addresses and encrypts app passwords."""

import argparse
from datetime import UTC, datetime

from philomel.app.cli.output import Output, table
from philomel.app.cli.session import operator
from philomel.app.process.reach import Services
from philomel.app.refusal import Exit, Refusal, refusal_of
from philomel.app.settings import Settings
from philomel.engines.keys.ring import Key, KeyRing
from philomel.kernel.clock import SystemClock
from philomel.kernel.errors import PhilomelError
from philomel.services.accounts.contract import Accounts, RecordAction, RenewSecrets

_DAY_MS, _MINUTE_MS = 86_400_000, 60_000


def show(_: argparse.Namespace, settings: Settings, out: Output) -> Exit:
    ring = _open(settings)
    now = SystemClock().now()
    states = [(key, _state(key, ring.newest, now)) for key in ring.keys]
    content = [
        {
            "id": key.id,
            "made_at": key.made_at,
            "begins_at": key.begins_at or key.made_at,
            "ends_at": key.ends_at,
            "state": state,
        }
        for key, state in states
    ]
    rows = [
        (key.id, state, _moment(key.made_at), _moment(key.ends_at) if key.ends_at else "-")
        for key, state in states
    ]
    out.result({"keys": content}, table(("ID", "STATE", "MADE", "ENDS"), rows))
    return Exit.OK


def rotate(parsed: argparse.Namespace, settings: Settings, out: Output) -> Exit:
    if parsed.overlap < 0 or parsed.delay < 0:
        raise Refusal("--overlap and --delay cannot be negative", Exit.USAGE)
    ring = _open(settings)
    try:
        parsed.made = ring.rotate(parsed.overlap * _DAY_MS, parsed.delay * _MINUTE_MS)
    except PhilomelError as error:
        raise refusal_of(error) from None
    if "accounts" not in settings.role.services and not settings.text("peers.accounts"):
        _tell(parsed, out, None)
        return Exit.OK
    return _renew(parsed, settings, out)


@operator(Accounts)
async def _renew(parsed: argparse.Namespace, services: Services, out: Output) -> Exit:
    # The call is signed with the new key: a server that does not know it yet learns of it here.
    accounts = services.service(Accounts)
    renewed = await accounts.renew_secrets(RenewSecrets())
    await accounts.record_action(RecordAction("keys.rotate", parsed.made))
    _tell(parsed, out, renewed.count)
    return Exit.OK


def _tell(parsed: argparse.Namespace, out: Output, renewed: int | None) -> None:
    when = f"in {parsed.delay} minutes" if parsed.delay else "from now on"
    ends = _later(parsed.overlap)
    lines = [f"key {parsed.made} is used {when}; what older ones signed ends {ends}"]
    if renewed:
        lines.append(f"app passwords that are encrypted anew: {renewed}")
    if parsed.delay:
        lines.append("give the ring to every process that has a copy of it before that")
    out.result({"key": parsed.made, "renewed": renewed}, lines)


def _later(days: int) -> str:
    if not days:
        return "then"
    return "a day later" if days == 1 else f"{days} days later"


def _open(settings: Settings) -> KeyRing:
    text = settings.text("keys")
    try:
        if text.lstrip().startswith("{"):
            return KeyRing.parse(text, SystemClock())
        if not settings.keys.exists():
            raise Refusal(f"there is no key ring {settings.keys} yet", Exit.NOT_FOUND)
        return KeyRing.open(settings.keys, SystemClock())
    except PhilomelError as error:
        raise refusal_of(error) from None


def _state(key: Key, newest: str, now: int) -> str:
    if key.id == newest:
        return "in use"
    if key.ends_at is not None and key.ends_at <= now:
        return "ended"
    return "next" if key.begins_at > now else "ending"


def _moment(at: int) -> str:
    return f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%d %H:%M} UTC"
