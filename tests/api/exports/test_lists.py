"""The lists as CSV and Parquet: what is read back is what the queries and the engagements say."""

import csv
import io
import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from starlette.testclient import TestClient

from api.examples.commands import lines
from api.exports.columns import Column, columns_of
from api.exports.csv_lines import csv_blocks, harmless
from api.exports.lists import LISTS
from application.ports.exports import ExportedCase
from tests.api.conftest import opened
from tests.api.exports.conftest import HOSTILE, settled

DECADE = 315_576_000
QUERIES = {
    "work": ("/v1/work", {}),
    "at-risk": ("/v1/at-risk", {"within": DECADE, "overdue": True}),
    "engagements": ("/v1/engagements", {}),
}
ROWS = ("clocks", "assignments", "cases")


def read_csv(client: TestClient, name: str, **asked: Any) -> list[dict[str, Any]]:
    """The rows of a list with their types, as a reader who knows its columns takes them."""
    answer = client.get(f"/v1/exports/{name}.csv", params={**settled(client), **asked})
    assert answer.status_code == 200, answer.text
    table = list(csv.reader(io.StringIO(answer.content.decode(), newline=""), strict=True))
    columns = columns_of(LISTS[name].row)
    assert table[0] == [column.name for column in columns]
    return [{column.name: typed(column, text) for column, text in zip(columns, row, strict=True)} for row in table[1:]]


def typed(column: Column, text: str) -> Any:
    if not text:
        return () if column.kind == "texts" else None
    read: dict[str, Callable[[str], Any]] = {
        "integer": int,
        "number": float,
        "amount": Decimal,
        "truth": {"true": True, "false": False}.__getitem__,
        "texts": lambda words: tuple(words.split(" ")),
        "text": lambda said: said.removeprefix("'"),
    }
    return read.get(column.kind, str)(text)


def read_parquet(client: TestClient, name: str, tmp_path: Path, **asked: Any) -> list[dict[str, Any]]:
    answer = client.get(f"/v1/exports/{name}.parquet", params={**settled(client), **asked})
    assert answer.status_code == 200, answer.text
    file = tmp_path / f"{name}.parquet"
    file.write_bytes(answer.content)
    found = duckdb.connect().execute(f"SELECT * FROM '{file}'")
    names = [each[0] for each in found.description or ()]
    return [dict(zip(names, map(plain, row), strict=True)) for row in found.fetchall()]


def plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    if isinstance(value, list):
        return tuple(value)
    return value if value is None or isinstance(value, bool | int | float | str | Decimal) else str(value)


def flat(item: Mapping[str, Any]) -> dict[str, Any]:
    """An item of a page as a row has it."""
    return {name: _flat(value) for name, value in item.items()}


def _flat(value: Any) -> Any:
    if isinstance(value, dict):
        return json.dumps(value, separators=(",", ":"))
    return tuple(value) if isinstance(value, list) else value


MOVING = ("as_of", "elapsed_seconds", "remaining_seconds", "percent_elapsed", "overrun_seconds")
"""What is another second later."""


def still(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{name: value for name, value in row.items() if name not in MOVING} for row in rows]


@pytest.mark.parametrize("name", QUERIES)
def test_a_list_is_all_that_its_query_answers(exporting: TestClient, name: str) -> None:
    address, asked = QUERIES[name]
    items = exporting.get(address, params={**settled(exporting), **asked, "limit": 500}).json()["items"]
    assert items
    assert still(read_csv(exporting, name, **asked)) == still([flat(each) for each in items])


@pytest.mark.parametrize("name", LISTS)
def test_parquet_says_the_same_as_csv(exporting: TestClient, name: str, tmp_path: Path) -> None:
    asked = QUERIES.get(name, ("", {}))[1]
    rows = read_csv(exporting, name, **asked)
    assert rows
    assert still(read_parquet(exporting, name, tmp_path, **asked)) == still(rows)


