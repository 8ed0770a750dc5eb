"""What every call passes, in one process or between two: deadline, caller, trace, error filter.

    proxy = local(Catalog, service, observe)      # a plain await and some microseconds
    proxy = channel.connect(Catalog)              # the same chain on both sides of the wire

Nothing but a PhilomelError comes out: any other exception is a defect, is logged with the
trace id, and leaves as Internal without details. Cancellation passes untouched.
"""

import asyncio
import logging
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeVar, cast

import msgspec

from philomel.kernel.caller import Context, current, entering
from philomel.kernel.errors import DeadlineExceeded, Internal, PhilomelError
from philomel.kernel.spans import Kind, begin, end, span
from philomel.rpc.shapes import Method, methods_of

C = TypeVar("C")

Observe = Callable[[Method, str, float], None]
"""Told after each call: the method, "ok" or the error's code ("cancelled"), and seconds."""

UnaryCall = Callable[[Any], Awaitable[Any]]
StreamCall = Callable[[Any], AsyncIterator[Any]]

log = logging.getLogger("philomel.rpc")


def ignore(_method: Method, _outcome: str, _seconds: float) -> None:
    """Observes nothing."""


def local(contract: type[C], implementation: C, observe: Observe = ignore) -> C:
    """`implementation` behind the chain, as peers in the same process see it."""
    calls: dict[str, UnaryCall | StreamCall] = {}
    for method in methods_of(contract):
        call = getattr(implementation, method.name)
        calls[method.name] = (
            stream(method, call, observe) if method.streaming else unary(method, call, observe)
        )
    return proxy(contract, calls)


def proxy(contract: type[C], calls: dict[str, UnaryCall | StreamCall]) -> C:
    """An object with the methods of `contract`."""
    made = type(contract.__name__ + "Proxy", (), {"__slots__": tuple(calls)})()
    for name, call in calls.items():
        setattr(made, name, call)
    return cast("C", made)


def unary(
    method: Method, call: UnaryCall, observe: Observe, kind: Kind = Kind.INTERNAL
) -> UnaryCall:
    name = _name(method)

    async def checked(request: Any, /) -> Any:
        started = time.monotonic()
        outcome = "cancelled"
        with span(name, kind), entering(traced(current())) as context:
            try:
                reply = await within(context, call(request))
            except Exception as error:
                shown = show(error, method, context)
                outcome = shown.code
                raise shown from (None if shown is error else error)
            else:
                outcome = "ok"
                return reply
            finally:
                observe(method, outcome, time.monotonic() - started)

    return checked


def stream(
    method: Method, call: StreamCall, observe: Observe, kind: Kind = Kind.INTERNAL
) -> StreamCall:
    name = _name(method)

    async def checked(request: Any, /) -> AsyncIterator[Any]:
        started = time.monotonic()
        outcome = "cancelled"
        # The consumer may leave its `acting` block before the stream ends, and each step
        # runs in the consumer's context: so it is entered anew for each.
        made, context = begin(name, kind, traced(current()))
        items = None
        try:
            with entering(context):
                items = aiter(call(request))
            while True:
                try:
                    with entering(context):
                        item = await within(context, anext(items))
                except StopAsyncIteration:
                    break
                yield item
            outcome = "ok"
        except Exception as error:
            shown = show(error, method, context)
            outcome = shown.code
            raise shown from (None if shown is error else error)
        finally:
            close = getattr(items, "aclose", None)
            if close is not None:
                await close()
            observe(method, outcome, time.monotonic() - started)
            if made is not None:
                made.error = "" if outcome in {"ok", "cancelled"} else outcome
                end(made)

    return checked


def _name(method: Method) -> str:
    """Of its spans: catalog.v1.Catalog/GetTracks."""
    return method.path.removeprefix("/philomel.")


async def within(context: Context, work: Awaitable[Any]) -> Any:
    """The result of `work`, if it comes before the deadline."""
    if context.deadline is None:
        return await work
    try:
        remaining = context.remaining()
    except DeadlineExceeded:
        close = getattr(work, "close", None)
        if close is not None:
            close()
        raise
    try:
        async with asyncio.timeout(remaining) as scope:
            return await work
    except TimeoutError:
        if scope.expired():
            raise DeadlineExceeded("the call took too long") from None
        raise


def traced(context: Context) -> Context:
    """`context` with a trace id."""
    if context.trace_id:
        return context
    return msgspec.structs.replace(context, trace_id=secrets.token_hex(16))


def show(error: Exception, method: Method, context: Context) -> PhilomelError:
    """What of an error the caller gets to see."""
    if isinstance(error, PhilomelError):
        return error
    log.error("defect in %s, trace %s", method.path, context.trace_id, exc_info=error)
    return Internal("something went wrong on the server", code="internal")
