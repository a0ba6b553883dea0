"""One engagement of the demo: its opening, its seats' lives, what is agreed anew, its suspension and its end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from uuid import NAMESPACE_URL, UUID, uuid5

from application.demo import names
from application.demo.afterthoughts import corrected
from application.demo.handover import leave
from application.demo.scenes import SCENES
from application.demo.service import live_on
from application.demo.staffing import SeatToFill
from application.demo.stage import Entry, Stage
from domain.engagement.annotation import Annotate
from domain.engagement.assignments.departure import AnnounceDeparture
from domain.engagement.effort import RecordEffort
from domain.engagement.lifecycle.amendment import AmendTerms
from domain.engagement.lifecycle.ending import EndEngagement
from domain.engagement.lifecycle.opening import OpenEngagement
from domain.engagement.lifecycle.suspension import ResumeEngagement, SuspendEngagement
from domain.engagement.nouns.seat import SeatSpec
from domain.engagement.seats import AddSeat, AmendSeat, CloseSeat
from domain.engagement.state import EndReason
from domain.engagement.terms.published import Published
from domain.language.changed import replace
from domain.language.words import Holder
from domain.law.recorded import Actor

ENDS, SUSPENDED, AMENDED_TERMS, AMENDED_SEAT, ADDED_SEAT, CLOSED_SEAT, ANNOTATED = (
    0.55,
    0.14,
    0.1,
    0.3,
    0.25,
    0.15,
    0.25,
)
YEARS = timedelta(days=730)
SUSPENSIONS: dict[Holder, str] = {
    "client": "The client is being reorganised; the board decides about the budget.",
    "force_majeure": "The site is closed after a flood.",
    "platform": "Contract under review.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """What one engagement's people said, in the order it was written down."""

    engagement_id: UUID
    entries: Sequence[Entry]


def play(seed: int, index: int, until: datetime, published: Published) -> Play:
    """The engagement of this number. Equal arguments give an equal play."""
    rng = Random(f"standfast {seed} {index}")
    model = names.MODELS[index % len(names.MODELS)]
    company = rng.choice(names.CLIENTS)
    stage = Stage(
        rng=rng,
        engagement_id=uuid5(NAMESPACE_URL, f"demo {seed} {index}"),
        model=model,
        client_id=company.lower().replace(" ", "-"),
        policy=published.policy(model),
        agencies=rng.sample(names.AGENCIES, 3),
        currency=rng.choice(names.CURRENCIES),
    )
    if index in SCENES:
        SCENES[index](stage, until)
        return Play(engagement_id=stage.engagement_id, entries=sorted(stage.entries, key=lambda each: each.noted))
    opened_at = stage.at_work((until - YEARS * rng.uniform(0.02, 1)).replace(microsecond=0))
    lasts = timedelta(days=rng.randint(120, 800))
    ends_at = opened_at + lasts if opened_at + lasts < until and stage.chance(ENDS) else None
    _act(stage, company, opened_at, ends_at or until)
    stage.entries = _with_suspension(stage, opened_at + lasts / 2)
    if ends_at:
        _end(stage, ends_at)
    entries = sorted((each for each in stage.entries if each.noted <= until), key=lambda each: each.noted)
    return Play(engagement_id=stage.engagement_id, entries=corrected(stage, entries, until))


def _act(stage: Stage, company: str, opened_at: datetime, end: datetime) -> None:
    rng = stage.rng
    roles = rng.sample(sorted(names.ROLES), rng.randint(1, 4))
    specs = [_seat(stage, role, opened_at) for role in roles]
    one_sided = stage.model in ("managed_services", "freelancer_platform")
    core = stage.chance(0.4)
    opening = OpenEngagement(
        engagement_id=stage.engagement_id,
        client_id=stage.client_id,
        model=stage.model,
        work_class="core" if core else "non_core",
        name=f"{company}: {rng.choice(names.WORK)}",
        calendar=rng.choice(names.CALENDARS),
        seats=tuple(specs),
        override_reason="No team of our own for another year." if core and one_sided else None,
    )
    stage.say(opened_at, opening, by=Actor(party="platform", id=rng.choice(names.STAFF)))
    for spec in specs:
        _seat_life(stage, spec, opened_at, end)
    if stage.chance(ADDED_SEAT):
        added_at = stage.later(opened_at, 30, 150)
        spec = _seat(stage, rng.choice(sorted(set(names.ROLES) - set(roles))), added_at)
        added = AddSeat(**{name: getattr(spec, name) for name in SeatSpec.__slots__})
        stage.say(added_at, added)
        _seat_life(stage, spec, stage.later(added_at, 0.1, 1), end)
    _agreements(stage, specs[0], opened_at, end)


