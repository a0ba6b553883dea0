"""The exports at addresses of the pages, where a browser may have them that signed in: `/v1` takes no session."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from api.http.operations import Operation
from api.http.problem_kinds import NothingHere
from api.http.reach import Seen

FILES: Final = "/files"
FILE: Final = f"{FILES}/{{name}}.{{ending}}"


def file_of(exports: Iterable[Operation]) -> Callable[[Seen, Request], Awaitable[Response]]:
    """What answers with an export, by the name of its file."""
    by_name = {each.path.rpartition("/")[2]: each.endpoint for each in exports}

    async def answer(_standfast: Seen, request: Request) -> Response:
        name = "{name}.{ending}".format_map(request.path_params)
        endpoint = by_name.get(name)
        if endpoint is None:
            raise NothingHere(f"there is no file {name[:100]!r}")
        request.scope["path_params"] = {}  # of an export all is asked in the query
        return await endpoint(request)

    return answer
