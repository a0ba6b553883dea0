"""The address of the database: read strictly, and shown without its secrets.

What is not clear to the letter is refused, in words that repeat nothing of it: whatever stands in a wrong place may be
a part of the password, and would be told by the next error. Otherwise an address means what it means to libpq.
"""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from ipaddress import ip_address
from os import fsencode
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import quote, unquote, unquote_plus

from psycopg import pq
from sqlalchemy.engine import URL

MASKED: Final = "***"
SQLITE, POSTGRESQL = "sqlite+pysqlite", "postgresql+psycopg"

_KINDS: Final = {"sqlite": SQLITE, "postgresql": POSTGRESQL, "postgres": POSTGRESQL}
_ESCAPES: Final = "in user and password @ is written %40, / %2F, ? %3F and % %25"
_PLAIN: Final = frozenset(
    {
        "application_name", "connect_timeout", "dbname", "host", "hostaddr", "load_balance_hosts", "port", "sslmode",
        "target_session_attrs", "user",
    }
)  # fmt: skip
"""Parameters that are shown; any other might be a secret."""

_HIGHEST_PORT: Final = 65_535
_SERVER: Final = re.compile(r"(?P<hosts>[^/?]*)(?:/(?P<database>[^/?:]*))?(?:\?(?P<query>.*))?")
_HOST: Final = re.compile(r"(?:\[(?P<bracketed>[^\[\]]+)\]|(?P<name>[^:\[\]]*))(?::(?P<port>[0-9]*))?")
_SOCKET: Final = ("/", "@")
"""How a host begins that is the folder of a socket, or a socket without a file."""

Host = tuple[str, str]
"""A name, an address or a socket, and its port; both may be empty, for what libpq takes then."""

Parameters = dict[str, list[str]]


class AddressUnclear(ValueError):
    """The address of the database cannot be read; the text says why, and repeats nothing of it."""


def address_of(text: str) -> URL:
    """The database that is meant, with the driver that the store uses. Raises AddressUnclear."""
    kind, found, rest = text.partition("://")
    driver = driver_of(kind.partition("+")[0] if found else "")
    return _file(rest) if driver == SQLITE else _server(rest)


def address_of_file(path: Path) -> str:
    """The address of a SQLite file, whatever stands in its name."""
    return f"sqlite:///{quote(fsencode(path))}"


def driver_of(kind: str) -> str:
    """The driver for a kind of database, which is named where it is a word. Raises AddressUnclear for any other."""
    if kind not in _KINDS:
        named = f", not {kind}" if re.fullmatch("[a-z]{2,12}", kind) else ""
        raise AddressUnclear(f"a database is sqlite:///FILE or postgresql://HOST/NAME{named}")
    return _KINDS[kind]


def shown(text: str) -> str:
    """The address as it was written, without its secrets. Raises AddressUnclear."""
    address_of(text)
    place, asked, query = text.partition("?")
    place = re.sub(r"(://[^:@]*:)[^@]+@", rf"\g<1>{MASKED}@", place)
    parameters = [part.partition("=") for part in query.split("&")] if query else []
    return place + asked + "&".join(f"{name}={_unless_secret(name, value)}" for name, _, value in parameters)


def _unless_secret(name: str, value: str) -> str:
    return value if unquote_plus(name) in _PLAIN else MASKED


def _file(rest: str) -> URL:
    if rest and not rest.startswith("/"):
        raise AddressUnclear("a SQLite file stands behind three slashes, and from the root on a fourth: sqlite:///FILE")
    if "?" in rest:
        raise AddressUnclear(
            "options begin behind a ?, and SQLite takes none; a ? in the name of a file is written %3F"
        )
    if re.search(":.*@", rest, re.DOTALL):
        raise AddressUnclear("the address of a SQLite file has no user and no password")
    return URL.create(SQLITE, database=_decoded(rest[1:], "surrogateescape") or None)


def _server(rest: str) -> URL:
    who, _, behind = rest.rpartition("@")
    if re.search("[@/?]", who):
        raise AddressUnclear(f"it is not clear where the host begins; {_ESCAPES}")
    if re.search(r"\s", behind):
        raise AddressUnclear("from the host on a space is written %20")
    found = _SERVER.fullmatch(behind)
    if found is None:
        raise AddressUnclear("behind the host comes /NAME, where / is written %2F and : %3A")
    user, _, password = who.partition(":")
    parameters = _parameters(found["query"])
    hosts = _hosts(found["hosts"], parameters)
    return URL.create(
        POSTGRESQL,
        username=_either(parameters, "user", user),
        password=_either(parameters, "password", password),
        database=_either(parameters, "dbname", found["database"] or ""),
        **_reached_at(hosts, {name: value for name, [value] in parameters.items()}),
    )


