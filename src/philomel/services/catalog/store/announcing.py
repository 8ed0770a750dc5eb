"""The catalogue's events, written with the change they tell of."""

from collections.abc import Iterable, Sequence

from msgspec import Struct
from sqlalchemy import Connection

from philomel.engines import outbox
from philomel.engines.log import Record
from philomel.kernel.ids import new_event_id
from philomel.rpc import codec
from philomel.services.catalog.contract import EntriesChanged

IDS = 500
_KEY = "entries"
"""One key for all: what is announced last is also heard last."""


def announce(connection: Connection, events: Sequence[Struct], now: int) -> None:
    outbox.announce(
        connection,
        [
            Record(
                id=new_event_id(now),
                key=_KEY,
                type=f"catalog.{type(event).__name__}",
                value=codec.to_bytes(event),
            )
            for event in events
        ],
    )


def entries_changed(ids: Iterable[str], now: int, scan_id: str | None = None) -> list[Struct]:
    """Events that name all these ids, at most 500 each."""
    unique = list(dict.fromkeys(ids))
    return [
        EntriesChanged(ids=tuple(unique[start : start + IDS]), at=now, scan_id=scan_id)
        for start in range(0, len(unique), IDS)
    ]
