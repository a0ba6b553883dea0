"""Where a webhook may send to: how its address is read, and which addresses of the network are nobody's inside."""

import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Final
from urllib.parse import SplitResult, urlsplit

Ip = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Sequence[str]]
"""The addresses of a name, for a port. Raises OSError."""

LONGEST_URL: Final = 2_000
LONGEST_NAME: Final = 253
PORTS: Final = {"https": 443, "http": 80}
_LABEL: Final = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")
_TRANSLATED: Final = IPv6Network("64:ff9b::/96")
_NOBODYS: Final = (
    IPv4Network("168.63.129.16/32"),  # the machine that a machine of Azure stands on
    IPv4Network("192.88.99.0/24"),  # relays of 6to4, RFC 7526
    IPv4Network("192.0.0.0/24"),  # protocols' own, RFC 6890; the machine that one of Oracle's cloud asks about itself
    IPv6Network("3fff::/20"),  # documentation, RFC 9637
)
"""What no list of the standard library calls inside, and nobody's receiver is at."""


class UrlUnfit(ValueError):
    """No webhook may send there; the text says why."""


@dataclass(frozen=True, slots=True)
class Target:
    """An address that was read: ``host`` is a name or an address without brackets, ``path`` has the query, too."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def literal(self) -> Ip | None:
        """The address that stands in the place of a name."""
        try:
            return ip_address(self.host)
        except ValueError:
            return None

    @property
    def authority(self) -> str:
        """What it is called in the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Places:
    """Names and networks."""

    names: frozenset[str] = frozenset()
    networks: tuple[IPv4Network | IPv6Network, ...] = ()

    @classmethod
    def of(cls, text: str) -> "Places":
        """Those of a list with commas. Raises ValueError for what is neither a name nor a network."""
        names, networks = set(), []
        for each in (part.strip().lower() for part in text.split(",") if part.strip()):
            try:
                networks.append(ip_network(each.strip("[]"), strict=False))
            except ValueError:
                if not _is_name(each.removesuffix(".")):
                    raise ValueError(f"{each!r} is neither a host name nor a network such as 10.1.0.0/16") from None
                names.add(each.removesuffix("."))
        return cls(frozenset(names), tuple(networks))

    def name(self, host: str) -> bool:
        return host in self.names

    def address(self, ip: Ip) -> bool:
        return any(form in network for form in (ip, _unwrapped(ip)) for network in self.networks)


@dataclass(frozen=True, slots=True)
class Allowed:
    """The places that webhooks may reach though they are inside, also without TLS; and those ``denied``, inside or not,
    whatever else is said of them."""

    inside: Places = Places()
    denied: Places = Places()

    @classmethod
    def of(cls, allow: str, deny: str = "") -> "Allowed":
        """Those of two lists with commas. Raises ValueError for what is neither a name nor a network."""
        return cls(Places.of(allow), Places.of(deny))

    def name(self, host: str) -> bool:
        return self.inside.name(host)

    def address(self, ip: Ip) -> bool:
        return self.inside.address(ip)


def target_of(url: str) -> Target:
    """What an address says, read in the one way in which nobody reads it otherwise. Raises UrlUnfit."""
    if len(url) > LONGEST_URL:
        raise UrlUnfit(f"the address has at most {LONGEST_URL} characters")
    if not url.isascii() or any(sign <= " " or sign in '\x7f\\"<>^`{|}' for sign in url):
        raise UrlUnfit("the address has ASCII characters without spaces: write others as %XX, a name as xn--…")
    split, port = _split(url)
    if split.scheme not in PORTS or not url.lower().startswith(f"{split.scheme}://"):
        raise UrlUnfit("the address begins with https://")
    if "@" in split.netloc:
        raise UrlUnfit("the address names no user")
    if "#" in url:
        raise UrlUnfit("the address has no fragment")
    if split.netloc.endswith(":") or port == 0:
        raise UrlUnfit("the port is a number from 1 to 65535")
    query = f"?{split.query}" if split.query else ""
    return Target(split.scheme, _host(split), port or PORTS[split.scheme], (split.path or "/") + query)


