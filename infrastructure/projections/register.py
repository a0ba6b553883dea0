"""Every projection, in the order in which they are written."""

from typing import Final

from infrastructure.projections.assignments import ASSIGNMENTS
from infrastructure.projections.cases import CASES
from infrastructure.projections.clocks import CLOCKS
from infrastructure.projections.cover import COVER
from infrastructure.projections.engagement_list import ENGAGEMENTS
from infrastructure.projections.people import PEOPLE
from infrastructure.projections.plans import PLANS
from infrastructure.projections.projection import Projection
from infrastructure.projections.seats import SEATS
from infrastructure.projections.spans import SPANS

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
)
BY_NAME: Final = {each.name: each for each in PROJECTIONS}
