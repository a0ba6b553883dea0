"""The page of the fleet."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any, Final, Literal

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.http.problems import problem_of
from api.http.questions import answer_of
from api.http.reach import Seen
from api.http.strict_json import FieldsWrong
from api.pages.charts.shown import HOW_TO
from api.pages.chips import chips, choices
from api.pages.fleet import windows
from api.pages.fleet.charts import charts_beside
from api.pages.fleet.matrix import matrix
from api.pages.fleet.sentence import sentence
from api.pages.fleet.table import LEADS, table
from api.pages.frame import Frame, html, rendered
from api.pages.links import Here, asked_for, here
from api.pages.taken_away import files_of_fleet
from api.pages.work_view import MODELS
from api.queries.fleet import GroupsAsked, groups_cursor
from api.queries.kept_figures import FiguresAsOf, kept_figures
from application.ports.fleet import GroupBy
from application.queries.measures import WindowEmpty
from domain.language.bounds import DESCRIBED
from domain.language.words import field_names

SIDES: Final = {"model": "model", "client": "client", "partner": "supplier", "month": "month", "all": "all together"}
WINDOW: Final = frozenset({"from", "to"})
"""What the form of the page says of its window."""

BACKWARDS: Final = "the window ends before it begins"

NAMES: Final = {"client_id": "client", "partner_id": "supplier"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetPageAsked(GroupsAsked):
    """The figures side by side; without a window the last twelve whole months and this one, or ``all``."""

    __pydantic_config__ = DESCRIBED

    group_by: GroupBy = "model"
    window: Literal["all"] | None = None

    def figures(self, now: datetime) -> GroupsAsked:
        """The question that the interface answers: the same all month long where nobody chose a window."""
        given: dict[str, Any] = {name: getattr(self, name) for name in field_names(GroupsAsked)}
        if self.from_ is None and self.to is None and self.window is None:
            given["from_"] = windows.usual_start(now)
        return GroupsAsked(**given)


async def fleet_page(standfast: Seen, request: Request) -> Response:
    """Whether the guarantee held, who keeps promises, side by side."""
    at = here(request)
    if address := windows.settled(at):
        return RedirectResponse(address, 303)
    now = standfast.marketplace.clock()
    asked: GroupsAsked = asked_for(FleetPageAsked, request, standfast.positions).figures(now)
    try:
        found = await kept_figures(standfast, request, asked)
    except (FieldsWrong, WindowEmpty) as error:
        wrong = {each.field: each.message for each in problem_of(error, at.path).violations or ()}
        if not wrong or not wrong.keys() <= WINDOW:
            raise
        return html(_refused(asked, at, now, wrong), 422)
    return html(
        await answer_of(
            standfast, request, partial(_page, standfast, found, replace(asked, min_position=None), at, now)
        )
    )


def _refused(asked: GroupsAsked, at: Here, now: datetime, wrong: Mapping[str, str]) -> bytes:
    """The page without its figures: what is wrong with the window stands beside the form that says it."""
    frame = Frame(title="Fleet", section="/fleet")
    if asked.from_ and asked.to and asked.from_ >= asked.to:
        wrong = dict.fromkeys(wrong, BACKWARDS)
    return rendered("fleet_refused.html", frame, **_asking(asked, at, now), refused=wrong)


def _asking(asked: GroupsAsked, at: Here, now: datetime) -> Mapping[str, Any]:
    """What the form of the page is made of, and the windows to choose from."""
    return {
        "here": at,
        "asked": asked,
        "sides": [replace(each, chosen=each.value == asked.group_by) for each in choices(at, "group_by", SIDES)],
        "models": choices(at, "model", MODELS),
        "windows": windows.choices(at, now, asked.from_, asked.to),
        "first_day": windows.first_day(asked.from_),
        "last_day": windows.last_day(asked.to),
    }


def _page(standfast: Seen, found: FiguresAsOf, asked: GroupsAsked, at: Here, now: datetime) -> bytes:
    page = found.figures.page
    reading = page.reading
    cursor = groups_cursor(asked, page.next)
    many = asked.group_by in LEADS
    frame = Frame(
        title="Fleet",
        section="/fleet",
        position=standfast.positions.shown(reading.position),
        as_of=reading.as_of,
        anew=at.now,
        behind_seconds=max(reading.behind_seconds, found.age_seconds if found.anew else 0),
    )
    return rendered(
        "fleet.html",
        frame,
        **_asking(asked, at, now),
        refused={},
        found=found,
        as_of=reading.as_of,
        until=page.to,
        sentence=sentence(found.figures, asked),
        matrix=None if many else matrix(found.figures, asked),
        table=table(found.figures, asked, at) if many else None,
        chips_found=chips(at, NAMES, passed_over=("group_by", "from", "to", "window", "model")),
        charts_found=charts_beside(standfast.draughtsmen, asked, page.groups),
        how_to_chart=HOW_TO,
        taken=files_of_fleet(at),
        next=at.but(cursor=cursor) if cursor else None,
    )
