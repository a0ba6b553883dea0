"""An absence: an interval in which a professional is away, as far as recorded."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Literal

from domain.law.event import Event
from domain.law.rejection import NotFound

AbsenceCause = Literal["leave", "illness", "training", "other"]


class UnknownAbsence(NotFound):
    """There is no such absence."""

    remedy: ClassVar = "Name one of the absences there are, or an instant at which this one is there."


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """The professional of an assignment is away in ``[from, until)``, which may lie in the future.

    ``until`` is as last amended; ``made_by`` says what was recorded first.
    """

    absence_id: str
    assignment_id: str
    from_: datetime
    until: datetime
    cause: AbsenceCause
    planned: bool
    made_by: Event[Any]
    cancelled: bool = False
