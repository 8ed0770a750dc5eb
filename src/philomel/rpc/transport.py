"""gRPC as both ends use it."""

import os
from urllib.parse import quote

# gRPC's core reads this while it is loaded, and would report every peer that stops.
os.environ.setdefault("GRPC_VERBOSITY", "ERROR")

import grpc
import grpc.aio

MAX_REQUEST = 4 << 20

__all__ = ["MAX_REQUEST", "grpc", "target"]


def target(address: str) -> str:
    """An address as gRPC wants it: the path of a Unix socket is part of a URI there."""
    if not address.startswith("unix:"):
        return address
    return "unix:" + quote(address.removeprefix("unix:"))
