"""Facts are plausible (docs/rules.md, *Facts are plausible*); local days are those of the calendar in force."""

from datetime import date, datetime, timedelta
from typing import Any, Final, get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given as examples_of
from hypothesis import settings
from hypothesis import strategies as st

from domain.engagement.assignments.departure import (
    DepartureAnnounced,
    LastDayBeforeAnnouncement,
    NoShowBeforePlannedStart,
    NoticeAfterDeparture,
    ProfessionalDeparted,
)
from domain.engagement.assignments.matching import NO_AGENCIES, ProfessionalMatched, SupplierMisnamed
from domain.engagement.assignments.rate import RateChanged, RateInOtherCurrency
from domain.engagement.effort import EffortBeforeItsDay, EffortRecorded
from domain.engagement.replacement.succession import SuccessorAccepted, SuccessorProposed
from domain.language.words import SupplySource
from domain.law.command import Command
from domain.law.rejection import Unfit
from tests.domain.given import START, Given, Lines, day, given, on
from tests.domain.words import (
    accept,
    active,
    amend_terms,
    announce,
    change_rate,
    correct,
    depart,
    effort,
    end,
    match,
    money,
    onboard,
    opened,
    propose,
    request,
    withdraw_match,
)

CASE: Lines = [opened(), *active(), request()]
MATCHED: Lines = [opened(), match()]
MONDAY: Final = date(2026, 1, 5)
MIDNIGHT: Final = 15 / 24
"""The end of that Monday in UTC, in days after the opening at 09:00."""
IN_NEW_YORK: Final = MIDNIGHT + 5 / 24
"""Its end in New York."""

MISNAMED: list[tuple[str, str | None]] = [
    ("agency_partner", None),
    ("agency_partner", "platform"),
    ("agency_partner", "independent"),
    ("internal_team", "northwind"),
    ("internal_team", "platform"),
    ("independent", "northwind"),
    ("independent", "independent"),
]


@pytest.mark.parametrize(("source", "partner"), MISNAMED)
def test_an_agency_is_named_and_nobody_else_names_one(source: str, partner: str | None) -> None:
    supplied: dict[str, Any] = {"supply_source": source, "partner_id": partner}
    given(opened()).when(match(**supplied)).then_rejected(SupplierMisnamed, field="partner_id")
    given(*CASE).when(propose(**supplied)).then_rejected(SupplierMisnamed, field="partner_id")
    assert issubclass(SupplierMisnamed, Unfit)


@pytest.mark.parametrize(
    ("source", "partner"), [("agency_partner", "northwind"), ("internal_team", None), ("independent", None)]
)
def test_an_agency_by_its_name_and_others_without_one_are_taken(source: str, partner: str | None) -> None:
    supplied: dict[str, Any] = {"supply_source": source, "partner_id": partner}
    given(opened()).when(match(**supplied)).then(ProfessionalMatched)
    past = given(*CASE).when(propose(**supplied)).then(SuccessorProposed)
    past.when(accept()).then(SuccessorAccepted)


def test_whoever_is_no_agency_is_called_by_another_supply_source() -> None:
    assert {*NO_AGENCIES.values(), "agency_partner"} == {*get_args(SupplySource)}


def test_a_supplier_is_misnamed_whatever_the_state() -> None:
    wrong: dict[str, Any] = {"supply_source": "agency_partner", "partner_id": None}
    given(opened(), end()).when(match(**wrong)).then_rejected(SupplierMisnamed)
    given(opened()).when(propose(case_id="k9", **wrong)).then_rejected(SupplierMisnamed)
    entry = correct(on(1, match(**wrong)))
    given(opened()).when(entry).then_rejected(SupplierMisnamed, field="record[0].partner_id")


