"""Ways to call a contract: here, over there, and for those who call us."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from philomel.engines.keys import Keys
from philomel.kernel.clock import Clock
from philomel.rpc import chain
from philomel.rpc.shapes import Method

if TYPE_CHECKING:
    from philomel.rpc.client import Channel
    from philomel.rpc.server import Server

C = TypeVar("C")
Counted = Callable[[str, str, float], None]
"""Told of each call: the method's path, "ok" or the error's code, and seconds."""

_PURPOSE = "rpc.caller"


class _Seal:
    """The key ring, for calls alone: signs what this process sends, knows what others sent."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    def sign(self, data: bytes) -> str:
        return self._keys.sign(_PURPOSE, data)

    def verify(self, data: bytes, signature: str) -> bool:
        return self._keys.verify(_PURPOSE, data, signature)


class Calls:
    """Every call passes the same chain, wherever it goes. gRPC is loaded when it is needed.

    Attributes:
        counted: hears of every call, if it is set.
    """

    def __init__(self, keys: Keys, clock: Clock) -> None:
        self._seal = _Seal(keys)
        self._clock = clock
        self.counted: Counted | None = None
        self._channels: dict[str, Channel] = {}
        self._remote: dict[tuple[type, str], Any] = {}

    def local(self, contract: type[C], service: C) -> C:
        return chain.local(contract, service, self._observe)

    def remote(self, contract: type[C], address: str) -> C:
        key = (contract, address)
        if key not in self._remote:
            self._remote[key] = self._channel(address).connect(contract)
        found: C = self._remote[key]
        return found

    async def reach(self, address: str) -> None:
        """Wait until the process at `address` can be spoken to."""
        await self._channel(address).ready()

    def _channel(self, address: str) -> "Channel":
        from philomel.rpc.client import Channel

        if address not in self._channels:
            self._channels[address] = Channel(address, self._seal, self._clock, self._observe)
        return self._channels[address]

    def server(self) -> "Server":
        from philomel.rpc.server import Server

        return Server(self._seal, self._clock, self._observe)

    def _observe(self, method: Method, outcome: str, seconds: float) -> None:
        if self.counted is not None:
            self.counted(method.path, outcome, seconds)

    async def close(self) -> None:
        for channel in self._channels.values():
            await channel.close()
        self._channels.clear()
        self._remote.clear()
