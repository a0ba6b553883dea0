"""What the lanes of an engagement look like: where things lie, what they are called, how many there are at most."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import accumulate, pairwise
from typing import Any

import pytest

from api.pages.engagement.replay import axis_of, base36, spanned, stops_written
from api.pages.frame import TEMPLATES
from api.pages.lanes.axis import MOST_TICKS, Axis, percent, strip, ticks
from api.pages.lanes.marks import MOST_MARKS, apart
from api.pages.lanes.view import MOST_ROWS, MOST_SEATS, SHORTEST, Drawing, DrawnSeat, drawing
from domain.lanes.drawn import LaneAbsence, LaneBar, LaneMark, LaneRow, Lanes, RequiredSpan, SeatLanes
from domain.lanes.lanes import lanes_of
from tests.domain.given import START, day, given, on
from tests.domain.words import (
    absent,
    active,
    end,
    match,
    opened,
    propose,
    report,
    request,
    resolve,
    suspend,
    withdraw_case,
    withdraw_match,
)

YEAR = Axis(datetime(2026, 1, 15, tzinfo=UTC), datetime(2027, 1, 15, tzinfo=UTC))


@pytest.mark.parametrize(("share", "place"), [(0, 0), (0.25, 25), (1, 100), (-1, 0), (2, 100)])
def test_an_instant_lies_where_its_share_of_the_time_is(share: float, place: float) -> None:
    assert YEAR.at(YEAR.from_ + share * YEAR.span) == pytest.approx(place)


def test_an_axis_of_no_time_has_places_too() -> None:
    assert Axis(START, START).at(START) == 0


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(minutes=4), ["08:00", "08:01", "08:02", "08:03", "08:04"]),
        (timedelta(days=3), ["6 Jan", "7 Jan", "8 Jan"]),
        (timedelta(days=40), ["12 Jan", "19 Jan", "26 Jan", "2 Feb", "9 Feb"]),
        (timedelta(days=200), ["Feb", "Mar", "Apr", "May", "Jun", "Jul"]),
        (timedelta(days=400), ["Mar", "May", "Jul", "Sep", "Nov", "2027"]),
        (timedelta(days=3_000), ["2027", "2028", "2029", "2030", "2031", "2032", "2033", "2034"]),
    ],
)
def test_ticks_are_beginnings_of_what_fits(span: timedelta, words: list[str]) -> None:
    start = datetime(2026, 1, 5, 8, tzinfo=UTC)
    found = ticks(Axis(start, start + span), "UTC")
    assert [tick.word for tick in found] == words
    assert len(found) <= MOST_TICKS


def test_ticks_are_those_of_the_zone() -> None:
    [first, *_] = ticks(Axis(datetime(2026, 1, 5, 9, tzinfo=UTC), datetime(2026, 1, 9, tzinfo=UTC)), "Asia/Tokyo")
    assert first.word == "6 Jan"
    assert first.at == percent(100 * 6 / 87)


def test_a_word_at_an_end_is_not_cut() -> None:
    anchors = [tick.anchor for tick in ticks(Axis(START, START + timedelta(hours=4)), "UTC")]
    assert (anchors[0], anchors[-1]) == ("start", "end")
    assert set(anchors[1:-1]) == {"middle"}


def test_columns_without_events_are_not_drawn() -> None:
    assert strip((0, 1, 0, 5)) == "M1.5 12v-4M3.5 12v-12"
    assert strip(()) == ""


@pytest.mark.parametrize("number", [0, 1, 35, 36, 123_456_789_012_345, -37])
def test_offsets_are_read_as_they_were_written(number: int) -> None:
    assert int(base36(number), 36) == number


def drawn(*lines: Any, as_of: float = 40, **wanted: Any) -> Drawing:
    history = given(*lines).history
    axis = axis_of(history, day(as_of), None)
    state = history.state_at(axis.to)
    assert state
    lanes = lanes_of(history, axis.to, axis.from_, axis.to)
    return drawing(axis, lanes, state, lambda version: f"#v{version}", **{"all_of_them": False, **wanted})


def seat(*lines: Any, as_of: float = 40) -> DrawnSeat:
    return drawn(*lines, as_of=as_of).seats[0]


def test_a_bar_leads_to_the_line_of_what_began_it() -> None:
    [row] = seat(opened(), *active()).rows
    assert [(bar.kind, bar.address) for bar in row.bars][-1] == ("active", "#v3")
    assert "so far" in row.bars[-1].text


def test_shown_as_it_was_a_bar_is_told_up_to_then() -> None:
    lines = (opened(), *active(), on(10, request()), on(30, propose()))
    then = [bar.words for row in seat(*lines, as_of=20).rows for bar in row.bars]
    [at_once, case] = drawn(*lines, shown_at=day(20)).seats[0].rows
    assert [bar.words for bar in (*at_once.bars, case.bars[0])] == then
    assert "so far" in then[-1]
    assert "so far" in case.bars[1].words  # what came later is as it is known today


def test_a_case_has_a_row_in_words_and_its_id_in_the_title() -> None:
    rows = seat(opened(), *active(), on(10, request()), on(20, propose())).rows
    [case] = [row for row in rows if row.name == "replacement"]
    assert [bar.kind for bar in case.bars] == ["searching", "awaiting"]
    assert (case.bars[0].x, case.bars[0].width) == ("25%", "25%")
    assert case.title.endswith("k1")


def test_a_concern_lies_on_whom_it_is_about() -> None:
    found = seat(opened(), *active(), on(10, report()))
    assert found.marks == ()
    [mark] = found.rows[0].marks
    assert (mark.kind, mark.sign, mark.at) == ("concern", "!", "25%")


def test_concerns_on_each_other_are_one_mark_with_their_number() -> None:
    reports = []
    for number in range(3):
        reports += [on(10 + number / 100, report(f"c-{number}")), on(10.005 + number / 100, resolve(f"c-{number}"))]
    [mark] = seat(opened(), *active(), *reports).rows[0].marks
    assert mark.sign == "3"
    assert mark.words.endswith("and 2 more")


@pytest.mark.parametrize(("reported", "at", "room"), [(20, 0.0, 48.8), (1, 3.1, 96.9)])
def test_a_text_ends_before_a_mark_or_begins_behind_it(reported: float, at: float, room: float) -> None:
    [bar] = [each for each in seat(opened(), *active(), on(reported, report())).rows[0].bars if each.kind == "active"]
    assert float(bar.text_x[:-1]) == pytest.approx(at, abs=0.3)
    assert float(bar.room[:-1]) == pytest.approx(room, abs=0.3)
    assert bar.text


def test_what_took_a_moment_is_seen() -> None:
    rows = seat(opened(), *active(), on(10, request()), on(10.001, withdraw_case()), as_of=1_000).rows
    [case] = [row for row in rows if row.name == "replacement"]
    assert [(bar.width, bar.text) for bar in case.bars] == [(percent(SHORTEST), "")]


def test_an_absence_lies_over_the_bar() -> None:
    [row] = seat(opened(), *active(), on(9, absent(10, 20))).rows
    assert [(each.kind, each.x, each.width) for each in row.over] == [("absence", "25%", "25%")]


def test_a_suspension_is_no_seats() -> None:
    found = drawn(opened(), on(10, suspend()))
    assert found.general
    assert [each.kind for each in found.general.required] == ["suspension"]
    assert drawn(opened()).general is None


def test_the_axis_ends_with_what_has_ended_and_goes_as_far_as_is_asked() -> None:
    lasting = given(opened()).history
    assert axis_of(lasting, day(9), None).to == day(9)
    assert axis_of(lasting, day(9), day(12)).to == day(12)
    assert axis_of(lasting, day(9), day(5)).to == day(9)
    ended = given(opened(), on(5, end())).history
    assert axis_of(ended, day(9), day(12)).to == day(5)


def test_of_a_span_the_last_is_shown_or_what_lies_around_the_instant_asked_about() -> None:
    month, short, lasting = timedelta(days=31), Axis(START, day(9)), Axis(START, day(200))
    assert spanned(lasting, None, None) == lasting
    assert spanned(short, None, "month") == short
    assert spanned(lasting, None, "month") == Axis(day(200) - month, day(200))
    assert spanned(lasting, day(190), "month") == Axis(day(200) - month, day(200))
    assert spanned(lasting, day(100), "month") == Axis(day(100) - month / 2, day(100) + month / 2)
    assert spanned(lasting, day(2), "month") == Axis(START, START + month)


def test_many_marks_are_no_more_than_a_page_bears() -> None:
    for rows in (1, 40, 200):
        assert rows * 100 / apart(rows) <= MOST_MARKS * 1.01


def test_of_many_rows_the_newest_are_drawn_and_the_rest_is_counted() -> None:
    lines = []
    for number in range(MOST_ROWS + 3):
        lines += [on(number + 1, match(f"m-{number}")), on(number + 1.5, withdraw_match(f"m-{number}"))]
    found = seat(opened(), *lines)
    assert len(found.rows) == MOST_ROWS
    assert found.left_out == 3
    assert found.rows[-1].title.endswith(f"m-{MOST_ROWS + 2}")


def test_two_hundred_seats_with_twenty_five_things_each_are_drawn_in_half_a_page() -> None:
    """Of 5,000 events as many as may be lie on the seats that are drawn; a page has 300 kB."""
    found = big(all_of_them=False)
    assert (len(found.seats), found.total) == (MOST_SEATS, 200)
    assert len(big(all_of_them=True).seats) == 200
    assert sum(len(row.marks) for each in found.seats for row in each.rows) <= MOST_MARKS
    macros: Any = TEMPLATES.get_template("drawn.html").module
    written = sum(len(str(macros.seat(each)).encode()) for each in found.seats)
    assert 50_000 < written < 150_000


def big(*, all_of_them: bool) -> Drawing:
    history = given(opened()).history
    seats = tuple(_lived(f"s{number}") for number in range(200))
    lanes = Lanes(from_=START, to=day(400), zone="Europe/London", seats=seats, density=(1,) * 400)
    state = replace(history.state, assignments={"a1": given(opened(), *active()).history.state.assignments["a1"]})
    return drawing(Axis(START, day(400)), lanes, state, lambda at: f"?before={at + 1}#v{at}", all_of_them=all_of_them)


def _lived(seat_id: str) -> SeatLanes:
    """A seat with somebody on it since the second day, eleven absences and ten concerns."""
    held = LaneBar(phase="active", from_=day(2), to=day(400), ongoing=True, version=1_000)
    matched = LaneBar(phase="matched", from_=day(1), to=day(2), ongoing=False, version=900)
    away = [
        LaneAbsence(absence_id="b", from_=at, to=at + timedelta(days=9), cause="leave", planned=True, version=2_000)
        for at in (day(10 + 35 * number) for number in range(11))
    ]
    marks = [
        LaneMark(kind="concern", at=day(20 + 35 * number), version=3_000, subject_id="a1", words="Concern, high")
        for number in range(10)
    ]
    row = LaneRow(
        kind="assignment",
        assignment_id="a1",
        professional_id="somebody.with.a.name",
        state="active",
        bars=(matched, held),
        absences=tuple(away),
    )
    span = RequiredSpan(from_=START, to=None, allocation=Decimal(1))
    return SeatLanes(
        seat_id=seat_id,
        role="developer",
        key_role=False,
        closed_at=None,
        required=(span,),
        rows=(row,),
        marks=tuple(marks),
    )


def test_of_five_thousand_stops_those_near_by_are_known_and_one_a_column() -> None:
    stops = [day(number / 10) for number in range(5_000)]
    axis = Axis(START, day(500))
    offsets = list(accumulate(int(each, 36) for each in stops_written(axis, stops[2_400:2_600], stops).split()))
    assert 200 <= len(offsets) <= 600
    assert set(offsets) >= {axis.microseconds(each) for each in stops[2_400:2_600]}
    assert offsets == sorted(set(offsets))
    assert max(later - earlier for earlier, later in pairwise(offsets)) <= 2 * 500 * 86_400 * 1e6 / 400
