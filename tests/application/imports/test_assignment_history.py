"""What is read from an assignment history: its lines as moves on seats, and why a line is refused."""

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

import pytest

from application.imports.assignment_history import AssignmentHistory, has_columns, read, table
from application.imports.csv_table import AS_UTF_8, OtherColumns

HEADER = "team,role,professional,partner,started_at,ended_at,succeeded_by"


def told(*lines: str, header: str = HEADER, zone: tzinfo = UTC) -> AssignmentHistory:
    return whole("\n".join([header, *lines]).encode(), zone)


def whole(raw: bytes, zone: tzinfo = UTC) -> AssignmentHistory:
    return read(table(raw.splitlines(keepends=True)), zone)


def moves(history: AssignmentHistory) -> list[tuple[str, str | None, str | None]]:
    [team] = history.teams
    return [
        (
            move.seat_id,
            move.outgoing.professional if move.outgoing else None,
            move.incoming.professional if move.incoming else None,
        )
        for move in team.moves
    ]


def test_a_role_has_as_many_seats_as_were_held_at_once() -> None:
    history = told(
        "t,chair,a,X,2020-01-01T00:00:00Z,2020-03-01T00:00:00Z,",
        "t,chair,b,X,2020-02-01T00:00:00Z,,",
        "t,chair,c,X,2020-04-01T00:00:00Z,,",
    )
    assert moves(history) == [
        ("chair-1", None, "a"),
        ("chair-2", None, "b"),
        ("chair-1", "a", None),
        ("chair-1", None, "c"),
    ]


def test_who_leaves_makes_room_for_who_comes_at_the_same_instant() -> None:
    history = told(
        "t,chair,b,X,2020-02-01T00:00:00Z,,",
        "t,chair,a,X,2020-01-01T00:00:00Z,2020-02-01T00:00:00Z,",
    )
    assert moves(history) == [("chair-1", None, "a"), ("chair-1", "a", None), ("chair-1", None, "b")]


def test_a_successor_takes_the_seat_over_even_where_another_one_is_free() -> None:
    history = told(
        "t,chair,a,X,2020-01-01T00:00:00Z,2020-02-01T00:00:00Z,",
        "t,chair,b,X,2020-01-02T00:00:00Z,2020-03-01T00:00:00Z,c",
        "t,chair,c,X,2020-03-01T00:00:00Z,,",
    )
    assert moves(history)[-1] == ("chair-2", "b", "c")


