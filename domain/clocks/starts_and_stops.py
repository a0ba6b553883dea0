"""From the facts of a timeline to the lives of its clocks (docs/metrics.md, *The seven clocks*)."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from domain.clocks.life import CaseLife, Ending, Key, Life, Scale, Stretch
from domain.engagement.assignments.departure import ProfessionalDeparted
from domain.engagement.assignments.matching import MatchWithdrawn, ProfessionalMatched
from domain.engagement.assignments.onboarding import ProfessionalOnboarded
from domain.engagement.concerns import UnderperformanceAcknowledged, UnderperformanceReported, UnderperformanceResolved
from domain.engagement.lifecycle.amendment import TermsAmended
from domain.engagement.lifecycle.ending import EngagementEnded
from domain.engagement.lifecycle.opening import EngagementOpened
from domain.engagement.lifecycle.suspension import EngagementResumed, EngagementSuspended
from domain.engagement.replacement.pause import ReplacementPaused, ReplacementResumed
from domain.engagement.replacement.request import ReplacementRequested
from domain.engagement.replacement.succession import SuccessorAccepted, SuccessorDeclined, SuccessorProposed
from domain.engagement.replacement.takeover import ProfessionalReplaced
from domain.engagement.replacement.withdrawal import ReplacementWithdrawn
from domain.engagement.seats import SeatClosed
from domain.engagement.terms.policy import SUPPLIER, Obligation, Terms, accountable_for_onboarding
from domain.engagement.transfer.completion import KnowledgeTransferred
from domain.engagement.transfer.planning import KnowledgeTransferPlanned
from domain.language.words import Party, SupplySource
from domain.law.recorded import Recorded
from domain.time.business_time import epoch_seconds

EXIT: Final[Key] = ("exit_transfer", "exit")
"""The one clock that is the engagement's own."""

Scales = dict[tuple[int, int, Obligation], Scale]
"""By the identity of policy and calendar: their facts outlive this, and comparing whole documents takes longer."""


