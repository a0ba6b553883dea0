"""What can be said of an identity provider in the settings, and whether it fits together."""

import re
from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from types import MappingProxyType
from typing import Final, Protocol
from urllib.parse import urlsplit

ALGORITHMS: Final[Mapping[str, tuple[str, str | None]]] = MappingProxyType(
    {
        **{f"{family}{bits}": ("RSA", None) for family in ("RS", "PS") for bits in (256, 384, 512)},
        "ES256": ("EC", "P-256"),
        "ES384": ("EC", "P-384"),
        "ES512": ("EC", "P-521"),
        "Ed25519": ("OKP", "Ed25519"),
    }
)
"""What a token may be signed with, each with the type and the curve of its keys: whoever verifies holds no secret."""

PARTY_OF_ROLE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "operator": "platform",
        "client-admin": "client",
        "client-viewer": "client",
        "partner": "partner",
        "professional": "professional",
        "auditor": "auditor",
    }
)
"""The roles that a token may give, each with the party whose it is."""

CALLBACK: Final = "/sign-in/callback"
"""The path to which the provider leads whoever signed in there."""

LONGEST_ADDRESS: Final = 2_000
_TYPE: Final = re.compile(r"[a-z0-9!#$&^_.+/-]{1,127}")
_SCOPE: Final = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{1,200}")
_CLAIM: Final = re.compile(r"[\x21-\x7e]{1,200}")


class OidcSettings(Protocol):
    """The settings that have to fit together."""

    @property
    def authentication(self) -> str: ...
    @property
    def oidc_issuer(self) -> str: ...
    @property
    def oidc_audience(self) -> str: ...
    @property
    def oidc_jwks_url(self) -> str: ...
    @property
    def oidc_http(self) -> str: ...
    @property
    def oidc_client_id(self) -> str: ...
    @property
    def oidc_client_secret(self) -> str: ...
    @property
    def oidc_redirect_url(self) -> str: ...


def listed(text: str) -> tuple[str, ...]:
    """What stands in a list with commas."""
    return tuple(each.strip() for each in text.split(",") if each.strip())


def of_algorithms(text: str) -> str:
    """Raises ValueError for an empty list, and for what is no asymmetric algorithm."""
    if not listed(text):
        raise ValueError("at least one algorithm is named")
    for each in listed(text):
        if each not in ALGORITHMS:
            raise ValueError(f"{each!r} is none of {', '.join(ALGORITHMS)}")
    return text


def types_in(text: str) -> frozenset[str]:
    """The media types in a list, in lower case and without ``application/`` (RFC 7515, 4.1.9)."""
    return frozenset(short_type(each) for each in listed(text))


def short_type(named: str) -> str:
    return named.lower().removeprefix("application/")


def of_types(text: str) -> str:
    """Raises ValueError for an empty list, and for what is no media type."""
    if not listed(text):
        raise ValueError("at least one type is named")
    for each in types_in(text):
        if not _TYPE.fullmatch(each):
            raise ValueError(f"{each!r} is no type such as at+jwt")
    return text


def of_claim(text: str) -> str:
    """Raises ValueError for what is no name of a claim. An empty one names none."""
    if text and not _CLAIM.fullmatch(text):
        raise ValueError("a claim is named by at most 200 visible ASCII characters")
    return text


def of_needed_claim(text: str) -> str:
    """Raises ValueError for what is no name of a claim."""
    if not text:
        raise ValueError("a claim is named")
    return of_claim(text)


def of_login_scopes(text: str) -> str:
    """Raises ValueError for what is no list of scopes, and for one without ``openid`` (OpenID Connect Core, 3.1.2)."""
    words = text.split(" ")
    if not all(_SCOPE.fullmatch(each) for each in words):
        raise ValueError("scopes stand with one space between them")
    if "openid" not in words:
        raise ValueError("openid is one of them: without it the provider does not say who signed in")
    return text


def role_names_in(text: str) -> Mapping[str, str]:
    """The role that each name of a provider means: of ``theirs=ours,…``; without any, a role is called as here."""
    return dict(_pairs(text)) or {role: role for role in PARTY_OF_ROLE}


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    for each in listed(text):
        theirs, sign, ours = (part.strip() for part in each.rpartition("="))
        if not theirs or not sign:
            raise ValueError(f"{each!r} is not written theirs=ours")
        yield theirs, ours


