"""Reading requests with h11 where httptools is missing, as uvicorn does, within the limits."""

import sys
from typing import Any, Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from api.http.door.guarded import Guarded
from api.http.door.heads import REFUSALS, judged
from api.http.door.limits import Limits
from api.http.door.patience import Patience
from api.http.problem_kinds import HeadersTooLarge, NotHttp

TOO_LARGE: Final = 431

Event = h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]


class Reading(h11.Connection):
    """A parser that says how far it has come. It drops trailers by itself."""

    def __init__(self, limits: Limits, patience: Patience) -> None:
        super().__init__(h11.SERVER, limits.header_bytes)
        self._limits = limits
        self._patience = patience

    def next_event(self) -> Event:
        event = super().next_event()
        if isinstance(event, h11.Request):
            event = self._in_usual_form(event)
            self._patience.head_read()
        elif isinstance(event, h11.Data):
            self._patience.body_came(len(event.data))
        elif isinstance(event, h11.EndOfMessage):
            self._patience.request_read()
        elif self.their_state is h11.IDLE and self.trailing_data[0]:
            self._patience.heard()
        return event

    def _in_usual_form(self, head: h11.Request) -> h11.Request:
        """Raises h11.RemoteProtocolError, the only one that uvicorn looks for, because of the refusal that it is."""
        try:
            target, headers = judged(head.target, list(head.headers), self._limits)
        except REFUSALS as error:
            raise h11.RemoteProtocolError(str(error)) from error
        return h11.Request(method=head.method, target=target, headers=list(headers), http_version=head.http_version)


class ByH11(Guarded, H11Protocol):
    """One connection."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.conn = Reading(self.limits, self.patience)

    def data_received(self, data: bytes) -> None:
        if self.hears(data):
            super().data_received(data)
            self.waits()

    def send_400_response(self, msg: str) -> None:
        """What uvicorn calls in the face of a request that h11 cannot read."""
        error = sys.exception()
        too_large = isinstance(error, h11.RemoteProtocolError) and error.error_status_hint == TOO_LARGE
        refusal = error.__cause__ if error and isinstance(error.__cause__, REFUSALS) else NotHttp(str(error))
        self.refuse(HeadersTooLarge() if too_large else refusal)