def test_a_successor_may_hold_another_seat_already() -> None:
    history = told(
        "t,chair,b,X,2020-01-01T00:00:00Z,,",
        "t,chair,a,X,2020-01-01T00:00:00Z,2020-03-01T00:00:00Z,b",
        "t,chair,b,X,2020-03-01T00:00:00Z,,",
    )
    assert moves(history)[-1] == ("chair-2", "a", "b")
    assert not history.refused


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("t,chair,a,X,yesterday,,", "started_at is 'yesterday': an instant is RFC 3339"),
        ("t,chair,a,X,2020-01-01T00:00:00,,", "an instant is RFC 3339 text with an offset"),
        (
            "t,chair,a,X,2020-10-30 09:00,,",
            "or as a date alone, such as 2026-10-30; in a spreadsheet, format the column",
        ),
        ("t,chair,a,X,30.10.2020,,", "or as a date alone, such as 2026-10-30"),
        ("t,chair,a,X,10/30/2020,,", "or as a date alone, such as 2026-10-30"),
        ("t,chair,a,X,2020-02-30T00:00:00Z,,", "the date of an instant exists, and 2020-02-30 does not"),
        ("t,chair,a,X,2020-01-01T00:00:00+24:00,,", "the offset of an instant lies between -23:59 and +23:59"),
        ("t,chair,a,X,2020-01-01T24:00:00Z,,", "the time of an instant lies between 00:00:00 and 23:59:59"),
        ("t,chair,a,X,2020-01-01T00:00:00Z,soon,", "ended_at is 'soon'"),
        ("t,chair,a,X,,,", "started_at is missing"),
        (",chair,a,X,2020-01-01T00:00:00Z,,", "team is missing"),
        ("t,chair,,X,2020-01-01T00:00:00Z,,", "professional is missing"),
        ("t,chair,a,X,2020-01-01T00:00:00Z", "the line has 5 values, not 7"),
        ("t,chair,a,X,2020-01-02T00:00:00Z,2020-01-01T00:00:00Z,", "is not after started_at"),
        ("t,chair,a,X,2020-01-01T00:00:00Z,2020-01-01T00:00:00Z,", "is not after started_at"),
        ("t,chair,a,X,2020-01-01T00:00:00Z,,b", "succeeded_by is there, but ended_at is missing"),
        ("t,chair,a,X,2020-01-01T00:00:00Z,2020-01-03T00:00:00Z,a", "nobody succeeds themselves"),
        (
            "t,chair,a,X,2020-01-01T00:00:00Z,2020-01-03T00:00:00Z,b",
            "no line starts b as chair of t",
        ),
        (f"t,{'r' * 59},a,X,2020-01-01T00:00:00Z,,", "role is longer than 58 characters"),
        (f"t,chair,{'a' * 65},X,2020-01-01T00:00:00Z,,", "professional is longer than 64 characters"),
        ("t,chair,a\x00,X,2020-01-01T00:00:00Z,,", "professional has a control character"),
        ('t,chair,"a,X,2020-01-01T00:00:00Z,,', "the line cannot be read"),
    ],
)
def test_a_line_that_says_something_impossible_is_refused_and_the_others_are_read(line: str, reason: str) -> None:
    history = told("t,chair,z,X,2020-01-01T00:00:00Z,,", line, "u,chair,z,X,2020-01-01T00:00:00Z,,")
    [refused] = history.refused
    assert refused.line == 3
    assert reason in refused.reason
    assert [team.name for team in history.teams] == ["t", "u"]
    assert history.lines == 3


def test_a_line_that_is_not_utf_8_is_refused() -> None:
    history = whole(f"{HEADER}\n".encode() + b"t,chair,\xff,X,2020-01-01T00:00:00Z,,\n")
    [refused] = history.refused
    assert (refused.line, refused.remedy) == (2, AS_UTF_8)
    assert 'the byte 0xFF (in Windows-1252 that is "ÿ") in professional' in str(refused)


def test_where_the_line_of_a_successor_is_refused_the_end_is_a_departure_and_the_file_is_told() -> None:
    history = told(
        "t,chair,a,X,2020-01-01T00:00:00Z,2020-02-01T00:00:00Z,b",
        "t,chair,b,X,first of february,,",
    )
    assert [each.line for each in history.refused] == [3]
    assert [each.line for each in history.remarks] == [2]
    assert moves(history) == [("chair-1", None, "a"), ("chair-1", "a", None)]


def test_one_assignment_succeeds_one() -> None:
    history = told(
        "t,chair,a,X,2020-01-01T00:00:00Z,2020-02-01T00:00:00Z,c",
        "t,chair,b,X,2020-01-01T00:00:00Z,2020-02-01T00:00:00Z,c",
        "t,chair,c,X,2020-02-01T00:00:00Z,,",
    )
    assert [str(each) for each in history.refused] == ["line 3: line 2 is succeeded by the same assignment (line 4)"]


def test_the_same_assignment_twice_is_refused_once() -> None:
    line = "t,chair,a,X,2020-01-01T00:00:00Z,,"
    assert [str(each) for each in told(line, line).refused] == ["line 3: line 2 tells the same assignment"]


def test_two_names_of_one_column_that_would_become_the_same_id_are_told_apart() -> None:
    instant = "2020-01-01T00:00:00Z,,"
    history = told(f"a b,tech lead,p q,Red Hat,{instant}", f"a/b,tech-lead,p-q,Red-Hat,{instant}")
    assert not history.refused
    one, other = history.teams
    assert len({one.client_id, other.client_id, "a-b"}) == 3
    [seat], [seat_of_other] = one.seats, other.seats
    assert (seat.startswith("tech-lead-"), seat_of_other) == (True, "tech-lead-1")
    assert seat != seat_of_other
    for ids in (one.ids.professionals, one.ids.partners):
        assert len(set(ids.values())) == 2
    assert (one.ids.professionals["p-q"], one.ids.partners["Red-Hat"]) == ("p-q", "Red-Hat")