def test_parquet_has_types_and_says_of_what_it_is(exporting: TestClient, tmp_path: Path) -> None:
    read_parquet(exporting, "cases", tmp_path)
    file = tmp_path / "cases.parquet"
    kinds = dict(row[:2] for row in duckdb.connect().execute(f"DESCRIBE SELECT * FROM '{file}'").fetchall())
    assert kinds["engagement_id"] == "UUID"
    assert kinds["requested_at"] == "TIMESTAMP WITH TIME ZONE"
    assert kinds["charge_amount"] == "DECIMAL(38,4)"
    assert (kinds["eligible"], kinds["search_seconds"], kinds["cause"]) == ("BOOLEAN", "BIGINT", "VARCHAR")
    said = dict(duckdb.connect().execute(f"SELECT key, value FROM parquet_kv_metadata('{file}')").fetchall())
    assert said.keys() == {b"position", b"as_of", b"log_id"}
    assert said[b"log_id"].decode() == exporting.get("/v1/events").json()["log_id"]


@pytest.mark.parametrize("name", LISTS)
def test_a_list_of_nothing_has_its_columns(exporting: TestClient, name: str, tmp_path: Path) -> None:
    assert read_csv(exporting, name, client_id="nobody") == []
    assert read_parquet(exporting, name, tmp_path, client_id="nobody") == []
    found = duckdb.connect().execute(f"SELECT * FROM '{tmp_path / name}.parquet'").description or ()
    assert [each[0] for each in found] == [column.name for column in columns_of(LISTS[name].row)]


def paused(client: TestClient, model: str) -> None:
    """An engagement with a concern, and a case of it that waits on the client."""
    seats = [{"seat_id": "s1", "role": "dev"}]
    terms = {"model": model, "policy": model, "calendar": "always", "work_class": "non_core"}
    whose = opened(client, **terms, seats=seats, occurred_at="2026-03-02T09:00:00Z")
    at = {"occurred_at": "2026-03-02T10:00:00Z"}
    steps: list[tuple[str, dict[str, Any]]] = [
        ("match-professional", {"seat_id": "s1", "assignment_id": "a1", "professional_id": "ana"}),
        ("onboard-professional", {"assignment_id": "a1"}),
        ("report-underperformance", {"assignment_id": "a1", "concern_id": "c1", "category": "skills"}),
        ("request-replacement", {"seat_id": "s1", "case_id": "k1", "cause": "non_performance", "concern_id": "c1"}),
        ("pause-replacement", {"case_id": "k1", "waiting_on": "client", "reason": "holidays"}),
    ]
    for item in ("access", "context", "nda", "ip_assignment", "classification"):
        waived = {"assignment_id": "a1", "item": item, "reason": "known"}
        steps.insert(1, ("waive-onboarding-item", waived))
    for command, fields in steps:
        extra = {"match-professional": {"supply_source": "independent"}, "report-underperformance": {"severity": "low"}}
        answer = client.post(f"{whose}/{command}", json={**fields, **extra.get(command, {}), **at})
        assert answer.status_code == 200 or command == "waive-onboarding-item", answer.text


def test_clocks_are_what_their_engagements_say(either_client: TestClient) -> None:
    """On either database: every clock, running, paused or ended, as its engagement reads it at the same instant."""
    log = "\n".join(json.dumps(line) for line in lines())
    either_client.post("/v1/commands", content=log, headers={"Content-Type": "application/x-ndjson"})
    for model in ("freelancer_platform", "staff_augmentation", "managed_marketplace"):
        paused(either_client, model)
    answer = either_client.get("/v1/exports/clocks.csv", params=settled(either_client))
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    told: dict[str, Any] = {}
    for whose in {row["engagement_id"] for row in rows}:
        address = f"/v1/engagements/{whose}/clocks"
        for clock in either_client.get(address, params={"as_of": answer.headers["X-As-Of"]}).json()["clocks"]:
            told[f"{whose} {clock['clock']} {clock['subject_id']}"] = clock
    assert len(told) == len(rows) > 5
    names = ("unit", "state", "accountable", "waiting_on", "started_at", "ended_at", "goal_seconds", "elapsed_seconds")
    for row in rows:
        clock = told[f"{row['engagement_id']} {row['clock']} {row['subject_id']}"]
        if row["state"] == "paused" and not row["goal_seconds"]:
            clock["waiting_on"] = None  # which is not kept of a clock that cannot be late
        for name in (*names, "overrun_seconds"):
            assert row[name] == ("" if clock[name] is None else str(clock[name])), (name, row, clock)
        for name in ("at_risk", "recorded_late"):
            assert row[name] == str(clock[name]).lower()


