"""From an address to its operation, before the framework's own layers: they would cost as much as the decision."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import compile_path
from starlette.types import ASGIApp, Receive, Scope, Send

from api.desks import CallerGone
from api.http.operations import Operation
from api.http.problem_kinds import FORESEEN
from api.http.problems import answer_problem
from application.ports.log import StoreUnavailable
from domain.language.saying import did_you_mean
from infrastructure.database.another_schema import is_unusable

Segments = tuple[str | None, ...]
"""A path cut at its slashes; None where an address takes anything."""


@dataclass(frozen=True, slots=True)
class Address:
    """One address: what its path looks like, and the operation of each method."""

    path: re.Pattern[str]
    methods: dict[str, Operation] = field(default_factory=dict)


class Addresses:
    """The addresses of all operations, found by what their paths have in common with the one asked for."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._addresses: dict[Segments, list[Address]] = {}
        by_path: dict[str, Address] = {}
        for operation in operations:
            if operation.path not in by_path:
                by_path[operation.path] = Address(compile_path(operation.path)[0])
                segments = tuple(None if "{" in one else one for one in operation.path.split("/"))
                self._addresses.setdefault(segments, []).append(by_path[operation.path])
            by_path[operation.path].methods[operation.method] = operation
            if operation.method == "GET":  # the server leaves the body of an answer to HEAD out
                by_path[operation.path].methods["HEAD"] = operation
        # Where paths take anything: few ways for all addresses.
        self._open = {tuple(at for at, one in enumerate(key) if one is None) for key in self._addresses}

    def of(self, scope: Scope) -> tuple[Mapping[str, Operation], dict[str, str]]:
        """The operations at the path of a request by their methods, none where nothing is, and its parameters."""
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        segments = path.split("/")
        for places in self._open:
            key = tuple(None if at in places else one for at, one in enumerate(segments))
            for address in self._addresses.get(key, ()):
                if match := address.path.match(path):
                    return address.methods, match.groupdict()
        return {}, {}

    def meant(self, method: str, path: str) -> str:
        """``(did you mean …?)``, where one segment of a path is near to that of an address that takes the method."""
        segments = path.split("/")
        near: dict[str, list[str]] = {}
        for key, addresses in self._addresses.items():
            if len(key) == len(segments) and any(method in each.methods for each in addresses):
                differing = [(one, its) for one, its in zip(segments, key, strict=True) if its not in (None, one)]
                if len(differing) == 1:
                    near.setdefault(differing[0][0], []).append(str(differing[0][1]))
        return "".join(did_you_mean(segment, known) for segment, known in near.items())


class Dispatch:
    """Answers what is an operation's, with a problem where it is refused; leaves the rest to the framework."""

    def __init__(self, app: ASGIApp, addresses: Addresses) -> None:
        self._app = app
        self._addresses = addresses

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        methods: Mapping[str, Operation] = {}
        parameters: dict[str, str] = {}
        if scope["type"] == "http":
            methods, parameters = self._addresses.of(scope)
        operation = methods.get(scope.get("method", ""))
        if operation is None:
            await self._app(scope, receive, send)
            return
        scope["path_params"] = parameters
        scope["state"]["route"] = operation.path
        response = await _answer(operation, Request(scope, receive))
        await response(scope, receive, send)


async def _answer(operation: Operation, request: Request) -> Response:
    try:
        return await operation.endpoint(request)
    except CallerGone as gone:
        raise ClientDisconnect from gone
    except FORESEEN as error:
        return answer_problem(request, error)
    except SQLAlchemyError as error:
        if not is_unusable(error):
            raise
        return answer_problem(request, StoreUnavailable(str(error)))
