"""Who is worked on, who waits and who is told to come back, by a clock of the test's own."""

import asyncio
from typing import Any

import pytest

from philomel.gateway.admission import ARRIVED, Admission, Limits, Overloaded, Turn


class Hands:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.at = 1_000.0

    def __call__(self) -> float:
        return self.at


def came(at: float, among: int = 50) -> dict[str, Any]:
    return {"extensions": {ARRIVED: {"at": at, "among": among}}}


async def crowd(admission: Admission, hands: Hands) -> None:
    """Let every request of a second wait half a second."""
    for _ in range(10):
        hands.at += 0.1
        (await admission.enter(came(hands.at - 0.5))).end()
    hands.at += 0.3


async def waiting(admission: Admission, *scopes: dict[str, Any]) -> list[asyncio.Task[Turn]]:
    tasks = [asyncio.create_task(admission.enter(scope)) for scope in scopes]
    await asyncio.sleep(0)
    return tasks


async def test_so_many_at_once_and_then_in_the_order_they_came() -> None:
    admission = Admission(Limits(at_once=2), Hands())
    first, second = await admission.enter({}), await admission.enter({})
    tasks = await waiting(admission, {}, {})
    assert not any(task.done() for task in tasks)
    assert admission.numbers()["philomel_http_requests_waiting"] == 2
    first.end()
    first.end()  # again changes nothing
    await asyncio.sleep(0)
    assert [task.done() for task in tasks] == [True, False]
    second.end()
    await asyncio.gather(*tasks)
    assert admission.numbers()["philomel_http_requests_working"] == 2


async def test_a_burst_is_waited_out_but_not_for_ever() -> None:
    hands = Hands()
    admission = Admission(Limits(wait_ms=100), hands)
    (await admission.enter(came(hands.at - 4.9))).end()
    with pytest.raises(Overloaded) as refused:
        await admission.enter(came(hands.at - 5.1))
    assert refused.value.retry_after == 1


async def test_when_waits_stay_long_whoever_waited_too_long_is_refused() -> None:
    hands = Hands()
    admission = Admission(Limits(wait_ms=100), hands)
    await crowd(admission, hands)
    with pytest.raises(Overloaded):
        await admission.enter(came(hands.at - 0.2))
    (await admission.enter(came(hands.at - 0.05))).end()
    for _ in range(12):  # what comes now waits for nothing
        hands.at += 0.1
        (await admission.enter(came(hands.at))).end()
    (await admission.enter(came(hands.at - 0.5))).end()
    assert admission.numbers()["philomel_http_requests_overload_refused_total"] == 1


async def test_a_few_requests_are_no_crowd_however_slow_the_machine() -> None:
    hands = Hands()
    admission = Admission(Limits(wait_ms=100), hands)
    await crowd(admission, hands)
    (await admission.enter(came(hands.at - 0.5, among=9))).end()
    with pytest.raises(Overloaded):
        await admission.enter(came(hands.at - 0.5, among=40))


async def test_what_was_long_ago_is_no_load() -> None:
    hands = Hands()
    admission = Admission(Limits(wait_ms=100), hands)
    await crowd(admission, hands)
    hands.at += 60
    (await admission.enter(came(hands.at - 0.5))).end()


async def test_whoever_waits_behind_what_hangs_is_refused() -> None:
    hands = Hands()
    admission = Admission(Limits(at_once=1, wait_ms=100), hands)
    await crowd(admission, hands)
    hanging = await admission.enter({})
    (task,) = await waiting(admission, {})
    with pytest.raises(Overloaded):
        await task
    hanging.end()
    (await admission.enter({})).end()


async def test_only_so_many_wait() -> None:
    admission = Admission(Limits(at_once=1, waiting=1), Hands())
    turn = await admission.enter({})
    (task,) = await waiting(admission, {})
    with pytest.raises(Overloaded):
        await admission.enter({})
    turn.end()
    await task


async def test_who_goes_away_leaves_the_place_to_others() -> None:
    admission = Admission(Limits(at_once=1), Hands())
    turn = await admission.enter({})
    gone, called, last = await waiting(admission, {}, {}, {})
    gone.cancel()
    turn.end()  # calls in the second ...
    called.cancel()  # ... which goes away before it hears of it
    with pytest.raises(asyncio.CancelledError):
        await called
    (await last).end()
    assert admission.numbers()["philomel_http_requests_working"] == 0


async def test_waiting_for_a_body_does_not_count() -> None:
    admission = Admission(Limits(at_once=1), Hands())
    turn = await admission.enter({})
    coming = asyncio.Event()

    async def receive() -> dict[str, Any]:
        await coming.wait()
        return {"type": "http.request"}

    body = asyncio.ensure_future(turn.receiving(receive)())
    await asyncio.sleep(0)
    other = await admission.enter({})
    coming.set()
    await body
    assert admission.numbers()["philomel_http_requests_working"] == 2
    other.end()
    turn.end()
    assert admission.numbers()["philomel_http_requests_working"] == 0


async def test_without_a_limit_nobody_waits() -> None:
    hands = Hands()
    admission = Admission(Limits(at_once=0), hands)
    turns = [await admission.enter(came(0)) for _ in range(100)]
    for turn in turns:
        turn.end()
    assert admission.numbers()["philomel_http_requests_working"] == 0