def test_a_last_day_is_not_before_the_day_of_its_announcement() -> None:
    past = given(*MATCHED)
    past.when(on(0.5, announce(last_day=MONDAY))).then(DepartureAnnounced)
    past.when(on(0.5, announce(last_day=MONDAY - timedelta(1)))).then_rejected(
        LastDayBeforeAnnouncement, field="last_day"
    )


@pytest.mark.parametrize(("calendar", "midnight"), [("weekdays", MIDNIGHT), ("us-east", IN_NEW_YORK)])
def test_a_day_is_announced_until_it_is_over_where_the_calendar_is(calendar: str, midnight: float) -> None:
    past = given(opened(calendar=calendar), match())
    past.when(on(midnight - 0.001, announce(last_day=MONDAY))).then(DepartureAnnounced)
    past.when(on(midnight, announce(last_day=MONDAY))).then_rejected(LastDayBeforeAnnouncement)


def test_an_announcement_is_judged_on_the_calendar_in_force() -> None:
    past = given(opened(), match(), on(0.7, amend_terms(calendar="us-east")))
    past.when(on(0.75, announce(last_day=MONDAY))).then(DepartureAnnounced)
    past.when(on(0.65, announce(last_day=MONDAY))).then_rejected(LastDayBeforeAnnouncement)
    told = past.and_(on(0.75, announce(last_day=MONDAY)))
    told.when(correct(void=(3,))).then_contradicts(4, LastDayBeforeAnnouncement)
    told.when(on(0.72, amend_terms(calendar="weekdays"))).then_contradicts(4, LastDayBeforeAnnouncement)


def test_notice_is_given_before_the_departure_or_with_it() -> None:
    past = given(*MATCHED, onboard())
    past.when(on(5, depart(notice_given_at=day(5)))).then(ProfessionalDeparted)
    later = day(5) + timedelta(microseconds=1)
    past.when(on(5, depart(notice_given_at=later))).then_rejected(NoticeAfterDeparture, field="notice_given_at")


def test_nobody_fails_to_show_up_before_the_planned_start() -> None:
    past = given(opened(), match(planned_start=day(3)))
    past.when(on(2.999, depart(cause="no_show"))).then_rejected(NoShowBeforePlannedStart, field="cause")
    past.when(on(3, depart(cause="no_show"))).then(ProfessionalDeparted)
    past.when(on(2, depart(cause="illness"))).then(ProfessionalDeparted)
    past.when(on(2, withdraw_match())).recorded()
    given(*MATCHED).when(on(0.1, depart(cause="no_show"))).then(ProfessionalDeparted)


def test_a_successor_is_planned_to_start_when_it_was_proposed_for() -> None:
    past = given(*CASE, on(1, propose(planned_start=day(4))), on(2, accept()))
    past.when(on(3, depart("a2", "no_show"))).then_rejected(NoShowBeforePlannedStart)
    past.when(on(4, depart("a2", "no_show"))).then(ProfessionalDeparted)


def test_a_match_recorded_anew_for_a_later_start_contradicts_a_no_show() -> None:
    past = given(opened(), on(1, match(planned_start=day(3))), on(4, depart(cause="no_show")))
    past.and_(correct(on(1, match(planned_start=day(4))), void=(2,)))
    past.when(correct(on(1, match(planned_start=day(5))), void=(2,))).then_contradicts(3, NoShowBeforePlannedStart)


def test_a_day_rate_keeps_its_currency() -> None:
    past = given(opened(), match(day_rate=money("480.00", "USD")))
    past.when(change_rate("500.00")).then_rejected(RateInOtherCurrency, field="day_rate")
    past.when(change_rate("500.00", currency="USD")).then(RateChanged)


def test_a_first_rate_may_be_in_any_currency_and_the_next_ones_are_in_that() -> None:
    past = given(*MATCHED, on(5, change_rate("500.00", currency="USD")))
    past.when(on(6, change_rate("510.00", currency="USD"))).then(RateChanged)
    past.when(on(6, change_rate("510.00"))).then_rejected(RateInOtherCurrency)
    past.when(on(4, change_rate("510.00", currency="USD"))).then(RateChanged)
    past.when(on(4, change_rate("510.00"))).then_contradicts(3, RateInOtherCurrency)


