"""From where a request comes: what is counted for an address is counted for the network that one client has."""

from collections.abc import Hashable
from ipaddress import IPv6Address, ip_address
from typing import Final

from starlette.types import Scope

_64_BITS: Final = 64


def address_of(scope: Scope) -> str:
    """The address of whoever is connected: behind a proxy the proxy's; empty for a socket that has none."""
    return scope["client"][0] if scope.get("client") else ""


def network_of(address: str) -> Hashable:
    """What one client has of addresses: one of IPv4, also where it came over a socket of IPv6; 2**64 of IPv6."""
    try:
        found = ip_address(address)
    except ValueError:  # of a socket that has no address of the internet
        return address
    if isinstance(found, IPv6Address):
        return found.ipv4_mapped or int(found) >> _64_BITS
    return found
