"""What became of the replacement guarantee, over a group (docs/metrics.md, *Guarantee*)."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from decimal import Decimal

from application.ports.fleet import (
    GroupCases,
    GroupDeclines,
    GroupGuarantee,
    GroupPhases,
    GroupReplace,
)
from domain.language.money import CURRENCIES
from infrastructure.fleet.figures import Cells, Figure, Source, distribution, ratio, under, whole
from infrastructure.fleet.question import Question

PHASES = tuple(each.name for each in fields(GroupPhases))


def _judged(q: Question) -> str:
    """The cases with what their clocks are now, what that gives back, and whether their guarantee was kept."""
    replace, transfer = _state("replace_clock", q), _state("transfer_clock", q)
    lost = "('late', 'breached')"
    return f"""(
        SELECT *,
            CASE WHEN NOT eligible OR replaces IN ('cancelled', 'excused') THEN NULL
                 WHEN replaces IN {lost} OR charge::HUGEINT > 0 OR transfers IN {lost}
                      OR billed_transfer_minutes > 0 THEN FALSE
                 WHEN replaces IN ('met', 'completed') AND coalesce(transfers, 'met') IN ('met', 'completed')
                      THEN TRUE END AS honoured,
            CASE WHEN replaces IN {lost} THEN least(
                (2 * credit_numerator::HUGEINT * overrun + credit_denominator::HUGEINT)
                // (2 * credit_denominator::HUGEINT), credit_most::HUGEINT) ELSE 0 END AS credit,
            CASE WHEN replaces = 'breached' THEN replace_clock_breach_at
                 WHEN replaces IN ('met', 'late') THEN replace_clock_ended_at END AS due
        FROM (
            SELECT c.*, {replace} AS replaces,
                   CASE WHEN c.transfer_clock_started_at IS NOT NULL THEN {transfer} END AS transfers,
                   coalesce(c.replace_clock_elapsed_seconds, c.replace_clock_counted_seconds + CASE
                       WHEN c.replace_clock_counts_from IS NULL OR c.replace_clock_counts_from > {q.second} THEN 0
                       WHEN c.replace_clock_in_business_time THEN n.until_now - c.replace_clock_counts_begun
                       ELSE {q.second} - c.replace_clock_counts_from END) - c.replace_clock_goal_seconds AS overrun
            FROM cases AS c LEFT JOIN now_on AS n ON n.calendar = c.replace_clock_calendar
            WHERE {q.holding("c")} AND {q.whose("c.supplier")}))"""


def _state(clock: str, q: Question) -> str:
    open_still = f"CASE WHEN c.{clock}_over_from <= {q.second} THEN 'breached' ELSE 'open' END"
    return f"coalesce(c.{clock}_settled, {open_still})"


def requested(q: Question) -> str:
    """The cases requested in the window."""
    return f"""
        SELECT c.e, c.case_id AS subject_id, c.seat_id,
               {q.key("c", "c.supplier", q.window_of("c.requested_at"))} AS key, c.requested_at AS instant,
               CASE WHEN NOT c.eligible THEN 'ineligible' WHEN c.honoured THEN 'honoured'
                    WHEN c.honoured IS NULL THEN 'open' ELSE 'broken' END AS state,
               c.eligible, c.honoured, c.qualified_declines, c.unqualified_declines, c.billed_transfer_minutes,
               c.client_transfer_minutes
        FROM {_judged(q)} AS c WHERE {q.within("c.requested_at")}"""


def given_back(q: Question) -> str:
    """What the cases requested in the window give back, and what was charged for them, in either currency."""
    return f"""
        SELECT c.e, c.case_id AS subject_id, c.seat_id,
               {q.key("c", "c.supplier", q.window_of("c.requested_at"))} AS key, c.requested_at AS instant,
               c.replaces AS state, unnest(['credit', 'charge']) AS kind,
               unnest([c.credit, c.charge::HUGEINT]) AS amount,
               unnest([c.credit_currency, c.charge_currency]) AS currency
        FROM {_judged(q)} AS c
        WHERE {q.within("c.requested_at")} AND coalesce(c.credit_currency, c.charge_currency) IS NOT NULL"""


def phases(q: Question) -> str:
    """The phases of the cases requested in the window."""
    return f"""
        SELECT c.e, c.case_id AS subject_id, c.seat_id,
               {q.key("c", "c.supplier", q.window_of("c.requested_at"))} AS key, c.requested_at AS instant,
               unnest([{", ".join(f"'{phase}'" for phase in PHASES)}]) AS state,
               unnest([{", ".join(f'c."{phase}"' for phase in PHASES)}]) AS seconds
        FROM cases AS c
        WHERE {q.holding("c")} AND {q.whose("c.supplier")} AND {q.within("c.requested_at")}"""


def due_cases(q: Question) -> str:
    """The eligible cases that were met, late or breached in the window."""
    return f"""
        SELECT c.e, c.case_id AS subject_id, c.seat_id,
               {q.key("c", "c.supplier", q.window_of("c.due"))} AS key, c.due AS instant, c.replaces AS state,
               c.replace_clock_goal_seconds AS goal_seconds
        FROM {_judged(q)} AS c WHERE c.eligible AND {q.within("c.due")}"""


def fates(q: Question) -> str:
    """How every case went: engagement, case, eligible, honoured, and the state of its ``replace`` clock."""
    return f"""
        SELECT n.engagement_id, c.case_id, c.eligible, c.honoured,
               CASE WHEN c.replaces <> 'open' THEN c.replaces
                    WHEN c.replace_clock_counts_from <= {q.second} THEN 'running' ELSE 'paused' END AS replaces
        FROM {_judged(q)} AS c JOIN numbers AS n ON n.e = c.e"""


def _of_cases() -> Iterable[Figure]:
    yield Figure(path="guarantee.cases.requested")
    for path, member in (
        ("eligible", "eligible"),
        ("honoured", "eligible AND honoured"),
        ("broken", "eligible AND NOT honoured"),
        ("open", "eligible AND honoured IS NULL"),
    ):
        yield Figure(path=f"guarantee.cases.{path}", member=member)
    for kind in ("qualified", "unqualified"):
        path, value = f"guarantee.declines.{kind}", f"{kind}_declines"
        yield Figure(path=path, kind="total", member=f"{value} > 0", value=value)
    for value in ("billed_transfer_minutes", "client_transfer_minutes"):
        yield Figure(path=f"guarantee.{value}", kind="total", member=f"{value} > 0", value=value)


SOURCES = (
    Source(name="requested", noun="'case'", rows=requested, figures=tuple(_of_cases())),
    Source(
        name="given_back",
        noun="'case'",
        rows=given_back,
        figures=tuple(
            Figure(
                path=f"guarantee.{path}.{{}}",
                kind="total",
                member=f"kind = '{kind}' AND amount > 0",
                value="amount",
                by="currency",
            )
            for path, kind in (("credit", "credit"), ("charge_to_client", "charge"))
        ),
    ),
    Source(
        name="phases",
        noun="'case'",
        rows=phases,
        figures=(
            Figure(
                path="guarantee.phases.{}",
                kind="distribution",
                member="seconds IS NOT NULL",
                value="seconds",
                by="state",
            ),
        ),
    ),
    Source(
        name="due_cases",
        noun="'case'",
        rows=due_cases,
        figures=(
            Figure(path="guarantee.attainment", kind="ratio", value="(state = 'met')::INTEGER"),
            *(
                Figure(path=f"guarantee.replace.{each}", member=f"state = '{each}'")
                for each in GroupReplace.__slots__[:3]
            ),
            Figure(path="guarantee.replace.goal_seconds", kind="common", value="goal_seconds"),
        ),
    ),
)


def guarantee(cells: Cells) -> GroupGuarantee:
    return GroupGuarantee(
        attainment=ratio(cells.get("guarantee.attainment")),
        cases=GroupCases(
            **{each.name: whole(cells.get(f"guarantee.cases.{each.name}")) for each in fields(GroupCases)}
        ),
        declines=GroupDeclines(
            qualified=whole(cells.get("guarantee.declines.qualified")),
            unqualified=whole(cells.get("guarantee.declines.unqualified")),
        ),
        credit=_money(cells, "guarantee.credit.{}"),
        charge_to_client=_money(cells, "guarantee.charge_to_client.{}"),
        billed_transfer_minutes=whole(cells.get("guarantee.billed_transfer_minutes")),
        client_transfer_minutes=whole(cells.get("guarantee.client_transfer_minutes")),
        phases=GroupPhases(**{phase: distribution(cells.get(f"guarantee.phases.{phase}")) for phase in PHASES}),
        replace_seconds=distribution(cells.get("guarantee.replace_seconds")),
        replace=_replace(cells),
    )


def _money(cells: Cells, path: str) -> Mapping[str, str]:
    """By currency; what comes to nothing is left out."""
    return {currency: amount(int(cell), currency) for currency, cell in under(cells, path).items() if cell}


def amount(smallest: int, currency: str) -> str:
    """So many of the smallest unit of a currency, as a decimal with all of its digits."""
    return str(Decimal(smallest).scaleb(-CURRENCIES[currency]))


def _replace(cells: Cells) -> GroupReplace:
    goal = cells.get("guarantee.replace.goal_seconds")
    return GroupReplace(
        met=whole(cells.get("guarantee.replace.met")),
        late=whole(cells.get("guarantee.replace.late")),
        breached=whole(cells.get("guarantee.replace.breached")),
        goal_seconds=None if goal is None else int(goal),
    )
