"""PostgreSQL: whether the events are shown by the reach of whoever reads, and whom they are about is noted rightly."""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import text

from infrastructure.database.database import Database
from infrastructure.database.row_security import misguarded
from infrastructure.log.verify.finding import Finding

_TOLD: Final = """
SELECT t.kind, t.who, e.originator_id AS engagement_id FROM public.events AS e
CROSS JOIN LATERAL public.reaches_told(e.topic, e.state) AS t
WHERE e.topic IN ('EngagementOpened', 'ProfessionalMatched', 'SuccessorProposed')
"""
_NOTED: Final = "SELECT kind, who, engagement_id FROM public.reaches"
_TOO_FEW: Final = text(f"{_TOLD} EXCEPT {_NOTED} ORDER BY 1, 2, 3")
_TOO_MANY: Final = text(f"{_NOTED} EXCEPT {_TOLD} ORDER BY 1, 2, 3")


def row_security(database: Database) -> Iterator[Finding]:
    """The policy of the events, and nobody too many or too few in the table that it asks."""
    with database.reading() as connection:
        for wrong in misguarded(connection, {"events": "originator_id"}):
            yield Finding("row security", wrong)


def reaches(database: Database) -> Iterator[Finding]:
    """Whom each engagement is about, as its events say."""
    with database.reading() as connection:
        for row in connection.execute(_TOO_FEW):
            yield Finding("reaches", f"{row.engagement_id} is about {row.kind} {row.who}, to whom it is not shown")
        for row in connection.execute(_TOO_MANY):
            yield Finding("reaches", f"{row.engagement_id} is shown to {row.kind} {row.who}, whom it is not about")