def _either(parameters: Parameters, name: str, written: str) -> str | None:
    """A parameter, or else what the address itself says; None where that is nothing."""
    [given] = parameters.pop(name, [""])
    return given or _decoded(written) or None


def _parameters(query: str | None) -> Parameters:
    """What stands behind the question mark, by name; several hosts may each have a parameter of their own."""
    found: Parameters = {}
    for name, given, value in (part.partition("=") for part in query.split("&")) if query else ():
        known = _decoded(name)
        if not given or known not in _parameters_of_libpq():
            raise AddressUnclear("behind the ? come libpq's parameters as NAME=VALUE, where & is written %26")
        found.setdefault(known, []).append(_decoded(value.replace("+", " ")))
    if any(len(values) > 1 for name, values in found.items() if name not in ("host", "port")):
        raise AddressUnclear("a parameter stands twice behind the ?")
    if any(one and not _is_ip_address(one) for each in found.get("hostaddr", []) for one in each.split(",")):
        raise AddressUnclear("hostaddr is an IP address, or several with commas between them")
    return found


@cache
def _parameters_of_libpq() -> frozenset[str]:
    return frozenset(option.keyword.decode() for option in pq.Conninfo.get_defaults())


def _hosts(written: str, parameters: Parameters) -> Sequence[Host]:
    """Every host with its port, from the parameters where they name any."""
    named, ports = (",".join(parameters.pop(name, [])) for name in ("host", "port"))
    hosts = [_of_parameter(one) for one in named.split(",")] if named else [_host(one) for one in written.split(",")]
    if not ports:
        return hosts
    apart = [_port(one) for one in ports.split(",")]
    if len(apart) not in (1, len(hosts)) or any(port for _, port in hosts):
        raise AddressUnclear("every host has one port: HOST:PORT,HOST:PORT")
    return [(host, port) for (host, _), port in zip(hosts, apart * (len(hosts) // len(apart)), strict=True)]


def _of_parameter(text: str) -> Host:
    return (text, "") if text.startswith(_SOCKET) or _is_ip_address(text) else _host(text)


def _host(text: str) -> Host:
    found = _HOST.fullmatch(text)
    if found is None or (found["bracketed"] and not _is_ip_address(found["bracketed"])):
        raise AddressUnclear(f"a host is a name or an address ([::1]), and its port behind a colon; {_ESCAPES}")
    return found["bracketed"] or _name(_decoded(found["name"])), _port(found["port"] or "")


def _name(text: str) -> str:
    if not text or text.startswith(_SOCKET):
        return text
    with suppress(UnicodeError):  # what no resolver could be asked
        if re.fullmatch(r"[\w.-]+", text) and text.encode("idna"):
            return text
    raise AddressUnclear(f"a host has letters, digits, dots and hyphens in its name; {_ESCAPES}")


def _port(text: str) -> str:
    if text and not (text.isascii() and text.isdecimal() and len(text) < 6 and 0 < int(text) <= _HIGHEST_PORT):
        raise AddressUnclear(f"a port is a number from 1 to {_HIGHEST_PORT}; {_ESCAPES}")
    return text


def _is_ip_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _reached_at(hosts: Sequence[Host], query: Mapping[str, str]) -> Mapping[str, Any]:
    """A single host has a place of its own in a URL; several, and sockets, are libpq's parameters."""
    names, ports = (",".join(part) for part in zip(*hosts, strict=True))
    if len(hosts) == 1 and not names.startswith(_SOCKET):
        return {"host": names or None, "port": int(ports) if ports else None, "query": query}
    return {"query": {**query, "host": names, **({"port": ports} if ports.strip(",") else {})}}


def _decoded(text: str, errors: Literal["strict", "surrogateescape"] = "strict") -> str:
    """What is meant by each ``%xx``; names of files may have bytes that are not UTF-8, as Python has them."""
    if re.search("%(?![0-9A-Fa-f]{2})|%00", text):
        raise AddressUnclear(f"two hexadecimal digits follow a %, and not 00; {_ESCAPES}")
    try:
        return unquote(text, errors=errors)
    except UnicodeDecodeError:
        raise AddressUnclear("what is written with % is not UTF-8") from None