def _seat(stage: Stage, role: str, at: datetime) -> SeatSpec:
    return SeatSpec(
        seat_id=f"{role.replace(' ', '-')}-1",
        role=role,
        allocation=Decimal(stage.rng.choice(("1", "1", "1", "0.8", "0.5"))),
        required_from=stage.at_work(at + timedelta(days=stage.rng.randint(10, 30))),
        key_role=stage.chance(0.2),
    )


def _seat_life(stage: Stage, spec: SeatSpec, start: datetime, end: datetime) -> None:
    """The life of one seat; a seat may be given up before the end."""
    others, stage.entries = stage.entries, []
    live_on(stage, SeatToFill(spec.seat_id, names.ROLES[spec.role]), start, end)
    if stage.chance(CLOSED_SEAT) and end - start > timedelta(days=200):
        closed_at = stage.later(start + (end - start) * 0.6, 0, 60)
        stage.entries = [each for each in stage.entries if each.at < closed_at - timedelta(minutes=10)]
        stage.say(closed_at, CloseSeat(seat_id=spec.seat_id, reason="This part of the work is done."))
    stage.entries = others + stage.entries


def _agreements(stage: Stage, seat: SeatSpec, opened_at: datetime, end: datetime) -> None:
    """What is agreed anew, noted and worked on around the seats."""
    rng = stage.rng
    if stage.chance(AMENDED_SEAT):
        amendment = AmendSeat(
            seat_id=seat.seat_id,
            allocation=Decimal("0.6") if seat.allocation == 1 else Decimal(1),
            reason="The scope changed with the new quarter.",
        )
        stage.say(stage.later(opened_at, 20, 40), amendment)
    if stage.chance(AMENDED_TERMS):
        reason = "Support moves to round-the-clock operation."
        stage.say(stage.later(opened_at, 40, 200), AmendTerms(calendar="always", reason=reason))
    if stage.chance(ANNOTATED):
        note = "Steering committee: satisfied so far, next review in a quarter."
        stage.say(stage.later(opened_at, 30, 300), Annotate(note=note))
    at = stage.later(opened_at, 25, 40)
    while at < end:
        if stage.chance(0.4):
            minutes = rng.randrange(30, 300, 15)
            effort = RecordEffort(party="platform", kind="management", minutes=minutes, worked_on=at.date())
            stage.say(at, effort)
        at = stage.later(at, 50, 90)


def _with_suspension(stage: Stage, at: datetime) -> list[Entry]:
    """All that was said; where the engagement is suspended at an instant, all after it happens later."""
    if not stage.chance(SUSPENDED):
        return stage.entries
    suspended_at = stage.at_work(at)
    lasts = timedelta(weeks=stage.rng.randint(1, 5))
    before = [each for each in stage.entries if each.at < suspended_at]
    after = [each for each in stage.entries if each.at >= suspended_at]
    moved = [_moved(each, lasts) for each in after]
    waiting_on = stage.rng.choice(tuple(SUSPENSIONS))
    stage.entries = before
    resumed_at = suspended_at + lasts - timedelta(minutes=1)
    until = resumed_at if stage.chance(0.3) else None
    reason = SUSPENSIONS[waiting_on]
    stage.say(suspended_at, SuspendEngagement(waiting_on=waiting_on, reason=reason, until=until))
    if until is None:
        stage.say(resumed_at, ResumeEngagement())
    return stage.entries + moved


def _moved(entry: Entry, lasts: timedelta) -> Entry:
    """The same so much later, with the days that it names."""
    command = entry.command
    if isinstance(command, AnnounceDeparture):
        command = replace(command, last_day=command.last_day + lasts)
    return replace(entry, at=entry.at + lasts, noted=entry.noted + lasts, command=command)


def _end(stage: Stage, at: datetime) -> None:
    """Nothing happens after the end but what belongs to the exit."""
    ended_at = stage.at_work(at)
    stage.entries = [each for each in stage.entries if each.at < ended_at - timedelta(minutes=10)]
    if stage.chance(0.8):
        leave(stage, stage.at_work(ended_at - timedelta(days=stage.rng.randint(-9, 25))))
    reasons: tuple[EndReason, ...] = ("completed", "completed", "completed", "terminated", "cancelled")
    stage.say(ended_at, EndEngagement(reason=stage.rng.choice(reasons)))
