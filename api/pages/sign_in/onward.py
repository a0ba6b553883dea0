"""Where somebody goes on to once they have signed in: to a page of this server, whatever an address says."""

import re
from typing import Final
from urllib.parse import quote, unquote

from starlette.requests import Request

from api.http.access.needs import OF_PROGRAMS

SIGN_IN_AT: Final = "/sign-in"
SIGN_OUT_AT: Final = "/sign-out"
START: Final = "/"
NEXT: Final = "next"
LONGEST: Final = 1_000
DECODED: Final = 3
"""How often a path is decoded to be judged, since a proxy may do so; one that is encoded more often is none of ours."""

_WRITTEN: Final = re.compile(r"/[\x21-\x7e]*")
_FORBIDDEN: Final = re.compile(r"[\x00-\x20\x7f-\x9f\\#]|//|/\.{1,2}(/|$)")
_NO_PAGES: Final = (SIGN_IN_AT, SIGN_OUT_AT, *OF_PROGRAMS)


def own(address: str) -> str:
    """An address, where it is that of a page here; the start otherwise.

    It begins with one slash, has neither a host nor a backslash, a control character or a step up, however often it is
    encoded, and is not where one signs in itself.
    """
    if len(address) > LONGEST or not _WRITTEN.fullmatch(address) or "\\" in address or "#" in address:
        return START
    path = address.partition("?")[0]
    for _ in range(DECODED):
        if _FORBIDDEN.search(path) or path.startswith(_NO_PAGES):
            return START
        path, before = unquote(path), path
        if path == before:
            return address
    return START


def sign_in_at(onward: str) -> str:
    """The address where one signs in, and goes on from there."""
    return SIGN_IN_AT if onward == START else f"{SIGN_IN_AT}?{NEXT}={quote(onward, safe='')}"


def asked_for(request: Request) -> str:
    """The address of a request, as one comes back to it."""
    query = request.scope["query_string"].decode("latin-1")
    path = quote(request.scope["path"], safe="/:@~!$&'()*+,;=-._")
    return own(f"{path}?{query}" if query else path)
