"""A reach as conditions on rows: of which engagements a projection is read.

Who has to do with an engagement is that of its newest state, as the rows without an end hold it, at whatever instant
the rows themselves are read.
"""

from sqlalchemy import ColumnElement, ColumnExpressionArgument, Table, select

from domain.access.reach import Everything, Named, OfClient, OfPartner, OfProfessional, Reach
from domain.time.intervals import EVER
from infrastructure.projections.reading import Snapshot
from infrastructure.projections.tables.assignments import ASSIGNMENTS
from infrastructure.projections.tables.people import PEOPLE


def within(
    reach: Reach, snapshot: Snapshot, lines: Table, engagement_id: ColumnElement[object]
) -> list[ColumnElement[bool]]:
    """The conditions that hold for the engagements within reach; ``lines`` are those of the list."""
    match reach:
        case Everything():
            return []
        case Named():
            return [engagement_id.in_(sorted(reach.engagement_ids))]
        case OfClient():
            return [_among(engagement_id, lines, lines.c.client_id == reach.client_id)]
        case OfPartner():
            people = snapshot.table(PEOPLE)
            return [_among(engagement_id, people, people.c.kind == "partner", people.c.who == reach.partner_id)]
        case OfProfessional():
            held = snapshot.table(ASSIGNMENTS)
            return [_among(engagement_id, held, held.c.professional_id == reach.professional_id)]


def _among(
    engagement_id: ColumnElement[object], table: Table, *conditions: ColumnExpressionArgument[bool]
) -> ColumnElement[bool]:
    """The engagements of which a row says so today."""
    theirs = select(table.c.engagement_id).where(table.c.valid_until >= EVER, *conditions)
    return engagement_id.in_(theirs)
