"""Who asks, as the gate found it, for everything behind it."""

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any

from starlette.types import Scope

from api.desks import whose
from domain.access.principal import Principal

_asking: ContextVar[Principal | None] = ContextVar("asking", default=None)
_session: ContextVar[str | None] = ContextVar("session", default=None)


def let_in(scope: Scope, principal: Principal | None, session: str | None = None) -> None:
    """Notes who asks; None: nobody has to say. ``session`` is what a browser brought to sign in with, if it did."""
    scope.setdefault("state", {})["principal"] = principal
    _asking.set(principal)
    _session.set(session)
    whose.set(principal and (principal.role, principal.actor))


def note_beyond(scope: Scope) -> None:
    """Notes that what answers met an engagement that is not there, or beyond reach, whatever the status says."""
    scope["state"]["beyond"] = True


def met_beyond(scope: Mapping[str, Any]) -> bool:
    """Whether that was noted."""
    return bool(scope.get("state", {}).get("beyond"))


def principal_in(scope: Mapping[str, Any]) -> Principal:
    """Who a request is from. Raises LookupError where nobody had to say: nothing may depend on it there."""
    principal: Principal | None = scope.get("state", {}).get("principal")
    if principal is None:
        raise LookupError("nobody signed in, and something behind the gate depends on it")
    return principal


def asking() -> Principal | None:
    """Who the request is from that is being answered, where that is known; also at the desks."""
    return _asking.get()


def session_asking() -> str | None:
    """What the browser of the request that is being answered signed in with, if it did."""
    return _session.get()
