"""A call behaves the same in one process and between two."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any, cast

import pytest
from tests.rpc.scripted import Script, Streams
from tests.rpc.shape import SHAPES, Shape, in_shape

from philomel.kernel.caller import SERVICE, Caller, CallerKind, acting
from philomel.kernel.errors import KINDS, DeadlineExceeded, Internal, NotFound, PhilomelError
from philomel.rpc.chain import local
from philomel.rpc.shapes import Method
from philomel.services.catalog.contract import Catalog, TrackNotFound, WatchScan
from philomel.services.playlists.contract import (
    BadRating,
    GetMarks,
    ItemKind,
    ListSaved,
    Playlists,
    Rate,
    Save,
)

LISTENER = Caller(
    kind=CallerKind.USER, user_id="u", name="Zoë", admin=True, scopes=("*",), client_id="c"
)


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def streams() -> Streams:
    return Streams()


@pytest.fixture(params=SHAPES)
def shape(request: pytest.FixtureRequest) -> Shape:
    return cast("Shape", request.param)


@pytest.fixture
async def playlists(shape: Shape, script: Script) -> AsyncIterator[Playlists]:
    async with in_shape(shape, Playlists, cast("Any", script)) as proxy:
        yield proxy


@pytest.fixture
async def catalog(shape: Shape, streams: Streams) -> AsyncIterator[Catalog]:
    async with in_shape(shape, Catalog, cast("Any", streams)) as proxy:
        yield proxy


def saving(*ids: str) -> Save:
    return Save(ItemKind.TRACK, ids)


async def test_messages_arrive(playlists: Playlists) -> None:
    found = await playlists.get_marks(GetMarks(ItemKind.ALBUM, ("a", "b")))
    assert [mark.id for mark in found.items] == ["a", "b"]
    assert await playlists.rate(Rate(ItemKind.TRACK, "x", 3)) is None  # type: ignore[func-returns-value] # None is what crosses


async def test_caller_trace_and_deadline_arrive(playlists: Playlists, script: Script) -> None:
    with acting(LISTENER, timeout=20, trace_id="ab" * 16) as context:
        await playlists.save(saving())
    seen = script.seen[0]
    assert seen.caller == LISTENER
    assert seen.trace_id == "ab" * 16
    assert seen.deadline is not None
    assert context.deadline is not None
    assert abs(seen.deadline - context.deadline) < 1


async def test_a_call_without_a_deadline_has_none(playlists: Playlists, script: Script) -> None:
    with acting(SERVICE, timeout=None):
        await playlists.save(saving())
    assert script.seen[0].deadline is None
    assert script.seen[0].trace_id


@pytest.mark.parametrize("kind", KINDS)
async def test_every_kind_of_error_crosses(playlists: Playlists, kind: type[PhilomelError]) -> None:
    with acting(SERVICE), pytest.raises(kind) as caught:
        await playlists.save(saving("kind", kind.__name__))
    assert type(caught.value) is kind
    assert caught.value.code == f"test.{kind.__name__}"
    assert caught.value.message == "said so"
    assert caught.value.retry_after is None


async def test_errors_of_the_contract_come_as_themselves(playlists: Playlists) -> None:
    with acting(SERVICE), pytest.raises(BadRating) as caught:
        await playlists.save(saving("rating"))
    assert caught.value.message == "no such stars: ★"
    assert caught.value.retry_after == 2.5


async def test_a_long_message_crosses_as_far_as_it_fits(playlists: Playlists) -> None:
    with acting(SERVICE), pytest.raises(BadRating) as caught:
        await playlists.save(saving("long"))
    assert caught.value.message.startswith("ä" * 1000)


@pytest.mark.parametrize("trace", ["x" * 9000, "line\nbreak", "ümlaut"])
async def test_no_trace_breaks_a_call(playlists: Playlists, script: Script, trace: str) -> None:
    with acting(SERVICE, trace_id=trace):
        await playlists.save(saving())
    assert script.seen[0].trace_id


async def test_errors_of_others_keep_kind_and_code(playlists: Playlists) -> None:
    with acting(SERVICE), pytest.raises(NotFound) as caught:
        await playlists.save(saving("track"))
    assert caught.value.code == "catalog.track_not_found"


@pytest.mark.parametrize("which", ["boom", "timeout"])
async def test_a_defect_says_nothing_and_is_logged(
    playlists: Playlists, which: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR), acting(SERVICE, trace_id="cd" * 16):
        with pytest.raises(Internal) as caught:
            await playlists.save(saving(which))
        assert "hunter2" not in str(caught.value)
    assert caplog.records[0].exc_info
    assert "cd" * 16 in caplog.records[0].getMessage()


async def test_the_deadline_stops_the_work(playlists: Playlists, script: Script) -> None:
    with acting(SERVICE, timeout=0.2), pytest.raises(DeadlineExceeded):
        await playlists.save(saving("forever"))
    async with asyncio.timeout(5):
        await script.cancelled.wait()


async def test_a_passed_deadline_calls_nobody(playlists: Playlists, script: Script) -> None:
    with acting(SERVICE, timeout=-1), pytest.raises(DeadlineExceeded):
        await playlists.save(saving())
    assert not script.seen


async def test_who_leaves_stops_the_work(playlists: Playlists, script: Script) -> None:
    with acting(SERVICE, timeout=None):
        call = asyncio.ensure_future(playlists.save(saving("forever")))
        async with asyncio.timeout(5):
            await script.started.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        async with asyncio.timeout(5):
            await script.cancelled.wait()


async def test_a_stream_comes_item_by_item(catalog: Catalog) -> None:
    with acting(LISTENER):
        items = [item.started_at async for item in catalog.watch_scan(WatchScan("three"))]
    assert items == [1, 2, 3]


async def test_a_stream_keeps_its_caller(catalog: Catalog, streams: Streams) -> None:
    with acting(LISTENER):
        items = catalog.watch_scan(WatchScan("three"))
        await anext(items)
    async for _ in items:
        pass
    assert [context.caller for context in streams.seen] == [LISTENER] * 3


async def test_leaving_a_stream_closes_it(catalog: Catalog, streams: Streams) -> None:
    with acting(SERVICE):
        async with aclosing(cast("Any", catalog.watch_scan(WatchScan("endless")))) as items:
            async for item in items:
                if item.started_at == 5:
                    break
    async with asyncio.timeout(5):
        await streams.closed.wait()


async def test_the_deadline_ends_a_stream(catalog: Catalog, streams: Streams) -> None:
    with acting(SERVICE, timeout=0.3), pytest.raises(DeadlineExceeded):
        async for _ in catalog.watch_scan(WatchScan("stuck")):
            pass
    async with asyncio.timeout(5):
        await streams.closed.wait()


async def test_a_stream_may_fail(catalog: Catalog) -> None:
    with acting(SERVICE), pytest.raises(TrackNotFound):
        async for _ in catalog.watch_scan(WatchScan("missing")):
            pass


async def test_observers_hear_of_every_call(script: Script) -> None:
    heard: list[tuple[str, str]] = []

    def observe(method: Method, outcome: str, seconds: float) -> None:
        assert seconds >= 0
        heard.append((method.name, outcome))

    proxy = local(Playlists, cast("Any", script), observe)
    with acting(SERVICE):
        await proxy.list_saved(ListSaved(ItemKind.TRACK, limit=1))
        with contextlib.suppress(BadRating):
            await proxy.save(saving("rating"))
        with contextlib.suppress(Internal):
            await proxy.save(saving("boom"))
    assert heard == [("list_saved", "ok"), ("save", "playlists.bad_rating"), ("save", "internal")]
