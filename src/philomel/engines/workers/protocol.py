"""What the main process, a zygote and its children say to each other.

Orders and news travel as single packets over the control socket; a job's argument, chunks
and result as frames over a socket of its own, so that a slow reader holds up only its job.
"""

import socket
import struct
from typing import Final

from msgspec import Struct, msgpack

from philomel.engines.workers import Limits

MAX_FRAME: Final = 64 << 20
"""A worker is not trusted: without this bound it could make the main process allocate."""

MAX_PACKET: Final = 16 << 10
MAX_DESCRIPTORS: Final = 16

ARGUMENT, CHUNK, RESULT, END, ERROR = b"A", b"C", b"R", b"E", b"X"

_HEADER = struct.Struct("!cI")
HEADER_SIZE: Final = _HEADER.size


class Start(Struct, frozen=True, tag="start", array_like=True):
    """Fork a child; its job socket and descriptors come along with the packet."""

    job: int
    task: str
    limits: Limits


class Kill(Struct, frozen=True, tag="kill", array_like=True):
    job: int


class Ended(Struct, frozen=True, tag="ended", array_like=True):
    """Attributes:
    status: exit code, or the negative number of the signal that ended the child.
    """

    job: int
    status: int


ORDERS: Final[msgpack.Decoder[Start | Kill]] = msgpack.Decoder(Start | Kill)
NEWS: Final[msgpack.Decoder[Ended]] = msgpack.Decoder(Ended)


def header(kind: bytes, size: int) -> bytes:
    return _HEADER.pack(kind, size)


def parse_header(data: bytes | bytearray) -> tuple[bytes, int]:
    """Kind and size of the frame that follows.

    Raises:
        ValueError: the frame claims to be larger than any may be.
    """
    kind, size = _HEADER.unpack(data)
    if size > MAX_FRAME:
        raise ValueError("the frame is too large")
    return kind, size


def send_frame(connection: socket.socket, kind: bytes, data: bytes = b"") -> None:
    if len(data) > MAX_FRAME:
        raise ValueError("the result is too large")
    if len(data) < 1 << 16:
        connection.sendall(_HEADER.pack(kind, len(data)) + data)
    else:
        connection.sendall(_HEADER.pack(kind, len(data)))
        connection.sendall(data)


def receive_frame(connection: socket.socket) -> tuple[bytes, bytes]:
    kind, size = parse_header(_receive(connection, HEADER_SIZE))
    return kind, bytes(_receive(connection, size))


def _receive(connection: socket.socket, size: int) -> bytearray:
    data = bytearray(size)
    view, filled = memoryview(data), 0
    while filled < size:
        count = connection.recv_into(view[filled:])
        if count == 0:
            raise EOFError
        filled += count
    return data
