"""How long a client is waited for, at every stage of a request."""

from enum import Enum

from api.http.door.limits import Limits


class Awaited(Enum):
    """What a client owes."""

    FIRST_BYTE = "the first byte"
    HEAD = "the end of the headers"
    BODY = "the body"
    REST = "the rest of a body that has been answered already"
    NOTHING = "nothing: it waits for an answer, or is idle"


class Patience:
    """Counts the looks at a client that owes something; only looks at which it could have sent are counted."""

    __slots__ = ("_bytes", "_limits", "_looks", "_waited", "awaited")

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.awaited = Awaited.FIRST_BYTE
        self._waited = self._looks = self._bytes = 0

    def heard(self) -> None:
        """Something came: where nothing was awaited, a new request begins."""
        if self.awaited is Awaited.NOTHING:
            self._await(Awaited.HEAD)
        elif self.awaited is Awaited.FIRST_BYTE:
            self.awaited = Awaited.HEAD

    def head_read(self) -> None:
        self._await(Awaited.BODY)

    def body_came(self, size: int) -> None:
        """A part of the body: the pause is over."""
        self._bytes += size
        if self.awaited is Awaited.BODY:
            self._waited = 0

    def request_read(self) -> None:
        self.awaited = Awaited.NOTHING

    def answered(self) -> None:
        """The answer is out: a body that still comes is of no use any more."""
        if self.awaited is Awaited.BODY:
            self._await(Awaited.REST)

    def is_over(self) -> bool:
        """One look more, about a second after the last: whether the client is too slow."""
        self._waited += 1
        match self.awaited:
            case Awaited.NOTHING:
                return False
            case Awaited.BODY:
                return self._waited >= self._limits.body_pause_seconds or self._too_slow()
            case Awaited.REST:
                return self._waited >= self._limits.rest_seconds
            case _:
                return self._waited >= self._limits.head_seconds

    def _too_slow(self) -> bool:
        """Whether the minute that has just ended brought too little."""
        self._looks += 1
        if self._looks < self._limits.rate_seconds:
            return False
        came, self._looks, self._bytes = self._bytes, 0, 0
        return came < self._limits.rate_bytes

    def _await(self, awaited: Awaited) -> None:
        self.awaited = awaited
        self._waited = self._looks = self._bytes = 0
