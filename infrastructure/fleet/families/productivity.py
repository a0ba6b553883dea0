"""How soon seats were filled and professionals productive, over a group (docs/metrics.md, *Productivity*)."""

from application.ports.fleet import GroupProductivity, GroupRampUp
from infrastructure.fleet.figures import Cells, Figure, Source, distribution, whole
from infrastructure.fleet.question import Question


def filled_seats(q: Question) -> str:
    """The seats whose first active assignment was onboarded in the window."""
    return f"""
        SELECT s.e, s.seat_id AS subject_id, s.seat_id,
               {q.key("s", "s.first_supplier", q.window_of("s.first_active_at"))} AS key, s.first_active_at AS instant,
               unnest(['to_match', 'to_onboard']) AS state,
               unnest([s.to_match_seconds, s.to_onboard_seconds]) AS seconds
        FROM seats AS s
        WHERE {q.holding("s")} AND {q.whose("s.first_supplier")} AND {q.within("s.first_active_at")}"""


def onboarded(q: Question) -> str:
    """The assignments onboarded in the window."""
    return f"""
        SELECT a.e, a.assignment_id AS subject_id, a.seat_id,
               {q.key("a", "a.supplier", q.window_of("a.active_at"))} AS key, a.active_at AS instant,
               CASE WHEN a.ramp_up_seconds IS NULL THEN 'not reached' ELSE 'reached' END AS state, a.ramp_up_seconds
        FROM assignments AS a
        WHERE {q.holding("a")} AND {q.whose("a.supplier")} AND {q.within("a.active_at")}"""


SOURCES = (
    Source(
        name="filled_seats",
        noun="'seat'",
        rows=filled_seats,
        figures=(Figure(path="productivity.{}_seconds", kind="distribution", value="seconds", by="state"),),
    ),
    Source(
        name="onboarded",
        noun="'assignment'",
        rows=onboarded,
        figures=(
            Figure(path="productivity.ramp_up.onboarded"),
            Figure(path="productivity.ramp_up.reached", member="ramp_up_seconds IS NOT NULL"),
            Figure(
                path="productivity.ramp_up.seconds",
                kind="distribution",
                member="ramp_up_seconds IS NOT NULL",
                value="ramp_up_seconds",
            ),
        ),
    ),
)


def productivity(cells: Cells) -> GroupProductivity:
    return GroupProductivity(
        to_match_seconds=distribution(cells.get("productivity.to_match_seconds")),
        to_onboard_seconds=distribution(cells.get("productivity.to_onboard_seconds")),
        ramp_up=GroupRampUp(
            onboarded=whole(cells.get("productivity.ramp_up.onboarded")),
            reached=whole(cells.get("productivity.ramp_up.reached")),
            seconds=distribution(cells.get("productivity.ramp_up.seconds")),
        ),
    )
