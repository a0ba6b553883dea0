"""Every projection, in the order in which they are written."""

from typing import Final

from infrastructure.projections.clocks import CLOCKS
from infrastructure.projections.cover import COVER
from infrastructure.projections.engagement_list import ENGAGEMENTS
from infrastructure.projections.people import PEOPLE
from infrastructure.projections.projection import Projection

PROJECTIONS: Final[tuple[Projection, ...]] = (ENGAGEMENTS, PEOPLE, CLOCKS, COVER)
BY_NAME: Final = {each.name: each for each in PROJECTIONS}
