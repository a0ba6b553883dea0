"""The figures of a group beside those that it would have: which ones, how they are written, and how they differ."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Literal

from api.pages.formats import NARROW, NOTHING, duration_text, ratio

Told = Mapping[str, Any]
"""A group as the interface tells it."""

How = Literal["promise", "ratio", "share", "count", "business", "calendar", "total", "money"]
BUSINESS_DAY: Final = 8 * 3_600
"""A group has many calendars: what is added over them is written in business days of eight hours."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure by its path in a group, in words, and how it is written.

    A ``promise`` is a ratio that is none where nothing was promised; ``share`` has a digit more. ``business`` and
    ``calendar`` are distributions, of which the median is told; ``total`` is an amount of business seconds.
    """

    path: str
    label: str
    how: How


KEPT: Final = "accountability.kept"
"""No path of a group: the promises of all parties together."""

FIGURES: Final[Mapping[str, Sequence[Figure]]] = {
    "Replacement": (
        Figure("guarantee.attainment", "Promised and in time", "promise"),
        Figure("guarantee.cases.eligible", "Eligible cases", "count"),
        Figure("guarantee.cases.honoured", "Honoured", "count"),
        Figure("guarantee.cases.broken", "Broken", "count"),
        Figure("guarantee.replace_seconds", "Request to replaced", "business"),
        Figure("guarantee.credit", "Credited", "money"),
        Figure("guarantee.charge_to_client", "Charged to the client", "money"),
    ),
    "Accountability": (
        Figure(KEPT, "Promises kept", "promise"),
        *(
            Figure(f"accountability.parties.{party}.fulfilment", f"… by the {party}", "promise")
            for party in ("client", "partner", "platform", "professional")
        ),
        Figure("accountability.response_seconds", "First answer to a concern", "business"),
        Figure("accountability.unowned_seconds", "Time nobody was accountable", "total"),
    ),
    "Continuity": (
        Figure("continuity.coverage", "Coverage", "share"),
        Figure("continuity.presence", "Presence", "share"),
        Figure("continuity.gaps.count", "Gaps", "count"),
        Figure("continuity.transfer_completeness", "Knowledge handed over", "ratio"),
        Figure("continuity.unplanned_exits", "Unplanned exits", "count"),
    ),
    "Speed": (
        Figure("productivity.to_match_seconds", "Seat to match", "calendar"),
        Figure("productivity.to_onboard_seconds", "Match to active", "business"),
        Figure("productivity.ramp_up.seconds", "Active to productive", "calendar"),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A figure as it is shown: its note, and its exact value (None: there is none)."""

    told: str
    note: str
    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A figure as it is, as it would be, and the difference; empty where there is none."""

    figure: Figure
    actual: Cell
    hypothetical: Cell
    difference: str

    @property
    def differs(self) -> bool:
        return self.actual != self.hypothetical


def compared(actual: Told, hypothetical: Told) -> Mapping[str, Sequence[Compared]]:
    """All figures of two groups, family by family."""
    return {
        family: [_compared(figure, actual, hypothetical) for figure in figures] for family, figures in FIGURES.items()
    }


def _compared(figure: Figure, actual: Told, hypothetical: Told) -> Compared:
    now, then = (CELLS[figure.how](figure_of(group, figure.path)) for group in (actual, hypothetical))
    return Compared(figure=figure, actual=now, hypothetical=then, difference=_difference(figure.how, now, then))


def figure_of(group: Told, path: str) -> Any:
    """What a group says at a path; None where it has nothing there."""
    if path == KEPT:
        return kept(group)
    found: Any = group
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def kept(group: Told) -> Told:
    """The promises of all parties as one ratio."""
    parties = [party["fulfilment"] for party in group["accountability"]["parties"].values()]
    met, decided = (sum(each[name] for each in parties) for name in ("numerator", "denominator"))
    return {"value": met / decided if decided else None, "numerator": met, "denominator": decided}


def _ratio(of: Told | None, digits: int = 0, none: str = NOTHING, parts: bool = True) -> Cell:
    if of is None or of["value"] is None:
        return Cell(told=none, note="", value=None)
    note = f"{of['numerator']:,} of {of['denominator']:,}" if parts else ""
    return Cell(told=ratio(of["value"], digits), note=note, value=of["value"])


def _count(of: int | None) -> Cell:
    return Cell(told=NOTHING if of is None else f"{of:,}", note="", value=of)


def _distribution(of: Told | None, business_day: int | None) -> Cell:
    """The median; below five samples only how many there are."""
    if of is None or not of["count"]:
        return Cell(told=NOTHING, note="", value=None)
    if of["median"] is None:
        return Cell(told=NOTHING, note=f"only {of['count']}", value=None)
    note = f"median of {of['count']:,}, 90{NARROW}% in {duration_text(of['p90'], business_day)}"
    return Cell(told=duration_text(of["median"], business_day), note=note, value=of["median"])


def _total(of: int | None) -> Cell:
    return Cell(told=duration_text(of, BUSINESS_DAY) if of else "none", note="", value=of or 0)


def _money(of: Told | None) -> Cell:
    amounts = dict(of or {})
    told = [f"{Decimal(amount):,}{NARROW}{currency}" for currency, amount in amounts.items()]
    return Cell(told=", ".join(told) or "none", note="", value=amounts)


CELLS: Final[Mapping[How, Callable[[Any], Cell]]] = {
    "promise": lambda of: _ratio(of, none="no promise"),
    "ratio": lambda of: _ratio(of, parts=False),
    "share": lambda of: _ratio(of, 1, parts=False),
    "count": _count,
    "business": lambda of: _distribution(of, BUSINESS_DAY),
    "calendar": lambda of: _distribution(of, None),
    "total": _total,
    "money": _money,
}


def _difference(how: How, now: Cell, then: Cell) -> str:
    """What is more or less, with its sign; nothing where one of them is none, or both are the same."""
    if now.value is None or then.value is None or now.value == then.value:
        return ""
    if how == "money":
        return ", ".join(_of_money(now.value, then.value))
    more = then.value - now.value
    sign = "+" if more > 0 else "−"
    if how in ("promise", "ratio", "share"):
        return f"{sign}{abs(100 * more):.{1 if how == 'share' or abs(more) < 0.01 else 0}f}{NARROW}points"
    if how == "count":
        return f"{sign}{abs(more):,}"
    return sign + duration_text(abs(more), None if how == "calendar" else BUSINESS_DAY)


def _of_money(now: Mapping[str, str], then: Mapping[str, str]) -> Iterator[str]:
    for currency in sorted({*now, *then}):
        more = Decimal(then.get(currency, "0")) - Decimal(now.get(currency, "0"))
        if more:
            yield f"{'+' if more > 0 else '−'}{abs(more):,}{NARROW}{currency}"
