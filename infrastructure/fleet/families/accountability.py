"""Who answers for what, over a group (docs/metrics.md, *Accountability*)."""

from collections.abc import Iterable, Mapping

from application.ports.fleet import GroupAccountability, GroupParty, GroupUntimed
from infrastructure.fleet.figures import CLOCK, Cells, Figure, Source, distribution, ratio, under, whole
from infrastructure.fleet.question import Question, counted

PARTY = "accountability.parties.{}."
FULFILMENT = "accountability.fulfilment"
OBLIGATION = "timed AND state IN ('met', 'late', 'breached')"
BREACH = "timed AND state IN ('late', 'breached')"
MET = "(state = 'met')::INTEGER"


def _read(q: Question) -> str:
    """The clocks with what they are now, and the instant at which they came to be so."""
    return f"""(
        SELECT *, coalesce(settled, CASE WHEN over_from <= {q.second} THEN 'breached' ELSE 'open' END) AS state,
               CASE WHEN settled IS NULL THEN breach_at ELSE ended_at END AS due,
               coalesce(accountable, 'nobody') AS party, goal_seconds IS NOT NULL AS timed
        FROM clocks)"""


def due_clocks(q: Question) -> str:
    """The clocks that ended or were breached in the window."""
    return f"""
        SELECT c.e, c.subject_id, c.seat_id, {q.key("c", "c.supplier", q.window_of("c.due"))} AS key,
               c.due AS instant, c.state, c.party, c.timed, c.clock, c.ending, c.elapsed_seconds, c.recorded_late
        FROM {_read(q)} AS c
        WHERE {q.holding("c")} AND {q.whose("c.supplier")} AND c.state <> 'open' AND {q.within("c.due")}"""


def running_clocks(q: Question) -> str:
    """The clocks that run or are paused and started before the end of the window."""
    return f"""
        SELECT c.e, c.subject_id, c.seat_id, {q.key("c", "c.supplier", q.number)} AS key,
               c.started_at AS instant, 'open' AS state, c.party, c.timed, c.clock
        FROM {_read(q)} AS c {q.spread("c.started_at", str(q.t1))}
        WHERE {q.holding("c")} AND {q.whose("c.supplier")} AND c.state = 'open' AND c.started_at < {q.bound("t1")}"""


def parties(q: Question) -> str:
    """Every party that any clock names, by group; of months by none: all of them are named in each."""
    key = "NULL" if q.by_month else q.key("c", "c.supplier", "0")
    return f"""
        SELECT DISTINCT {key} AS key, coalesce(c.accountable, 'nobody') AS party
        FROM clocks AS c WHERE {q.holding("c")} AND {q.whose("c.supplier")} AND c.started_at <= {q.second}"""


def spans(q: Question) -> str:
    """The pieces of time in which somebody held the ball, with the business seconds of each in the window."""
    return f"""
        SELECT s.e, s.case_id AS subject_id, NULL::VARCHAR AS seat_id,
               {q.key("s", "s.supplier", q.number)} AS key, greatest(s.starts_at, k.f) AS instant, s.holder AS state,
               s.holder, {counted("s")} AS counted
        FROM spans AS s {q.spread("s.starts_at", "s.ends_at")} {q.ticking("s.calendar")}
        WHERE {q.holding("s")} AND {q.whose("s.supplier")} AND s.starts_at < k.t AND s.ends_at > k.f
              AND k.f < k.t"""


def handoffs(q: Question) -> str:
    return f"""
        SELECT s.e, s.case_id AS subject_id, NULL::VARCHAR AS seat_id,
               {q.key("s", "s.supplier", q.window_of("s.starts_at"))} AS key, s.starts_at AS instant, s.holder AS state
        FROM spans AS s
        WHERE {q.holding("s")} AND {q.whose("s.supplier")} AND NOT s.first
              AND s.starts_at >= {q.f} AND s.starts_at < {q.t}"""


def unowned(q: Question) -> str:
    """What each clock that names nobody adds to the time in which there was one, in the order of their starts."""
    supplier = "c.supplier" if q.wanted.group_by == "partner" else "NULL"
    ended = f"coalesce(c.ended_at, {q.second})"
    return f"""
        SELECT e, subject_id, seat_id, clock, key, greatest(starts, f) AS instant, 'unowned' AS state,
               greatest(0, least(ends, t) - greatest(starts, f, coalesce(before, starts))) AS seconds
        FROM (
            SELECT c.e, c.subject_id, c.seat_id, c.clock, {q.key("c", "c.supplier", q.number)} AS key,
                   c.started_at AS starts, {ended} AS ends, {q.bound("f")} AS f, {q.bound("t")} AS t,
                   max({ended}) OVER (PARTITION BY c.e, {supplier}, {q.number}
                                      ORDER BY c.started_at, c.clock, c.subject_id
                                      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
            FROM clocks AS c {q.spread("c.started_at", ended)}
            WHERE {q.holding("c")} AND {q.whose("c.supplier")} AND c.accountable IS NULL
                  AND c.clock IN ('acknowledge', 'replace') AND {q.touching("c.started_at", ended)})"""


