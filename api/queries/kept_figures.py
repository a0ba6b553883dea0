"""The figures of the fleet as they are kept: worked out once for all who see the same and ask the same."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import partial
from typing import Any, get_args

from starlette.requests import Request

from api.http.questions import projected
from api.http.reach import Seen
from api.kept import Kept, use_of
from api.queries.fleet import GroupsAsked, groups
from application.ports.fleet import Group, GroupsPage
from domain.access.reach import Reach
from domain.language.words import Model
from infrastructure.database.row_security import reach_said, rows_within


@dataclass(frozen=True, slots=True)
class FleetFigures:
    """A page of groups, and groups that together are all that is asked for (of more than a page, one).

    ``promising`` are the models whose newest policy promises a replacement.
    """

    page: GroupsPage
    whole: Sequence[Group]
    promising: frozenset[str]


@dataclass(frozen=True, slots=True)
class FiguresAsOf:
    """The figures, and whether they are being worked out anew; ``age_seconds`` is how long ago these were begun."""

    figures: FleetFigures
    age_seconds: float
    anew: bool


async def kept_figures(
    standfast: Seen, request: Request, asked: GroupsAsked, *, patience: float | None = None
) -> FiguresAsOf:
    """The figures that are asked for, kept for all who see the same; waited for so many seconds (None: as usual).

    Raises FieldsWrong, NotReached, TooMuchAsked, CallerGone.
    """
    await projected(standfast, asked.min_position)
    kept, now = standfast.kept, standfast.kept.now()
    plain = replace(asked, min_position=None)
    said = reach_said()
    key = (said, standfast.reach, standfast.eyes, tuple(getattr(plain, each.name) for each in fields(plain)))
    work = partial(_worked_out, standfast, said, plain)
    found = kept.find(key)
    position = standfast.projections.positions.position
    use = use_of(found, now=now, position=position, min_position=asked.min_position)
    if found is None or use == "waited for":
        working = partial(kept.worked_out, key, work, asked=now, min_position=asked.min_position)
        waited: Kept = await standfast.desks.costly.answer(working, request.receive, patience=patience)
        return FiguresAsOf(waited.answer, 0.0, anew=False)
    if use == "anew":
        kept.anew(key, work)
    return FiguresAsOf(found.answer, now - found.begun, anew=use == "anew")


def _worked_out(standfast: Seen, said: Reach, asked: GroupsAsked) -> tuple[Any, int]:
    """The figures, also in the background within the reach that was ``said`` for whoever asked."""
    with rows_within(said):
        page = groups(standfast, asked)
        complete = page.next is None and asked.cursor is None
        whole = page if complete else groups(standfast, replace(asked, group_by="all", cursor=None, sort="key"))
    figures = FleetFigures(page, tuple(whole.groups), promising(standfast))
    return figures, min(page.reading.position, whole.reading.position)


def promising(standfast: Seen) -> frozenset[str]:
    """The models whose newest default policy promises a replacement."""
    policies = standfast.terms.named(get_args(Model), []).policies
    return frozenset(name for name, policy in policies.items() if policy.guarantee)
