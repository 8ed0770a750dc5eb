"""Scans: starting and cancelling them, and how far they are."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import cast
from zlib import crc32

import msgspec
from msgspec import Struct

from philomel.gateway.api.operation import Access, Call, Event, Nothing, Route
from philomel.services.catalog.contract import (
    CancelScan,
    ScanNotFound,
    ScanStatus,
    StartScan,
    WatchScan,
)


class NewScan(Struct, frozen=True):
    """Attributes:
    full: read every file again, changed or not.
    path: only this file or folder (absolute, or s3://bucket/...); all libraries if left out.
    """

    full: bool = False
    path: str | None = None


async def start_scan(call: Call, asked: NewScan) -> ScanStatus:
    """Start looking for changes."""
    path = None if asked.path is None else asked.path.encode()
    return await call.services.catalog.start_scan(StartScan(full=asked.full, path=path))


async def get_scan(call: Call, _: Nothing) -> ScanStatus:
    """The scan that runs, or the last one."""
    async with aclosing(
        cast("AsyncGenerator[ScanStatus]", call.services.catalog.watch_scan(WatchScan()))
    ) as states:
        async for status in states:
            return status
    raise ScanNotFound("there was no scan yet")


async def cancel_scan(call: Call, _: Nothing) -> ScanStatus:
    """Stop the scan that runs; what it found is kept."""
    return await call.services.catalog.cancel_scan(CancelScan())


async def watch_scans(call: Call, _: Nothing) -> AsyncIterator[Event]:
    """The state of the scan that runs or was last, now and at every change, without end.

    An event is a whole state, so whoever comes again misses nothing; the state seen last is
    not sent twice.
    """
    states = call.services.catalog.watch_scan(WatchScan(follow=True))
    async with aclosing(cast("AsyncGenerator[ScanStatus]", states)) as following:
        async for status in following:
            id_ = f"{status.id}.{crc32(msgspec.json.encode(status)):08x}"
            if id_ != call.last_event_id:
                yield Event(status, "scan", id_)


ROUTES = (
    Route("POST", "/scans", start_scan, NewScan, ScanStatus, Access.ADMIN),
    Route("GET", "/scans/current", get_scan, Nothing, ScanStatus, Access.ADMIN),
    Route("DELETE", "/scans/current", cancel_scan, Nothing, ScanStatus, Access.ADMIN),
    Route("GET", "/scans/events", watch_scans, Nothing, ScanStatus, Access.ADMIN, streams=True),
)
