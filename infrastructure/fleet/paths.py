"""Which figure a path in a group names, and what may stand in it where there is one figure for each value."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Final, get_args

from application.ports.fleet import GroupPhases, NotAsked
from domain.clocks.life import Waited
from domain.engagement.nouns.assignment import DepartureCause
from domain.language.money import CURRENCIES
from domain.language.saying import did_you_mean
from domain.language.words import Party
from infrastructure.fleet.figures import Figure, Source
from infrastructure.fleet.groups import SOURCES

VALUES: Final[Mapping[str, Sequence[str]]] = {
    "accountability.parties.": (*get_args(Party), "nobody"),
    "accountability.waiting_seconds.": get_args(Waited),
    "continuity.departures.": get_args(DepartureCause),
    "guarantee.credit.": tuple(CURRENCIES),
    "guarantee.charge_to_client.": tuple(CURRENCIES),
    "guarantee.phases.": tuple(each.name for each in fields(GroupPhases)),
    "productivity.": ("to_match", "to_onboard"),
}
"""By what stands before it in a path: whatever a group can have there, though it may have none of it now."""


@dataclass(frozen=True, slots=True)
class Named:
    """A figure as a path names it, with what stands for ``{}`` in it."""

    source: Source
    figure: Figure
    by: str | None


def named(path: str) -> Named:
    """The figure of a path in a group. Raises NotAsked where there is none."""
    for source in SOURCES:
        for figure in source.figures:
            by = figure.named(path)
            if by in values(figure) if by is not None else figure.by is None and figure.path == path:
                return Named(source, figure, by)
    beside = (each for each in paths() if each.rpartition(".")[0] == path.rpartition(".")[0])
    meant = did_you_mean(path, beside) or did_you_mean(path, paths())
    raise NotAsked("figure", f"{path} is no figure of a group, such as guarantee.attainment{meant}")


def paths() -> Iterator[str]:
    """The paths of all figures, those of amounts first: where only some are compared, the last ones are."""
    figures = [figure for source in SOURCES for figure in source.figures]
    for figure in sorted(figures, key=lambda each: values(each) != tuple(CURRENCIES)):
        yield from (figure.path.format(each) for each in values(figure) or ("",))


def values(figure: Figure) -> Sequence[str]:
    """What may stand for ``{}`` in the path of a figure; nothing where it has none."""
    return VALUES[figure.path.split("{}")[0]] if figure.by is not None else ()
