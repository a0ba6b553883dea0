"""That a form was written by this server for this browser: a token that follows from a cookie which no script reads.

Another site can have a browser send a form here, and the browser adds the cookie; but it can read neither the cookie
nor a page of this server, and so cannot write the token. The door refuses such a form before that
(`api.http.door.callers`).
"""

import hmac
import re
import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from api.http.access.session_cookie import cookie_in, set_cookie
from api.http.problem_kinds import FormUnproved

COOKIE: Final = "standfast_forms"
FIELD: Final = "_token"
_VALUE: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_OWN_SITES: Final = ("same-origin", "none")


@dataclass(frozen=True, slots=True)
class Proof:
    """The cookie of a browser; ``lacking``: the request of one that has none yet."""

    cookie: str
    lacking: Scope | None = field(default=None, repr=False, compare=False)

    @property
    def token(self) -> str:
        """What a form of this browser says."""
        return hmac.new(self.cookie.encode(), b"standfast form", sha256).hexdigest()

    def left_with(self, response: Response) -> Response:
        """The answer, with the cookie where the browser has none yet."""
        if self.lacking is not None:
            set_cookie(response, self.lacking, COOKIE, self.cookie)
        return response


def proof_of(request: Request) -> Proof:
    """The cookie that a browser brought, or a new one."""
    found = cookie_in(request.scope, COOKIE)
    if found is not None and _VALUE.fullmatch(found):
        return Proof(found)
    return Proof(secrets.token_urlsafe(32), request.scope)


def proved(request: Request, token: str) -> None:
    """Raises FormUnproved where a form is not this server's own, or of another browser."""
    site = request.headers.get("Sec-Fetch-Site", "same-origin").lower()
    if site not in _OWN_SITES:
        raise FormUnproved("the browser says that a page of another site sent the form (Sec-Fetch-Site)")
    proof = proof_of(request)
    if proof.lacking is not None or not hmac.compare_digest(proof.token.encode(), token.encode()):
        raise FormUnproved("the cookie that the form was made with is not there any more")
