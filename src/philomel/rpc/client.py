"""Contracts that another process serves."""

import asyncio
import importlib
from collections.abc import AsyncIterator
from typing import Any, TypeVar

from philomel.kernel.caller import Context, current
from philomel.kernel.clock import Clock
from philomel.kernel.errors import Internal, InvalidArgument, PhilomelError, Unavailable
from philomel.kernel.spans import Kind
from philomel.rpc import chain, errors
from philomel.rpc.codec import reply_from_bytes, to_bytes
from philomel.rpc.shapes import Method, methods_of
from philomel.rpc.signature import Signer, sign_call
from philomel.rpc.transport import MAX_REQUEST, grpc, target

C = TypeVar("C")

# Peers are trusted. Contracts promise 1 MiB; five hundred tracks with absurd tags may take
# more, and a listener is better served by a slow answer than by none.
HARD_MAX_REPLY = 16 << 20
_OPTIONS = (
    ("grpc.max_receive_message_length", HARD_MAX_REPLY),
    ("grpc.max_send_message_length", MAX_REQUEST),
    # A peer that comes back is found within a second; one that is away is said to be at once.
    ("grpc.initial_reconnect_backoff_ms", 100),
    # A shake of hands may take that long: a busy machine is not one that is away.
    ("grpc.min_reconnect_backoff_ms", 5_000),
    ("grpc.max_reconnect_backoff_ms", 1_000),
    # Peers are reached directly whatever the environment says of proxies.
    ("grpc.enable_http_proxy", 0),
    ("grpc.use_local_subchannel_pool", 1),
    # A machine that vanished without a word is noticed.
    ("grpc.keepalive_time_ms", 20_000),
    ("grpc.keepalive_timeout_ms", 5_000),
)


class Channel:
    """A connection to one process, shared by all contracts it serves.

    Args:
        address: "unix:/path" or "host:port".
        signer: vouches for the callers that this process authenticated.
        observe: told of every call.
    """

    def __init__(
        self, address: str, signer: Signer, clock: Clock, observe: chain.Observe = chain.ignore
    ) -> None:
        self._signer = signer
        self._clock = clock
        self._observe = observe
        self._channel = grpc.aio.insecure_channel(target(address), options=_OPTIONS)

    def connect(self, contract: type[C]) -> C:
        """`contract`, served over there. Nothing is asked before the first call."""
        known = errors.classes_of(importlib.import_module(contract.__module__))
        calls: dict[str, chain.UnaryCall | chain.StreamCall] = {}
        for method in methods_of(contract):
            if method.streaming:
                calls[method.name] = chain.stream(
                    method, self._streaming(method, known), self._observe, Kind.CLIENT
                )
            else:
                calls[method.name] = chain.unary(
                    method, self._unary(method, known), self._observe, Kind.CLIENT
                )
        return chain.proxy(contract, calls)

    async def ready(self) -> None:
        """Wait until the other process can be spoken to."""
        await self._channel.channel_ready()

    async def close(self) -> None:
        """End running calls and let go of the connection."""
        await self._channel.close()

    def _unary(self, method: Method, known: dict[str, type[PhilomelError]]) -> chain.UnaryCall:
        send = self._channel.unary_unary(method.path)

        async def call(request: Any) -> Any:
            context = current()
            data = _encode(request)
            try:
                reply = await send(
                    data, timeout=context.remaining(), metadata=self._signed(method, data, context)
                )
            except grpc.aio.AioRpcError as error:
                raise errors.restore(error, known) from None
            except (grpc.aio.UsageError, asyncio.InvalidStateError):
                raise Unavailable("the connection is closed") from None
            return _decode(method, reply)

        return call

    def _streaming(self, method: Method, known: dict[str, type[PhilomelError]]) -> chain.StreamCall:
        send = self._channel.unary_stream(method.path)

        async def call(request: Any) -> AsyncIterator[Any]:
            context = current()
            data = _encode(request)
            running = send(
                data, timeout=context.remaining(), metadata=self._signed(method, data, context)
            )
            try:
                async for reply in running:
                    yield _decode(method, reply)
            except grpc.aio.AioRpcError as error:
                raise errors.restore(error, known) from None
            finally:
                running.cancel()

        return call

    def _signed(self, method: Method, data: bytes, context: Context) -> Any:
        return sign_call(method.path, data, context, self._signer, self._clock)


def _encode(request: Any) -> bytes:
    data = to_bytes(request)
    if len(data) > MAX_REQUEST:
        raise InvalidArgument("the request is too large", code="rpc.too_large")
    return data


def _decode(method: Method, reply: bytes) -> Any:
    try:
        return reply_from_bytes(method.reply, reply)
    except InvalidArgument:
        raise Internal("another part of the server gave an answer that cannot be read") from None
