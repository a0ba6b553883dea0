"""How many engagements there are in a group, and how they are now."""

from infrastructure.fleet.figures import CLOCK, Figure, Source
from infrastructure.fleet.question import Question


def lives(q: Question) -> str:
    """Engagements whose life touches the window; of a partner those that had an assignment of it by its end."""
    ended = f"coalesce(g.ended_second, {q.second})"
    theirs, supplier = "", "NULL::VARCHAR"
    if q.of_a_partner:
        supplier = "p.supplier"
        theirs = (
            "JOIN (SELECT a.e, a.supplier, min(a.matched_at) AS first FROM assignments AS a "
            f"WHERE {q.holding('a')} AND {q.whose('a.supplier')} GROUP BY ALL) AS p "
            f"ON p.e = g.e AND p.first < {q.bound('t1')}"
        )
    return f"""
        SELECT g.e, NULL::VARCHAR AS subject_id, NULL::VARCHAR AS seat_id,
               {q.key("g", supplier, q.number)} AS key, g.opened_second AS instant,
               CASE WHEN g.ended_second IS NULL THEN 'open' ELSE 'ended' END AS state,
               {supplier} AS supplier
        FROM engagements AS g {q.spread("g.opened_second", ended, closed=True)} {theirs}
        WHERE {q.holding("g")} AND {q.touching("g.opened_second", ended, closed=True)}"""


def open_seats(q: Question) -> str:
    held = ""
    if q.of_a_partner:
        held = (
            "AND EXISTS (FROM assignments AS a WHERE a.e = s.e AND a.seat_id = s.seat_id "
            f"AND a.ended_at IS NULL AND a.supplier = these.supplier AND {q.holding('a')})"
        )
    return f"""
        SELECT s.e, s.seat_id AS subject_id, s.seat_id, these.key, s.starts_at AS instant, 'open' AS state
        FROM seats AS s JOIN ({lives(q)}) AS these ON these.e = s.e
        WHERE {q.holding("s")} AND s.closed_at IS NULL AND these.state = 'open' {held}"""


def open_clocks(q: Question) -> str:
    """The clocks with a goal that have not ended, of these engagements."""
    theirs = "AND these.supplier = c.supplier" if q.of_a_partner else ""
    return f"""
        SELECT c.e, c.subject_id, c.seat_id, c.clock, these.key, c.breach_at AS instant,
               CASE WHEN c.over_from <= {q.second} THEN 'breached' ELSE 'open' END AS state,
               coalesce(c.over_from <= {q.second}, FALSE) AS over,
               coalesce(c.at_risk_from <= {q.second}, FALSE) AS risky
        FROM clocks AS c JOIN ({lives(q)}) AS these ON these.e = c.e {theirs}
        WHERE {q.holding("c")} AND c.settled IS NULL AND c.at_risk_from <= {q.second}"""


SOURCES = (
    Source(
        name="lives",
        noun="'engagement'",
        rows=lives,
        figures=(Figure(path="engagements"), Figure(path="open", member="state = 'open'")),
    ),
    Source(name="open_seats", noun="'seat'", rows=open_seats, figures=(Figure(path="seats"),)),
    Source(
        name="open_clocks",
        noun=CLOCK,
        rows=open_clocks,
        figures=(Figure(path="at_risk", member="risky AND NOT over"), Figure(path="overdue", member="over")),
    ),
)
