"""What became of the replacement guarantee: windows, cases, costs, and whether it was kept.

The definitions: docs/metrics.md, *Guarantee*.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final, Literal

from domain.clocks.holder import held, waiting_seconds
from domain.clocks.life import CaseLife, Key, Waited
from domain.clocks.reading import Clock, ClockState
from domain.engagement.effort import EffortRecorded
from domain.engagement.nouns.case import Case, Check, Review
from domain.engagement.nouns.plan import Plan
from domain.engagement.replacement.about import proposals_of
from domain.engagement.replacement.guarantee_checks import window_ends_at
from domain.engagement.state import State
from domain.language.money import Money
from domain.language.words import Id, Instant
from domain.metrics.chronicle import Chronicle
from domain.metrics.phases import Phases, phases_of
from domain.metrics.ratio import NOTHING, Ratio
from domain.metrics.sight import Sight
from domain.time.business_time import epoch_seconds
from domain.time.window import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class GuaranteeWindow:
    """Until when (exclusive) an active assignment is under the guarantee; null without one."""

    assignment_id: Id
    window_ends_at: Instant | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Declines:
    """Successors turned down, by the decider's own judgement of them."""

    qualified: int
    unqualified: int


Loss = Literal["late", "charged", "transfer_late", "transfer_billed"]
"""What breaks a guarantee."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRecord:
    """One replacement case; ``broken_because`` says why its guarantee was not honoured.

    Minutes are minutes, ``waiting_seconds`` business seconds by holder of the ball.
    """

    case_id: Id
    seat_id: Id
    eligible: bool
    checks: tuple[Check, ...]
    reviewed: Review | None
    honoured: bool | None
    broken_because: tuple[Loss, ...]
    declines: Declines
    charge_to_client: Money | None
    billed_transfer_minutes: int
    client_transfer_minutes: int
    credit: Money | None
    phases: Phases
    waiting_seconds: Mapping[Waited, int]
    clocks: tuple[Clock, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GuaranteeRecord:
    """One engagement's guarantee; ``attainment``: of the eligible cases due in the window, those replaced in time."""

    windows: tuple[GuaranteeWindow, ...] = ()
    attainment: Ratio = NOTHING
    cases: tuple[CaseRecord, ...] = ()


def guarantee_in(sight: Sight) -> GuaranteeRecord:
    """The guarantee as of the window's ``as_of``, with the clocks read then; empty before the opening."""
    chronicle, clocks, state = sight.chronicle, sight.clocks, sight.state
    if state is None:
        return GuaranteeRecord()
    active = sorted(each.assignment_id for each in state.assignments.values() if each.active)
    ledger = ledger_of(chronicle, state)
    return GuaranteeRecord(
        windows=tuple(
            GuaranteeWindow(assignment_id=each, window_ends_at=window_ends_at(state.assignments[each]))
            for each in active
        ),
        attainment=_attainment_in(sight.window, state, clocks.readings),
        cases=tuple(
            _case_record(chronicle, state, clocks.readings, clocks.cases[each], ledger[each], clocks.as_of)
            for each in sorted(state.cases)
        ),
    )


def _attainment_in(window: Window, state: State, clocks: Mapping[Key, Clock]) -> Ratio:
    eligible = [clocks["replace", case_id] for case_id, case in state.cases.items() if case.eligible]
    due = [each for each in eligible if (at := _due_at(each)) is not None and at in window]
    return Ratio(sum(each.state == "met" for each in due), len(due))


def _due_at(clock: Clock) -> int | None:
    """When a clock was met, late or breached."""
    if clock.state == "breached":
        return epoch_seconds(clock.breach_at) if clock.breach_at else None
    return epoch_seconds(clock.ended_at) if clock.state in ("met", "late") and clock.ended_at else None


@dataclass(slots=True)
class CaseLedger:
    """What was planned and spent on a case."""

    plans: list[Plan] = field(default_factory=list)
    efforts: list[EffortRecorded] = field(default_factory=list)

    @property
    def billed_minutes(self) -> int:
        billed = sum(each.minutes for each in self.efforts if each.billable)
        return billed + sum(plan.billed_minutes for plan in self.plans)

    @property
    def client_minutes(self) -> int:
        """What the client spent on the transfer: never billed, the hidden cost."""
        transfers = (each for each in self.efforts if each.party == "client" and each.kind == "knowledge_transfer")
        return sum(each.minutes for each in transfers)


