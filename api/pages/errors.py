"""What is shown where a page cannot be: what went wrong, what to do, and the id by which it is found in the log.

What is only not there yet, such as the figures of a large fleet after a start, a browser asks for again by itself.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from api.http.access.asking import asking, session_asking
from api.http.headers import correlation_of
from api.http.problem_kinds import ForeignOrigin, FormUnproved, ScopeMissing
from api.http.problems import RETRY_SECONDS, Problem, problem_of
from api.http.strict_json import FieldsWrong
from api.pages.commands import issued_by, titled
from api.pages.eyes import never_records
from api.pages.formats import words
from api.pages.forms.receiving import sent_by
from api.pages.frame import Frame, html, rendered
from api.pages.links import engagement_at
from api.pages.sections import ways_on
from domain.access.principal import Principal
from domain.register import COMMANDS

ASKED_WRONGLY: Final = "This page was asked for what it does not have."
UNKNOWN: Final = ("unknown field", "nothing of this name can be asked for here")
FORM: Final = re.compile(r"/engagements/(?:(?P<engagement>[0-9a-f-]{36})/)?do/(?P<command>[a-z-]+)")
"""The address of a command's form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forbidden:
    """What may not be done. ``who_may`` is whose command it is, where the detail does not say so; ``looks`` whether the
    role records nothing at all, ``as_whom`` who is signed in, where somebody else may be allowed it, and ``engagement``
    the address of the one that it is about."""

    who_may: str | None
    looks: bool
    as_whom: Principal | None
    engagement: str | None


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
        detail=titled(problem.detail),
        forbidden=_forbidden(error, path) if problem.status == 403 else None,
        amiss=list(_amiss(problem)),
        without=path if wrongly else None,
        correlation_id=correlation_of(request),
        again=None if wrongly or problem.status == 404 else f"{path}?{query}" if query else path,
        sent=sent_by(request),
        ways=ways_on(asking()),
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


def _forbidden(error: Exception, path: str) -> Forbidden:
    form = FORM.fullmatch(path)
    command = form["command"] if form and form["command"] in COMMANDS else None
    anybody = isinstance(error, ForeignOrigin | FormUnproved)
    return Forbidden(
        who_may=issued_by(command) if command and isinstance(error, ScopeMissing) else None,
        looks=command is not None and never_records(),
        as_whom=asking() if session_asking() and not anybody and not never_records() else None,
        engagement=engagement_at(form["engagement"]) if form and form["engagement"] else None,
    )


def _amiss(problem: Problem) -> Iterator[tuple[str, str]]:
    """What is wrong with which part of the address, as people say it, unless that is all that is told anyway."""
    for each in problem.violations or ():
        if each.message != problem.detail:
            yield words(each.field) or "the address", each.message.replace(*UNKNOWN)
