"""Whether a clock was met only because something was recorded late (docs/metrics.md, *Recorded late*).

The log is read as it stood at every earlier instant: the facts recorded by then, as of then. Only the facts that
concern the clock are replayed, and only while it could have been open.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from itertools import pairwise
from operator import attrgetter
from typing import Final

from domain.clocks.life import Key, Life
from domain.clocks.starts_and_stops import TELLING, Lives, Scales
from domain.engagement.assignments.onboarding import ProfessionalOnboarded
from domain.engagement.concerns import UnderperformanceReported
from domain.engagement.lifecycle.amendment import TermsAmended
from domain.engagement.lifecycle.ending import EngagementEnded
from domain.engagement.lifecycle.opening import EngagementOpened
from domain.engagement.lifecycle.suspension import EngagementResumed, EngagementSuspended
from domain.engagement.replacement.succession import SuccessorProposed
from domain.engagement.replacement.takeover import ProfessionalReplaced
from domain.engagement.seats import SeatClosed
from domain.engagement.transfer.planning import KnowledgeTransferPlanned
from domain.law.recorded import Recorded
from domain.law.timeline import voided_by
from domain.time.business_time import epoch_seconds

Subject = tuple[str, str]
"""What a fact is about: a kind of thing and its id."""

_KINDS: Final = ("assignment", "concern", "case", "proposal", "plan")
_FOR_ALL: Final = (EngagementSuspended, EngagementResumed, SeatClosed, EngagementEnded)
_TERMS: Final = (EngagementOpened, TermsAmended)
_MOMENT: Final = timedelta(microseconds=1)
_key = attrgetter("key")


class Log:
    """Everything recorded about an engagement up to ``known_at``, in order of version, the voided facts too."""

    def __init__(self, facts: Sequence[Recorded], known_at: datetime) -> None:
        self._facts = facts
        self._known_at = known_at
        self._scales: Scales = {}

    def showed_breached(self, life: Life) -> bool:
        """Whether a clock that was met was ever past its goal and not ended, by what had been recorded by then."""
        settled = max(_known_from(fact) for fact in life.ended_by)
        end = min(settled, self._known_at + _MOMENT)
        glance = self._at_a_glance(life, end)
        return self._breached_before(life.key, end) if glance is None else glance

    def _at_a_glance(self, life: Life, end: datetime) -> bool | None:
        """The answer for most clocks, told from the life itself; None where the log must be replayed.

        Where nothing was voided, and no terms amended or nothing recorded out of order, a clock never started earlier
        or under other terms. Recorded in order and never paused, it ran on until its stop was known.
        """
        goal = life.scale.goal_seconds
        if goal is None or self._voided or not (self._in_order or len(self._terms) == 1):
            return None
        if life.scale.measure(life.started_at, epoch_seconds(end - _MOMENT)) <= goal:
            return False
        return _known_from(life.started_by) < end if self._in_order and not life.ever_paused() else None

    def _breached_before(self, key: Key, end: datetime) -> bool:
        """Replays the facts about a clock in the order in which they became known."""
        becoming_known, gone_from = self._changes(key, end)
        timeline: list[Recorded] = []
        lives = Lives(scales=self._scales)
        for moment in sorted({*becoming_known, *gone_from.values()}):
            if _breached(lives, key, moment - _MOMENT):
                return True
            new = [each for each in becoming_known.get(moment, ()) if gone_from.get(each.version, end) > moment]
            kept = [each for each in timeline if gone_from.get(each.version) != moment]
            if len(kept) < len(timeline) or (timeline and new and min(map(_key, new)) < timeline[-1].key):
                timeline, lives = sorted((*kept, *new), key=_key), Lives(scales=self._scales)
                new = timeline
            else:
                new.sort(key=_key)
                timeline += new
            for fact in new:
                lives.take(fact)
        return _breached(lives, key, end - _MOMENT)

    def _changes(self, key: Key, end: datetime) -> tuple[dict[datetime, list[Recorded]], dict[int, datetime]]:
        """The facts about a clock by the instant from which on they counted, and when they were voided."""
        becoming_known: dict[datetime, list[Recorded]] = {}
        gone_from: dict[int, datetime] = {}
        for fact in self._about(key):
            moment = _known_from(fact)
            if moment < end:
                becoming_known.setdefault(moment, []).append(fact)
                voiding = self._voided.get(fact.version)
                if voiding and voiding.recorded_at < end:
                    gone_from[fact.version] = voiding.recorded_at
        return becoming_known, gone_from

    def _about(self, key: Key) -> list[Recorded]:
        """The facts that tell of a clock: of its subject, of what its subject hangs on, and those for all."""
        clock, subject_id = key
        about = self._by_subject
        if clock == "exit_transfer":
            own = self._of_the_exit()
        elif clock == "onboard":
            own = about.get(("assignment", subject_id), [])
        elif clock == "acknowledge":
            own = self._with(("concern", subject_id), UnderperformanceReported, "assignment")
        elif clock == "decide":
            own = self._with(("proposal", subject_id), SuccessorProposed, "case")
        else:
            own = self._with(("case", subject_id), KnowledgeTransferPlanned, "plan")
        if clock == "transfer_knowledge":
            own += self._onboardings_of_outgoing(own)
        first = min(fact.occurred_at for fact in own)
        # What was suspended, closed or ended before the first of them is nothing to this clock.
        for_all = [fact for fact in self._for_all if fact.occurred_at >= first]
        return list({fact.version: fact for fact in (*self._terms, *own, *for_all)}.values())

    def _of_the_exit(self) -> list[Recorded]:
        """The exit plans and their transfers, and whoever became active."""
        events = (fact.event for fact in self._facts)
        plans = (event for event in events if isinstance(event, KnowledgeTransferPlanned))
        exits = {plan.plan_id for plan in plans if plan.purpose == "exit"}
        planned = [fact for plan_id in exits for fact in self._by_subject[("plan", plan_id)]]
        return [*planned, *(fact for fact in self._facts if isinstance(fact.event, ProfessionalOnboarded))]

    def _onboardings_of_outgoing(self, about_case: Sequence[Recorded]) -> list[Recorded]:
        """The facts by which those to be replaced became active."""
        events = (fact.event for fact in about_case)
        outgoing = {event.outgoing_assignment_id for event in events if isinstance(event, ProfessionalReplaced)}
        found = (fact for each in outgoing for fact in self._by_subject.get(("assignment", each), ()))
        return [fact for fact in found if isinstance(fact.event, ProfessionalOnboarded)]

    def _with(self, subject: Subject, naming: type, kind: str) -> list[Recorded]:
        """The facts about a subject, and those about the things that its facts of one type name."""
        own = self._by_subject.get(subject, [])
        named = {(kind, getattr(fact.event, f"{kind}_id")) for fact in own if isinstance(fact.event, naming)}
        return [*own, *(fact for each in named for fact in self._by_subject.get(each, ()))]

    @cached_property
    def _voided(self) -> dict[int, Recorded]:
        return voided_by(self._facts)

    @cached_property
    def _in_order(self) -> bool:
        """Whether the order of recording is that of the timeline."""
        return all(one.key < other.key for one, other in pairwise(self._facts))

    @cached_property
    def _terms(self) -> list[Recorded]:
        return [fact for fact in self._facts if isinstance(fact.event, _TERMS)]

    @cached_property
    def _for_all(self) -> list[Recorded]:
        return [fact for fact in self._facts if isinstance(fact.event, _FOR_ALL)]

    @cached_property
    def _by_subject(self) -> dict[Subject, list[Recorded]]:
        found: dict[Subject, list[Recorded]] = {}
        for fact in self._facts:
            if type(fact.event) in TELLING:
                for subject in _subjects(fact.event):
                    found.setdefault(subject, []).append(fact)
        return found


def _known_from(fact: Recorded) -> datetime:
    """When a fact began to count: once it was recorded and had happened."""
    return max(fact.recorded_at, fact.occurred_at)


def _breached(lives: Lives, key: Key, at: datetime) -> bool:
    """Whether a clock is past its goal and has not ended at an instant that lies after all facts taken in."""
    life = lives.by_key.get(key)
    goal = life.scale.goal_seconds if life else None
    if life is None or life.ended_at is not None or goal is None:
        return False
    now = epoch_seconds(at)
    # No time counts for more than it lasts, which spares measuring most clocks.
    return now - life.started_at > goal and life.elapsed(now) > goal


def _subjects(event: object) -> Iterator[Subject]:
    for kind in _KINDS:
        subject_id = getattr(event, f"{kind}_id", None)
        if subject_id:
            yield kind, subject_id
    if isinstance(event, ProfessionalReplaced):
        yield "assignment", event.outgoing_assignment_id