def test_assignments_and_cases_are_those_of_the_state(exporting: TestClient) -> None:
    whose = lines()[0]["engagement_id"]
    state = exporting.get(f"/v1/engagements/{whose}").json()
    rows = {row["assignment_id"]: row for row in read_csv(exporting, "assignments", engagement_id=whose)}
    assert rows.keys() == {each["assignment_id"] for each in state["assignments"]}
    for each in state["assignments"]:
        row = rows[each["assignment_id"]]
        for name in ("seat_id", "professional_id", "supply_source", "state", "end_reason"):
            assert row[name] == each[name]
    [case, *_] = read_csv(exporting, "cases", engagement_id=whose)
    [of_state] = [each for each in state["cases"] if each["case_id"] == case["case_id"]]
    for name in ("seat_id", "cause", "concern_id", "outgoing_assignment_id", "incoming_assignment_id", "eligible"):
        assert case[name] == of_state[name]


@pytest.mark.parametrize("name", ROWS)
def test_rows_are_narrowed(exporting: TestClient, name: str) -> None:
    whose = lines()[0]["engagement_id"]
    everything = read_csv(exporting, name)
    client, model = everything[0]["client_id"], everything[0]["model"]
    assert read_csv(exporting, name, engagement_id=whose, client_id=client, model=model) == everything
    assert read_csv(exporting, name, model="freelancer_platform") == []
    supplier = everything[0]["supplier"]
    narrowed = read_csv(exporting, name, partner_id=supplier)
    assert narrowed == [row for row in everything if row["supplier"] == supplier] != []


def test_amounts_have_the_digits_of_their_currency(exporting: TestClient) -> None:
    cases = read_csv(exporting, "cases")
    amounts = {case["charge_amount"] for case in cases} | {case["most_credit_amount"] for case in cases}
    assert all(amount.as_tuple().exponent == -2 for amount in amounts - {None})
    assert any(each.name == "charge_amount" for each in columns_of(ExportedCase))


def test_what_it_is_stands_in_the_headers(exporting: TestClient) -> None:
    answer = exporting.get("/v1/exports/work.csv", params=settled(exporting))
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8; header=present"
    when = datetime.fromisoformat(answer.headers["X-As-Of"])
    assert answer.headers["Content-Disposition"] == f'attachment; filename="standfast-work-{when:%Y%m%dT%H%M%SZ}.csv"'
    assert int(answer.headers["X-Position"]) >= settled(exporting)["min_position"]
    assert int(answer.headers["Content-Length"]) == len(answer.content)
    head = exporting.head("/v1/exports/work.csv")
    assert (head.status_code, head.content, head.headers["Content-Type"]) == (
        200,
        b"",
        "text/csv; charset=utf-8; header=present",
    )


def test_a_mark_stands_at_the_beginning_where_it_is_asked_for(exporting: TestClient) -> None:
    marked = exporting.get("/v1/exports/engagements.csv", params={"bom": True}).content
    assert marked.startswith(b"\xef\xbb\xbfengagement_id,")
    assert not exporting.get("/v1/exports/engagements.csv").content.startswith(b"\xef")
    assert exporting.get("/v1/exports/engagements.parquet", params={"bom": True}).status_code == 422


