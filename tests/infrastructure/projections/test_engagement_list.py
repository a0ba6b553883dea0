"""The list of engagements says at every instant what the domain's own reading of each engagement says."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any, Final, TypeAlias, get_args
from uuid import UUID

import pytest
from sqlalchemy.engine import URL

from application.ports.engagement_list import After, ListedEngagement, ListPage, Sort, Wanted
from domain.access.reach import EVERYTHING
from domain.clocks.reading import Clocks, clocks_of
from domain.engagement.lifecycle.opening import EngagementOpened
from domain.engagement.nouns.assignment import Assignment
from domain.engagement.nouns.proposal import Proposal
from domain.engagement.state import EngagementHistory, State, Status
from domain.law.command import Command
from domain.metrics.coverage import covers
from domain.time.business_time import epoch_seconds
from domain.time.intervals import EVER
from infrastructure.projections.tables.engagement_list import Engagements
from tests.domain import words
from tests.domain.given import Line, at_once, day, given, on
from tests.domain.walks import recorded_by
from tests.infrastructure.projections.harness import Bench, bench, commands, engagement, history, prepared

SECOND, MICRO = timedelta(seconds=1), timedelta(microseconds=1)
CUT: Final = day(4.3)
"""Up to when the engagements of these tests are recorded: many of their clocks are open then."""
PARTNERS: Final = ("northwind", "acme-partner")
NAMES: Final = ("Straße Nord", "ÉCOLE", "école", None, "ŁÓDŹ", "50%_off", None, "zeta", "Alpha", "alpha")


@dataclass(frozen=True)
class Told:
    """A projected log with what it says of each engagement."""

    bench: Bench
    histories: Mapping[UUID, EngagementHistory]

    def listing(self, now: datetime) -> Engagements:
        return Engagements(self.bench.reader, lambda: now, lambda _: 0.0)

    def lines(self, now: datetime) -> dict[UUID, ListedEngagement]:
        """All lines, read at once."""
        page = self.listing(now).page(Wanted(), EVERYTHING, limit=500)
        assert (page.next, page.as_of) == (None, now)
        return {line.engagement_id: line for line in page.items}

    def expected(self, now: datetime) -> dict[UUID, ListedEngagement]:
        """What the domain says of those that have begun."""
        read = {each: expected(history, now) for each, history in self.histories.items()}
        return {each: line for each, line in read.items() if line}


def expected(history: EngagementHistory, now: datetime) -> ListedEngagement | None:
    """The line of an engagement by the domain's own reading at an instant; None before its opening."""
    state = history.state_at(now)
    if state is None:
        return None
    clocks = clocks_of(history, now, now)
    past = [each for each in clocks.readings.values() if each.state == "breached"]
    ahead = [each for each in clocks.readings.values() if each.state in ("running", "paused")]
    supplied = _people(state)
    required, covered = _seats(state, clocks)
    return ListedEngagement(
        engagement_id=history.stream_id,
        name=state.name,
        client_id=state.client_id,
        partner_ids=tuple(sorted({each.partner_id for each in supplied if each.partner_id})),
        model=state.model,
        status=state.status,
        suspended_on=state.suspension.waiting_on if state.status == "suspended" and state.suspension else None,
        at_risk=bool(past) or any(each.at_risk for each in ahead),
        overdue=len(past),
        next_breach_at=min((each.breach_at for each in ahead if each.breach_at), default=None),
        open_cases=sum(case.open for case in state.cases.values()),
        seats=sum(seat.closed_at is None for seat in state.seats.values()),
        required_seats=required,
        covered_seats=covered,
        version=history.version,
        opened_at=state.opened_at,
        zone=state.terms.calendar.zone,
    )


def _seats(state: State, clocks: Clocks) -> tuple[int, int]:
    """How many seats are required now, and how many of these are covered."""
    suspended = [(each.start, EVER if each.end is None else each.end) for each in clocks.suspensions]
    required = [each for each in covers(state, suspended) if each.required_at(clocks.as_of)]
    return len(required), sum(bool(each.holders_at(clocks.as_of)) for each in required)


