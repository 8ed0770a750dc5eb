"""Sockets to listen on, and the addresses this machine is reached at."""

import errno
import fcntl
import socket
import struct
from collections.abc import Sequence

from philomel.app.refusal import Exit, Refusal

_SIOCGIFADDR = 0x8915


def listen(host: str, port: int) -> socket.socket:
    """A listening TCP socket.

    Raises:
        Refusal: the port is taken, or the address is not this machine's.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except socket.gaierror:
        raise Refusal(f"{host!r} is no address to listen on; see --host", Exit.USAGE) from None
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(host != "::"))
        listener.bind(address)
        listener.listen(2048)
    except OSError as error:
        listener.close()
        raise _refusal(error, host, port) from None
    listener.setblocking(False)
    return listener


def _refusal(error: OSError, host: str, port: int) -> Refusal:
    if error.errno == errno.EADDRINUSE:
        return Refusal(
            f"port {port} on {host} is in use by another program; "
            f"choose another one with --port, for example --port {port + 1}",
            Exit.UNAVAILABLE,
        )
    if error.errno == errno.EACCES:
        return Refusal(
            f"this user may not listen on port {port}; choose one above 1023 with --port",
            Exit.UNAVAILABLE,
        )
    return Refusal(f"cannot listen on {host} port {port}: {error.strerror}", Exit.UNAVAILABLE)


def urls(listener: socket.socket) -> Sequence[str]:
    """The addresses a browser finds `listener` at, this machine's own first."""
    host, port = listener.getsockname()[:2]
    hosts = [host]
    if host in {"0.0.0.0", "::"}:  # noqa: S104  # compared, not bound
        hosts = ["127.0.0.1", *local_addresses()]
    return [f"http://{f'[{host}]' if ':' in host else host}:{port}" for host in hosts]


def only_here(listener: socket.socket) -> bool:
    """Whether other machines cannot reach `listener`."""
    host = str(listener.getsockname()[0])
    return host == "::1" or host.startswith("127.")


def local_addresses() -> Sequence[str]:
    """This machine's IPv4 addresses besides loopback."""
    found: list[str] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        for _, name in socket.if_nameindex():
            request = struct.pack("256s", name.encode()[:15])
            try:
                answer = fcntl.ioctl(probe.fileno(), _SIOCGIFADDR, request)
            except OSError:
                continue
            address = socket.inet_ntoa(answer[20:24])
            if not address.startswith("127."):
                found.append(address)
    return found
