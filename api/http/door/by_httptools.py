"""Reading requests with httptools, as uvicorn does, within the limits."""

import re
from typing import Any, Final

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.http.door.guarded import Guarded
from api.http.door.heads import REFUSALS, judged
from api.http.problem_kinds import HeadersTooLarge, NotHttp

METHOD: Final = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,40}(?= )")


class ByHttptools(Guarded, HttpToolsProtocol):  # type: ignore[misc]  # Guarded stands before either protocol
    """One connection."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._read_without_result = 0  # bytes since a head ended, a part of a body came or a request ended
        self._method = ""  # of the request being read, where the parser knows no such method

    @property
    def queued(self) -> bool:
        return bool(self.pipeline)

    def data_received(self, data: bytes) -> None:
        if not self.hears(data):
            return
        self._unset_keepalive_if_required()
        self._read_without_result += len(data)
        self._read(data)
        if self._read_without_result > self.limits.header_bytes and not self._deaf:
            self.refuse(HeadersTooLarge())
        self.waits()

    def _read(self, data: bytes) -> None:
        before = self.cycle
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._hear_no_more()  # the request is answered in this protocol; the parser could not read on after it
        except httptools.HttpParserInvalidMethodError:
            self._read_other_method(data, at_its_start=before is self.cycle and len(data) == self._read_without_result)
        except httptools.HttpParserCallbackError as error:
            self.refuse(error.__context__ if isinstance(error.__context__, REFUSALS) else NotHttp())
        except httptools.HttpParserError as error:
            self.refuse(NotHttp(str(error)))

    def _hear_no_more(self) -> None:
        """Makes the request that was read the last of its connection."""
        self._deaf = True
        self.cycle.keep_alive = False
        if self.cycle.response_complete:
            self.transport.close()

    def _read_other_method(self, data: bytes, *, at_its_start: bool) -> None:
        """Reads a request with a method that the parser does not know as a GET: what is there answers it with 405."""
        found = METHOD.match(data)
        if found is None or not at_its_start:
            self.refuse(NotHttp("the request begins with no method"))
            return
        self.parser = httptools.HttpRequestParser(self)
        self._method = found[0].decode()
        self._read(b"GET" + data[found.end() :])

    def on_message_begin(self) -> None:
        self.patience.heard()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        if len(self.pipeline) >= self.limits.pipelined:
            raise NotHttp("too many requests at once on one connection")
        self.url, self.headers[:] = judged(self.url, self.headers, self.limits)
        super().on_headers_complete()
        if self._method:
            self.scope["method"], self._method = self._method, ""
        self.headers = []  # what comes as a trailer is no header (RFC 9110, 6.5.1): collected apart, and forgotten
        self._read_without_result = 0
        self.patience.head_read()

    def on_body(self, body: bytes) -> None:
        self._read_without_result = 0
        self.patience.body_came(len(body))
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._read_without_result = 0
        self.patience.request_read()
        super().on_message_complete()
        if self.cycle.keep_alive and not self.parser.should_keep_alive():
            self._hear_no_more()  # a trailer said so, and to the parser it is a header
