"""Ports for servers that must be told theirs before they start."""

import itertools
import os
import random
import socket

# Below those that systems give to connections: nobody gets one by chance before it is used.
_LOWEST, _COUNT = 10_000, 22_000
# Others test on this machine too. Servers start in threads: `next` is one step for all of them.
_TURNS = itertools.count(random.Random(os.getpid()).randrange(_COUNT))


def free_port() -> int:
    """A port on which nothing listens; this process gets it again only after all others."""
    while True:
        port = _LOWEST + next(_TURNS) % _COUNT
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