def awkward(history: EngagementHistory, known_at: datetime) -> Iterator[datetime]:
    """The instants at which an engagement changes by itself, as far as was agreed by ``known_at``."""
    state = history.state_at(known_at) or history.state
    for clock in clocks_of(history, known_at, known_at).readings.values():
        if clock.breach_at and clock.ended_at is None:
            yield from (clock.breach_at, clock.breach_at + timedelta(hours=9), clock.breach_at + timedelta(days=3))
    pauses = (state.suspension, *(case.pause for case in state.cases.values()))
    yield from (pause.until for pause in pauses if pause and pause.until)
    for absence in state.absences.values():
        yield from (absence.from_, absence.until)
    for seat in state.seats.values():
        yield from (each for each in (seat.spec.required_from, seat.spec.required_until) if each)
    yield from (fact.occurred_at for fact in history.facts)


def instants(histories: Mapping[UUID, EngagementHistory]) -> list[datetime]:
    """All awkward ones from the last recording on, with what lies just before and after each, few at a time."""
    last = max(history.facts[-1].recorded_at for history in histories.values())
    found = set(chain.from_iterable(awkward(history, last) for history in histories.values()))
    around = {each + step for each in found for step in (-SECOND, -MICRO, timedelta(), SECOND, 2 * SECOND)}
    return [last, *sorted(each for each in around if each > last)]


@contextmanager
def told(url: URL, histories: Sequence[EngagementHistory]) -> Iterator[Told]:
    """These histories recorded when they were, one among the other, and projected."""
    prepared(url)
    with bench(url) as made:
        renamed = [commands(history, engagement(number)) for number, history in enumerate(histories)]
        for command in sorted(chain.from_iterable(renamed), key=lambda each: each[0].recorded_at):
            made.append(command)
        made.project()
        yield Told(made, {engagement(number): made.history(engagement(number)) for number in range(len(histories))})


def random_histories(many: int) -> list[EngagementHistory]:
    """Random ones as they were known at CUT, with names, clients and times of opening that tie and differ."""
    return [named(recorded_by(history(seed), CUT), seed) for seed in range(many)]


def named(of: EngagementHistory, number: int) -> EngagementHistory:
    first, *rest = of.facts
    assert isinstance(first.event, EngagementOpened)
    event = replace(first.event, name=NAMES[number % len(NAMES)], client_id=("acme", "Globex", "initech")[number % 3])
    opening = replace(first, event=event, occurred_at=first.occurred_at - timedelta(days=number % 4))
    return EngagementHistory.of([opening, *rest])


@pytest.fixture(scope="module")
def random_log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """Ten random engagements on SQLite, for all tests of this file that only read."""
    url = URL.create("sqlite", database=str(tmp_path_factory.mktemp("list") / "standfast.db"))
    with told(url, random_histories(10)) as made:
        yield made


def assert_as_the_domain_says(log: Told, chosen: Sequence[datetime]) -> None:
    for now in chosen:
        assert log.lines(now) == log.expected(now), f"at {now}"


