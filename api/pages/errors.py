"""What is shown where a page cannot be: what went wrong, what to do, and the id by which it is found in the log.

What is only not there yet, such as the figures of a large fleet after a start, a browser asks for again by itself.
"""

from collections.abc import Iterator
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from api.http.access.asking import asking, session_asking
from api.http.headers import correlation_of
from api.http.problems import RETRY_SECONDS, Problem, problem_of
from api.http.strict_json import FieldsWrong
from api.pages.formats import words
from api.pages.forms.receiving import sent_by
from api.pages.frame import Frame, html, rendered

ASKED_WRONGLY: Final = "This page was asked for what it does not have."
UNKNOWN: Final = ("unknown field", "nothing of this name can be asked for here")


def error_page(request: Request, error: Exception) -> Response:
    """The page of a failure, with its status. What a form had sent is sent as it was by trying again."""
    path = request.scope["path"]
    problem = problem_of(error, path)
    query = request.scope["query_string"].decode("latin-1")
    after = getattr(error, "retry_after", RETRY_SECONDS) if problem.status in (429, 503) else None
    asks_again = problem.status == 503 and request.method in ("GET", "HEAD")
    wrongly = isinstance(error, FieldsWrong)
    title = ASKED_WRONGLY if wrongly else problem.title
    page = rendered(
        "error.html",
        Frame(title=title.rstrip(".")),
        problem=problem,
        title=title,
        amiss=list(_amiss(problem)),
        without=path if wrongly else None,
        correlation_id=correlation_of(request),
        again=None if wrongly or problem.status == 404 else f"{path}?{query}" if query else path,
        sent=sent_by(request),
        who=asking() if session_asking() else None,
        after=after if asks_again else None,
    )
    response = html(page, problem.status)
    if after is not None:
        response.headers["Retry-After"] = str(after)
    if asks_again:
        response.headers["Refresh"] = str(after)
    if allowed := getattr(error, "allowed", None) if problem.status == 405 else None:
        response.headers["Allow"] = ", ".join(allowed)
    return response


def _amiss(problem: Problem) -> Iterator[tuple[str, str]]:
    """What is wrong with which part of the address, as people say it, unless that is all that is told anyway."""
    for each in problem.violations or ():
        if each.message != problem.detail:
            yield words(each.field) or "the address", each.message.replace(*UNKNOWN)
