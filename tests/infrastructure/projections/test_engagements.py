"""A line of the list has the same fields wherever it stands."""

import re
from collections.abc import Collection, Iterator
from dataclasses import fields, replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.engine import URL

from application.list_line import Listed
from application.ports.log import Append
from application.queries.engagement_list import ListedEngagement
from infrastructure.database import schema
from infrastructure.database.database import Database
from infrastructure.log.recorder import LogRecorder
from infrastructure.projections.engagement_list import COLUMNS, Engagements

NOT_ANSWERED = {"professional_ids"}
ONLY_ANSWERED = {"at_risk"}
LINE = Listed(
    engagement_id=UUID(int=1, version=4),
    name="Ünïcode",
    client_id="acme",
    partner_ids=("north", "south"),
    professional_ids=("ana",),
    model="managed_marketplace",
    status="suspended",
    open_cases=2,
    seats=5,
    covered_seats=3,
    version=7,
    opened_at=datetime(2026, 1, 5, 9, 0, 0, 123_456, tzinfo=UTC),
)


@pytest.fixture
def database(database_url: URL) -> Iterator[Database]:
    opened = Database(database_url)
    schema.upgrade(opened)
    yield opened
    opened.close()


def missing(wanted: Collection[str], place: str, found: Collection[str]) -> list[str]:
    """One sentence for each field that is not in a place, and for each that is only there."""
    absent = [f"{name} is a field of a line, but not in {place}" for name in wanted if name not in found]
    return absent + [f"{name} is in {place}, but no field of a line" for name in found if name not in wanted]


def append_function(database: Database) -> list[str]:
    """The columns that PostgreSQL's append function writes."""
    source = "SELECT prosrc FROM pg_catalog.pg_proc WHERE proname = 'append_events'"
    with database.reading() as connection:
        found = re.search(r"public\.engagements AS l \(([^)]+)\)", connection.execute(text(source)).scalar_one())
    assert found, "the append function writes lines of the list"
    return re.findall(r"\w+", found[1])


def test_every_field_of_a_line_stands_in_every_place(database: Database) -> None:
    names = [field.name for field in fields(Listed)]
    with database.reading() as connection:
        migrated = [column["name"] for column in inspect(connection).get_columns("engagements")]
    places: dict[str, Collection[str]] = {
        "the columns of infrastructure/projections/engagement_list.py": COLUMNS,
        "the table that migrations/ makes": migrated,
    }
    if database.is_postgresql:
        places["the append function that migrations/ makes"] = append_function(database)
    found = [said for place, there in places.items() for said in missing(names, place, there)]
    assert not found, "; ".join(found)


def test_every_field_of_a_line_is_answered_or_kept_back_on_purpose() -> None:
    answered = [field.name for field in fields(ListedEngagement) if field.name not in ONLY_ANSWERED]
    wanted = [field.name for field in fields(Listed) if field.name not in NOT_ANSWERED]
    found = missing(wanted, "ListedEngagement of application/queries/engagement_list.py", answered)
    assert not found, "; ".join(found)


@pytest.mark.parametrize(
    "line",
    [LINE, replace(LINE, name=None, partner_ids=(), professional_ids=(), open_cases=0)],
    ids=["full", "empty"],
)
def test_a_line_is_read_as_it_was_written_and_brought_up_to_date(database: Database, line: Listed) -> None:
    recorder, engagements = LogRecorder(database), Engagements(database)
    recorder.append(Append(listed=line))
    assert engagements.one(line.engagement_id) == line
    later = replace(
        line,
        name="later",
        client_id="globex",
        partner_ids=("east",),
        professional_ids=("bo", "cy"),
        model="staff_augmentation",
        status="ended",
        open_cases=1,
        seats=1,
        covered_seats=1,
        version=8,
        opened_at=datetime(2026, 1, 4, tzinfo=UTC),
    )
    recorder.append(Append(listed=later))
    assert engagements.one(line.engagement_id) == later
    recorder.append(Append(listed=line))
    assert engagements.one(line.engagement_id) == later, "an older line never replaces a newer one"
    recorder.close()