def test_another_assignment_has_a_currency_of_its_own() -> None:
    past = given(opened(), match(day_rate=money("480.00", "USD")), onboard(), request())
    successor = past.and_(propose(day_rate=money("400.00")), accept())
    successor.when(change_rate("410.00", "a2")).then(RateChanged)
    successor.when(change_rate("410.00", "a2", "USD")).then_rejected(RateInOtherCurrency)


def test_effort_is_told_on_the_day_of_the_work_or_after_it() -> None:
    past = given(opened())
    past.when(on(0.5, effort(worked_on=MONDAY))).then(EffortRecorded)
    past.when(on(0.5, effort(worked_on=MONDAY - timedelta(400)))).then(EffortRecorded)
    tuesday = MONDAY + timedelta(1)
    past.when(on(0.5, effort(worked_on=tuesday))).then_rejected(EffortBeforeItsDay, field="worked_on")
    past.when(on(MIDNIGHT, effort(worked_on=tuesday))).then(EffortRecorded)


IN_FORCE: list[tuple[float, Command[Any], bool]] = [
    (0.65, effort(worked_on=MONDAY + timedelta(1)), True),
    (0.75, effort(worked_on=MONDAY + timedelta(1)), False),
    (1.7, effort(worked_on=MONDAY + timedelta(2)), True),
]


@pytest.mark.parametrize(("days", "command", "lawful"), IN_FORCE)
def test_effort_is_judged_on_the_calendar_that_was_in_force(days: float, command: Command[Any], lawful: bool) -> None:
    """At its own instant, though what obeys no order is judged in the final state: New York, between two others."""
    past = given(opened(), on(0.7, amend_terms(calendar="us-east")), on(1, amend_terms(calendar="weekdays")))
    outcome = past.when(on(days, command))
    if lawful:
        outcome.then(EffortRecorded)
    else:
        outcome.then_rejected(EffortBeforeItsDay)


def test_the_last_of_two_calendars_that_came_at_once_is_in_force() -> None:
    both = [on(0.7, amend_terms(calendar="us-east")), on(0.7, amend_terms(calendar="weekdays"))]
    tuesday = MONDAY + timedelta(1)
    past = opened(calendar="india")
    given(past, *both).when(on(0.7, effort(worked_on=tuesday))).then(EffortRecorded)
    given(past, *both[::-1]).when(on(0.7, effort(worked_on=tuesday))).then_rejected(EffortBeforeItsDay)


def test_effort_that_was_told_is_never_judged_again() -> None:
    past = given(opened(), on(0.65, effort(worked_on=MONDAY + timedelta(1))))
    past.when(on(0.6, amend_terms(calendar="us-east"))).recorded()


ZONES: Final = {"weekdays": "UTC", "us-east": "America/New_York", "london": "Europe/London", "india": "Asia/Kolkata"}
OPENED: Final[dict[str, Given]] = {name: given(opened(calendar=name), on(0, match())) for name in ZONES}


@settings(deadline=None)
@examples_of(st.sampled_from(list(ZONES)), st.integers(0, 900 * 86_400), st.integers(-2, 2))
def test_a_day_begins_and_ends_where_the_calendar_is(calendar: str, seconds: int, days: int) -> None:
    past, at = OPENED[calendar], seconds / 86_400
    named = local(day(at), ZONES[calendar]) + timedelta(days)
    assert (past.when(on(at, announce(last_day=named))).rejection is None) == (days >= 0)
    assert (past.when(on(at, effort(worked_on=named))).rejection is None) == (days <= 0)


def local(instant: datetime, zone: str) -> date:
    assert instant >= START
    return instant.astimezone(ZoneInfo(zone)).date()
