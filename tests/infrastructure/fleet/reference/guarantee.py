"""What became of the guarantee (metrics, section 4), over a group."""

from collections.abc import Iterable
from decimal import Decimal

from application.ports.fleet import GroupCases, GroupDeclines, GroupGuarantee, GroupPhases, GroupReplace
from domain.clocks.reading import Clock
from domain.language.money import Money
from domain.metrics.guarantee import CaseRecord, guarantee_in
from domain.time.business_time import epoch_seconds
from tests.infrastructure.fleet.reference.view import View, Views, distribution, ratio


def guarantee(views: Views) -> GroupGuarantee:
    cases = [case for view in views for case in requested(view)]
    due = [clock for view in views for clock in due_of(view)]
    eligible = [each for each in cases if each.eligible]
    goals = {each.goal_seconds for each in due}
    return GroupGuarantee(
        attainment=ratio(sum(each.state == "met" for each in due), len(due)),
        cases=GroupCases(
            requested=len(cases),
            eligible=len(eligible),
            honoured=sum(each.honoured is True for each in eligible),
            broken=sum(each.honoured is False for each in eligible),
            open=sum(each.honoured is None for each in eligible),
        ),
        declines=GroupDeclines(
            qualified=sum(each.declines.qualified for each in cases),
            unqualified=sum(each.declines.unqualified for each in cases),
        ),
        credit=by_currency(each.credit for each in cases),
        charge_to_client=by_currency(each.charge_to_client for each in cases),
        billed_transfer_minutes=sum(each.billed_transfer_minutes for each in cases),
        client_transfer_minutes=sum(each.client_transfer_minutes for each in cases),
        phases=phases(cases),
        replace_seconds=distribution(
            each.elapsed_seconds
            for view in views
            for each in view.readings()
            if each.clock == "replace" and each.stopped_at and epoch_seconds(each.stopped_at) in view.window
        ),
        replace=GroupReplace(
            met=sum(each.state == "met" for each in due),
            late=sum(each.state == "late" for each in due),
            breached=sum(each.state == "breached" for each in due),
            goal_seconds=goals.pop() if len(goals) == 1 else None,
        ),
    )


def requested(view: View) -> list[CaseRecord]:
    """The cases requested in the window."""
    return [
        case
        for case in guarantee_in(view.sight).cases
        if view.has_case(case.case_id) and epoch_seconds(view.state.cases[case.case_id].requested_at) in view.window
    ]


def due_of(view: View) -> list[Clock]:
    """The replace clocks of eligible cases that were met, late or breached in the window."""
    found = []
    for case_id, case in view.state.cases.items():
        clock = view.clocks.readings["replace", case_id]
        at = clock.breach_at if clock.state == "breached" else clock.ended_at
        counts = case.eligible and clock.state in ("met", "late", "breached") and view.has_case(case_id)
        if counts and at and epoch_seconds(at) in view.window:
            found.append(clock)
    return found


def by_currency(amounts: Iterable[Money | None]) -> dict[str, str]:
    sums: dict[str, Decimal] = {}
    for each in amounts:
        if each is not None:
            sums[each.currency] = sums.get(each.currency, Decimal()) + each.amount
    return {currency: str(amount) for currency, amount in sums.items() if amount}


def phases(cases: Iterable[CaseRecord]) -> GroupPhases:
    told = [each.phases for each in cases]
    return GroupPhases(
        detect=distribution(each.detect for each in told if each.detect is not None),
        acknowledge=distribution(each.acknowledge for each in told if each.acknowledge is not None),
        search=distribution(each.search for each in told if each.search is not None),
        decide=distribution(each.decide for each in told if each.decide is not None),
        onboard=distribution(each.onboard for each in told if each.onboard is not None),
        transfer=distribution(each.transfer for each in told if each.transfer is not None),
        rest=distribution(each.rest for each in told if each.rest is not None),
    )
