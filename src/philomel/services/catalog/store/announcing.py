"""The catalogue's events, written with the change they tell of."""

from collections.abc import Iterable, Sequence

from msgspec import Struct
from sqlalchemy import Connection

from philomel.engines import outbox
from philomel.engines.log import Record
from philomel.engines.sql import insert_on
from philomel.kernel.caller import CallerKind, current
from philomel.kernel.ids import new_event_id
from philomel.rpc import codec
from philomel.services.accounts.contract import AdminActed
from philomel.services.catalog.contract import EntriesChanged
from philomel.services.catalog.store.browsing.tables import revision

IDS = 500
_KEY = "entries"
"""One key for all: what is announced last is also heard last."""


def announce(
    connection: Connection, events: Sequence[Struct], now: int, *, plays_only: bool = False
) -> None:
    """Tell of a change.

    Args:
        plays_only: nothing changed but how often, and when, things were played.
    """
    outbox.announce(
        connection,
        [
            Record(
                id=new_event_id(now),
                key=_KEY,
                type=_type_of(event),
                value=codec.to_bytes(event),
            )
            for event in events
        ],
    )
    if events and not plays_only:
        revise(connection, now)


def revise(connection: Connection, now: int = 0) -> None:
    """What was made of entries before is not true any more.

    Args:
        now: if what lists of them show is another; 0 for what only entries themselves show.
    """
    first = insert_on(connection.dialect.name, revision).values(one=1, changes=1, changed_at=now)
    more = {"changes": revision.c.changes + 1} | ({"changed_at": now} if now else {})
    connection.execute(first.on_conflict_do_update(index_elements=[revision.c.one], set_=more))


def _type_of(event: Struct) -> str:
    owner = "accounts" if isinstance(event, AdminActed) else "catalog"
    return f"{owner}.{type(event).__name__}"


def acted(action: str, target: str, details: str, now: int) -> list[Struct]:
    """What the caller does at this moment, for the audit log; nothing of Philomel's own work.

    Made outside the transaction that announces it: the caller is not known in there.
    """
    caller = current().caller
    if caller.kind is CallerKind.SERVICE:
        return []
    return [
        AdminActed(
            action=action,
            target=target,
            details=details[:1000],
            actor_id=caller.user_id or "",
            actor_kind=caller.kind.value,
            client_id=caller.client_id or "",
            at=now,
        )
    ]


def entries_changed(
    ids: Iterable[str], now: int, scan_id: str | None = None, *, moved: bool = False
) -> list[Struct]:
    """Events that name all these ids, at most 500 each; `moved` as the events have it."""
    unique = list(dict.fromkeys(ids))
    return [
        EntriesChanged(tuple(unique[start : start + IDS]), now, scan_id, moved)
        for start in range(0, len(unique), IDS)
    ]
