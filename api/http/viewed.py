"""A state as the interface shows it, in plain values: what two states are compared in."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from api.desks import go_on
from application.marketplace import Known
from application.queries.as_of import EngagementAsOf
from application.queries.state import StateAnswer, answer_of
from domain.engagement.state import State
from infrastructure.events.codec import adapter

_NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NOBODY: Final = EngagementAsOf(engagement_id=UUID(int=0), history=None, known=Known(0, _NEVER), as_of=_NEVER)


def viewed(state: State | None) -> Mapping[str, Any]:
    """A state as plain values; before the opening there is none. Raises CallerGone where nobody waits for it."""
    go_on()
    shown: dict[str, Any] = adapter(StateAnswer).dump_python(answer_of(state, _NOBODY), mode="json", by_alias=True)
    return shown