def test_every_line_is_what_the_domain_says_at_every_awkward_instant(random_log: Told) -> None:
    chosen = instants(random_log.histories)
    assert len(chosen) > 100
    assert_as_the_domain_says(random_log, chosen[:: max(1, len(chosen) // 100)])


def test_the_random_engagements_show_everything_that_a_line_can_say(random_log: Told) -> None:
    """Otherwise the comparisons above would prove little."""
    seen = [line for now in instants(random_log.histories)[::40] for line in random_log.expected(now).values()]
    assert {line.status for line in seen} >= {"open", "suspended"}
    assert {line.at_risk for line in seen} == {True, False}
    assert any(line.overdue and line.next_breach_at for line in seen)
    assert any(not line.at_risk and line.next_breach_at is None for line in seen)
    assert any(line.partner_ids for line in seen)
    assert any(line.open_cases for line in seen)
    assert any(0 < line.covered_seats < line.required_seats for line in seen)
    assert any(line.required_seats < line.seats for line in seen)


def opened_at_once(*lines: Line | Command[Any]) -> EngagementHistory:
    """An engagement with one seat, whose facts are recorded when they happen."""
    opening = on(0, words.opened("freelancer_platform", words.seat("s1")))
    found = given(at_once(opening), *lines).history
    first, *rest = found.facts  # `given` records an opening when all is past
    return EngagementHistory.of([replace(first, recorded_at=first.occurred_at), *rest])


CRAFTED: Final[Mapping[str, Callable[[], EngagementHistory]]] = {
    "a seat comes to be required and stops": lambda: opened_at_once(
        at_once(on(0.1, words.amend_seat("s1", required_from=day(1)))),
        at_once(on(0.2, words.amend_seat("s1", required_until=day(2)))),
    ),
    "a suspension ends by itself": lambda: opened_at_once(at_once(on(0.1, words.suspend("client", day(1))))),
    "it is suspended ahead": lambda: opened_at_once(
        replace(on(1, words.suspend("client", day(1.001))), recorded=day(1) - timedelta(minutes=4))
    ),
    "its end is dated ahead": lambda: opened_at_once(
        replace(on(1, words.end()), recorded=day(1) - timedelta(minutes=4))
    ),
}


@pytest.mark.parametrize("what", list(CRAFTED))
def test_what_comes_by_itself_is_right_when_it_is_read(sqlite_url: URL, what: str) -> None:
    with told(sqlite_url, [CRAFTED[what]()]) as log:
        chosen = instants(log.histories)
        assert_as_the_domain_says(log, chosen)
        assert len({repr(log.lines(now)) for now in chosen}) > 1, "something changes without an event"


def test_an_absence_begins_and_ends_by_itself(sqlite_url: URL) -> None:
    """The seat stays covered; nobody attends to it meanwhile."""
    steps = [at_once(on(0.1 + step / 100, each)) for step, each in enumerate(words.active())]
    with told(sqlite_url, [opened_at_once(*steps, at_once(on(0.5, words.absent(1, 2))))]) as log:
        pieces = sorted(row[4:8] for row in log.bench.standing()[1]["cover"] if row[6])
    away, back = map(epoch_seconds, (day(1), day(2)))
    assert [(start, end, attended) for start, end, _, attended in pieces][1:] == [
        (away, back, False),
        (back, EVER, True),
    ]


def test_a_goal_that_ends_when_business_hours_do_is_past_only_once_they_begin_again(random_log: Told) -> None:
    """In the night between the goal is used up, and the clock is not past it."""
    found = [
        clock
        for now in instants(random_log.histories)
        for each in random_log.histories.values()
        for clock in clocks_of(each, now, now).readings.values()
        if clock.state == "running" and clock.breach_at and clock.breach_at < now - SECOND
    ]
    assert found, "there is such a night among the instants that the list is compared at"


def pages(listing: Engagements, wanted: Wanted, sort: Sort, limit: int) -> Iterator[ListPage]:
    after: After | None = None
    while True:
        page = listing.page(wanted, EVERYTHING, sort=sort, after=after, limit=limit)
        yield page
        if page.next is None:
            return
        after = page.next


def ids(listing: Engagements, wanted: Wanted, sort: Sort = "opened_at", limit: int = 500) -> list[UUID]:
    return [line.engagement_id for page in pages(listing, wanted, sort, limit) for line in page.items]


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 500])
@pytest.mark.parametrize("sort", get_args(Sort))
def test_pages_hold_everything_once_in_order(random_log: Told, sort: Sort, limit: int) -> None:
    now = CUT + timedelta(hours=9)
    lines = random_log.expected(now)
    places = {each: _place(line, sort) for each, line in lines.items()}
    found = ids(random_log.listing(now), Wanted(), sort, limit)
    assert sorted(found) == sorted(lines)
    assert found == sorted(lines, key=lambda each: (places[each] is None, places[each] or 0, each))
    assert len(set(places.values())) < len(places), "some have the same place, or none"


def _place(line: ListedEngagement, sort: Sort) -> Any:
    if sort == "name":
        return line.name.casefold() if line.name else None
    return getattr(line, sort)


def test_the_same_on_postgresql(postgres_url: URL) -> None:
    now = CUT + timedelta(hours=9)
    with told(postgres_url, random_histories(6)) as log:
        chosen = instants(log.histories)
        assert_as_the_domain_says(log, chosen[:: max(1, len(chosen) // 40)])
        for sort in get_args(Sort):
            places = {each: _place(line, sort) for each, line in log.expected(now).items()}
            wanted = sorted(places, key=lambda each: (places[each] is None, places[each] or 0, each))
            assert ids(log.listing(now), Wanted(), sort, 2) == ids(log.listing(now), Wanted(), sort) == wanted
        for asked, holds in filters():
            assert_filtered(log, now, asked, holds)


def test_all_pages_are_as_of_the_first(random_log: Told) -> None:
    """Whatever the clock says when the others are read."""
    now = CUT + timedelta(hours=9)
    times = iter([now] + [now + timedelta(days=days) for days in range(1, 50)])
    listing = Engagements(random_log.bench.reader, lambda: next(times), lambda _: 0.0)
    found = list(pages(listing, Wanted(), "next_breach_at", 1))
    assert {page.as_of for page in found} == {now}
    assert {line.engagement_id: line for page in found for line in page.items} == random_log.expected(now)


Holds: TypeAlias = Callable[[ListedEngagement, State], bool]
People: TypeAlias = list[Assignment | Proposal]


def saying(**values: object) -> Holds:
    """The line says these."""
    return lambda line, _: all(getattr(line, name) == value for name, value in values.items())


def having(who: str) -> Holds:
    """This professional was ever assigned or proposed."""
    return lambda _, state: any(each.professional_id == who for each in _people(state))


def supplied_by(partner: str) -> Holds:
    return lambda line, _: partner in line.partner_ids


def containing(folded: str) -> Holds:
    """What is sought through contains this text, whose case is folded."""
    return lambda line, _: folded in _sought(line)


def filters() -> Iterator[tuple[Wanted, Holds]]:
    yield Wanted(), lambda *_: True
    yield Wanted(client_id="acme"), saying(client_id="acme")
    for model in ("managed_marketplace", "staff_augmentation", "managed_services"):
        yield Wanted(model=model), saying(model=model)
    for status in get_args(Status):
        yield Wanted(status=status), saying(status=status)
    for risky in (True, False):
        yield Wanted(at_risk=risky), saying(at_risk=risky)
        yield Wanted(at_risk=risky, client_id="acme"), saying(at_risk=risky, client_id="acme")
    for partner in PARTNERS:
        yield Wanted(partner_id=partner), supplied_by(partner)
    for who in ("ana", "dan", *PARTNERS):
        yield Wanted(professional_id=who), having(who)
    yield (
        Wanted(professional_id="ana", status="open"),
        lambda line, state: line.status == "open" and having("ana")(line, state),
    )
    for q in ("STRASSE", "straße", "łódź", "%", "_", "alpha", "GLOBEX", "nobody"):
        yield Wanted(q=q), containing(q.casefold())
    for q in ("École", "E\u0301COLE"):
        yield Wanted(q=q), containing("\u00e9cole")
    yield Wanted(q=str(engagement(3)).upper()[:13]), saying(engagement_id=engagement(3))


def _people(state: State) -> People:
    return [*state.assignments.values(), *state.proposals.values()]


def _sought(line: ListedEngagement) -> str:
    return "\n".join(each.casefold() for each in (line.name or "", line.client_id, str(line.engagement_id)))


def assert_filtered(log: Told, now: datetime, wanted: Wanted, holds: Holds) -> None:
    lines = log.expected(now)
    states = {each: log.histories[each].state_at(now) for each in lines}
    found = sorted(each for each, line in lines.items() if (state := states[each]) and holds(line, state))
    assert sorted(ids(log.listing(now), wanted, limit=2)) == found, wanted


def _told(each: object) -> str:
    """What is asked for, as the name of a test."""
    asked = each if isinstance(each, Wanted) else None
    said = ((name, getattr(asked, name)) for name in Wanted.__slots__) if asked else ()
    return " ".join(f"{name}={value}" for name, value in said if value is not None) if asked else "as told"


@pytest.mark.parametrize(("wanted", "holds"), list(filters()), ids=_told)
def test_filters(random_log: Told, wanted: Wanted, holds: Holds) -> None:
    for now in instants(random_log.histories)[::120]:
        assert_filtered(random_log, now, wanted, holds)


def test_every_field_of_a_line_is_filled(random_log: Told) -> None:
    """Each of them says something else than nothing in some line at some instant."""
    seen = [line for now in instants(random_log.histories)[::40] for line in random_log.lines(now).values()]
    for each in fields(ListedEngagement):
        assert len({getattr(line, each.name) for line in seen}) > 1 or each.name == "zone", each.name
    assert {line.zone for line in seen} <= {"America/New_York", "UTC"}


def test_a_process_whose_clock_is_behind_sees_what_is_recorded(random_log: Told) -> None:
    """As the state of one engagement is: as of the last recording, not of an instant before it."""
    last = max(history.facts[-1].recorded_at for history in random_log.histories.values())
    page = random_log.listing(datetime(2001, 1, 1, tzinfo=UTC)).page(Wanted(), EVERYTHING, limit=500)
    assert page.as_of == last
    assert {line.engagement_id: line for line in page.items} == random_log.expected(last)