class Lives:
    """The lives of all clocks, as far as the facts taken in go; a fact about something unknown is left out."""

    def __init__(self, facts: Iterable[Recorded] = (), *, scales: Scales | None = None) -> None:
        """Takes in the facts, in the order of their timeline; ``scales`` are kept for others over the same facts."""
        self.by_key: dict[Key, Life] = {}
        self.cases: dict[str, CaseLife] = {}
        self.suspensions: list[Stretch] = []
        self._terms: Terms | None = None
        self._scales: Scales = {} if scales is None else scales
        self._running: dict[Key, Life] = {}
        self._open_cases: dict[str, CaseLife] = {}
        self._proposals: dict[str, SuccessorProposed] = {}
        self._cases_of_successors: dict[str, CaseLife] = {}
        self._acknowledging: dict[str, Key] = {}
        self.plans: dict[str, tuple[Key, Recorded]] = {}
        """The clock that each plan is for, and the fact that it was made by."""
        self._planned_for: set[Key] = set()
        self._transferred: dict[Key, tuple[Recorded, Recorded]] = {}
        self._onboarded: set[str] = set()
        for fact in facts:
            self.take(fact)

    def take(self, fact: Recorded) -> None:
        """Takes in the next fact."""
        taking = _TAKES.get(type(fact.event))
        if taking:
            taking(self, fact, fact.event, epoch_seconds(fact.occurred_at))

    def _start(
        self,
        clock: Obligation,
        subject_id: str,
        fact: Recorded,
        at: int,
        *,
        seat_id: str | None = None,
        assignment_id: str | None = None,
        case_id: str | None = None,
        supply_source: SupplySource | None = None,
        layers: Sequence[Sequence[Stretch]] | None = None,
    ) -> Life:
        terms = self._terms
        assert terms is not None, "a timeline begins with its opening"
        accountable: Party | None
        if supply_source:
            accountable = accountable_for_onboarding(terms.policy, supply_source)
        else:
            accountable = terms.policy.obligations.of(clock).accountable
        life = Life(
            clock=clock,
            subject_id=subject_id,
            terms=terms,
            scale=self._scale(terms, clock),
            accountable=accountable,
            waits_on=accountable or "nobody",
            started_at=at,
            started_by=fact,
            layers=(self.suspensions,) if layers is None else layers,
            seat_id=seat_id,
            assignment_id=assignment_id,
            case_id=case_id,
        )
        self.by_key[life.key] = self._running[life.key] = life
        return life

    def _scale(self, terms: Terms, clock: Obligation) -> Scale:
        """The scale of the terms in force."""
        key = id(terms.policy), id(terms.calendar), clock
        if key not in self._scales:
            self._scales[key] = Scale.of(terms, clock)
        return self._scales[key]

    def _end(self, key: Key, ending: Ending, at: int, *facts: Recorded) -> None:
        """Ends a clock that has not ended yet."""
        life = self._running.pop(key, None)
        if life:
            life.ended_at, life.ending, life.ended_by = at, ending, facts

    def _end_acknowledgement(self, assignment_id: str, at: int, fact: Recorded) -> None:
        """The assignment ended: nobody need acknowledge its concern any more."""
        key = self._acknowledging.pop(assignment_id, None)
        if key:
            self._end(key, "cancelled", at, fact)

    def _close_case(self, case: CaseLife, at: int, fact: Recorded) -> None:
        """The case is over: its clocks that have not stopped are cancelled."""
        case.ended_at = at
        self._open_cases.pop(case.seat_id, None)
        for life in (case.propose, case.replace, *case.decides.values()):
            self._end(life.key, "cancelled", at, fact)

    def _opened(self, fact: Recorded, event: EngagementOpened, at: int) -> None:
        self._terms = Terms(policy=event.policy, calendar=event.calendar)

    def _terms_amended(self, fact: Recorded, event: TermsAmended, at: int) -> None:
        assert self._terms is not None
        self._terms = event.over(self._terms)

    def _suspended(self, fact: Recorded, event: EngagementSuspended, at: int) -> None:
        if not _lasting(self.suspensions, at):
            self.suspensions.append(Stretch("suspended", event.waiting_on, at, fact, _seconds(event.until)))

    def _resumed(self, fact: Recorded, event: EngagementResumed, at: int) -> None:
        _close(self.suspensions, at)

    def _ended(self, fact: Recorded, event: EngagementEnded, at: int) -> None:
        if EXIT in self.by_key:
            return
        assert self._terms is not None
        for case in list(self._open_cases.values()):
            self._close_case(case, at, fact)
        for key in list(self._running):
            self._end(key, "cancelled", at, fact)
        _close(self.suspensions, at)
        goal = self._terms.policy.obligations.exit_transfer.goal
        if EXIT in self._planned_for or (goal and self._onboarded):
            self._start(*EXIT, fact, at, layers=())
            self._already_transferred(EXIT, fact, at)

    def _seat_closed(self, fact: Recorded, event: SeatClosed, at: int) -> None:
        case = self._open_cases.get(event.seat_id)
        if case:
            self._close_case(case, at, fact)
        for life in list(self._running.values()):
            if life.seat_id == event.seat_id and life.clock != "transfer_knowledge":
                self._end(life.key, "cancelled", at, fact)

    def _matched(self, fact: Recorded, event: ProfessionalMatched | SuccessorAccepted, at: int) -> None:
        if ("onboard", event.assignment_id) not in self.by_key:
            self._start(
                "onboard",
                event.assignment_id,
                fact,
                at,
                seat_id=event.seat_id,
                assignment_id=event.assignment_id,
                supply_source=event.supply_source,
            )

    def _became_active(self, fact: Recorded, event: ProfessionalOnboarded, at: int) -> None:
        self._onboarded.add(event.assignment_id)
        self._end(("onboard", event.assignment_id), "stopped", at, fact)

    def _gone(self, fact: Recorded, event: MatchWithdrawn | ProfessionalDeparted, at: int) -> None:
        self._end(("onboard", event.assignment_id), "cancelled", at, fact)
        self._end_acknowledgement(event.assignment_id, at, fact)
        case = self._cases_of_successors.pop(event.assignment_id, None)
        if case:
            _close(case.successors, at)

    def _reported(self, fact: Recorded, event: UnderperformanceReported, at: int) -> None:
        if ("acknowledge", event.concern_id) not in self.by_key:
            self._acknowledging[event.assignment_id] = self._start(
                "acknowledge", event.concern_id, fact, at, seat_id=event.seat_id, assignment_id=event.assignment_id
            ).key

    def _acknowledged(self, fact: Recorded, event: UnderperformanceAcknowledged, at: int) -> None:
        self._end(("acknowledge", event.concern_id), "stopped", at, fact)

    def _resolved(self, fact: Recorded, event: UnderperformanceResolved, at: int) -> None:
        ending: Ending = "cancelled" if event.outcome == "withdrawn" else "stopped"
        self._end(("acknowledge", event.concern_id), ending, at, fact)

    def _requested(self, fact: Recorded, event: ReplacementRequested, at: int) -> None:
        if event.case_id in self.cases:
            return
        if event.concern_id:
            overtaken: Ending = "overtaken" if fact.party == "client" else "stopped"
            self._end(("acknowledge", event.concern_id), overtaken, at, fact)
        pauses: list[Stretch] = []
        awaits: list[Stretch] = []
        successors: list[Stretch] = []
        layers = (self.suspensions, pauses, awaits, successors)
        seat_id, case_id = event.seat_id, event.case_id
        propose = self._start("propose", case_id, fact, at, seat_id=seat_id, case_id=case_id, layers=layers)
        replace = self._start("replace", case_id, fact, at, seat_id=seat_id, case_id=case_id, layers=layers)
        replace.waits_on = propose.waits_on
        self.cases[case_id] = self._open_cases[seat_id] = CaseLife(
            case_id=case_id,
            seat_id=seat_id,
            outgoing_assignment_id=event.outgoing_assignment_id,
            requested_at=at,
            requested_by=fact,
            propose=propose,
            replace=replace,
            pauses=pauses,
            awaits=awaits,
            successors=successors,
        )

    def _paused(self, fact: Recorded, event: ReplacementPaused, at: int) -> None:
        case = self.cases.get(event.case_id)
        if case and not _lasting(case.pauses, at):
            case.pauses.append(Stretch("paused", event.waiting_on, at, fact, _seconds(event.until)))

    def _case_resumed(self, fact: Recorded, event: ReplacementResumed, at: int) -> None:
        case = self.cases.get(event.case_id)
        if case:
            _close(case.pauses, at)

    def _proposed(self, fact: Recorded, event: SuccessorProposed, at: int) -> None:
        case = self.cases.get(event.case_id)
        if not case or event.proposal_id in self._proposals:
            return
        self._proposals[event.proposal_id] = event
        decide = self._start("decide", event.proposal_id, fact, at, seat_id=event.seat_id, case_id=event.case_id)
        case.decides[event.proposal_id] = decide
        if event.qualified:
            self._end(case.propose.key, "stopped", at, fact)
            if decide.accountable != case.replace.accountable:
                case.awaits.append(Stretch("awaiting_decision", decide.waits_on, at, fact))

    def _accepted(self, fact: Recorded, event: SuccessorAccepted, at: int) -> None:
        case = self.cases.get(event.case_id)
        if case and ("decide", event.proposal_id) in self._running:
            self._end(("decide", event.proposal_id), "stopped", at, fact)
            self._end(case.propose.key, "stopped", at, fact)
            _close(case.awaits, at)
            case.successors.append(Stretch("onboarding_successor", SUPPLIER[event.supply_source], at, fact))
            self._cases_of_successors[event.assignment_id] = case
        self._matched(fact, event, at)

    def _declined(self, fact: Recorded, event: SuccessorDeclined, at: int) -> None:
        case = self.cases.get(event.case_id)
        if not case or ("decide", event.proposal_id) not in self._running:
            return
        self._end(("decide", event.proposal_id), "stopped", at, fact)
        _close(case.awaits, at)
        if event.qualified and self._proposals[event.proposal_id].qualified:
            case.qualified_declines += 1
            most = case.replace.terms.policy.max_qualified_declines
            if most and case.qualified_declines >= most:
                self._end(case.replace.key, "excused", at, fact)

    def _replaced(self, fact: Recorded, event: ProfessionalReplaced, at: int) -> None:
        self._end_acknowledgement(event.outgoing_assignment_id, at, fact)
        self._start_transfer(fact, event, at)
        case = self.cases.get(event.case_id)
        if case and case.ended_at is None:
            self._end(case.replace.key, "stopped", at, fact)
            self._close_case(case, at, fact)

    def _start_transfer(self, fact: Recorded, event: ProfessionalReplaced, at: int) -> None:
        key: Key = ("transfer_knowledge", event.case_id)
        assert self._terms is not None
        goal = self._terms.policy.obligations.transfer_knowledge.goal
        if event.outgoing_assignment_id not in self._onboarded or key in self.by_key:
            return
        if goal or key in self._planned_for:
            self._start(*key, fact, at, seat_id=event.seat_id, case_id=event.case_id)
            self._already_transferred(key, fact, at)

    def _already_transferred(self, key: Key, fact: Recorded, at: int) -> None:
        """Where the transfer came before its clock, the clock starts and stops at once."""
        transfer = self._transferred.get(key)
        if transfer:
            self._end(key, "stopped", at, fact, *transfer)

    def _withdrawn(self, fact: Recorded, event: ReplacementWithdrawn, at: int) -> None:
        case = self.cases.get(event.case_id)
        if case and case.ended_at is None:
            self._close_case(case, at, fact)

    def _planned(self, fact: Recorded, event: KnowledgeTransferPlanned, at: int) -> None:
        key: Key = EXIT if event.purpose == "exit" else ("transfer_knowledge", event.case_id or "")
        self.plans.setdefault(event.plan_id, (key, fact))
        self._planned_for.add(key)

    def _knowledge_transferred(self, fact: Recorded, event: KnowledgeTransferred, at: int) -> None:
        plan = self.plans.get(event.plan_id)
        if plan:
            key, planned = plan
            self._transferred.setdefault(key, (fact, planned))
            self._end(key, "stopped", at, fact, planned)


