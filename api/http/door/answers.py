"""What every answer carries, and the answers that are given at the door itself, before there is a request to answer."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

from api.http.problems import problem_response

Headers = Sequence[tuple[bytes, bytes]]
CORRELATION: Final = b"x-correlation-id"
NOWHERE: Final = "/"
"""The address in an answer to what could not be read far enough to have one."""

EVERYWHERE: Final = (
    (b"content-security-policy", b"frame-ancestors 'none'"),
    (b"x-content-type-options", b"nosniff"),
)
NOT_KEPT: Final = (b"cache-control", b"no-store")


def protected(headers: Headers, correlation_id: str) -> list[tuple[bytes, bytes]]:
    """The headers of an answer with those that every answer has, unless it says them itself: nobody keeps the rest."""
    said = dict(headers)
    missing = [header for header in (*EVERYWHERE, NOT_KEPT) if header[0] not in said]
    return [*headers, *missing, (CORRELATION, correlation_id.encode())]


def last_answer(error: Exception, correlation_id: str) -> bytes:
    """A problem as it goes over the wire where no application answers; the connection ends with it."""
    response = problem_response(error, NOWHERE)
    phrase = HTTPStatus(response.status_code).phrase
    headers = [*protected(response.raw_headers, correlation_id), (b"connection", b"close")]
    lines = [f"HTTP/1.1 {response.status_code} {phrase}".encode(), *(b"%b: %b" % header for header in headers)]
    return b"\r\n".join([*lines, b"", bytes(response.body)])
