"""Random lawful histories: commands tried one after the other, of which those that are accepted happened.

Facts are recorded at once or days later, in and out of order; some are voided again. Goals are short, so that clocks
are met, late, breached and excused.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any, Final, Literal
from uuid import NAMESPACE_URL, uuid5

from hypothesis import strategies as st

from domain.engagement.assignments.departure import AnnounceDeparture
from domain.engagement.state import EngagementHistory
from domain.engagement.terms.policy import Goal, Obligations, ObligationTerms, Policy
from domain.engagement.terms.published import Published
from domain.language.words import Model, Party
from domain.law.command import Command, Order
from domain.law.recorded import Actor
from domain.law.rejection import Rejection
from tests.domain import words
from tests.domain.given import START, EngagementId, published, variant, with_policies
from tests.domain.given import line as line_of

TRIES: Final = 500
Unit = Literal["business_hours", "business_days", "hours", "days"]


def _obligation(random: Random, parties: tuple[Party | None, ...]) -> ObligationTerms:
    units: tuple[Unit, ...] = ("business_hours", "business_days", "hours", "days")
    goal = Goal(value=Decimal(random.choice(["0.5", "2", "5"])), unit=random.choice(units))
    return ObligationTerms(accountable=random.choice(parties), goal=random.choice([goal, goal, goal, None]))


def policy(random: Random, code: str) -> Policy:
    """A policy for every model but the freelancer platform, with goals that a walk may miss."""
    somebody: tuple[Party | None, ...] = ("client", "platform", "partner", "professional")
    goals = {name: _obligation(random, somebody) for name in Obligations.__slots__}
    return variant(
        "managed_marketplace",
        code,
        applies_to=("managed_marketplace", "managed_services", "staff_augmentation"),
        obligations=Obligations(**goals),
        onboarding_items=(),
        transfer_threshold=Decimal(0),
        cooldown_days=random.choice([0, 0, 30]),
        max_qualified_declines=random.choice([None, 1, 2]),
    )


def terms(random: Random) -> Published:
    return with_policies(published(), [policy(random, "first"), policy(random, "second")])


def command(random: Random) -> Command[Any]:
    """A command about a few seats, people and cases; most are refused at most instants."""
    n = random.choice
    seat_id = n(["s1", "s1", "s1", "s2"])
    of, other = n(["a1", "a2", "a3"]), n(["a1", "a2", "a3", "a4"])
    who = n(["ana", "ben", "cem", "dan"])
    case_id, proposal_id, plan_id = n(["k1", "k2"]), n(["p1", "p2", "p3"]), n(["h1", "h2"])
    source = n(["independent", "agency_partner", "internal_team"])
    cause = n(["other", "resignation", "non_performance"])
    until = n([None, None, START + timedelta(hours=random.randrange(900))])
    common: list[Callable[[], Command[Any]]] = [
        lambda: words.match(of, who, seat_id, supply_source=source, planned_start=until),
        lambda: words.onboard(other),
        lambda: words.onboard(other),
        lambda: words.report(n(["c1", "c2", "c3"]), other),
        lambda: words.acknowledge(n(["c1", "c2", "c3"])),
        lambda: words.request(case_id, cause, seat_id=seat_id, claim_guarantee=n([True, False])),
        lambda: words.request(case_id, "non_performance", seat_id=seat_id, claim_guarantee=True),
        lambda: words.propose(proposal_id, who, case_id, supply_source=source, qualified=n([True, True, False])),
        lambda: words.accept(proposal_id, other),
        lambda: words.accept(proposal_id, other),
        lambda: words.decline(proposal_id, n([True, True, False])),
        lambda: words.replace_professional(case_id),
        lambda: words.replace_professional(case_id),
    ]
    rare: list[Callable[[], Command[Any]]] = [
        lambda: words.resolve(n(["c1", "c2"]), n(["improved", "withdrawn", "unfounded"])),
        lambda: words.pause(case_id, n(["client", "platform", "force_majeure"]), until),
        lambda: words.resume_case(case_id),
        lambda: words.withdraw_case(case_id),
        lambda: words.review(case_id, n([True, False])),
        lambda: words.withdraw_match(other),
        lambda: words.depart(other, n(["resignation", "no_show", "illness"]), notice_given_at=until),
        lambda: words.suspend(n(["client", "force_majeure"]), until),
        words.resume,
        words.resume,
        words.resume,
        lambda: words.amend_terms(n(["first", "second", None]), n(["us-east", "weekdays", None])),
        lambda: words.handover(plan_id, seat_id=seat_id, from_assignment_id=of, case_id=n([None, case_id])),
        lambda: words.waive_item("i1", n([plan_id, "x1"])),
        lambda: words.transferred(n([plan_id, "x1"])),
        words.exit_plan,
    ]
    last: list[Callable[[], Command[Any]]] = [lambda: words.close_seat(seat_id), words.end]
    draw = random.random()
    if draw < 0.08:
        return beside_the_clocks(random)
    return n(common if draw < 0.86 else rare if draw < 0.997 else last)()


def beside_the_clocks(random: Random) -> Command[Any]:
    """A command that concerns no clock, but continuity, costs or productivity."""
    n = random.choice
    of, day = n(["a1", "a2", "a3"]), random.randrange(40)
    at, last_day = START + timedelta(days=day), (START + timedelta(days=day)).date()
    kinds: list[Callable[[], Command[Any]]] = [
        lambda: words.absent(day, day + n([0.1, 1, 5]), n(["b1", "b2", "b3"]), assignment_id=of),
        lambda: words.absent(day, day + n([0.1, 1, 5]), n(["b1", "b2", "b3"]), assignment_id=of),
        lambda: words.amend_absence(day + n([0.1, 1, 5]), n(["b1", "b2", "b3"])),
        lambda: words.cancel_absence(n(["b1", "b2", "b3"])),
        lambda: AnnounceDeparture(assignment_id=of, cause="resignation", last_day=last_day),
        lambda: words.productivity(n([50, 75, 80]), of),
        lambda: words.effort(case_id=n(["k1", None]), plan_id=n(["h1", None]), billable=n([True, False])),
        lambda: words.amend_seat(n(["s1", "s2"]), key_role=n([True, False]), required_from=n([None, at])),
        lambda: words.amend_seat(n(["s1", "s2"]), required_until=n([None, at + timedelta(days=20)])),
        lambda: words.add_seat("s3"),
        lambda: words.change_rate("300.00", of, n(["EUR", "EUR", "USD"])),
        lambda: words.deliver("i1", n(["h1", "x1"]), billable=n([True, False]), effort_minutes=5),
        lambda: words.verify("i1", n(["h1", "x1"])),
    ]
    return n(kinds)()


def walk(random: Random) -> EngagementHistory:
    """A lawful history of some dozens of facts; each was recorded a moment after it happened, or much later."""
    available = terms(random)
    model: Model = random.choice(["managed_marketplace", "managed_services", "staff_augmentation"])
    calendar = random.choice(["us-east", "weekdays"])
    opening = words.opened(model, words.seat("s1"), words.seat("s2"), policy="first", calendar=calendar)
    history = EngagementHistory.of([_order(opening, START, START, 0).opening(EngagementId, available)])
    now = happened = START
    for number in range(1, TRIES):
        at = happened - timedelta(days=random.choice([0, 0, 0, 0, 2]))
        recorded_at = max(now, at) + timedelta(seconds=random.choice([0, 0, 0, 90_000]), microseconds=1)
        void = random.random() < 0.01
        wanted = words.correct(void=(random.randrange(2, 60),)) if void else command(random)
        longer = tried(history, _order(wanted, at, recorded_at, number), available)
        if longer is not history:
            history, now = longer, recorded_at
            happened += timedelta(minutes=random.choice([0, 7, 60, 300, 1500]), microseconds=random.randrange(10**6))
    return history


def tried(history: EngagementHistory, order: Order, available: Published) -> EngagementHistory:
    """The history with what the command records, if it is accepted."""
    try:
        return history.extended(order.facts(history, available))
    except Rejection:
        return history


def _order(of: Command[Any], at: datetime, now: datetime, number: int) -> Order:
    return Order(
        command=line_of(of).command,
        occurred_at=at,
        actor=Actor(party="platform", id="ops"),
        command_id=uuid5(NAMESPACE_URL, str(number)),
        now=now,
    )


def histories() -> st.SearchStrategy[EngagementHistory]:
    return st.integers(0, 10**9).map(lambda seed: walk(Random(seed)))


def recorded_by(history: EngagementHistory, instant: datetime) -> EngagementHistory:
    """What had been recorded by an instant, not before the opening."""
    return EngagementHistory.of([fact for fact in history.facts if fact.recorded_at <= instant])
