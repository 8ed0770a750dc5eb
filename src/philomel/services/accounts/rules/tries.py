"""How long a wrong password makes the next try wait.

Three counters: of a name from one network, of a network over all names, of a name from
everywhere. All of them delay and none of them ends anything: the longest wait is 15
minutes, and tries made during a wait are refused without making it longer. A device or a
network from which the owner signed in before is not held up by what strangers do.
"""

import ipaddress
from enum import StrEnum

from msgspec import Struct

from philomel.services.accounts.contract import Place

MAX_WAIT_MS = 15 * 60 * 1000
FORGET_MS = 24 * 60 * 60 * 1000
"""A counter starts anew when nothing failed for this long."""


class Counter(StrEnum):
    """What failures are counted by."""

    PAIR = "pair"
    DEVICE = "device"
    NETWORK = "network"
    NAME = "name"
    PLAYER = "player"
    SET_UP = "set-up"
    FACTOR = "factor"
    LINK = "link"


class Tries(Struct, frozen=True):
    """Attributes:
    failures: so far.
    failed_at: the last one, milliseconds since the Unix epoch.
    """

    failures: int
    failed_at: int


# Failures that cost nothing. A household shares a network; a player retries by itself.
_FREE = {
    Counter.PAIR: 5,
    Counter.DEVICE: 5,
    Counter.NETWORK: 50,
    Counter.NAME: 50,
    Counter.PLAYER: 50,
    Counter.SET_UP: 20,
    # Whoever gets as far as a second factor knows the password: a million codes, few tries.
    Counter.FACTOR: 5,
    Counter.LINK: 20,
}
_FIRST_WAIT_MS = 1000
_SKEW_MS = 60_000


def wait_of(counter: Counter, failures: int) -> int:
    """Milliseconds to wait after the last failure: doubling from one second."""
    beyond = failures - _FREE[counter]
    if beyond < 0:
        return 0
    return min(_FIRST_WAIT_MS << min(beyond, 20), MAX_WAIT_MS)


def left(counter: Counter, tries: Tries | None, now: int) -> int:
    """Milliseconds until the next try is looked at; 0 when it is now."""
    if tries is None or tries.failed_at > now + _SKEW_MS:
        return 0  # the clock was set back: nobody is to wait until it is there again
    return max(0, tries.failed_at + wait_of(counter, tries.failures) - now)


def network_of(address: str) -> str:
    """What one subscriber holds: an IPv4 address or an IPv6 /64."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:100]
    if isinstance(ip, ipaddress.IPv4Address):
        return str(ip)
    if ip.ipv4_mapped is not None:
        return str(ip.ipv4_mapped)
    return str(ipaddress.ip_network((int(ip), 64), strict=False))


def place_of(address: str) -> Place:
    """Where an address lies, for the list of sessions: the address itself is not kept."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return Place.UNKNOWN
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    if ip.is_loopback:
        return Place.MACHINE
    if ip.is_unspecified:
        return Place.UNKNOWN
    return Place.INTERNET if ip.is_global else Place.LOCAL
