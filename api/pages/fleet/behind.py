"""A figure as it is shown: its text, and the address of the rows behind it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from api.pages.fleet.figures import FEWEST, amount, between, part_of
from api.pages.formats import NARROW, machine_text
from api.pages.links import Here
from api.queries.fleet import GroupsAsked
from application.ports.fleet import Distribution, GroupRatio


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure: its path in the group, its exact value, its text, where its rows are, and what stands after it."""

    path: str
    value: Any
    text: str
    address: str
    after: str = ""


FILTERS: Final = ("model", "client_id", "partner_id")
NINE_OF_TEN: Final = f"90{NARROW}%"
Note = Sequence[Shown | str]
"""Figures and words, told one after the other; a dot stands between two figures."""


@dataclass(frozen=True, slots=True)
class Behind:
    """Makes the figures of one group: ``query`` is what chooses it."""

    query: Mapping[str, str]

    @classmethod
    def of(cls, asked: GroupsAsked, key: str | None, as_of: datetime) -> "Behind":
        """Of a group of a question, answered as of an instant; without a key, of all that is asked for."""
        chosen = {"group_by": asked.group_by, "key": key} if key and asked.group_by != "all" else {"group_by": "all"}
        window = {name: machine_text(at) for name, at in (("from", asked.from_), ("to", asked.to)) if at}
        filters = {name: getattr(asked, name) for name in FILTERS if getattr(asked, name)}
        return cls({**chosen, **window, **filters, "as_of": machine_text(as_of)})

    def address(self, path: str, state: str | None = None) -> str:
        return Here("/engagements", {"because": path, **self.query, **({"state": state} if state else {})}).now

    def count(self, path: str, value: int, after: str = "", *, state: str | None = None) -> Shown:
        return Shown(path, value, amount(path, value), self.address(path, state), after)

    def amount(self, path: str, value: float | str, after: str = "") -> Shown:
        return Shown(path, value, amount(path, value), self.address(path), after)

    def ratio(self, path: str, of: GroupRatio | None) -> Shown | None:
        """None where there is nothing of which it could be a part."""
        if of is None or of.value is None:
            return None
        return Shown(path, of.value, part_of(path, of.numerator, of.denominator), self.address(path))

    def typical(self, path: str, of: Distribution) -> Shown | None:
        """The median; of few values the least and the most; None where there are none."""
        if of.count == 0 or of.min is None or of.max is None:
            return None
        if of.count < FEWEST or of.median is None:
            return Shown(path, of.min, between(path, of.min, of.max), self.address(path))
        return Shown(path, of.median, amount(path, of.median), self.address(path))

    def money(self, path: str, amounts: Mapping[str, str], after: str) -> Iterator[Shown]:
        for currency, of in amounts.items():
            yield self.amount(f"{path}.{currency}", of, after)


def told_beside(path: str, of: Distribution, what: tuple[str, str]) -> str:
    """What is said beside a median: within what nine of ten came, and of how many."""
    counted = f"{of.count:,} {what[0] if of.count == 1 else what[1]}"
    return counted if of.p90 is None else f"{NINE_OF_TEN} in {amount(path, of.p90)} · {counted}"
