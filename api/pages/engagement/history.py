"""The history of an engagement as lines, the newest first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from api.pages.formats import DAY_SECONDS, duration_text, machine_text, words
from api.pages.links import Here, correction_at
from api.pages.subjects import SAID, of_clock, said_of
from domain.clocks.notice import ServiceLevelBreached
from domain.engagement.state import State
from domain.language.saying import rule_name
from domain.law.recorded import Recorded

MOST_LINES: Final = 40
LATE: Final = timedelta(days=1)
"""From what difference on it is said that a fact was recorded late."""

TOLD_FIRST: Final = ("proposal_id", "absence_id", "plan_id", "case_id", "concern_id", "assignment_id", "seat_id")
"""Which of several things an event is about."""

TEXTS: Final = ("reason", "note")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An event: what it is, about what, what somebody wrote, who recorded it, and which version voided it.

    ``correct`` is the address of the form that corrects it, None where it cannot be by whoever reads, or
    counts no more.
    """

    fact: Recorded
    what: str
    about: str
    text: str | None
    details: Sequence[str]
    late: str | None
    voided_by: int | None
    as_then: str
    fresh: bool
    correct: str | None


def lines(
    facts: Sequence[Recorded],
    state: State,
    voided: Mapping[int, Recorded],
    here: Here,
    recorded: int | None,
    *,
    corrects: bool,
) -> Sequence[Line]:
    """Each fact as a line; ``voided`` holds what voided each version, ``recorded`` is what is to be pointed out.

    ``corrects``: whether whoever reads may correct them.
    """
    told = (_line(fact, state, voided.get(fact.version), here, recorded) for fact in facts)
    return tuple(each if corrects else replace(each, correct=None) for each in told)


def _line(fact: Recorded, state: State, voiding: Recorded | None, here: Here, recorded: int | None) -> Line:
    event, apart = fact.event, fact.recorded_at - fact.occurred_at
    texts = [value for name in TEXTS if isinstance(value := getattr(event, name, None), str)]
    return Line(
        fact=fact,
        what=words(rule_name(fact.type)).capitalize(),
        about=_about(event, state),
        text=texts[0] if texts and fact.type not in NO_TEXT else None,
        details=tuple(_details(event)),
        late=duration_text(apart.days * DAY_SECONDS) if apart > LATE else None,
        voided_by=voiding.version if voiding else None,
        as_then=here.but(as_of=machine_text(fact.occurred_at), recorded=None, before=None),
        fresh=fact.version == recorded,
        correct=None if voiding else correction_at(fact),
    )


def _about(event: object, state: State) -> str:
    if isinstance(event, ServiceLevelBreached):
        return f"{words(event.clock)}: {of_clock(state, event.clock, event.subject_id)}"
    for field in TOLD_FIRST:
        identity = getattr(event, field, None)
        if identity and field in SAID:
            return said_of(state, field, identity)
    return str(getattr(event, "professional_id", ""))


NO_TEXT: Final = ("EngagementEnded",)
"""Whose reason is a code."""

CODES: Final[Mapping[str, str]] = {
    "version": "version {}",
    "cause": "{}",
    "outcome": "{}",
    "item": "{}",
    "kind": "{}",
    "item_id": "{}",
    "waiting_on": "waits on {}",
    "percent": "{} %",
    "minutes": "{} min",
    "allocation": "allocation {}",
}
"""How the fields of events are told that say in a word what happened."""


def _details(event: object) -> Sequence[str]:
    found = [say.format(words(str(value))) for name, say in CODES.items() if (value := getattr(event, name, None))]
    eligible = getattr(event, "eligible", None)
    return found if eligible is None else [*found, "guaranteed" if eligible else "not guaranteed"]
