"""A chart at its address: as SVG, as PNG, or as the Vega-Lite spec that it is drawn from, with its figures."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final, get_args

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from api.http.operations import JSON
from api.http.problem_kinds import FORESEEN, NothingHere
from api.http.problems import problem_response
from api.http.reach import Seen
from api.http.strict_json import json_of
from api.pages.charts.figures import ChartAsked, ChartFigures, figures_of
from api.pages.charts.kinds import CHARTS, Chart
from api.pages.charts.specs import spec_of
from api.pages.frame import HEADERS
from api.pages.links import asked_for
from api.queries.kept_figures import kept_figures
from domain.language.saying import did_you_mean
from infrastructure.database.row_security import reach_said
from infrastructure.process.drawing.draughtsmen import ChartsNotInstalled, Kind

MEDIA_TYPES: Final = {"svg": "image/svg+xml", "png": "image/png", "json": JSON}
PATIENCE_SECONDS: Final = 30.0
"""How long a picture waits for its figures: the page is there already, and a browser asks for a picture once."""

ALONE: Final = {
    **HEADERS,
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
"""A picture needs nothing beside it."""


async def chart(standfast: Seen, request: Request) -> Response:
    """A chart; what fails is a problem, since no page is read where it would stand."""
    try:
        return await _chart(standfast, request)
    except FORESEEN as error:
        return problem_response(error, request.scope["path"])


async def _chart(standfast: Seen, request: Request) -> Response:
    of, ending = _named(request)
    if ending != "json" and not standfast.draughtsmen.there:
        raise ChartsNotInstalled("this server has nothing to draw with; the same address with .json has the figures")
    where = {**request.scope, "path_params": {}}
    asked: ChartAsked = asked_for(ChartAsked, Request(where, request.receive), standfast.positions)
    spec = spec_of(of, await _figures(standfast, request, of, asked), asked, standfast.positions)
    made = json_of(spec) if ending == "json" else await run_in_threadpool(_drawn, standfast, spec, ending)
    return Response(made, headers=ALONE, media_type=MEDIA_TYPES[ending])


def _named(request: Request) -> tuple[Chart, str]:
    """The chart of an address, and what it is asked for as. Raises NothingHere."""
    name, ending = request.path_params["name"], request.path_params["ending"]
    if name not in CHARTS or ending not in MEDIA_TYPES:
        raise NothingHere(f"there is no chart {name[:100]}.{ending[:100]}{did_you_mean(name, CHARTS)}")
    return CHARTS[name], ending


async def _figures(standfast: Seen, request: Request, of: Chart, asked: ChartAsked) -> ChartFigures:
    """The figures of a chart: those that are kept of its page, and kept themselves for as long as those are."""
    found = await kept_figures(standfast, request, asked.about_groups(), patience=PATIENCE_SECONDS)
    page, kept = found.figures.page, standfast.kept
    question = tuple((asked.question() | {"min_position": None}).values())
    key = (reach_said(), standfast.reach, standfast.eyes, of.name, question, page.reading)
    if known := kept.find(key):
        figures: ChartFigures = known.answer
        return figures

    def work() -> tuple[ChartFigures, int]:
        return figures_of(standfast, of, asked, page), page.reading.position

    working = partial(kept.worked_out, key, work, asked=kept.now())
    made = await standfast.desks.costly.answer(working, request.receive, patience=PATIENCE_SECONDS)
    answer: ChartFigures = made.answer
    return answer


def _drawn(standfast: Seen, spec: Mapping[str, Any], ending: str) -> bytes:
    """The picture; who waits for it here keeps no question waiting."""
    kind = next(each for each in get_args(Kind) if each == ending)
    return standfast.draughtsmen.draw({name: value for name, value in spec.items() if name != "usermeta"}, kind)
