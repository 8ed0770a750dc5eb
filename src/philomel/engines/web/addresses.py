"""Which network addresses a fetch may go to."""

import ipaddress
from collections.abc import Sequence

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_NOT_PUBLIC = tuple(
    ipaddress.ip_network(network)
    for network in (
        "100.64.0.0/10",  # shared by the customers of a provider (RFC 6598)
        "192.0.0.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "198.18.0.0/15",  # benchmarks
        "64:ff9b:1::/48",  # local translation
        "2001::/23",  # Teredo and other protocol assignments
        "fec0::/10",  # site-local
        "5f00::/16",  # segment routing
    )
)


def is_public(text: str) -> bool:
    """Whether `text` is an address of the open internet, by the registries of IANA.

    Addresses that carry another one inside are judged by that one: ::ffff:127.0.0.1 is
    this machine. False for what is no address.
    """
    try:
        address: Address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            address = inner
    if any(address.version == network.version and address in network for network in _NOT_PUBLIC):
        return False
    return address.is_global and not (
        address.is_multicast or address.is_reserved or address.is_unspecified
    )


def is_excepted(host: str, port: int, exceptions: Sequence[str]) -> bool:
    """Whether an administrator named this server as one that may be asked wherever it is."""
    return f"{host.lower()}:{port}" in {each.lower() for each in exceptions}
