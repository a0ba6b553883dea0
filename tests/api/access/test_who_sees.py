"""Every route and page, asked by everybody, gives what `who_sees.txt` says, with the first net alone: the conditions of
the queries. The second one alone is `test_row_security`'s.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final

import pytest
from sqlalchemy.engine import URL, make_url

from api.http.access import gate
from api.http.access.needs import PAGES
from domain.access.reach import EVERYTHING
from infrastructure.fleet import fleet
from tests.api.access import reading
from tests.api.access.followed import SAID_OF_STREAMS, followed_by_everybody, told_by_streams
from tests.api.access.people import EVERYBODY, with_everybody
from tests.api.access.reading import Asked
from tests.api.access.seen_there import A_COMMAND, PEOPLE, SEES, Route, There, is_as_written
from tests.api.access.ways import CASES, COMMANDING
from tests.moulds import Copied, Files, ServerDatabases, started

ELSEWHERE: Final = {("GET", "/sign-in/provider"), ("GET", "/sign-in/callback")}
"""Which are there where an identity provider is: `test_provider`."""


WHAT_IFS: Final = [route for route in CASES if route[1].endswith("/what-if")]
BRIEF: Final = [
    route
    for route in CASES
    if route not in WHAT_IFS and (route[1] not in COMMANDING or route[1].endswith(("/add-seat", "/annotate")))
]
"""Each line of the file, for all commands two; what-ifs are worked out for long, and have tests of their own."""

SAMPLE: Final = (
    ("GET", "/v1/engagements/{engagement_id}"),
    ("GET", "/v1/engagements/{engagement_id}/clocks/{clock}/{subject_id}"),
    ("GET", "/v1/events"),
    ("GET", "/v1/metrics"),
    ("GET", "/v1/work"),
    ("GET", "/v1/exports/assignments.csv"),
    ("GET", "/engagements"),
    ("POST", "/v1/engagements/{engagement_id}/annotate"),
)


@contextmanager
def without_the_second(url: URL) -> Iterator[Asked]:
    """The application where the database keeps no row from anybody, nor do the columns of the figures."""
    with pytest.MonkeyPatch.context() as patched, with_everybody(url) as asked:
        patched.setattr(fleet, "reach_said", lambda: EVERYTHING)
        yield asked


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory, sqlite_moulds: Files) -> Iterator[Asked]:
    url = make_url(f"sqlite:///{tmp_path_factory.mktemp('who-sees') / 'standfast.db'}")
    sqlite_moulds.copy(started, url)
    with without_the_second(url) as opened:
        yield opened


@pytest.fixture(scope="module")
def asked_on_postgresql(postgres_moulds: ServerDatabases) -> Iterator[Asked]:
    """As somebody who administers the server, from whom no row is kept."""
    with postgres_moulds.copy(started) as url, without_the_second(url) as opened:
        yield opened


def written(route: Route) -> Route:
    """The line of the file that is about a route."""
    return route if route in SEES else (route[0], A_COMMAND if route[1] in COMMANDING else route[1])


def assert_as_written(asked: Asked, who: str, routes: Iterable[Route]) -> None:
    for route in routes:
        there, said = There(asked, who, *route), SEES[written(route)][who]
        assert is_as_written(there, said), f"{said!r} is said of {there}"


def test_the_file_has_a_column_for_everybody() -> None:
    assert tuple(EVERYBODY) == PEOPLE


def test_every_route_and_every_page_has_its_line_in_the_file(asked: Asked) -> None:
    described = asked.client.get("/openapi.json").json()["paths"]
    served = {(method.upper(), path) for path, methods in described.items() for method in methods}
    assert {*CASES} == (served | PAGES.keys()) - ELSEWHERE
    assert {written(each) for each in CASES} == {each for each in SEES if each[0] != "STREAM"}


@pytest.mark.parametrize("who", PEOPLE)
def test_everybody_gets_what_the_file_says(asked: Asked, who: str) -> None:
    assert_as_written(asked, who, BRIEF)


@pytest.mark.parametrize("who", ["op", "south", "clie'"])
def test_a_what_if_is_of_what_the_file_says(asked: Asked, who: str) -> None:
    assert_as_written(asked, who, WHAT_IFS)


@pytest.mark.long
@pytest.mark.parametrize("who", PEOPLE)
def test_so_does_every_command_and_what_if(asked: Asked, who: str) -> None:
    assert_as_written(asked, who, (route for route in CASES if route not in BRIEF))


def test_streams_tell_what_the_file_says(copied: Copied, monkeypatch: pytest.MonkeyPatch) -> None:
    """Authentication is off here, so that the gate says nothing of a reach."""
    monkeypatch.setattr(gate, "let_in", reading.let_in_by_header)
    for who, principal in EVERYBODY.items():
        monkeypatch.setitem(reading.READERS, who, principal)
    with followed_by_everybody(copied(started, "sqlite")) as followed:
        assert told_by_streams(followed) == SAID_OF_STREAMS


def test_a_sample_of_the_file_is_so_on_postgresql(asked_on_postgresql: Asked) -> None:
    for who in PEOPLE:
        assert_as_written(asked_on_postgresql, who, SAMPLE)


@pytest.mark.long
@pytest.mark.parametrize("who", PEOPLE)
def test_all_of_the_file_is_so_on_postgresql(asked_on_postgresql: Asked, who: str) -> None:
    assert_as_written(asked_on_postgresql, who, CASES)
