"""A figure as it is shown: its text, and the address of the rows behind it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from api.pages.fleet.figures import FEWEST, amount, between, exactly, part_of
from api.pages.formats import NARROW, machine_text
from api.pages.links import Here
from api.queries.fleet import GroupsAsked
from application.ports.fleet import Distribution, GroupRatio


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure: its path in the group, its exact value, its text, where its rows are, and what stands after it.

    ``title`` says exactly how long it is, where it is a time. ``beside``: it is not the figure at its path, but is told
    beside that of the same rows: what it is of, or how many.
    """

    path: str
    value: Any
    text: str
    address: str
    after: str = ""
    title: str = ""
    beside: bool = False


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
        return Shown(path, value, amount(path, value), self.address(path), after, exactly(path, value))

    def beside(self, path: str, value: float, text: str, after: str = "", title: str = "") -> Shown:
        """What the rows behind a figure say besides."""
        return Shown(path, value, text, self.address(path), after, title, beside=True)

    def parts(self, path: str, of: GroupRatio, after: str = "", one: int = 1) -> Shown:
        """What a ratio is made of, such as 66 of 83; ``one`` is by how much a row counts."""
        text = f"{of.numerator / one:,.0f} of {of.denominator / one:,.0f}"
        return self.beside(path, of.denominator, text, after)

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
            text = between(path, of.min, of.max)
            return Shown(path, of.min, text, self.address(path), title=exactly(path, *sorted({of.min, of.max})))
        return self.amount(path, of.median)

    def money(self, path: str, amounts: Mapping[str, str], after: str) -> Iterator[Shown]:
        for currency, of in amounts.items():
            yield self.amount(f"{path}.{currency}", of, after)


def told_beside(behind: Behind, path: str, of: Distribution, what: tuple[str, str]) -> Note:
    """What is said beside a median: within what nine of ten came, and of how many."""
    counted = behind.beside(path, of.count, f"{of.count:,}", what[0] if of.count == 1 else what[1])
    if of.p90 is None:
        return (counted,)
    text = f"{NINE_OF_TEN} in {amount(path, of.p90)}"
    return (behind.beside(path, of.p90, text, title=exactly(path, of.p90)), counted)
