"""Whether work was covered, over a group (docs/metrics.md, *Continuity*)."""

from application.ports.fleet import GroupContinuity, GroupGaps, GroupHandovers, GroupTenures
from infrastructure.fleet.figures import Cells, Figure, Source, distribution, ratio, under, whole
from infrastructure.fleet.question import Question, counted

DAY = 86_400


def _pieces(q: Question) -> str:
    """The pieces of required time in the window, with the business seconds of each in it."""
    return f"""
        SELECT c.e, c.seat_id, {q.key("c", "NULL", q.number)} AS key, c.covered, c.attended, c.gap_from,
               c.allocation, greatest(c.starts_at, k.f) AS starts, {counted("c")} AS counted
        FROM cover AS c {q.spread("c.starts_at", "c.ends_at")} {q.ticking("c.calendar")}
        WHERE {q.holding("c")} AND c.starts_at < k.t AND c.ends_at > k.f"""


def required(q: Question) -> str:
    return f"""
        SELECT e, seat_id AS subject_id, seat_id, key, starts AS instant,
               CASE WHEN attended THEN 'attended' WHEN covered THEN 'absent' ELSE 'uncovered' END AS state,
               covered, attended, allocation * counted AS seconds
        FROM ({_pieces(q)})"""


def gaps(q: Question) -> str:
    """The stretches without anybody that hold business time."""
    return f"""
        SELECT e, seat_id AS subject_id, seat_id, key, min(starts) AS instant, 'uncovered' AS state,
               sum(counted) AS seconds
        FROM ({_pieces(q)}) WHERE gap_from IS NOT NULL
        GROUP BY e, seat_id, key, gap_from HAVING sum(counted) > 0"""


def _at_as_of(q: Question) -> str:
    """The group of what is told as of the instant: the last window alone holds it."""
    return str(len(q.windows) - 1)


def upcoming(q: Question) -> str:
    return f"""
        SELECT u.e, u.seat_id AS subject_id, u.seat_id, {q.key("u", "NULL", _at_as_of(q))} AS key,
               u.at AS instant, u.why AS state
        FROM upcoming AS u
        WHERE {q.holding("u")} AND u.holds_from <= {q.second} AND u.holds_until > {q.second}"""


def key_seats(q: Question) -> str:
    return f"""
        SELECT s.e, s.seat_id AS subject_id, s.seat_id, {q.key("s", "NULL", _at_as_of(q))} AS key,
               s.first_active_at AS instant, CASE WHEN s.alone THEN 'alone' ELSE 'documented' END AS state, s.alone
        FROM seats AS s WHERE {q.holding("s")} AND s.held"""


def stability(q: Question) -> str:
    """Seats held at first and required at the end of the window, and whether some same professional held them."""
    return f"""
        WITH held AS (
            SELECT c.e, c.seat_id, {q.key("c", "NULL", q.number)} AS key, {q.bound("t")} - 1 AS last,
                   min(CASE WHEN c.covered THEN greatest(c.starts_at, {q.bound("f")}) END) AS first
            FROM cover AS c {q.spread("c.starts_at", "c.ends_at")}
            WHERE {q.holding("c")} AND c.starts_at < {q.bound("t")} AND c.ends_at > {q.bound("f")}
                  AND {q.bound("f")} < {q.bound("t")}
            GROUP BY c.e, c.seat_id, key, last HAVING first IS NOT NULL AND max(c.ends_at) > last
        ), lasting AS (
            SELECT h.*, z.professional_id, z.active_at <= h.first AS throughout
            FROM held AS h JOIN assignments AS z ON z.e = h.e AND z.seat_id = h.seat_id
                 AND z.active_at <= h.last AND coalesce(z.ended_at, h.last + 1) > h.last AND {q.holding("z")}
        ), kept AS (
            SELECT e, seat_id, last FROM lasting WHERE throughout
            UNION
            SELECT l.e, l.seat_id, l.last
            FROM lasting AS l JOIN assignments AS a ON a.e = l.e AND a.seat_id = l.seat_id
                 AND a.professional_id = l.professional_id
                 AND a.active_at <= l.first AND coalesce(a.ended_at, l.last + 1) > l.first AND {q.holding("a")}
            WHERE NOT l.throughout
        )
        SELECT b.e, b.seat_id AS subject_id, b.seat_id, b.key, b.first AS instant,
               CASE WHEN k.seat_id IS NULL THEN 'changed' ELSE 'kept' END AS state, k.seat_id IS NOT NULL AS kept
        FROM held AS b LEFT JOIN kept AS k ON k.e = b.e AND k.seat_id = b.seat_id AND k.last = b.last"""


