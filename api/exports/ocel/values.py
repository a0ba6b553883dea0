"""What an engagement's objects are worth at each step of its fold: the values that the state gives each of them."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple

from api.exports.ocel.shape import Value
from domain.engagement.concerns import is_open
from domain.engagement.nouns.plan import Plan
from domain.engagement.replacement.about import standing_of
from domain.engagement.state import State
from domain.language.instants import instant_text
from domain.language.money import Money

STATUS: Final = "status"


class Worth(NamedTuple):
    """An object by its type and the id that it has in the engagement (none: the engagement), and its values."""

    type: str
    id: str | None
    values: Mapping[str, Value]


def changed(before: State | None, after: State) -> Iterator[Worth]:
    """The objects whose values may be others than before, with those that they have now; what has none is left out.

    What the fold left alone is not looked at, so that a step costs no more than the fold itself.
    """
    if after is not before:
        yield Worth("engagement", None, _said(_engagement(after)))
    for kind, (parts, part, told) in _PARTS.items():
        if before is not None and all(getattr(before, each) is getattr(after, each) for each in parts):
            continue
        known: Mapping[str, Any] = {} if before is None else getattr(before, part)
        for named, found in getattr(after, part).items():
            if known.get(named) is not found or _may_move(kind, found):
                yield Worth(kind, named, _said(told(after, found)))


def plain(value: Any) -> Value:
    """A value as the format has it."""
    if isinstance(value, datetime):
        return instant_text(value)
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, bool | int | float | str):
        return value
    return str(getattr(value, "name", value))


def _said(values: Mapping[str, Any]) -> Mapping[str, Value]:
    return {name: plain(value) for name, value in values.items() if value is not None}


def _may_move(kind: str, found: Any) -> bool:
    """Whether an object may have moved by what became of another one."""
    if kind == "case":
        return bool(found.open)
    return kind == "plan" or (kind == "concern" and found.outcome is None)


def _engagement(state: State) -> Mapping[str, Any]:
    return {
        "model": state.model,
        "work_class": state.work_class,
        "policy": state.terms.policy,
        "calendar": state.terms.calendar,
        STATUS: state.status,
    }


def _seat(_: State, seat: Any) -> Mapping[str, Any]:
    names = ("role", "allocation", "required_from", "required_until", "key_role")
    return {
        **{name: getattr(seat.spec, name) for name in names},
        "open_ended": seat.spec.required_until is None,
        STATUS: "closed" if seat.closed_at else "open",
    }


def _assignment(_: State, assignment: Any) -> Mapping[str, Any]:
    rate: Money | None = assignment.day_rate
    return {
        "supply_source": assignment.supply_source,
        "planned_start": assignment.planned_start,
        "day_rate": rate and rate.amount,
        "day_rate_currency": rate and rate.currency,
        STATUS: assignment.state,
    }


def _concern(state: State, concern: Any) -> Mapping[str, Any]:
    return {
        "category": concern.category,
        "severity": concern.severity,
        "suspected_cause": concern.made_by.suspected_cause,
        STATUS: "resolved" if concern.outcome else "open" if is_open(state, concern) else "closed",
    }


def _case(state: State, case: Any) -> Mapping[str, Any]:
    judged = case.decided is not None or case.reviewed is not None
    return {
        "cause": case.cause,
        "eligible": case.eligible if judged else None,
        STATUS: standing_of(state, case),
    }


def _plan(state: State, plan: Plan) -> Mapping[str, Any]:
    gone = state.ended_at is not None and not plan.exit
    return {
        "purpose": plan.purpose,
        "completeness": plan.completeness if plan.transferred_at else None,
        STATUS: "transferred" if plan.transferred_at else "cancelled" if gone else "planned",
    }


_PARTS: Final[Mapping[str, tuple[tuple[str, ...], str, Callable[[State, Any], Mapping[str, Any]]]]] = {
    "seat": (("seats",), "seats", _seat),
    "assignment": (("assignments",), "assignments", _assignment),
    "concern": (("concerns", "assignments"), "concerns", _concern),
    "case": (("cases", "proposals", "assignments"), "cases", _case),
    "plan": (("plans", "ended_at"), "plans", _plan),
}
"""Of each type of objects: which parts of the state decide on its values, where it stands, and what is told of it."""
