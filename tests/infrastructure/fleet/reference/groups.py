"""Which engagements, in which groups, over which windows; and what lives."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from application.ports.fleet import FleetWanted, Group
from domain.engagement.state import EngagementHistory
from domain.metrics.sight import Sight, sight_of
from domain.time.business_time import epoch_seconds
from domain.time.window import Window
from tests.infrastructure.fleet.reference.accountability import accountability
from tests.infrastructure.fleet.reference.continuity import continuity
from tests.infrastructure.fleet.reference.guarantee import guarantee
from tests.infrastructure.fleet.reference.productivity import productivity
from tests.infrastructure.fleet.reference.view import View, Views, supplier_of


def groups(histories: Iterable[EngagementHistory], wanted: FleetWanted, as_of: datetime) -> list[Group]:
    """The groups by key, each engagement as of an instant, as the whole of its history knows it."""
    sights = [each for history in histories if (each := seen(history, wanted, as_of)) is not None]
    of_a_supplier = wanted.group_by == "partner" or wanted.partner_id is not None
    made = []
    for key, views, window in grouped(sights, wanted, as_of):
        holds_as_of = window.holds_as_of and window.from_ <= window.as_of
        group = group_of(key, views, of_a_supplier=of_a_supplier, holds_as_of=holds_as_of)
        if wanted.key in (None, key) and (wanted.group_by == "month" or something_in(group)):
            made.append(group)
    return sorted(made, key=lambda each: each.key)


def seen(history: EngagementHistory, wanted: FleetWanted, as_of: datetime) -> Sight | None:
    """An engagement that has opened and passes the filters, over its own window."""
    known_at = history.facts[-1].recorded_at
    sight = sight_of(history, as_of=as_of, known_at=known_at, from_=wanted.from_, to=wanted.to)
    state = sight.state
    if state is None or wanted.model not in (None, state.model) or wanted.client_id not in (None, state.client_id):
        return None
    if wanted.partner_id is not None and wanted.partner_id not in suppliers(sight):
        return None
    return sight


def suppliers(sight: Sight) -> set[str]:
    assert sight.state
    found = (supplier_of(each) for each in sight.state.assignments.values())
    return {each for each in found if each is not None}


def grouped(sights: Sequence[Sight], wanted: FleetWanted, as_of: datetime) -> Iterator[tuple[str, list[View], Window]]:
    """Each group: its key, what is in it, and the window in which the instant itself lies or not."""
    if wanted.group_by == "month":
        for key, month in months(sights, wanted, as_of):
            cut = [replace(sight, window=within(sight.window, month)) for sight in sights]
            yield key, [view(sight, wanted.partner_id) for sight in cut], month
        return
    whole = Window.of(as_of, wanted.from_ or datetime.min.replace(tzinfo=UTC), wanted.to)
    found: dict[str, list[View]] = {}
    for sight in sights:
        assert sight.state
        if wanted.group_by == "partner":
            for supplier in suppliers(sight):
                if wanted.partner_id in (None, supplier):
                    found.setdefault(supplier, []).append(view(sight, supplier))
        else:
            key = {"all": "all", "model": sight.state.model, "client": sight.state.client_id}[wanted.group_by]
            found.setdefault(key, []).append(view(sight, wanted.partner_id))
    for key, views in found.items():
        yield key, views, whole


def view(sight: Sight, supplier: str | None) -> View:
    assert sight.state
    return View(sight, sight.state, supplier)


def within(own: Window, month: Window) -> Window:
    """An engagement's window cut to a month; it may hold nothing."""
    return replace(month, from_=max(own.from_, month.from_))


def months(sights: Sequence[Sight], wanted: FleetWanted, as_of: datetime) -> Iterator[tuple[str, Window]]:
    """The months that the window touches, without holes, each with what of it lies in the window.

    The instant itself, where it belongs to the window, belongs to the month in which it is.
    """
    openings = [sight.state.opened_at for sight in sights if sight.state]
    if wanted.from_ is None and not openings:
        return
    whole = Window.of(as_of, wanted.from_ or min(openings), wanted.to)
    first = datetime.fromtimestamp(whole.from_, UTC)
    year, month = first.year, first.month
    start = whole.from_
    while start in whole:
        year_after, month_after = (year, month + 1) if month < 12 else (year + 1, 1)
        after = epoch_seconds(datetime(year_after, month_after, 1, tzinfo=UTC))
        holds_as_of = whole.holds_as_of and whole.as_of < after
        yield (
            f"{year:04}-{month:02}",
            Window(from_=start, to=min(after, whole.to), as_of=whole.as_of, holds_as_of=holds_as_of),
        )
        year, month, start = year_after, month_after, after


def something_in(group: Group) -> bool:
    """Whether anything of the group lies in the window."""
    clocks = (
        sum((each.met, each.late, each.breached, each.excused, each.cancelled, each.open))
        + sum((each.untimed.completed, each.untimed.cancelled, each.untimed.open))
        for each in group.accountability.parties.values()
    )
    return bool(
        group.engagements
        or any(clocks)
        or group.continuity.transfer_completeness.denominator
        or group.continuity.tenures.count
    )


def group_of(key: str, views: Views, *, of_a_supplier: bool, holds_as_of: bool) -> Group:
    alive = [each for each in views if lives_in(each)]
    going_on = [each for each in alive if each.state.ended_at is None]
    clocks = [clock for each in alive for clock in each.readings()]
    return Group(
        key=key,
        engagements=len(alive),
        open=len(going_on),
        seats=sum(len(open_seats(each)) for each in going_on),
        at_risk=sum(each.at_risk for each in clocks),
        overdue=sum(each.state == "breached" for each in clocks),
        accountability=accountability(views),
        continuity=continuity(views, of_a_supplier=of_a_supplier, holds_as_of=holds_as_of),
        guarantee=guarantee(views),
        productivity=productivity(views),
    )


def lives_in(view: View) -> bool:
    """Whether the life of the engagement, its last instant included, touches the window.

    Of a supplier: whether it also has an assignment of its that was matched before the end of the window.
    """
    ended = view.window.as_of if view.state.ended_at is None else epoch_seconds(view.state.ended_at)
    first = max(epoch_seconds(view.state.opened_at), view.window.from_)
    if first not in view.window or first > ended:
        return False
    matched = (epoch_seconds(each.matched_at) for each in view.assignments())
    return view.supplier is None or any(view.before_the_end(each) for each in matched)


def open_seats(view: View) -> list[str]:
    """The seats that are not closed; of a supplier those on which it has somebody matched or active."""
    return [
        seat_id
        for seat_id, seat in view.state.seats.items()
        if seat.closed_at is None
        and (
            view.supplier is None
            or any(view.has_assignment(each.assignment_id) for each in view.state.live_on_seat(seat_id))
        )
    ]
