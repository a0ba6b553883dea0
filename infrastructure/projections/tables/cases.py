"""The replacement cases of every engagement: what was promised, what it took, and what it cost."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from domain.engagement.nouns.case import Case, CaseOutcome
from domain.engagement.replacement.about import open_proposal
from domain.engagement.terms.policy import Cause
from domain.language.money import Money
from domain.metrics.continuity import overlap_of
from domain.metrics.guarantee import CaseLedger, declines_of, ledger_of
from domain.metrics.phases import Phases, phases_of
from domain.time.business_time import epoch_seconds, instant_at
from infrastructure.projections.projection import Projection
from infrastructure.projections.seen import Seen
from infrastructure.projections.tables.seconds import seconds_of
from infrastructure.projections.tables.supplier import supplier_of


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """A case, instants in seconds since 1970, amounts of money in the smallest unit of their currency.

    Whether its guarantee was kept follows from this and its clocks. Each second that it was late gives back
    ``credit_numerator / credit_denominator`` of the outgoing assignment's ``credit_currency``, rounded half up in the
    end, and at most ``credit_most``: exact numbers without bounds, so as texts; null where nothing is given back. The
    phases are seconds from one step to the next (docs/metrics.md, *How a case is judged*), ``overlap_seconds`` the
    business seconds in which both were active.
    """

    case_id: str
    seat_id: str
    cause: Cause
    concern_id: str | None
    outgoing_assignment_id: str
    supplier: str | None
    incoming_assignment_id: str | None
    proposal_id: str | None
    requested_at: int
    closed_at: int | None
    outcome: CaseOutcome | None
    replaced_at: int | None
    eligible: bool
    qualified_declines: int
    unqualified_declines: int
    charge: str | None
    charge_currency: str | None
    credit_currency: str | None
    credit_numerator: str | None
    credit_denominator: str | None
    credit_most: str | None
    billed_transfer_minutes: int
    client_transfer_minutes: int
    detect: int | None
    acknowledge: int | None
    search: int | None
    decide: int | None
    onboard: int | None
    transfer: int | None
    rest: int | None
    overlap_seconds: int | None
    paused_on: str | None
    paused_until: int | None


def cases_of(seen: Seen) -> Iterator[CaseRow]:
    """The row of every case."""
    ledger = ledger_of(seen.chronicle, seen.state) if seen.state.cases else {}
    for case_id, case in seen.state.cases.items():
        yield _row(seen, case, ledger[case_id])


def _row(seen: Seen, case: Case, spent: CaseLedger) -> CaseRow:
    state, chronicle = seen.state, seen.chronicle
    phases, declines = _phases(seen, case, spent), declines_of(state, case)
    awaiting = open_proposal(state, case) if case.open else None
    credit = _credit(case, chronicle.rates_at_request[case.case_id])
    return CaseRow(
        case_id=case.case_id,
        seat_id=case.seat_id,
        cause=case.cause,
        concern_id=case.concern_id,
        outgoing_assignment_id=case.outgoing_assignment_id,
        supplier=supplier_of(state.assignments.get(case.outgoing_assignment_id)),
        incoming_assignment_id=case.incoming_id,
        proposal_id=awaiting.proposal_id if awaiting else None,
        requested_at=epoch_seconds(case.requested_at),
        closed_at=seconds_of(case.closed_at),
        outcome=case.outcome,
        replaced_at=chronicle.replaced_at.get(case.case_id),
        eligible=case.eligible,
        qualified_declines=declines.qualified,
        unqualified_declines=declines.unqualified,
        charge=str(case.charge_to_client.smallest) if case.charge_to_client else None,
        charge_currency=case.charge_to_client.currency if case.charge_to_client else None,
        credit_currency=credit.currency if credit else None,
        credit_numerator=str(credit.a_second.numerator) if credit else None,
        credit_denominator=str(credit.a_second.denominator) if credit else None,
        credit_most=str(credit.most) if credit else None,
        billed_transfer_minutes=spent.billed_minutes,
        client_transfer_minutes=spent.client_minutes,
        detect=phases.detect,
        acknowledge=phases.acknowledge,
        search=phases.search,
        decide=phases.decide,
        onboard=phases.onboard,
        transfer=phases.transfer,
        rest=phases.rest,
        overlap_seconds=overlap_of(chronicle, state, case.case_id) if case.replaced else None,
        paused_on=case.pause.waiting_on if case.pause else None,
        paused_until=seconds_of(case.pause.until) if case.pause else None,
    )


def _phases(seen: Seen, case: Case, spent: CaseLedger) -> Phases:
    acknowledge = seen.lives.by_key.get(("acknowledge", case.concern_id or ""))
    stopped = acknowledge.ended_at if acknowledge and acknowledge.ending == "stopped" else None
    return phases_of(seen.chronicle, seen.state, case, spent.plans, None if stopped is None else instant_at(stopped))


@dataclass(frozen=True, slots=True)
class _Credit:
    currency: str
    a_second: Fraction
    most: int


def _credit(case: Case, day_rate: Money | None) -> _Credit | None:
    """What being late gives back, in the smallest unit of the currency."""
    guarantee, goal = case.terms.policy.guarantee, case.terms.policy.obligations.replace.goal
    if not case.eligible or guarantee is None or guarantee.credit is None or day_rate is None or goal is None:
        return None
    a_day = Fraction(guarantee.credit.rate)
    return _Credit(
        currency=day_rate.currency,
        a_second=day_rate.smallest * a_day / Fraction(goal.day_seconds(case.terms.calendar)),
        most=day_rate.times(a_day * Fraction(guarantee.credit.cap_days)).smallest,
    )


CASES = Projection(
    name="cases",
    version=2,
    row=CaseRow,
    key=("case_id",),
    fold=cases_of,
    parts=lambda seen: (
        seen.carried,
        seen.carried.told,
        seen.carried.noted,
        seen.state.cases,
        seen.state.proposals,
        seen.state.plans,
        seen.state.concerns,
    ),
    indexes=(("requested_at",),),
)
