"""What can be set from outside: environment variables named ``STANDFAST_…``."""

import re
from contextlib import suppress
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated, Final, Literal, Self

import platformdirs
from pydantic import AfterValidator, Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from infrastructure.database.address import address_of, address_of_file
from infrastructure.process.oidc_settings import (
    demand_fitting,
    of_algorithms,
    of_claim,
    of_login_scopes,
    of_needed_claim,
    of_role_names,
    of_types,
)
from infrastructure.process.paces import of_limits


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


def is_unspecified(host: str) -> bool:
    """Whether an address to listen on stands for all of the machine's."""
    with suppress(ValueError):  # a name
        return ip_address(host).is_unspecified
    return False


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

    The address of the database may hold a password, and the provider gives a secret: neither the text of an error nor
    ``repr`` has them.
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
    authentication: Literal["off", "on"] = Field(
        default="off", description="off: this machine only, everybody is the operator; on: whoever asks signs in"
    )
    session_idle: Annotated[int, Field(ge=5, le=1_440)] = Field(
        default=60, description="minutes without a page after which whoever signed in there signs in again"
    )
    session_length: Annotated[int, Field(ge=1, le=720)] = Field(
        default=12, description="hours after which whoever signed in to the pages signs in again in any case"
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
    limits: Annotated[str, AfterValidator(of_limits)] = Field(
        default="",
        description="how much each principal may ask: off, or commands=500/2000,streams=200",
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
    webhook_deny: Annotated[str, AfterValidator(of_destinations)] = Field(
        default="", description="names and networks that webhooks are never sent to, inside or outside: a,192.0.2.0/24"
    )
    webhook_ca: str = Field(
        default="", description="a file of certificates (PEM) that webhooks trust beside those of the system"
    )
    oidc_issuer: str = Field(default="", description="the identity provider whose tokens are taken: its address")
    oidc_audience: str = Field(default="", description="what those tokens are made for: the name of this interface")
    oidc_algorithms: Annotated[str, AfterValidator(of_algorithms)] = Field(
        default="RS256,ES256", description="what they may be signed with"
    )
    oidc_types: Annotated[str, AfterValidator(of_types)] = Field(
        default="at+jwt,JWT", description="what their header may call them (typ)"
    )
    oidc_jwks_url: str = Field(
        default="", description="where the provider's keys are; without it, where its discovery document says"
    )
    oidc_party_claim: Annotated[str, AfterValidator(of_claim)] = Field(
        default="party", description="the claim that names the party; empty: the party of its roles"
    )
    oidc_party_id_claim: Annotated[str, AfterValidator(of_needed_claim)] = Field(
        default="party_id", description="the claim with the id of the client, the partner, …"
    )
    oidc_roles_claim: Annotated[str, AfterValidator(of_needed_claim)] = Field(
        default="roles", description="the claim with the roles; a.b: b within a"
    )
    oidc_scopes_claim: Annotated[str, AfterValidator(of_needed_claim)] = Field(
        default="scope", description="the claim with the scopes"
    )
    oidc_mandate_claim: Annotated[str, AfterValidator(of_needed_claim)] = Field(
        default="mandate", description="the claim with an auditor's mandate: engagements, from, until"
    )
    oidc_roles: Annotated[str, AfterValidator(of_role_names)] = Field(
        default="", description="what the provider's roles are called here: theirs=ours,…; without it, the same"
    )
    oidc_http: Literal["never", "loopback"] = Field(
        default="never", description="loopback: a provider on this machine may be asked without TLS"
    )
    oidc_ca: str = Field(
        default="", description="a file of certificates (PEM) that is trusted for the provider beside the system's"
    )
    oidc_client_id: str = Field(
        default="", description="as whom the provider knows the pages; without it, they are signed in to by key alone"
    )
    oidc_client_secret: str = Field(
        default="", description="what they prove that by; empty for a public client", repr=False
    )
    oidc_redirect_url: str = Field(
        default="", description="where the provider leads back to: https://…/sign-in/callback of this server"
    )
    oidc_login_scopes: Annotated[str, AfterValidator(of_login_scopes)] = Field(
        default="openid", description="the scopes that are asked for when somebody signs in to the pages: a b"
    )
    oidc_name: Annotated[str, Field(max_length=80)] = Field(
        default="your identity provider", description="what the provider is called where one signs in"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="the least that is logged"
    )
    log_format: Literal["auto", "json", "console"] = Field(default="auto", description="auto: JSON when not a terminal")

    @model_validator(mode="after")
    def _provider_fits(self) -> Self:
        demand_fitting(self)
        return self
