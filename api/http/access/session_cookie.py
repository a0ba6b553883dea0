"""The cookies of browsers: for this server alone, for no script, and over TLS but on this machine.

A proxy ends TLS before this server, so that plain HTTP is taken for TLS under every name but this machine's own, unless
nobody has to sign in: then there need be no proxy. A browser lets nobody but this server write a cookie called
``__Host-…``, not even a server of the same domain.
"""

from typing import Final

from starlette.responses import Response
from starlette.types import Scope

from domain.access.principal import LOCAL
from infrastructure.process.oidc_settings import is_loopback

SESSION: Final = "standfast_session"
BEGUN: Final = "standfast_begun"
"""What was begun at the identity provider, until it leads back."""

_SECURE: Final = "__Host-"


def is_private(scope: Scope) -> bool:
    """Whether a request comes over TLS, as far as is known here: all do but those to this machine's own names.

    Where nobody has to sign in there need be no proxy.
    """
    nobody_signs_in = scope.get("state", {}).get("principal") is LOCAL
    return scope["scheme"] == "https" or not (nobody_signs_in or is_loopback(_host(scope)))


def session_in(scope: Scope) -> str | None:
    """The session that a browser brings, if it brings one."""
    return cookie_in(scope, SESSION)


def cookie_in(scope: Scope, name: str) -> str | None:
    """The cookie that was set under a name; None where there is none, or where there are two of them."""
    wanted = _named(scope, name)
    pairs = (
        pair.strip().partition("=")
        for header, value in scope["headers"]
        if header == b"cookie"
        for pair in value.decode("latin-1").split(";")
    )
    found = [value for key, _, value in pairs if key == wanted]
    return found[0] if len(found) == 1 and found[0] else None


def set_cookie(response: Response, scope: Scope, name: str, value: str, seconds: int | None = None) -> None:
    """Has a browser keep it: for so many seconds, or (None) until it is closed."""
    response.set_cookie(
        _named(scope, name),
        value,
        max_age=seconds,
        path="/",
        secure=is_private(scope),
        httponly=True,
        samesite="lax",
    )


def drop_cookie(response: Response, scope: Scope, name: str) -> None:
    """Has a browser forget it."""
    set_cookie(response, scope, name, "", 0)


def _named(scope: Scope, name: str) -> str:
    return f"{_SECURE}{name}" if is_private(scope) else name


def _host(scope: Scope) -> str:
    """The name by which the server was called, without its port."""
    host: str = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"host"), "")
    return host.partition("]")[0].removeprefix("[") if host.startswith("[") else host.partition(":")[0].lower()