def _lasting(stretches: Sequence[Stretch], at: int) -> bool:
    return bool(stretches) and stretches[-1].lasts_at(at)


def _close(stretches: Sequence[Stretch], at: int) -> None:
    if _lasting(stretches, at):
        stretches[-1].end = at


def _seconds(instant: datetime | None) -> int | None:
    return None if instant is None else epoch_seconds(instant)


_TAKES: dict[type[object], Callable[[Lives, Recorded, Any, int], None]] = {
    EngagementOpened: Lives._opened,
    TermsAmended: Lives._terms_amended,
    EngagementSuspended: Lives._suspended,
    EngagementResumed: Lives._resumed,
    EngagementEnded: Lives._ended,
    SeatClosed: Lives._seat_closed,
    ProfessionalMatched: Lives._matched,
    ProfessionalOnboarded: Lives._became_active,
    MatchWithdrawn: Lives._gone,
    ProfessionalDeparted: Lives._gone,
    UnderperformanceReported: Lives._reported,
    UnderperformanceAcknowledged: Lives._acknowledged,
    UnderperformanceResolved: Lives._resolved,
    ReplacementRequested: Lives._requested,
    ReplacementPaused: Lives._paused,
    ReplacementResumed: Lives._case_resumed,
    SuccessorProposed: Lives._proposed,
    SuccessorAccepted: Lives._accepted,
    SuccessorDeclined: Lives._declined,
    ProfessionalReplaced: Lives._replaced,
    ReplacementWithdrawn: Lives._withdrawn,
    KnowledgeTransferPlanned: Lives._planned,
    KnowledgeTransferred: Lives._knowledge_transferred,
}
TELLING: Final = frozenset(_TAKES)
"""The kinds of event that change a clock."""