def test_names_of_different_columns_may_become_the_same_id() -> None:
    [team] = told("a b,a-b,p,X,2020-01-01T00:00:00Z,,").teams
    assert (team.client_id, list(team.seats)) == ("a-b", ["a-b-1"])


def test_the_name_of_a_successor_counts_among_the_professionals() -> None:
    history = told(
        "t,chair,a,X,2020-01-01T00:00:00Z,2020-02-01T00:00:00Z,p q",
        "t,chair,p q,X,2020-02-01T00:00:00Z,2020-03-01T00:00:00Z,p-q",
        "t,chair,p-q,X,2020-03-01T00:00:00Z,,",
    )
    assert not history.refused
    assert len(set(history.teams[0].ids.professionals.values())) == 3


def test_a_name_is_the_same_however_its_accents_are_composed() -> None:
    history = told(
        "Jos\u00e9s,chair,Jos\u00e9,X,2020-01-01T00:00:00Z,2020-02-01T00:00:00Z,",
        "Jose\u0301s,chair,Jose\u0301,X,2020-02-01T00:00:00Z,,",
    )
    [team] = history.teams
    assert team.name == "Jos\u00e9s"
    assert len(team.ids.professionals) == 1


def test_a_line_break_in_a_name_is_a_space_and_the_record_has_the_number_of_its_first_line() -> None:
    history = told(
        '"Payments\r\n(EMEA)",chair,"Ines \n Roca",X,2020-01-01T00:00:00Z,,',
        '"Payments (EMEA)",chair,bob,X,never,,',
    )
    [team] = history.teams
    assert team.name == "Payments (EMEA)"
    assert list(team.ids.professionals) == ["Ines Roca"]
    assert [each.line for each in history.refused] == [5]
    assert history.lines == 2


@pytest.mark.parametrize(
    ("zone", "day", "instant"),
    [
        ("UTC", "2023-01-09", "2023-01-09T00:00:00+00:00"),
        ("Europe/Berlin", "2023-07-01", "2023-06-30T22:00:00+00:00"),
        ("Asia/Kolkata", "2023-01-09", "2023-01-08T18:30:00+00:00"),
        ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00+00:00"),  # its clocks skipped that midnight
    ],
)
def test_a_date_without_a_time_is_midnight_in_the_zone(zone: str, day: str, instant: str) -> None:
    [team] = told(f"t,chair,a,X,{day},,", zone=ZoneInfo(zone)).teams
    assert team.opened_at == datetime.fromisoformat(instant)


@pytest.mark.parametrize("day", ["2023-02-30", "09.01.2023", "1/9/2023", "44935", "2023-1-9", "0001-01-01"])
def test_a_day_that_is_none_or_written_otherwise_is_refused(day: str) -> None:
    [refused] = told(f"t,chair,a,X,{day},,", zone=ZoneInfo("Asia/Tokyo")).refused
    assert refused.reason.startswith(f"started_at is {day!r}: ")


def test_columns_may_stand_in_any_order_and_a_byte_order_mark_is_passed_over() -> None:
    header = "succeeded_by,ended_at,started_at,partner,professional,role,team"
    raw = f"\ufeff{header}\r\n,,2020-01-01T00:00:00Z,X,a,chair,t\r\n\r\n".encode()
    assert moves(whole(raw)) == [("chair-1", None, "a")]
    assert has_columns([header.encode()])


def test_a_file_without_the_columns_is_no_assignment_history() -> None:
    with pytest.raises(OtherColumns, match="lacks ended_at, succeeded_by"):
        told(header="team,role,professional,partner,started_at")
    with pytest.raises(OtherColumns, match="lacks"):
        whole(b"")
    assert not has_columns([b"team,role"])
