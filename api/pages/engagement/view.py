"""What is shown of an engagement at an instant, as known at one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final
from uuid import UUID

from api.http.reach import Seen
from api.pages.engagement.asked import EngagementPageAsked
from api.pages.engagement.changed import Changed, changed_last
from api.pages.engagement.clocks import ClocksShown, clocks_shown
from api.pages.engagement.facts import Fact, facts
from api.pages.engagement.history import MOST_LINES, Line, lines
from api.pages.engagement.record import Record, record
from api.pages.engagement.replay import Replay, axis_of, replay, spanned
from api.pages.engagement.seats import SeatsShown, seats_shown
from api.pages.formats import business_day_seconds, called
from api.pages.lanes.axis import Axis
from api.pages.lanes.view import Drawing, drawing
from api.pages.links import CORRECT, Here, engagement_at
from api.pages.wall_time import A_MOMENT, on_the_wall
from application.ports.work import WantedWork, WorkFound
from application.queries.as_of import EngagementAsOf, engagement_as_of
from application.queries.history import WantedEvents
from application.queries.measures import at_a_glance
from application.queries.offered import offered
from application.queries.state import StateAnswer, answer_of
from domain.engagement.state import EngagementHistory, State
from domain.lanes.lanes import lanes_of
from domain.metrics.uncovered import uncovered_seats

ONBOARDED: Final = "complete-onboarding-item"
MOST_ITEMS: Final = 40
"""How many of what waits are looked at for what is next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngagementShown:
    """All that the page shows. ``events`` is how many there are in all; ``wall`` is the instant as the form says it.

    ``behind_seconds`` is how old what is next is.
    """

    name: str
    address: str
    state: StateAnswer
    zone: str
    facts: Sequence[Fact]
    replay: Replay
    drawing: Drawing
    changed: Changed | None
    seats: SeatsShown
    clocks: ClocksShown
    record: Record | None
    ticks: frozenset[str]
    """The assignments whose onboarding whoever reads may tell of."""
    lines: Sequence[Line]
    older: str | None
    events: int
    as_of: datetime
    wall: str
    behind_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NotOpened:
    """An engagement before it was opened, or before that was known."""

    name: str
    address: str
    opened_at: datetime
    zone: str


def named(state: State) -> str:
    """What an engagement is called."""
    return called(state.name, state.client_id)


def not_opened(standfast: Seen, engagement_id: UUID) -> NotOpened:
    """When it was opened, as known now. Raises UnknownEngagement."""
    state = standfast.sight.history(engagement_id).state
    zone = state.terms.calendar.zone
    return NotOpened(name=named(state), address=engagement_at(engagement_id), opened_at=state.opened_at, zone=zone)


def engagement_shown(
    standfast: Seen, asked: EngagementPageAsked, question: EngagementAsOf, here: Here
) -> EngagementShown | None:
    """What is shown; None where it had not been opened by then, or was not known to be."""
    history = question.history
    state = history.state_at(question.as_of) if history else None
    if history is None or state is None:
        return None
    waiting = None if asked.replaying else _waiting(standfast, asked.engagement_id)
    items = waiting.items if waiting else ()
    answer = answer_of(state, question, uncovered_seats(state, history.until(question.as_of), question.as_of))
    glance = at_a_glance(question)
    calendar = state.terms.calendar
    day = business_day_seconds(calendar)
    told, older = _history(asked, question, history, here)
    today = engagement_as_of(standfast.sight, asked.engagement_id) if asked.replaying else question
    assert today.history, "what is known now has a history"
    whole = axis_of(today.history, today.as_of, asked.as_of)
    axis = spanned(whole, asked.as_of, asked.span)
    drawn = question if asked.known_at else today
    return EngagementShown(
        name=named(state),
        address=engagement_at(asked.engagement_id),
        state=answer,
        zone=calendar.zone,
        facts=facts(state, answer, glance, items, day),
        replay=replay(today.history, axis, asked, question.as_of, here),
        drawing=_drawing(
            drawn, min(drawn.as_of, whole.to), axis, told, question.as_of, here, all_of_them=asked.seats == "all"
        ),
        changed=changed_last(question) if asked.replaying else None,
        seats=seats_shown(answer, all_of_them=asked.seats == "all"),
        clocks=clocks_shown(
            asked.engagement_id, state, glance.clocks, here.time, day, all_of_them=asked.clocks == "all"
        ),
        record=None
        if asked.replaying
        else record(asked.engagement_id, offered(standfast.sight, items), answer.allowed_commands),
        ticks=frozenset(each for each in state.assignments if question.may(ONBOARDED, {"assignment_id": each})),
        lines=told,
        older=older,
        events=sum(fact.told for fact in history.facts),
        as_of=question.as_of,
        wall=on_the_wall(question.as_of, calendar.zone),
        behind_seconds=waiting.behind_seconds if waiting else 0,
    )


def _drawing(
    drawn: EngagementAsOf,
    at: datetime,
    axis: Axis,
    told: Sequence[Line],
    as_of: datetime,
    here: Here,
    *,
    all_of_them: bool,
) -> Drawing:
    """The lanes up to ``at``: as known today up to now, as known then up to then. Each bar leads to its line."""
    history, shown = drawn.history, {each.fact.version for each in told}
    assert history, "what is drawn was opened"

    def line(version: int) -> str:
        if version in shown:
            return f"#v{version}"
        later = history.facts[version - 1].occurred_at > as_of
        gone = {"as_of": None, "known_at": None} if later else {}
        return f"{here.but(before=version + 1, recorded=None, **gone).removeprefix(here.path)}#v{version}"

    state = history.state_at(at)
    assert state, "what is drawn was opened"
    lanes = lanes_of(history, at, axis.from_, axis.to)
    return drawing(axis, lanes, state, line, all_of_them=all_of_them, shown_at=as_of)


def _waiting(standfast: Seen, engagement_id: UUID) -> WorkFound:
    """What waits in the engagement now, as projected."""
    wanted = WantedWork(engagement_id=engagement_id, notices=False)
    found: WorkFound = standfast.work.page(wanted, standfast.reach, limit=MOST_ITEMS)
    return found


def _history(
    asked: EngagementPageAsked, question: EngagementAsOf, history: EngagementHistory, here: Here
) -> tuple[Sequence[Line], str | None]:
    """The newest lines that had happened by then, and where older ones are."""
    wanted = WantedEvents(order="desc", before=asked.before, to=asked.as_of and asked.as_of + A_MOMENT)
    found = list(islice(wanted.of(history.facts), MOST_LINES + 1))
    page = found[:MOST_LINES]
    older = here.but(before=page[-1].version, recorded=None) if len(found) > MOST_LINES else None
    return lines(page, history.state, history.voided, here, asked.recorded, corrects=question.may(CORRECT)), older