def handovers(q: Question) -> str:
    return f"""
        SELECT c.e, c.case_id AS subject_id, c.seat_id,
               {q.key("c", "c.supplier", q.window_of("c.replaced_at"))} AS key, c.replaced_at AS instant,
               CASE WHEN c.overlap_seconds IS NULL THEN 'unmeasured'
                    WHEN c.overlap_seconds > 0 THEN 'overlapping' ELSE 'apart' END AS state,
               c.overlap_seconds
        FROM cases AS c
        WHERE {q.holding("c")} AND {q.whose("c.supplier")} AND {q.within("c.replaced_at")}"""


def plans(q: Question) -> str:
    return f"""
        SELECT p.e, p.plan_id AS subject_id, p.seat_id,
               {q.key("p", "p.supplier", q.window_of("p.planned_at"))} AS key, p.planned_at AS instant,
               CASE WHEN p.transferred_at IS NOT NULL THEN 'transferred' WHEN p.open THEN 'open' ELSE 'left' END
               AS state, p.verified_weight, p.wanted_weight
        FROM plans AS p
        WHERE {q.holding("p")} AND {q.whose("p.supplier")} AND {q.within("p.planned_at")} AND p.wanted_weight > 0"""


def tenures(q: Question) -> str:
    """Assignments active at some instant of the window, with the whole length of each up to now."""
    ended = f"coalesce(a.ended_at, {q.second})"
    return f"""
        SELECT a.e, a.assignment_id AS subject_id, a.seat_id, {q.key("a", "a.supplier", q.number)} AS key,
               a.active_at AS instant, CASE WHEN a.ended_at IS NULL THEN 'active' ELSE 'ended' END AS state,
               a.censored, {ended} - a.active_at AS seconds
        FROM assignments AS a {q.spread("a.active_at", f"greatest(coalesce(a.ended_at, {q.t1}), a.active_at + 1)")}
        WHERE {q.holding("a")} AND {q.whose("a.supplier")} AND a.active_at IS NOT NULL
              AND {q.touching("a.active_at", f"coalesce(a.ended_at, {q.t1})")}"""


def departures(q: Question) -> str:
    return f"""
        SELECT a.e, a.assignment_id AS subject_id, a.seat_id,
               {q.key("a", "a.supplier", q.window_of("a.ended_at"))} AS key, a.ended_at AS instant, a.cause AS state,
               a.cause, a.unplanned
        FROM assignments AS a
        WHERE {q.holding("a")} AND {q.whose("a.supplier")} AND a.cause IS NOT NULL AND {q.within("a.ended_at")}"""


