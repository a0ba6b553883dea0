"""Every projection, in the order in which they are written."""

from typing import Final

from infrastructure.projections.projection import Projection
from infrastructure.projections.tables.assignments import ASSIGNMENTS
from infrastructure.projections.tables.cases import CASES
from infrastructure.projections.tables.clocks import CLOCKS
from infrastructure.projections.tables.cover import COVER
from infrastructure.projections.tables.engagement_list import ENGAGEMENTS
from infrastructure.projections.tables.people import PEOPLE
from infrastructure.projections.tables.plans import PLANS
from infrastructure.projections.tables.seats import SEATS
from infrastructure.projections.tables.spans import SPANS
from infrastructure.projections.tables.upcoming import UPCOMING
from infrastructure.projections.tables.work.rows import WORK
from infrastructure.projections.tables.work.ticking import TICKING

PROJECTIONS: Final[tuple[Projection, ...]] = (
    ENGAGEMENTS,
    PEOPLE,
    SEATS,
    COVER,
    ASSIGNMENTS,
    CLOCKS,
    CASES,
    SPANS,
    PLANS,
    UPCOMING,
    WORK,
    TICKING,
)
BY_NAME: Final = {each.name: each for each in PROJECTIONS}
