"""What a page shows can be had as files: under the page's own filters, and of all its pages."""

import csv
import io
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from icalendar import Calendar
from starlette.testclient import TestClient

from tests.api.conftest import all_shown, opened
from tests.api.pages.browsing import Browser, Page


@pytest.fixture(scope="module")
def client(lasting_client: TestClient) -> TestClient:
    for name in ("acme", "globex"):
        opened(lasting_client, client_id=name, seats=[{"seat_id": each, "role": "dev"} for each in ("s1", "s2")])
    all_shown(lasting_client)
    return lasting_client


def files(page: Page) -> dict[str, str]:
    """Where the files of a page are, by name and extension."""
    found = [str(each["href"]) for tag, each in page.attributes if tag == "a" and "download" in each]
    return {urlsplit(address).path.rpartition("/")[2]: address for address in found}


def rows(client: TestClient, address: str) -> list[dict[str, str]]:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


def test_what_waits_is_a_table_and_a_calendar_of_all_its_pages(client: TestClient) -> None:
    found = files(Browser(client).open("/work?client_id=acme&party=platform&limit=1&within=86400"))
    assert found.keys() == {"work.csv", "work.parquet", "deadlines.ics"}, "no clock breaches within a day"
    waiting = rows(client, found["work.csv"])
    assert {row["client_id"] for row in waiting} == {"acme"}
    assert len(waiting) == 2
    assert len(Calendar.from_ical(client.get(found["deadlines.ics"]).content).events) == 2
    assert client.get(found["work.parquet"]).content.startswith(b"PAR1")


def test_the_engagements_of_a_page_are_a_table(client: TestClient) -> None:
    found = files(Browser(client).open("/engagements?client_id=globex&sort=name&limit=1"))
    assert {row["client_id"] for row in rows(client, found["engagements.csv"])} == {"globex"}
    assert parse_qs(urlsplit(found["engagements.parquet"]).query) == {"client_id": ["globex"], "sort": ["name"]}


def test_the_audit_of_an_engagement_gives_its_events(client: TestClient) -> None:
    whose = client.get("/v1/engagements?client_id=acme").json()["items"][0]["engagement_id"]
    found = files(Browser(client).open(f"/audit/{whose}?type=EngagementOpened"))
    lines: list[Any] = [json.loads(line) for line in client.get(found["events.jsonl"]).text.splitlines()]
    assert [(line["engagement_id"], line["type"]) for line in lines] == [(whose, "EngagementOpened")]
    assert {each["type"] for each in client.get(found["ocel.json"]).json()["objects"]} == {
        "engagement",
        "client",
        "seat",
    }


def test_the_fleet_gives_what_its_figures_are_made_of_under_its_filters(client: TestClient) -> None:
    found = files(Browser(client).open("/fleet?group_by=client&client_id=acme&window=all"))
    names = {f"{name}.{form}" for name in ("clocks", "assignments", "cases") for form in ("csv", "parquet")}
    assert names <= found.keys()
    assert parse_qs(urlsplit(found["clocks.csv"]).query) == {"client_id": ["acme"], "bom": ["true"]}
    assert {row["client_id"] for row in rows(client, found["clocks.csv"])} <= {"acme"}
    assert client.get(found["cases.parquet"]).content.startswith(b"PAR1")


def test_where_histories_are_found_the_whole_log_can_be_had(client: TestClient) -> None:
    found = files(Browser(client).open("/audit?client_id=acme"))
    assert found == {"events.jsonl": "/files/events.jsonl", "ocel.json": "/files/ocel.json"}


def test_a_file_that_there_is_none_of_is_a_page_that_says_so(client: TestClient) -> None:
    for path, status in (("/files/none.csv", 404), ("/files/work.xls", 404), ("/files/work.csv?name=x", 422)):
        assert Browser(client).open(path).status == status
