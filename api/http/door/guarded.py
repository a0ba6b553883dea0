"""What a connection needs beside uvicorn's own protocols: an end to waiting, a last answer, a place among others."""

import asyncio
from collections.abc import Hashable
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.door.answers import last_answer
from api.http.door.connections import Connections
from api.http.door.limits import Limits
from api.http.door.load import credential_of
from api.http.door.patience import Awaited, Patience
from api.http.door.whole import is_whole
from api.http.problem_kinds import Overloaded, RequestTooSlow, rule_of
from application.commands.random_ids import new_id
from domain.access.principal import Principal

if TYPE_CHECKING:
    from uvicorn.protocols.http.h11_impl import H11Protocol as Served
else:
    Served = object

AT_THE_END: Final = "at_the_end"
"""Where the state of an application says what to call once the server ends, and answers are still under way."""

SHED: Final = "shed"
"""Where the state of an application says what to call for each request that was not taken."""

SECONDS_OF_REST: Final = 0.25
MOST_SECONDS_OF_REST: Final = 2.0
"""How long nobody listens to a connection that was answered 429, and twice as long with each further one in a row: who
asks on at once would be answered 429 again and again, which costs as much as answers. Behind a proxy others share the
connection; any other answer begins anew."""

TOO_MANY: Final = 429

log = structlog.get_logger("standfast.connections")


class Guarded(Served):
    """Stands before one of uvicorn's protocols, which tells it where a request is by calling its patience."""

    def __init__(self, limits: Limits, shared: Connections, **of_uvicorn: Any) -> None:
        super().__init__(**of_uvicorn)
        self.limits = limits
        self.shared = shared
        self.patience = Patience(limits)
        self._deaf = False
        self._credential = b""
        self._asker: Hashable = None
        self._unread_answer = (0, 0)
        self._patience_with_readers = limits.unread_answer_seconds
        self._next_look: asyncio.TimerHandle | None = None
        self._rest: asyncio.TimerHandle | None = None
        self._rests = 0.0  # seconds, after this answer
        self.app = partial(self._run, self.app)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        if len(self.connections) >= self.shared.most and not self.shared.makes_room():
            self.shared.turn_away(transport, self.loop)
            return
        super().connection_made(transport)
        self._look_again()

    def connection_lost(self, exc: Exception | None) -> None:
        for timer in (self._next_look, self._rest):
            if timer:
                timer.cancel()
        self.shared.is_busy(self)
        self.shared.load.end(self, self.loop.time())
        super().connection_lost(exc)

    def hears(self, data: bytes) -> bool:
        """Something came: whether it is still listened to, and taken where it begins a request."""
        self.shared.is_busy(self)
        if self._deaf:
            return False
        if self._begins_a_request():
            self._credential = credential_of(data)
            self._asker = self.shared.load.asker(self._credential)
            if not self.shared.load.takes(data, self._asker, self.loop.time()):
                self._shed(data)
                return False
        self.patience.heard()
        return True

    def waits(self) -> None:
        """Notes that a request waits for its answer, where one does: it was read to its end."""
        if self.patience.awaited is Awaited.NOTHING and self._owes_an_answer() and not self.cycle.response_started:
            self.shared.load.begin(self, self._asker, self.loop.time())

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.cycle.response_complete:  # and no later request of this connection is under way
            self.patience.answered()
            if self.patience.awaited is Awaited.NOTHING and not self.transport.is_closing():
                self.shared.is_idle(self)
                if self._rests:
                    self._rest_for(self._rests)

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

    async def _run(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """The application, watched: what waits for its answer waits until that begins."""

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.shared.load.end(self, self.loop.time())
                self._note_who_asked(scope)
                self._rests = self._rest_after(message["status"])
            await send(message)

        self.waits()
        await app(scope, receive, told)

    def _note_who_asked(self, scope: Scope) -> None:
        """Has whoever was let in known by what it signed in with."""
        principal: Principal | None = scope["state"].get("principal")
        if principal is not None:
            self.shared.load.know(self._credential, (principal.role, principal.actor))

    def _rest_after(self, status: int) -> float:
        """Seconds."""
        return min(max(2 * self._rests, SECONDS_OF_REST), MOST_SECONDS_OF_REST) if status == TOO_MANY else 0.0

    def _begins_a_request(self) -> bool:
        return self.patience.awaited in (Awaited.NOTHING, Awaited.FIRST_BYTE) and not self._owes_an_answer()

    def _shed(self, data: bytes) -> None:
        """Answers what is not taken, before it is read. Whoever sent one whole request is heard again in time."""
        self.shared.tell_shed(self.loop.time())
        self.app_state.get(SHED, lambda: None)()
        if not is_whole(data):
            self._deaf = True
            self._end_with(self.shared.overloaded.answer(str(new_id()), last=True))
            return
        self.transport.write(self.shared.overloaded.answer(str(new_id()), last=False))
        self.patience.request_read()
        self.shared.is_idle(self)
        self._rest_for(Overloaded.retry_after)

    def _rest_for(self, seconds: float) -> None:
        """Listens to nothing of this connection for a moment: what comes waits in the network."""
        self.flow.pause_reading()
        self._rest = self.loop.call_later(seconds, self._rested)

    def _rested(self) -> None:
        if not self.transport.is_closing():
            self._unset_keepalive_if_required()
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )
            self.flow.resume_reading()

    def _owes_an_answer(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete  # type: ignore[redundant-expr]  # at first

    def _leave(self, error: Exception) -> None:
        correlation_id = str(new_id())
        log.info("request refused", rule=rule_of(type(error)), client=self.client, correlation_id=correlation_id)
        self._end_with(last_answer(error, correlation_id))

    def _end_with(self, answer: bytes) -> None:
        transport = self.transport
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
