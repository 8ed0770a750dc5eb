"""Contracts served to other processes over gRPC."""

import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeVar

import msgspec

from philomel.kernel.caller import Context, entering
from philomel.kernel.clock import Clock
from philomel.kernel.errors import Internal, PhilomelError, Unavailable
from philomel.kernel.spans import Kind
from philomel.rpc import chain, errors
from philomel.rpc.codec import from_bytes, reply_to_bytes
from philomel.rpc.shapes import Method, full_name, methods_of
from philomel.rpc.signature import Verifier, check_call
from philomel.rpc.transport import MAX_REQUEST, grpc, target

C = TypeVar("C")

MAX_REPLY = 1 << 20
"""What contracts promise; larger answers page or stream. Beyond it there is a warning."""

log = logging.getLogger("philomel.rpc")


class Server:
    """Serves contracts to callers that can sign.

    Args:
        verifier: knows the signatures of Philomel's own processes.
        observe: told of every call.
    """

    def __init__(
        self, verifier: Verifier, clock: Clock, observe: chain.Observe = chain.ignore
    ) -> None:
        self._verifier = verifier
        self._clock = clock
        self._observe = observe
        self._server = grpc.aio.server(
            options=(
                ("grpc.max_receive_message_length", MAX_REQUEST),
                ("grpc.so_reuseport", 0),
                # Clients ask every 20 s whether a quiet stream is still there.
                ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
            )
        )

    def add(self, contract: type[C], implementation: C) -> None:
        """Serve `implementation` as `contract`. Before `start`."""
        handlers = {}
        for method in methods_of(contract):
            call = getattr(implementation, method.name)
            name = method.path.rpartition("/")[2]
            if method.streaming:
                checked = chain.stream(method, call, self._observe, Kind.SERVER)
                handlers[name] = grpc.unary_stream_rpc_method_handler(
                    self._streaming(method, checked)
                )
            else:
                handlers[name] = grpc.unary_unary_rpc_method_handler(
                    self._unary(method, chain.unary(method, call, self._observe, Kind.SERVER))
                )
        handler = grpc.method_handlers_generic_handler(full_name(contract), handlers)
        self._server.add_generic_rpc_handlers((handler,))

    async def start(self, address: str) -> int:
        """Listen on "unix:/path" or "host:port" (0 picks one); the port in use.

        Raises:
            Unavailable: the address cannot be had.
        """
        try:
            port: int = self._server.add_insecure_port(target(address))
        except RuntimeError:
            port = 0
        if port == 0:
            raise Unavailable(f"cannot listen on {address}")
        await self._server.start()
        return port

    async def stop(self, grace: float = 2.0) -> None:
        """Take no more calls, give the running ones `grace` seconds, cancel the rest."""
        await self._server.stop(grace)

    def _unary(
        self, method: Method, call: chain.UnaryCall
    ) -> Callable[[bytes, Any], Awaitable[bytes]]:
        async def handle(data: bytes, wire: Any) -> bytes:
            try:
                with entering(self._admit(method, data, wire)):
                    reply = await call(from_bytes(method.request, data))
                return self._encode(method, reply)
            except PhilomelError as error:
                await _refuse(wire, error)
                raise

        return handle

    def _streaming(
        self, method: Method, call: chain.StreamCall
    ) -> Callable[[bytes, Any], AsyncIterator[bytes]]:
        async def handle(data: bytes, wire: Any) -> AsyncIterator[bytes]:
            items = None
            try:
                with entering(self._admit(method, data, wire)):
                    items = call(from_bytes(method.request, data))
                    # The first step captures the context.
                    item = await anext(items, None)
                while item is not None:
                    yield self._encode(method, item)
                    item = await anext(items, None)
            except PhilomelError as error:
                await _refuse(wire, error)
            finally:
                close = getattr(items, "aclose", None)
                if close is not None:
                    await close()

        return handle

    def _admit(self, method: Method, data: bytes, wire: Any) -> Context:
        metadata = wire.invocation_metadata() or ()
        context = check_call(method.path, data, metadata, self._verifier, self._clock)
        remaining = wire.time_remaining()
        if remaining is None:
            return context
        return msgspec.structs.replace(context, deadline=time.monotonic() + remaining)

    def _encode(self, method: Method, reply: Any) -> bytes:
        try:
            data = reply_to_bytes(reply)
        except PhilomelError:
            log.exception("%s made a reply that cannot be sent", method.path)
            raise Internal("something went wrong on the server") from None
        if len(data) > MAX_REPLY:
            log.warning("a reply of %s has %d bytes", method.path, len(data))
        return data


async def _refuse(wire: Any, error: PhilomelError) -> None:
    await wire.abort(errors.status_of(error), error.code, errors.trailers_of(error))
