"""An absence: an interval in which a professional is away, as far as recorded."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.law.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """The professional of an assignment is away in ``[from, until)``, which may lie in the future."""

    absence_id: str
    assignment_id: str
    from_: datetime
    until: datetime
    made_by: Event[Any]