def ledger_of(chronicle: Chronicle, state: State) -> Mapping[str, CaseLedger]:
    """By case."""
    ledger = {case_id: CaseLedger() for case_id in state.cases}
    for plan in state.plans.values():
        if plan.case_id:
            ledger[plan.case_id].plans.append(plan)
    for effort in chronicle.efforts:
        for case_id in _cases_of(effort.event, state):
            ledger[case_id].efforts.append(effort.event)
    return ledger


def _cases_of(effort: EffortRecorded, state: State) -> set[str]:
    """The known cases that an effort was for: its own, and that of its plan."""
    plan = state.plans.get(effort.plan_id or "")
    named = {effort.case_id, plan.case_id if plan else None}
    return {case_id for case_id in named if case_id and case_id in state.cases}


def _case_record(
    chronicle: Chronicle, state: State, clocks: Mapping[Key, Clock], life: CaseLife, ledger: CaseLedger, as_of: int
) -> CaseRecord:
    case = state.cases[life.case_id]
    replace, transfer = clocks["replace", case.case_id], clocks.get(("transfer_knowledge", case.case_id))
    acknowledge = clocks.get(("acknowledge", case.concern_id or ""))
    own = (clocks["propose", case.case_id], replace, transfer)
    losses = tuple(_losses(case, replace, transfer, ledger.billed_minutes))
    return CaseRecord(
        case_id=case.case_id,
        seat_id=case.seat_id,
        eligible=case.eligible,
        checks=case.checks,
        reviewed=case.reviewed,
        honoured=False if losses else _kept(case, replace, transfer),
        broken_because=losses,
        declines=declines_of(state, case),
        charge_to_client=case.charge_to_client,
        billed_transfer_minutes=ledger.billed_minutes,
        client_transfer_minutes=ledger.client_minutes,
        credit=_credit(case, replace, chronicle.rates_at_request[case.case_id]),
        phases=phases_of(chronicle, state, case, ledger.plans, acknowledge.stopped_at if acknowledge else None),
        waiting_seconds=waiting_seconds(life, held(life, as_of)),
        clocks=tuple(each for each in own if each),
    )


def declines_of(state: State, case: Case) -> Declines:
    """Who was turned down for a case."""
    declined = [each for each in proposals_of(state, case) if each.decided == "declined"]
    judged = [bool(each.judged_qualified) for each in declined]
    return Declines(qualified=sum(judged), unqualified=len(judged) - sum(judged))


KEPT: Final[tuple[ClockState, ...]] = ("met", "completed")
LOST: Final[tuple[ClockState, ...]] = ("late", "breached")
OUTSIDE: Final[tuple[ClockState, ...]] = ("cancelled", "excused")


def _losses(case: Case, replace: Clock, transfer: Clock | None, billed_minutes: int) -> Iterator[Loss]:
    """What broke an eligible case's guarantee to be replaced in time, free, and transferred in time at no cost."""
    if not case.eligible or replace.state in OUTSIDE:
        return
    if replace.state in LOST:
        yield "late"
    if case.charge_to_client and case.charge_to_client.amount:
        yield "charged"
    if transfer and transfer.state in LOST:
        yield "transfer_late"
    if billed_minutes:
        yield "transfer_billed"


def _kept(case: Case, replace: Clock, transfer: Clock | None) -> bool | None:
    """Whether a guarantee that nothing broke was kept; None while it may still be, and where there is none."""
    kept = replace.state in KEPT and (transfer is None or transfer.state in KEPT)
    return True if case.eligible and kept else None


def _credit(case: Case, replace: Clock, day_rate: Money | None) -> Money | None:
    """The day rate times the credit's rate for every business day late, up to its cap."""
    guarantee, goal = case.terms.policy.guarantee, case.terms.policy.obligations.replace.goal
    if not case.eligible or guarantee is None or guarantee.credit is None or day_rate is None:
        return None
    if replace.state not in LOST or goal is None or replace.overrun_seconds is None:
        return day_rate.times(Fraction(0))
    days_late = replace.overrun_seconds / Fraction(goal.day_seconds(case.terms.calendar))
    return day_rate.times(Fraction(guarantee.credit.rate) * min(days_late, Fraction(guarantee.credit.cap_days)))
