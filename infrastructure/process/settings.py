"""What can be set from outside: environment variables named ``STANDFAST_…``."""

import re
from contextlib import suppress
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated, Final, Literal

import platformdirs
from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from infrastructure.database.address import address_of, address_of_file


def default_database_url() -> str:
    """A SQLite file in the user's data directory."""
    return address_of_file(Path(platformdirs.user_data_dir("standfast", appauthor=False)) / "standfast.db")


def of_a_database(url: str) -> str:
    """Raises AddressUnclear for what cannot be read as the address of a database."""
    address_of(url)
    return url


_NAME: Final = re.compile(r"[a-z0-9._~-]{1,255}|\[[0-9a-f:.]+\]")


def names_in(text: str) -> tuple[str, ...]:
    """The names in a list with commas, in lower case."""
    return tuple(each.strip().lower() for each in text.split(",") if each.strip())


def names_of(host: str) -> frozenset[str]:
    """What a request calls an address that is listened on: as it was written, and in its usual form."""
    forms = {host.lower()}
    with suppress(ValueError):  # a name
        forms.add(ip_address(host).compressed)
    return frozenset(f"[{form}]" if ":" in form else form for form in forms)


def of_host_names(text: str) -> str:
    """Raises ValueError for what is no name that a request can call a server by."""
    for name in names_in(text):
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no host name: names stand without scheme and port, with commas between them")
    return text


def of_destinations(text: str) -> str:
    """Raises ValueError for what is neither a name nor a network that webhooks could be sent to."""
    for each in names_in(text):
        with suppress(ValueError):
            ip_network(each.strip("[]"), strict=False)
            continue
        if not _NAME.fullmatch(each):
            raise ValueError(f"{each!r} is neither a host name nor a network such as 10.1.0.0/16")
    return text


class Settings(BaseSettings):
    """The settings of one process. An unknown value of a known variable stops the start.

    The address of the database may hold a password: neither the text of an error nor ``repr`` has it.
    """

    model_config = SettingsConfigDict(env_prefix="STANDFAST_", frozen=True, hide_input_in_errors=True)

    database_url: Annotated[str, AfterValidator(of_a_database)] = Field(
        default_factory=default_database_url, description="SQLite or PostgreSQL", repr=False
    )
    host: str = Field(default="127.0.0.1", description="the address to listen on")
    port: Annotated[int, Field(ge=0, le=65_535)] = Field(
        default=8000, description="the port to listen on, 0: any free one"
    )
    host_names: Annotated[str, AfterValidator(of_host_names)] = Field(
        default="", description="what it is called beside its host, localhost, 127.0.0.1 and [::1]: a,b"
    )
    connections: Annotated[int, Field(ge=1, le=1_000_000)] = Field(
        default=1_000, description="the most that are open at once; fewer where the limit of open files is near"
    )
    streams: Annotated[int, Field(ge=1, le=1_000_000)] = Field(
        default=500, description="the most that may follow what is recorded at once, each on a connection"
    )
    heartbeat: Annotated[int, Field(ge=1, le=3_600)] = Field(
        default=15, description="seconds between two signs of life to whoever follows what is recorded"
    )
    lag_limit: Annotated[int, Field(ge=1, le=86_400)] = Field(
        default=30, description="seconds the projections may be behind before /readyz answers 503"
    )
    keeper_old: Literal["record", "skip"] = Field(
        default="skip", description="old breaches, of an imported past: record a notice of them, or skip them"
    )
    webhook_allow: Annotated[str, AfterValidator(of_destinations)] = Field(
        default="",
        description="names and networks inside that webhooks may be sent to, also without TLS: a,10.1.0.0/16",
    )
    webhook_ca: str = Field(
        default="", description="a file of certificates (PEM) that webhooks trust beside those of the system"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="the least that is logged"
    )
    log_format: Literal["auto", "json", "console"] = Field(default="auto", description="auto: JSON when not a terminal")