def test_no_cell_is_taken_for_a_formula(exporting: TestClient) -> None:
    answer = exporting.get("/v1/exports/work.csv", params={**settled(exporting), "client_id": "-globex"})
    rows = list(csv.DictReader(io.StringIO(answer.content.decode(), newline="")))
    assert {row["engagement_name"] for row in rows} == {f"'{HOSTILE}"}
    assert {row["client_id"] for row in rows} == {"'-globex"}
    assert {row["subject_id"] for row in rows} == {"'-1", "s2"}
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows for cell in row.values())
    assert [row["engagement_name"] for row in read_csv(exporting, "work", client_id="-globex")] == [HOSTILE] * 2


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\tx", "\rx", "\nx", "'x", "'=x"])
def test_what_was_put_before_a_text_can_be_taken_off_again(text: str) -> None:
    assert harmless(text) == f"'{text}"
    assert harmless(f"a{text}") == f"a{text}"


SIGNS = "=+-@\uff1d\uff0b\uff0d\uff20"


@pytest.mark.parametrize("separator", [";", ",", "\t", "|", "\n", "\r", "\r\n"])
def test_no_part_is_taken_for_a_formula_by_whoever_splits_elsewhere(separator: str) -> None:
    column, second = Column("kind", "text", str), Column("name", "text", str)
    texts = [f"x{between}{sign}1+1{separator}" for sign in SIGNS for between in (separator, f'{separator}"')]
    file = b"".join(csv_blocks([["case", text] for text in texts], [column, second])).decode()
    read_at = separator if separator in ";,\t|" else ","
    cells = [cell for row in csv.reader(io.StringIO(file, newline=""), delimiter=read_at) for cell in row]
    lines = [line for cell in cells for line in ([cell] if separator == "," else cell.splitlines())]
    assert [each for each in lines if each.startswith(tuple(SIGNS))] == []
    again = [row[1] for row in csv.reader(io.StringIO(file, newline=""))][1:]
    assert [re.sub(r"(^|[;|\t\r\n])'", r"\1", each) for each in again] == texts


def test_instants_of_a_spreadsheet_have_no_letters(exporting: TestClient) -> None:
    asked = {**settled(exporting), "bom": True}
    text = exporting.get("/v1/exports/clocks.csv", params=asked).content.decode("utf-8-sig")
    for of_spreadsheet, row in zip(csv.DictReader(io.StringIO(text)), read_csv(exporting, "clocks"), strict=True):
        assert of_spreadsheet["started_at_utc"] == row["started_at"][:19].replace("T", " ")
        assert of_spreadsheet["ended_at_utc"] == (row["ended_at"] or "")[:19].replace("T", " ")


def test_lines_end_and_quotes_stand_as_the_standard_says() -> None:
    columns = [Column("a", "text", str), Column("b", "integer", int), Column("c", "truth", bool)]
    rows: list[list[Any]] = [['one, "two"\r\nthree', -1, True], [None, None, False]]
    assert b"".join(csv_blocks(rows, columns)) == b'a,b,c\r\n"one, ""two""\r\nthree",-1,true\r\n,,false\r\n'


@pytest.mark.parametrize(
    ("address", "field"),
    [
        ("work.csv?party=system", "party"),
        ("work.csv?limit=5", "limit"),
        ("at-risk.parquet?within=-1", "within"),
        ("engagements.csv?sort=size", "sort"),
        ("clocks.csv?engagement_id=7", "engagement_id"),
    ],
)
def test_filters_are_those_of_the_query(exporting: TestClient, address: str, field: str) -> None:
    answer = exporting.get(f"/v1/exports/{address}")
    assert (answer.status_code, answer.json()["violations"][0]["field"]) == (422, field)


def test_what_there_is_not_is_not_found(exporting: TestClient) -> None:
    assert exporting.get("/v1/exports/nothing.csv").status_code == 404
    assert "work.csv" in exporting.get("/v1/exports/work.cvs").json()["detail"]
    assert exporting.post("/v1/exports/work.csv").status_code == 405
    answer = exporting.get("/v1/exports/work.csv", params={"min_position": 10**9})
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/not-reached")