def _split(url: str) -> tuple[SplitResult, int | None]:
    try:
        split = urlsplit(url)
        return split, split.port
    except ValueError as error:
        raise UrlUnfit(f"the address cannot be read: {error}") from error


def _host(split: SplitResult) -> str:
    host = (split.hostname or "").removesuffix(".")
    if "[" in split.netloc:
        try:
            return str(IPv6Address("%" if "%" in host else host))  # a zone is this machine's own
        except ValueError:
            raise UrlUnfit("between brackets stands an IPv6 address without a zone") from None
    if _NUMBER.fullmatch(host.rpartition(".")[2]):  # to others a number in any of many forms
        try:
            return str(IPv4Address(host))
        except ValueError:
            raise UrlUnfit("an IPv4 address is written as four decimal numbers") from None
    if not _is_name(host):
        raise UrlUnfit("the host is a name in ASCII, or an address")
    return host


def _is_name(host: str) -> bool:
    labels = host.split(".")
    return len(host) <= LONGEST_NAME and all(map(_LABEL.fullmatch, labels)) and not _NUMBER.fullmatch(labels[-1])


def demand_allowed(target: Target, allowed: Allowed) -> None:
    """What can be said without looking a name up. Raises UrlUnfit."""
    literal = target.literal
    if allowed.denied.name(target.host) if literal is None else allowed.denied.address(literal):
        raise UrlUnfit(f"{target.host} is nowhere to send to, as STANDFAST_WEBHOOK_DENY says")
    named = allowed.name(target.host) if literal is None else allowed.address(literal)
    if named:
        return
    if target.scheme != "https":
        raise UrlUnfit("the address begins with https://; http is for what STANDFAST_WEBHOOK_ALLOW names")
    if literal is not None and not outside(literal):
        raise UrlUnfit(f"{literal} is an address inside; STANDFAST_WEBHOOK_ALLOW may name it")


def reachable(target: Target, allowed: Allowed, resolve: Resolve) -> list[str]:
    """The addresses to connect to: looked up once, and all of them outside, or named by whoever runs this.

    Raises UrlUnfit, and OSError where the name has none.
    """
    demand_allowed(target, allowed)
    literal = target.literal
    if literal is not None:
        return [str(literal)]
    found = list(dict.fromkeys(resolve(target.host, target.port)))
    if not found:
        raise OSError(f"{target.host} has no address")
    for each in found:
        if allowed.denied.address(ip_address(each)):
            raise UrlUnfit(f"{target.host} is {each}, where STANDFAST_WEBHOOK_DENY lets nothing be sent")
    if not allowed.name(target.host):
        for each in found:
            address = ip_address(each)
            if not outside(address) and not allowed.address(address):
                raise UrlUnfit(f"{target.host} is {address}, an address inside; STANDFAST_WEBHOOK_ALLOW may name it")
    return found


def outside(ip: Ip) -> bool:
    """Whether an address is one of the whole network, and of one machine."""
    bare = _unwrapped(ip)
    inside = (
        bare.is_private,
        bare.is_loopback,
        bare.is_link_local,
        bare.is_multicast,
        bare.is_reserved,
        bare.is_unspecified,
        isinstance(bare, IPv6Address) and (bare.is_site_local or bare.scope_id is not None),
    )
    return bare.is_global and not any(inside) and not any(bare in network for network in _NOBODYS)


def _unwrapped(ip: Ip) -> Ip:
    """The IPv4 address that one of IPv6 stands for, where it does."""
    if isinstance(ip, IPv4Address):
        return ip
    if ip in _TRANSLATED:
        return IPv4Address(int(ip) & 0xFFFF_FFFF)
    return ip.ipv4_mapped or ip.sixtofour or ip


def looked_up(host: str, port: int) -> list[str]:
    """The addresses of a name, as this machine finds them. Raises OSError."""
    return [str(place[0]) for *_, place in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
