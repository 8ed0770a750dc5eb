"""A contract as its peers see it: in the same process, or behind gRPC on a Unix socket."""

import hashlib
import hmac
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal, TypeVar

from philomel.kernel.clock import Clock, SystemClock
from philomel.rpc.chain import local
from philomel.rpc.client import Channel
from philomel.rpc.server import Server

C = TypeVar("C")
Shape = Literal["local", "grpc"]
SHAPES: tuple[Shape, ...] = ("local", "grpc")


class HmacKey:
    """Signs and verifies with one secret."""

    def __init__(self, secret: bytes = b"of these processes") -> None:
        self._secret = secret

    def sign(self, data: bytes) -> str:
        return hmac.new(self._secret, data, hashlib.sha256).hexdigest()

    def verify(self, data: bytes, signature: str) -> bool:
        return hmac.compare_digest(self.sign(data).encode(), signature.encode())


@asynccontextmanager
async def in_shape(
    shape: Shape, contract: type[C], implementation: C, clock: Clock | None = None
) -> AsyncIterator[C]:
    """`implementation` behind the chain, in one process or over the wire."""
    if shape == "local":
        yield local(contract, implementation)
        return
    clock = clock or SystemClock()
    server = Server(HmacKey(), clock)
    server.add(contract, implementation)
    # Unix socket paths are short: pytest's own folders would be too long.
    with tempfile.TemporaryDirectory(prefix="ph") as folder:
        address = f"unix:{folder}/s"
        await server.start(address)
        channel = Channel(address, HmacKey(), clock)
        try:
            yield channel.connect(contract)
        finally:
            await channel.close()
            await server.stop(grace=0)
