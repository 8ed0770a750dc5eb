"""The socket in the data folder over which commands speak to a running server."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Self

from philomel.app.assembly import Assembly
from philomel.app.process.folder import DataFolder, Holder

if TYPE_CHECKING:
    from philomel.rpc.server import Server

_GRACE_SECONDS = 0.5


class Control:
    """Serves every contract this process can answer for to holders of its key ring."""

    def __init__(self, server: "Server", path: Path) -> None:
        self._server = server
        self._path = path

    @classmethod
    async def open(
        cls, assembly: Assembly, folder: DataFolder, what: str, urls: Sequence[str]
    ) -> Self:
        path = folder.socket_path()
        # The lock is ours, so whoever made the socket that lies there is gone.
        path.unlink(missing_ok=True)
        server = assembly.calls.server()
        for contract, service in assembly.answered().items():
            server.add(contract, service)
        mask = os.umask(0o177)
        try:
            await server.start(f"unix:{path}")
        finally:
            os.umask(mask)
        folder.announce(Holder(os.getpid(), what, str(path), tuple(urls)))
        return cls(server, path)

    async def close(self) -> None:
        self._path.unlink(missing_ok=True)
        await self._server.stop(_GRACE_SECONDS)
