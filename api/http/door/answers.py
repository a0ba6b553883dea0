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
    return _written(error, correlation_id, (b"connection", b"close"))


class Prepared:
    """A problem that is answered very often, written once: but for its correlation id it is always the same."""

    def __init__(self, error: Exception) -> None:
        self._kept = _written(error, _SOME_ID).split(_SOME_ID.encode())
        self._last = last_answer(error, _SOME_ID).split(_SOME_ID.encode())

    def answer(self, correlation_id: str, *, last: bool) -> bytes:
        """Over the wire; ``last``: the connection ends with it."""
        return correlation_id.encode().join(self._last if last else self._kept)


_SOME_ID: Final = "00000000-0000-7000-8000-000000000000"


def _written(error: Exception, correlation_id: str, *more: tuple[bytes, bytes]) -> bytes:
    response = problem_response(error, NOWHERE)
    phrase = HTTPStatus(response.status_code).phrase
    headers = [*protected(response.raw_headers, correlation_id), *more]
    lines = [f"HTTP/1.1 {response.status_code} {phrase}".encode(), *(b"%b: %b" % header for header in headers)]
    return b"\r\n".join([*lines, b"", bytes(response.body)])
