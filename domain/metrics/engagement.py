"""All metrics of one engagement: pure functions of what had been recorded, an instant and a window."""

from dataclasses import dataclass
from datetime import datetime

from domain.engagement.state import EngagementHistory
from domain.language.bounds import STRICT
from domain.language.words import Instant
from domain.metrics.accountability import Accountability, accountability_in
from domain.metrics.continuity import Continuity, continuity_in
from domain.metrics.guarantee import GuaranteeRecord, guarantee_in
from domain.metrics.productivity import Productivity, productivity_in
from domain.metrics.sight import sight_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Metrics:
    """The four families over the window [from, to), with ``as_of`` itself where ``to`` reaches it.

    ``from_`` is null when none was asked for and the engagement had not opened by ``as_of``.
    """

    __pydantic_config__ = STRICT

    from_: Instant | None
    to: Instant
    accountability: Accountability
    continuity: Continuity
    guarantee: GuaranteeRecord
    productivity: Productivity


def metrics_of(
    history: EngagementHistory | None,
    *,
    as_of: datetime,
    known_at: datetime,
    from_: datetime | None = None,
    to: datetime | None = None,
) -> Metrics:
    """The metrics of what had happened by ``as_of``.

    ``history`` is what had been recorded by ``known_at``, None where that was nothing. The window starts at the
    opening unless ``from_`` says otherwise, and is cut to ``as_of``. Never raises.
    """
    sight = sight_of(history, as_of=as_of, known_at=known_at, from_=from_, to=to)
    return Metrics(
        from_=from_ or (sight.state.opened_at if sight.state else None),
        to=min(to or as_of, as_of),
        accountability=accountability_in(sight),
        continuity=continuity_in(sight),
        guarantee=guarantee_in(sight),
        productivity=productivity_in(sight),
    )