SOURCES = (
    Source(
        name="required",
        noun="'seat'",
        rows=required,
        summed=True,
        of_partners=False,
        figures=(
            Figure(
                path="continuity.coverage",
                kind="ratio",
                value="CASE WHEN covered THEN seconds ELSE 0 END",
                of="seconds",
            ),
            Figure(
                path="continuity.presence",
                kind="ratio",
                value="CASE WHEN attended THEN seconds ELSE 0 END",
                of="seconds",
            ),
        ),
    ),
    Source(
        name="gaps",
        noun="'gap'",
        rows=gaps,
        of_partners=False,
        figures=(
            Figure(path="continuity.gaps.count"),
            Figure(path="continuity.gaps.total_seconds", kind="total", value="seconds"),
            Figure(path="continuity.gaps.longest_seconds", kind="longest", value="seconds"),
        ),
    ),
    Source(
        name="upcoming",
        noun="'seat'",
        rows=upcoming,
        of_partners=False,
        at_as_of=True,
        figures=(Figure(path="continuity.upcoming"),),
    ),
    Source(
        name="key_seats",
        noun="'seat'",
        rows=key_seats,
        of_partners=False,
        at_as_of=True,
        figures=(Figure(path="continuity.key_person_seats", kind="ratio", value="alone::INTEGER"),),
    ),
    Source(
        name="stability",
        noun="'seat'",
        rows=stability,
        of_partners=False,
        figures=(Figure(path="continuity.stability", kind="ratio", value="kept::INTEGER"),),
    ),
    Source(
        name="handovers",
        noun="'case'",
        rows=handovers,
        figures=(
            Figure(path="continuity.handovers.count"),
            Figure(path="continuity.handovers.overlapping", member="overlap_seconds > 0"),
            Figure(path="continuity.handovers.unmeasured", member="overlap_seconds IS NULL"),
            Figure(
                path="continuity.handovers.overlap_seconds",
                kind="distribution",
                member="overlap_seconds > 0",
                value="overlap_seconds",
            ),
        ),
    ),
    Source(
        name="plans",
        noun="'plan'",
        rows=plans,
        figures=(
            Figure(path="continuity.transfer_completeness", kind="ratio", value="verified_weight", of="wanted_weight"),
        ),
    ),
    Source(
        name="tenures",
        noun="'assignment'",
        rows=tenures,
        figures=(
            Figure(path="continuity.tenures.count"),
            Figure(path="continuity.tenures.ended", member="state = 'ended'"),
            Figure(path="continuity.tenures.censored", member="censored"),
            Figure(path="continuity.tenures.median_days", kind="median", value="seconds"),
        ),
    ),
    Source(
        name="departures",
        noun="'assignment'",
        rows=departures,
        figures=(
            Figure(path="continuity.departures.{}", by="cause"),
            Figure(path="continuity.unplanned_exits", member="unplanned"),
        ),
    ),
)


def continuity(cells: Cells, *, of_a_partner: bool, holds_as_of: bool) -> GroupContinuity:
    """``holds_as_of``: the window of the group holds the instant of the question."""
    of_all = not of_a_partner
    return GroupContinuity(
        coverage=ratio(cells.get("continuity.coverage")) if of_all else None,
        presence=ratio(cells.get("continuity.presence")) if of_all else None,
        gaps=_gaps(cells) if of_all else None,
        upcoming=whole(cells.get("continuity.upcoming")) if of_all and holds_as_of else None,
        handovers=GroupHandovers(
            count=whole(cells.get("continuity.handovers.count")),
            overlapping=whole(cells.get("continuity.handovers.overlapping")),
            unmeasured=whole(cells.get("continuity.handovers.unmeasured")),
            overlap_seconds=distribution(cells.get("continuity.handovers.overlap_seconds")),
        ),
        transfer_completeness=ratio(cells.get("continuity.transfer_completeness")),
        tenures=GroupTenures(
            count=whole(cells.get("continuity.tenures.count")),
            ended=whole(cells.get("continuity.tenures.ended")),
            censored=whole(cells.get("continuity.tenures.censored")),
            median_days=_days(cells.get("continuity.tenures.median_days")),
        ),
        departures={cause: whole(cell) for cause, cell in under(cells, "continuity.departures.{}").items()},
        unplanned_exits=whole(cells.get("continuity.unplanned_exits")),
        stability=ratio(cells.get("continuity.stability")) if of_all else None,
        key_person_seats=ratio(cells.get("continuity.key_person_seats")) if of_all and holds_as_of else None,
    )


def _gaps(cells: Cells) -> GroupGaps:
    return GroupGaps(
        count=whole(cells.get("continuity.gaps.count")),
        total_seconds=whole(cells.get("continuity.gaps.total_seconds")),
        longest_seconds=whole(cells.get("continuity.gaps.longest_seconds")),
    )


def _days(seconds: int | None) -> float | None:
    return None if seconds is None else seconds / DAY
