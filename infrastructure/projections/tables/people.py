"""Who has to do with an engagement: its professionals and its partners, by their ids."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from domain.engagement.nouns.assignment import Assignment
from domain.engagement.nouns.proposal import Proposal
from infrastructure.projections.projection import Projection
from infrastructure.projections.seen import Seen


@dataclass(frozen=True, slots=True)
class Person:
    """A professional or a partner that was ever assigned or proposed."""

    kind: Literal["partner", "professional"]
    who: str


def people_of(seen: Seen) -> Iterator[Person]:
    state = seen.state
    both: list[Assignment | Proposal] = [*state.assignments.values(), *state.proposals.values()]
    for professional_id in {each.professional_id for each in both}:
        yield Person("professional", professional_id)
    for partner_id in {each.partner_id for each in both if each.partner_id}:
        yield Person("partner", partner_id)


PEOPLE = Projection(
    name="people",
    version=1,
    row=Person,
    key=("kind", "who"),
    fold=people_of,
    parts=lambda seen: (seen.state.assignments, seen.state.proposals),
    indexes=(("kind", "who"),),
)
