"""The history of an engagement as a document: what was recorded, by whom, when, and what it changed."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import pairwise
from typing import Final, get_args

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.http.events import event_bytes
from api.http.paging import AfterVersion
from api.http.questions import answer_of
from api.http.reach import Seen
from api.http.viewed import viewed
from api.pages.changes import ChangesShown, changes_shown
from api.pages.chips import Choice, chips, choices
from api.pages.engagement.history import Line, lines
from api.pages.engagement.view import named
from api.pages.formats import machine_text, words
from api.pages.frame import Frame, html, rendered
from api.pages.links import CORRECT, Here, asked_for, engagement_at, here, of_an_engagement
from api.pages.taken_away import files_of_events
from api.pages.wall_time import A_MOMENT
from api.queries.engagements import EventName, InstantAsked, about
from application.queries.as_of import EngagementAsOf
from application.queries.audit import Step, steps_with_states
from application.queries.history import WantedEvents
from domain.engagement.state import EngagementHistory, State
from domain.language.bounds import DESCRIBED
from domain.language.position import Positions
from domain.language.saying import rule_name
from domain.language.words import ActingParty, Instant
from domain.law.marked import Marked
from domain.law.recorded import Recorded
from domain.register import EVENTS

MOST_EVENTS: Final = 50
NAMES: Final = {"from": "happened from", "to": "happened before"}
NO_FILTERS: Final = ("as_of", "known_at", "after")


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentAsked(InstantAsked):
    """Which events of a history; ``after`` is the version after which the page lies."""

    __pydantic_config__ = DESCRIBED

    type: EventName | None = None
    party: ActingParty | None = None
    from_: Instant | None = None
    to: Instant | None = None
    voided: bool | None = None
    after: AfterVersion = 0

    def wanted(self, as_of: datetime) -> WantedEvents:
        """The events that had happened by an instant, of those asked for. Raises WindowEmpty."""
        wanted = WantedEvents(
            after=self.after or None, type=self.type, party=self.party, from_=self.from_, to=self.to, voided=self.voided
        )
        wanted.make_sense()
        return replace(wanted, to=min(self.to or as_of + A_MOMENT, as_of + A_MOMENT))


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One event: its line, what it changed in the state as it was known then, and its envelope as text."""

    line: Line
    changes: ChangesShown
    envelope: str
    voided_at: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """All that the page shows; ``begin`` and ``next`` are where the document begins and goes on."""

    name: str
    client_id: str
    model: str
    engagement: str
    zone: str
    version: int
    as_of: datetime
    known_at: datetime
    position: int | str
    entries: Sequence[Entry]
    begin: str | None
    next: str | None


async def document_page(standfast: Seen, request: Request) -> Response:
    """The document; an address without its instants leads to the one with both, as of now."""
    of_an_engagement(request)
    asked: DocumentAsked = asked_for(DocumentAsked, request, standfast.positions)
    at = here(request)
    question = await answer_of(standfast, request, partial(about, standfast, asked))
    if asked.as_of is None or asked.known_at is None:
        known_at = machine_text(asked.known_at or question.known.known_at)
        return RedirectResponse(at.but(as_of=machine_text(question.as_of), known_at=known_at), 303)
    work = partial(_page, asked, question, at, str(request.url), standfast.positions)
    return html(await answer_of(standfast, request, work))


def _page(asked: DocumentAsked, question: EngagementAsOf, at: Here, url: str, positions: Positions) -> bytes:
    history = question.history
    frame = Frame(
        title="Audit",
        section="/audit",
        position=positions.shown(question.known.position),
        as_of=question.as_of,
        anew=at.but(as_of=None, known_at=None),
    )
    if history is None:
        return rendered("audit_unknown.html", frame, asked=asked, question=question, here=at)
    shown = document(asked, question, history, at, positions)
    filters = {
        "types": _types(history, at),
        "parties": choices(at, "party", get_args(ActingParty)),
        "chips_found": chips(at, NAMES, passed_over=NO_FILTERS),
    }
    return rendered(
        "document.html",
        replace(frame, title=f"Audit: {shown.name}"),
        shown=shown,
        here=at,
        asked=asked,
        url=url,
        files=files_of_events(asked.engagement_id, at),
        **filters,
    )


def document(
    asked: DocumentAsked, question: EngagementAsOf, history: EngagementHistory, at: Here, positions: Positions
) -> Document:
    """A page of the document. Raises WindowEmpty."""
    found = _first_beyond(asked.wanted(question.as_of).of(history.facts))
    page, more = found[:MOST_EVENTS], len(found) > MOST_EVENTS
    state = history.state
    return Document(
        name=named(state),
        client_id=state.client_id,
        model=state.model,
        engagement=engagement_at(asked.engagement_id, **at.time),
        zone=state.terms.calendar.zone,
        version=history.version,
        as_of=question.as_of,
        known_at=question.known.known_at,
        position=positions.shown(question.known.position),
        entries=tuple(_entries(page, history, at, positions, corrects=question.may(CORRECT))),
        begin=at.but(after=None) if asked.after else None,
        next=at.but(after=page[-1].version) if more else None,
    )


def _first_beyond(facts: Iterator[Recorded]) -> list[Recorded]:
    """A page of them, and one more where there is one."""
    return [fact for _, fact in zip(range(MOST_EVENTS + 1), facts, strict=False)]


def _entries(
    page: Sequence[Recorded], history: EngagementHistory, at: Here, positions: Positions, *, corrects: bool
) -> Iterator[Entry]:
    zone = history.state.terms.calendar.zone
    found = {step.version: (step, known) for step, known in _steps(page, history)}
    voided = {fact.version: history.voided[fact.version] for fact in page if fact.version in history.voided}
    for line in lines(page, history.state, voided, at, None, corrects=corrects):
        fact = line.fact
        step, known = found[fact.version]
        yield Entry(
            line=line,
            changes=changes_shown(step.changes, known.state, zone),
            envelope=_envelope(fact, positions),
            voided_at=_line_at(line.voided_by, page, at) if line.voided_by else None,
        )


def _steps(page: Sequence[Recorded], history: EngagementHistory) -> Iterator[tuple[Step, Marked[State]]]:
    """What each event changed, those that lie one behind the other read together, and what was known after it."""
    for run in _runs([fact.version for fact in page]):
        yield from steps_with_states(history.facts, viewed, after=run[0] - 1, limit=len(run))


def _runs(versions: Sequence[int]) -> Iterator[Sequence[int]]:
    """The versions in stretches without a gap."""
    begin = 0
    for place, (one, other) in enumerate(pairwise(versions), 1):
        if other != one + 1:
            yield versions[begin:place]
            begin = place
    if versions:
        yield versions[begin:]


def _line_at(version: int, page: Sequence[Recorded], at: Here) -> str:
    """Where a version stands: on this page, or on that which begins with it, whatever else is filtered."""
    if any(fact.version == version for fact in page):
        return f"#v{version}"
    nothing = dict.fromkeys(name for name in at.query if name not in ("as_of", "known_at"))
    return f"{at.but(**{**nothing, 'after': version - 1})}#v{version}"


def _envelope(fact: Recorded, positions: Positions) -> str:
    """The event with all that is recorded of it, as JSON."""
    return json.dumps(json.loads(event_bytes(fact, positions)), indent=2, ensure_ascii=False)


def _types(history: EngagementHistory, at: Here) -> Sequence[Choice]:
    """The types of events that this history has."""
    there = {fact.type for fact in history.facts if fact.told}
    return choices(at, "type", {name: words(rule_name(name)) for name in EVENTS if name in there})