def _of_parties() -> Iterable[Figure]:
    for state in ("met", "late", "breached", "excused", "cancelled"):
        yield Figure(path=f"{PARTY}{state}", member=f"timed AND state = '{state}'", by="party")
    yield Figure(path=f"{PARTY}untimed.completed", member="NOT timed AND state = 'completed'", by="party")
    ended = "NOT timed AND state IN ('cancelled', 'excused')"
    yield Figure(path=f"{PARTY}untimed.cancelled", member=ended, by="party")
    yield Figure(path=f"{PARTY}met_recorded_late", member="timed AND state = 'met' AND recorded_late", by="party")
    yield Figure(path=f"{PARTY}fulfilment", kind="ratio", member=OBLIGATION, value=MET, by="party")
    for path, member in (("share_of_obligations", OBLIGATION), ("share_of_breaches", BREACH)):
        own = "(party = {})::INTEGER"
        yield Figure(path=f"{PARTY}{path}", kind="ratio", member=member, value=own, by="party", across=True)


SOURCES = (
    Source(
        name="due_clocks",
        noun=CLOCK,
        rows=due_clocks,
        figures=(
            *_of_parties(),
            Figure(path=FULFILMENT, kind="ratio", member=OBLIGATION, value=MET),
            Figure(
                path="accountability.response_seconds",
                kind="distribution",
                member="clock = 'acknowledge' AND ending = 'stopped'",
                value="elapsed_seconds",
            ),
            Figure(
                path="guarantee.replace_seconds",
                kind="distribution",
                member="clock = 'replace' AND ending = 'stopped'",
                value="elapsed_seconds",
            ),
        ),
    ),
    Source(
        name="running_clocks",
        noun=CLOCK,
        rows=running_clocks,
        figures=(
            Figure(path=f"{PARTY}open", member="timed", by="party"),
            Figure(path=f"{PARTY}untimed.open", member="NOT timed", by="party"),
        ),
    ),
    Source(
        name="spans",
        noun="'case'",
        rows=spans,
        figures=(Figure(path="accountability.waiting_seconds.{}", kind="total", value="counted", by="holder"),),
    ),
    Source(name="handoffs", noun="'case'", rows=handoffs, figures=(Figure(path="accountability.handoffs"),)),
    Source(
        name="unowned",
        noun=CLOCK,
        rows=unowned,
        figures=(Figure(path="accountability.unowned_seconds", kind="total", value="seconds"),),
    ),
)


def accountability(cells: Cells, named: Iterable[str]) -> GroupAccountability:
    """``named`` are the parties that any clock of the group names."""
    counts = {party: _counts(cells, party) for party in sorted(named)}
    obligations = sum(_obligations(each) for each in counts.values())
    breaches = sum(each["late"] + each["breached"] for each in counts.values())
    return GroupAccountability(
        parties={party: _party(count, obligations, breaches) for party, count in counts.items()},
        fulfilment=ratio(cells.get(FULFILMENT)),
        response_seconds=distribution(cells.get("accountability.response_seconds")),
        waiting_seconds={
            holder: whole(cell) for holder, cell in under(cells, "accountability.waiting_seconds.{}").items()
        },
        handoffs=whole(cells.get("accountability.handoffs")),
        unowned_seconds=whole(cells.get("accountability.unowned_seconds")),
    )


COUNTED = (
    "met", "late", "breached", "excused", "cancelled", "open", "met_recorded_late",
    "untimed.completed", "untimed.cancelled", "untimed.open",
)  # fmt: skip


def _counts(cells: Cells, party: str) -> Mapping[str, int]:
    return {name: whole(cells.get(f"{PARTY.format(party)}{name}")) for name in COUNTED}


def _obligations(count: Mapping[str, int]) -> int:
    return count["met"] + count["late"] + count["breached"]


def _party(count: Mapping[str, int], obligations: int, breaches: int) -> GroupParty:
    own = _obligations(count)
    return GroupParty(
        met=count["met"],
        late=count["late"],
        breached=count["breached"],
        excused=count["excused"],
        cancelled=count["cancelled"],
        open=count["open"],
        untimed=GroupUntimed(
            completed=count["untimed.completed"], cancelled=count["untimed.cancelled"], open=count["untimed.open"]
        ),
        met_recorded_late=count["met_recorded_late"],
        fulfilment=ratio((count["met"], own)),
        share_of_obligations=ratio((own, obligations)),
        share_of_breaches=ratio((count["late"] + count["breached"], breaches)),
    )
