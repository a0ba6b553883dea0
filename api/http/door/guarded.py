"""What a connection needs beside uvicorn's own protocols: an end to waiting, a last answer, a place among others."""

import asyncio
from typing import TYPE_CHECKING, Any, Final

import structlog

from api.http.door.answers import last_answer
from api.http.door.connections import Connections
from api.http.door.limits import Limits
from api.http.door.patience import Awaited, Patience
from api.http.problem_kinds import RequestTooSlow, rule_of
from application.commands.random_ids import new_id

if TYPE_CHECKING:
    from uvicorn.protocols.http.h11_impl import H11Protocol as Served
else:
    Served = object

AT_THE_END: Final = "at_the_end"
"""Where the state of an application says what to call once the server ends, and answers are still under way."""

log = structlog.get_logger("standfast.connections")


class Guarded(Served):
    """Stands before one of uvicorn's protocols, which tells it where a request is by calling its patience."""

    def __init__(self, limits: Limits, shared: Connections, **of_uvicorn: Any) -> None:
        super().__init__(**of_uvicorn)
        self.limits = limits
        self.shared = shared
        self.patience = Patience(limits)
        self._deaf = False
        self._unread_answer = (0, 0)
        self._patience_with_readers = limits.unread_answer_seconds
        self._next_look: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        if len(self.connections) >= self.shared.most and not self.shared.makes_room():
            self.shared.turn_away(transport, self.loop)
            return
        super().connection_made(transport)
        self._look_again()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._next_look:
            self._next_look.cancel()
        self.shared.is_busy(self)
        super().connection_lost(exc)

    def hears(self) -> bool:
        """Something came: whether it is still listened to."""
        self.shared.is_busy(self)
        if not self._deaf:
            self.patience.heard()
        return not self._deaf

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.cycle.response_complete:  # and no later request of this connection is under way
            self.patience.answered()
            if self.patience.awaited is Awaited.NOTHING and not self.transport.is_closing():
                self.shared.is_idle(self)

    def shutdown(self) -> None:
        """The server ends: answers that would go on for ever are told, and who takes none is waited for no longer."""
        super().shutdown()
        self._patience_with_readers = self.limits.unread_at_the_end_seconds
        self.app_state.get(AT_THE_END, lambda: None)()

    def give_way(self) -> None:
        """Ends the connection between two requests, for another one."""
        self.timeout_keep_alive_handler()

    def refuse(self, error: Exception) -> None:
        """The last that is answered here. What earlier requests are owed comes first; what follows is not heard."""
        self._deaf = True
        of_this_request = self.patience.awaited in (Awaited.BODY, Awaited.REST)
        self.patience.request_read()
        if of_this_request and (self.queued or self.cycle.response_started):
            self.transport.close()  # an answer here would be taken for that of another request
        elif not of_this_request and self._owes_an_answer():
            self.cycle.keep_alive = False
        else:
            self._leave(error)

    @property
    def queued(self) -> bool:
        """Whether the request being read stands behind others that have no answer yet."""
        return False

    def _owes_an_answer(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete  # type: ignore[redundant-expr]  # at first

    def _leave(self, error: Exception) -> None:
        correlation_id = str(new_id())
        log.info("request refused", rule=rule_of(type(error)), client=self.client, correlation_id=correlation_id)
        transport, answer = self.transport, last_answer(error, correlation_id)
        self.connection_lost(ConnectionAbortedError())  # to the protocol it is over: whoever reads a body is told
        self.shared.leave(transport, self.loop, answer)

    def _look_again(self) -> None:
        self._next_look = self.loop.call_later(self.limits.look_seconds, self._look)

    def _look(self) -> None:
        self._look_again()
        if self._answer_is_not_taken():
            self.transport.abort()
        elif self._is_waiting() and self.patience.is_over():
            self._end_waiting()

    def _is_waiting(self) -> bool:
        """Whether the client could send, and would be heard."""
        return not (self._deaf or self.flow.read_paused or self.transport.is_closing())

    def _end_waiting(self) -> None:
        if self.patience.awaited is Awaited.FIRST_BYTE:
            self.transport.close()
        else:
            self.refuse(RequestTooSlow())

    def _answer_is_not_taken(self) -> bool:
        """Whether an answer has lain here for too long, and not a byte of it was taken."""
        size, looks = self.transport.get_write_buffer_size(), self._unread_answer[1]
        self._unread_answer = (size, looks + 1 if size and size == self._unread_answer[0] else 0)
        return self._unread_answer[1] >= self._patience_with_readers