def of_role_names(text: str) -> str:
    """Raises ValueError for a role that is none, and for a name that would mean two."""
    pairs = list(_pairs(text))
    for theirs, ours in pairs:
        if ours not in PARTY_OF_ROLE:
            raise ValueError(f"{ours!r} is none of the roles {', '.join(PARTY_OF_ROLE)}")
        if len({role for name, role in pairs if name == theirs}) > 1:
            raise ValueError(f"{theirs!r} means one role, and not two")
    return text


def demand_address(url: str, *, http_to_loopback: bool = False) -> None:
    """Raises ValueError unless this is an https address, or http to this machine where that is taken."""
    if len(url) > LONGEST_ADDRESS or not url.isascii() or any(sign <= " " or sign in '\x7f\\"<>^`{|}' for sign in url):
        raise ValueError(f"an address has at most {LONGEST_ADDRESS} visible ASCII characters")
    try:
        split = urlsplit(url)
        port, host = split.port, split.hostname
    except ValueError as error:
        raise ValueError(f"the address cannot be read: {error}") from error
    if not host or port == 0 or "@" in split.netloc or "#" in url:
        raise ValueError("an address names a host, and neither a user nor a fragment")
    if split.scheme == "https" or (split.scheme == "http" and http_to_loopback and is_loopback(host)):
        return
    raise ValueError("an address begins with https://; http:// is for STANDFAST_OIDC_HTTP=loopback and this machine")


def is_loopback(host: str) -> bool:
    """Whether a host is written as an address of this machine, or called localhost."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def demand_fitting(settings: OidcSettings) -> None:
    """Raises ValueError, naming the variable, for settings of a provider that do not fit together."""
    if not settings.oidc_issuer:
        alone = (
            ("AUDIENCE", settings.oidc_audience),
            ("JWKS_URL", settings.oidc_jwks_url),
            ("CLIENT_ID", settings.oidc_client_id),
        )
        for name, value in alone:
            if value:
                raise ValueError(f"STANDFAST_OIDC_{name} is set, but STANDFAST_OIDC_ISSUER is not")
        _demand_client(settings)
        return
    if not settings.oidc_audience:
        raise ValueError("STANDFAST_OIDC_AUDIENCE is needed beside STANDFAST_OIDC_ISSUER: what tokens are made for")
    for name, url in (("ISSUER", settings.oidc_issuer), ("JWKS_URL", settings.oidc_jwks_url)):
        if url:
            try:
                demand_address(url, http_to_loopback=settings.oidc_http == "loopback")
            except ValueError as error:
                raise ValueError(f"STANDFAST_OIDC_{name}: {error}") from error
    if "?" in settings.oidc_issuer:
        raise ValueError("STANDFAST_OIDC_ISSUER: an issuer has no query")
    if settings.authentication != "on":
        raise ValueError("STANDFAST_OIDC_ISSUER is set, but STANDFAST_AUTHENTICATION is not on: nobody would sign in")
    _demand_client(settings)


def _demand_client(settings: OidcSettings) -> None:
    """Raises ValueError where it is not said completely how people sign in to the pages with the provider."""
    if not settings.oidc_client_id:
        for name, value in (
            ("CLIENT_SECRET", settings.oidc_client_secret),
            ("REDIRECT_URL", settings.oidc_redirect_url),
        ):
            if value:
                raise ValueError(f"STANDFAST_OIDC_{name} is set, but STANDFAST_OIDC_CLIENT_ID is not")
        return
    if settings.oidc_client_id == settings.oidc_audience:
        raise ValueError(
            "STANDFAST_OIDC_CLIENT_ID and STANDFAST_OIDC_AUDIENCE are two names: otherwise a token that says who "
            "signed in would pass for one that gives access"
        )
    try:
        demand_address(settings.oidc_redirect_url, http_to_loopback=True)
    except ValueError as error:
        raise ValueError(f"STANDFAST_OIDC_REDIRECT_URL: {error}") from error
    if urlsplit(settings.oidc_redirect_url)[2:4] != (CALLBACK, ""):
        raise ValueError(f"STANDFAST_OIDC_REDIRECT_URL ends with {CALLBACK}")
