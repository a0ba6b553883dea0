"""What is read from an assignment history: its lines as moves on seats, and why a line is refused."""

import pytest

from application.imports.assignment_history import AssignmentHistory, NotAnAssignmentHistory, as_id, has_columns, read

HEADER = "team,role,professional,partner,started_at,ended_at,succeeded_by"


def told(*lines: str, header: str = HEADER) -> AssignmentHistory:
    return read("\n".join([header, *lines]).encode())


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
    history = read(f"{HEADER}\n".encode() + b"t,chair,\xff,X,2020-01-01T00:00:00Z,,\n")
    assert [str(each) for each in history.refused] == ["line 2: the line is not UTF-8"]


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


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a b,chair,p,X", "a/b,chair,p,X"),
        ("t,tech lead,p,X", "t,tech-lead,q,X"),
        ("t,chair,p q,X", "t,chair,p-q,X"),
        ("t,chair,p,Red Hat", "t,chair,q,Red-Hat"),
    ],
)
def test_two_names_of_one_column_that_would_become_the_same_id_are_refused(one: str, other: str) -> None:
    instant = "2020-01-01T00:00:00Z,,"
    history = told(f"{one},{instant}", f"{other},{instant}", f"fine,chair,r,Z,{instant}")
    assert [each.line for each in history.refused] == [2, 3]
    assert all("would become the same id" in each.reason for each in history.refused)


def test_names_of_different_columns_may_become_the_same_id() -> None:
    assert not told("a b,a-b,p,X,2020-01-01T00:00:00Z,,").refused


def test_the_name_of_a_successor_counts_among_the_professionals() -> None:
    history = told(
        "t,chair,a,X,2020-01-01T00:00:00Z,2020-02-01T00:00:00Z,p q",
        "t,chair,p-q,X,2020-02-01T00:00:00Z,,",
    )
    assert [each.line for each in history.refused] == [2, 3]


def test_columns_may_stand_in_any_order_and_a_byte_order_mark_is_passed_over() -> None:
    header = "succeeded_by,ended_at,started_at,partner,professional,role,team"
    raw = f"\ufeff{header}\r\n,,2020-01-01T00:00:00Z,X,a,chair,t\r\n\r\n".encode()
    assert moves(read(raw)) == [("chair-1", None, "a")]
    assert has_columns(header.encode())


def test_a_file_without_the_columns_is_no_assignment_history() -> None:
    with pytest.raises(NotAnAssignmentHistory, match="lacks ended_at, succeeded_by"):
        told(header="team,role,professional,partner,started_at")
    with pytest.raises(NotAnAssignmentHistory, match="has more than"):
        told(header=f"{HEADER},salary")
    with pytest.raises(NotAnAssignmentHistory, match="lacks"):
        read(b"")


def test_characters_outside_the_pattern_of_ids_are_written_as_a_dash() -> None:
    assert as_id("Red Hat (EMEA), Ü?") == "Red-Hat--EMEA-----"
    assert as_id("a.b:c_d-e") == "a.b:c_d-e"
