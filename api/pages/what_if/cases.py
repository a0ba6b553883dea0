"""The cases that would have gone otherwise: how they went, how they would have, and which check decides it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from api.desks import go_on
from api.http.reach import Seen
from api.pages.links import Here, engagement_at
from api.pages.what_if.choice import SUPPOSED, Choice
from application.queries.as_of import engagement_as_of
from application.queries.measures import WhatIfAnswer, what_if
from domain.engagement.nouns.case import CheckRule
from domain.metrics.guarantee import CaseRecord, Loss
from domain.metrics.what_if import Supposition

MOST_LOOKED_INTO: Final = 20
"""In how many engagements it is looked up which check flipped; each is told a second time for that."""

CHECKS: Final[Mapping[CheckRule, str]] = {
    "policy_grants_guarantee": "the policy grants a guarantee",
    "cause_covered": "the cause is covered",
    "within_window": "the request lies within the window",
    "free_replacements_left": "a free replacement is left",
}
LOSSES: Final[Mapping[Loss, str]] = {
    "late": "the replacement came in time",
    "charged": "the client was charged nothing",
    "transfer_late": "the knowledge was transferred in time",
    "transfer_billed": "the transfer cost nothing",
}
"""What is so where a guarantee was not lost by that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Something that is one way and would be another; ``of_clock``: both are states of a clock."""

    what: str
    before: str
    after: str
    of_clock: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FlippedShown:
    """A case, its fate before and after, and the checks that flipped (None: not looked up here).

    ``supposed_at`` is where the same is supposed of its engagement alone.
    """

    engagement_id: UUID
    name: str
    case_id: str
    about: str
    address: str
    supposed_at: str
    changes: Sequence[Change]
    checks: Sequence[Change] | None


class Flipped:
    """Looks into the engagements of flipped cases.

    ``choice`` is how an address says the supposition; ``known`` holds the answers that there are already.
    """

    def __init__(
        self,
        standfast: Seen,
        supposition: Supposition,
        as_of: datetime,
        choice: Choice,
        known: Mapping[UUID, WhatIfAnswer],
    ) -> None:
        self._standfast = standfast
        self._supposition = supposition
        self._as_of = as_of
        self._instant = choice.instant
        self._query = {name: choice.named[name] for name in SUPPOSED if name in choice.named} | choice.instant
        self._answers = dict(known)
        self._names: dict[UUID, str] = {}

    def shown(self, flipped: Sequence[Mapping[str, Any]]) -> Iterator[FlippedShown]:
        """Each of these cases, as the interface tells them. Raises CallerGone."""
        for each in flipped:
            engagement_id, case_id = UUID(each["engagement_id"]), each["case_id"]
            now, then = self._case(engagement_id, case_id)
            yield FlippedShown(
                engagement_id=engagement_id,
                name=self._name(engagement_id),
                case_id=case_id,
                about=f"replacement on {now.seat_id}" if now else f"replacement {case_id}",
                address=engagement_at(engagement_id, **self._instant),
                supposed_at=Here(f"/engagements/{engagement_id}/what-if", self._query).now,
                changes=tuple(_fates(each["actual"], each["hypothetical"])),
                checks=tuple(_checks(now, then)) if now and then else None,
            )

    def _case(self, engagement_id: UUID, case_id: str) -> tuple[CaseRecord | None, CaseRecord | None]:
        """The case as it is and as it would be; None where its engagement is one too many to be looked into."""
        if engagement_id not in self._answers:
            if len(self._answers) >= MOST_LOOKED_INTO:
                return None, None
            go_on()
            question = engagement_as_of(self._standfast.sight, engagement_id, self._as_of)
            self._answers[engagement_id] = what_if(question, self._supposition, go_on)
        answer = self._answers[engagement_id]
        return _named(answer.actual.guarantee.cases, case_id), _named(answer.hypothetical.guarantee.cases, case_id)

    def _name(self, engagement_id: UUID) -> str:
        if engagement_id not in self._names:
            state = self._standfast.sight.history(engagement_id).state
            self._names[engagement_id] = state.name or state.client_id
        return self._names[engagement_id]


def _named(cases: Sequence[CaseRecord], case_id: str) -> CaseRecord | None:
    return next((each for each in cases if each.case_id == case_id), None)


def _fates(now: Mapping[str, Any], then: Mapping[str, Any]) -> Iterator[Change]:
    if now["eligible"] != then["eligible"]:
        yield Change(what="guaranteed", before=_yes(now["eligible"]), after=_yes(then["eligible"]))
    elif now["honoured"] != then["honoured"]:
        yield Change(what="honoured", before=_yes(now["honoured"]), after=_yes(then["honoured"]))
    if now["replace"] != then["replace"]:
        yield Change(what="replacement", before=now["replace"], after=then["replace"], of_clock=True)


def _yes(value: bool | None) -> str:
    return "undecided" if value is None else "yes" if value else "no"


def _checks(now: CaseRecord, then: CaseRecord) -> Iterator[Change]:
    """The checks of the guarantee that flipped, and what it was lost by; without facts a check was not judged."""
    judged = {each.rule: each.passed for each in then.checks if each.facts}
    for each in now.checks:
        if each.facts and judged.get(each.rule, each.passed) != each.passed:
            yield Change(what=CHECKS[each.rule], before=_yes(each.passed), after=_yes(judged[each.rule]))
    for loss, what in LOSSES.items():
        before, after = loss not in now.broken_because, loss not in then.broken_because
        if before != after and now.eligible and then.eligible:
            yield Change(what=what, before=_yes(before), after=_yes(after))
