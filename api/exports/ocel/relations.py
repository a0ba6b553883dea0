"""Which objects an event is about, and as what: by the ids that it names."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple
from uuid import UUID

from domain.clocks.notice import ServiceLevelBreached
from domain.engagement.lifecycle.opening import EngagementOpened
from domain.engagement.replacement.request import ReplacementRequested
from domain.law.recorded import Recorded

OUTGOING: Final = "outgoing"
INCOMING: Final = "incoming"


class Thing(NamedTuple):
    """An object by its type and its id, which is unique among all objects."""

    type: str
    id: str


class Related(NamedTuple):
    """An object, and as what something has to do with it."""

    thing: Thing
    qualifier: str


NAMED: Final[Mapping[str, tuple[str, str]]] = {
    "client_id": ("client", "client"),
    "seat_id": ("seat", "seat"),
    "assignment_id": ("assignment", "assignment"),
    "outgoing_assignment_id": ("assignment", OUTGOING),
    "incoming_assignment_id": ("assignment", INCOMING),
    "from_assignment_id": ("assignment", OUTGOING),
    "to_assignment_id": ("assignment", INCOMING),
    "professional_id": ("professional", "professional"),
    "partner_id": ("partner", "supplier"),
    "concern_id": ("concern", "concern"),
    "case_id": ("case", "case"),
    "plan_id": ("plan", "plan"),
}
"""The fields of events that name an object: of which type, and as what it takes part."""

OF_ALL: Final = ("client", "partner", "professional")
"""The types whose ids mean the same in every engagement."""

CLOCKS: Final = {
    "onboard": "assignment",
    "acknowledge": "concern",
    "propose": "case",
    "replace": "case",
    "transfer_knowledge": "case",
}
"""What the clocks are about whose subject is an object by itself."""


def thing(engagement_id: UUID, kind: str, named: str) -> Thing:
    """The object of an id that an event of an engagement names."""
    return Thing(kind, f"{kind}/{named}" if kind in OF_ALL else f"{engagement_id}/{kind}/{named}")


def engagement(engagement_id: UUID) -> Thing:
    return Thing("engagement", str(engagement_id))


def related(fact: Recorded, case_of: Mapping[str, str]) -> Iterator[Related]:
    """The objects of an event, each once for each part that it takes. ``case_of``: the case of each proposal so far."""
    event: Any = fact.event
    yield Related(engagement(fact.stream_id), "engagement")
    for field, (kind, qualifier) in NAMED.items():
        named = getattr(event, field, None)
        if named is not None:
            yield Related(thing(fact.stream_id, kind, named), _part(event, field, qualifier))
    if isinstance(event, EngagementOpened):
        for seat in event.seats:
            yield Related(thing(fact.stream_id, "seat", seat.seat_id), "seat")
    if isinstance(event, ServiceLevelBreached):
        yield from _overdue(fact.stream_id, event, case_of)
    proposal, case = getattr(event, "proposal_id", None), getattr(event, "case_id", None)
    if proposal is not None and case is None and proposal in case_of:
        yield Related(thing(fact.stream_id, "case", case_of[proposal]), "case")


def _part(event: Any, field: str, qualifier: str) -> str:
    """Whoever a replacement is requested for goes."""
    leaves = isinstance(event, ReplacementRequested) and field == "professional_id"
    return OUTGOING if leaves else qualifier


def _overdue(whose: UUID, event: ServiceLevelBreached, case_of: Mapping[str, str]) -> Iterator[Related]:
    kind = CLOCKS.get(event.clock)
    if kind is not None:
        yield Related(thing(whose, kind, event.subject_id), kind)
    elif event.subject_id in case_of:
        yield Related(thing(whose, "case", case_of[event.subject_id]), "case")
