"""That a form was written by this server for this browser: a token that follows from a cookie which no script reads.

Another site can have a browser send a form here, and the browser adds the cookie; but it can read neither the cookie
nor a page of this server, and so cannot write the token. The door refuses such a form before that
(`api.http.door.callers`).
"""

import hmac
import re
import secrets
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from api.http.problem_kinds import FormUnproved

COOKIE: Final = "standfast_forms"
FIELD: Final = "_token"
_VALUE: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_OWN_SITES: Final = ("same-origin", "none")


@dataclass(frozen=True, slots=True)
class Proof:
    """The cookie of a browser, and whether it has it already."""

    cookie: str
    fresh: bool

    @property
    def token(self) -> str:
        """What a form of this browser says."""
        return hmac.new(self.cookie.encode(), b"standfast form", sha256).hexdigest()

    def left_with(self, response: Response) -> Response:
        """The answer, with the cookie where the browser has none yet."""
        if self.fresh:
            response.set_cookie(COOKIE, self.cookie, httponly=True, samesite="lax", path="/")
        return response


def proof_of(request: Request) -> Proof:
    """The cookie that a browser brought, or a new one."""
    found = request.cookies.get(COOKIE, "")
    if _VALUE.fullmatch(found):
        return Proof(found, fresh=False)
    return Proof(secrets.token_urlsafe(32), fresh=True)


def proved(request: Request, token: str) -> None:
    """Raises FormUnproved where a form is not this server's own, or of another browser."""
    site = request.headers.get("Sec-Fetch-Site", "same-origin").lower()
    if site not in _OWN_SITES:
        raise FormUnproved("the browser says that a page of another site sent the form (Sec-Fetch-Site)")
    proof = proof_of(request)
    if proof.fresh or not hmac.compare_digest(proof.token.encode(), token.encode()):
        raise FormUnproved("the cookie that the form was made with is not there any more")
