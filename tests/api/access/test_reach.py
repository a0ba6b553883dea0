"""Every way out of the server: who is told of which engagement, written once for all routes and pages."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Literal
from uuid import UUID

import pytest
from httpx2 import Response
from sqlalchemy.engine import URL, make_url

from api.examples.commands import body_example
from api.pages.addresses import PAGES
from api.pages.forgery import FIELD, Proof
from api.pages.links import OPENING_AT
from domain.register import COMMANDS
from tests.api.access.browsers import FORMS_COOKIE
from tests.api.access.reading import CANARY, MARK, MISSING, OTHER, OWN, READERS, SEE_OWN, Asked, asked_of
from tests.moulds import Files, started

Kind = Literal["about", "command", "over all", "tells nothing"]
PROOF: Final = Proof("p" * 43)
"""The cookie that forms are proved with."""

JSON_BODY: Final = {"Content-Type": "application/json"}
LIMITED: Final = tuple(name for name in READERS if name != "operator")


@dataclass(frozen=True)
class Way:
    """A way out. ``about`` one engagement it is read; ``command``: nobody but the operator may; ``over all``: what is
    beyond the reach is missing in it; ``tells nothing`` of any engagement.

    ``fill`` fills its address in, ``query`` is asked with it, ``body`` is sent; ``shown``: whether the operator is
    told of the other engagement.
    """

    kind: Kind
    fill: dict[str, str] = field(default_factory=dict)
    query: dict[str, Any] = field(default_factory=dict)
    body: Any = None
    shown: bool = True


CLOCK: Final = {"clock": "acknowledge", "subject_id": "c-1"}
OTHERS_CLOCK: Final = {"clock": "acknowledge", "subject_id": f"{MARK}-c-1"}
SUPPOSED: Final = {"model": "managed_services"}
ABOUT: Final = {
    "/v1/engagements/{engagement_id}": Way("about"),
    "/v1/engagements/{engagement_id}/history": Way("about"),
    "/v1/engagements/{engagement_id}/history/{version}/command": Way("about", {"version": "1"}),
    "/v1/engagements/{engagement_id}/allowed": Way("about"),
    "/v1/engagements/{engagement_id}/steps": Way("about"),
    "/v1/engagements/{engagement_id}/clocks": Way("about"),
    "/v1/engagements/{engagement_id}/clocks/{clock}/{subject_id}": Way("about", CLOCK),
    "/v1/engagements/{engagement_id}/metrics": Way("about"),
    "/v1/engagements/{engagement_id}/replay": Way("about"),
    "/v1/engagements/{engagement_id}/lanes": Way("about"),
    "/engagements/{engagement_id}": Way("about"),
    "/engagements/{engagement_id}/clocks/{clock}/{subject_id}": Way("about", CLOCK),
    "/engagements/{engagement_id}/what-if": Way("about", query=SUPPOSED),
    "/audit/{engagement_id}": Way("about", query={"as_of": "2026-01-01T00:00:00Z", "known_at": "2100-01-01T00:00:00Z"}),
}
ANY_CLOCK: Final = {"within": 31536000, "overdue": "true"}
OVER_ALL: Final = {
    "/v1/engagements": Way("over all"),
    "/v1/events": Way("over all", query={"limit": 500}),
    "/v1/metrics": Way("over all", query={"group_by": "client"}),
    "/v1/metrics/rows": Way("over all", query={"figure": "engagements"}),
    "/v1/work": Way("over all", query={"limit": 500}),
    "/v1/at-risk": Way("over all", query=ANY_CLOCK),
    "/v1/webhooks": Way("over all"),
    **{
        f"/v1/exports/{name}.csv": Way("over all") for name in ("work", "engagements", "clocks", "assignments", "cases")
    },
    "/v1/exports/at-risk.csv": Way("over all", query=ANY_CLOCK),
    **{
        f"/v1/exports/{name}.parquet": Way("over all")
        for name in ("work", "at-risk", "engagements", "clocks", "assignments", "cases")
    },
    "/v1/exports/deadlines.ics": Way("over all"),
    "/v1/exports/events.jsonl": Way("over all"),
    "/v1/exports/ocel.json": Way("over all"),
    "/work": Way("over all"),
    "/fleet": Way("over all", query={"group_by": "client", "window": "all"}),
    "/engagements": Way("over all"),
    "/audit": Way("over all"),
    "/what-if": Way("over all", query=SUPPOSED),
    "/charts/{name}.{ending}": Way(
        "over all", {"name": "request-to-replaced", "ending": "json"}, {"group_by": "client"}
    ),
}
NOTHING_TOLD: Final = {
    "/": Way("tells nothing"),
    "/healthz": Way("tells nothing"),
    "/readyz": Way("tells nothing"),
    "/metrics": Way("tells nothing"),
    "/problems": Way("tells nothing"),
    "/problems/{rule}": Way("tells nothing", {"rule": "not-yours"}),
    "/v1/policies": Way("tells nothing"),
    "/v1/policies/{code}@{version}": Way("tells nothing", {"code": "managed_services", "version": "1"}),
    "/v1/calendars": Way("tells nothing"),
    "/v1/calendars/{code}@{version}": Way("tells nothing", {"code": "london", "version": "1"}),
    "/static/{name}": Way("tells nothing", {"name": "nothing.css"}),
    "/v1/jobs/{job_id}": Way("tells nothing", {"job_id": str(MISSING)}),
    "/v1/webhooks/{webhook_id}": Way("tells nothing", {"webhook_id": str(MISSING)}),
    "/v1/webhooks/{webhook_id}/deliveries": Way("tells nothing", {"webhook_id": str(MISSING)}),
}
FORMS: Final = {
    "/engagements/{engagement_id}/do/{command}": Way("command", {"command": "annotate"}),
    "/engagements/{engagement_id}/do/correct-history": Way("command", query={"void": "2"}),
}
GETS: Final = {**ABOUT, **OVER_ALL, **NOTHING_TOLD, **FORMS, OPENING_AT: Way("command")}
POSTS: Final = {
    **{f"/v1/engagements/{{engagement_id}}/{name}": Way("command") for name in COMMANDS if name != "open-engagement"},
    **FORMS,
    "/v1/engagements": Way("command"),
    "/v1/commands": Way("command"),
    OPENING_AT: Way("command"),
    "/v1/engagements/{engagement_id}/what-if": Way("about", body=SUPPOSED),
    "/v1/what-if": Way("over all", body=SUPPOSED),
    "/engagements/{engagement_id}/what-if": Way("about", query=SUPPOSED),
    "/what-if": Way("over all", query=SUPPOSED),
    "/v1/policies": Way("tells nothing"),
    "/v1/calendars": Way("tells nothing"),
    "/v1/webhooks": Way("command"),
    "/v1/webhooks/{webhook_id}/redeliver": Way("tells nothing", {"webhook_id": str(MISSING)}),
}
DELETES: Final = {
    "/v1/webhooks/{webhook_id}": Way("tells nothing", {"webhook_id": str(MISSING)}),
    "/v1/jobs/{job_id}": Way("tells nothing", {"job_id": str(MISSING)}),
}
WAYS: Final = {"GET": GETS, "POST": POSTS, "DELETE": DELETES}


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory, sqlite_moulds: Files) -> Iterator[Asked]:
    url = make_url(f"sqlite:///{tmp_path_factory.mktemp('reach') / 'standfast.db'}")
    sqlite_moulds.copy(started, url)
    with asked_of(url) as opened:
        opened.client.cookies.set(FORMS_COOKIE, PROOF.cookie)
        yield opened


def routes(asked: Asked) -> Iterator[tuple[str, str]]:
    """Every method and template that is served, but for streams."""
    for path, methods in asked.client.get("/openapi.json").json()["paths"].items():
        yield from ((method.upper(), path) for method in methods if method in ("get", "post", "delete", "put"))
    yield from ((each.method, each.path) for each in PAGES)


def test_every_route_and_every_page_has_its_line_in_the_table(asked: Asked) -> None:
    """What is new says here what it tells; `/live` and the stream of the feed have tests of their own."""
    assert set(routes(asked)) == set(every_way())


def every_way() -> Iterator[tuple[str, str]]:
    there = set()
    for method, ways in WAYS.items():
        there |= {(method, path) for path in ways}
    return iter(there)


def answer(asked: Asked, reader: str, method: str, path: str, way: Way, about: UUID) -> Response:
    fill = dict(way.fill)
    if about == OTHER and fill.get("subject_id") == CLOCK["subject_id"]:
        fill |= OTHERS_CLOCK
    address = path.format(engagement_id=about, **fill)
    said: dict[str, Any] = {"params": way.query}
    if method == "POST" and not path.startswith("/v1"):
        said = {
            "data": {**way.query, "note": "x", FIELD: PROOF.token},
            "params": way.query if "void" in way.query else {},
        }
    elif method == "POST":
        name = path.rpartition("/")[2]
        body = way.body or (body_example(name) if name in COMMANDS else {})
        said = {"content": json.dumps(body), "headers": JSON_BODY}
    found = asked.ask(reader, method, address, **said)
    if way.kind != "command" and found.status_code == 303:  # what is written has an address of its own
        return asked.ask(reader, "GET", found.headers["location"])
    return found


def without(about: UUID, text: str) -> str:
    return text.replace(str(about), "ID").replace(OTHERS_CLOCK["subject_id"], CLOCK["subject_id"])


def told(of: Response) -> bytes:
    return of.content + " ".join(f"{name}: {value}" for name, value in of.headers.items()).encode()


def canary_in(of: Response) -> list[str]:
    return [each for each in CANARY if each.encode() in told(of)]


CASES: Final = [(method, path) for method, ways in WAYS.items() for path in ways]


@pytest.mark.parametrize(("method", "path"), CASES, ids=lambda each: each)
def test_nobody_is_told_of_what_is_out_of_reach(asked: Asked, method: str, path: str) -> None:
    for reader in LIMITED:
        assert_kept_within(asked, reader, method, path)


def assert_kept_within(asked: Asked, reader: str, method: str, path: str) -> None:
    way = WAYS[method][path]
    sees_own = reader in SEE_OWN
    own = answer(asked, reader, method, path, way, OWN)
    assert not canary_in(own), "the answer about one engagement tells of the other"
    if "{engagement_id}" in path:
        other, missing = (answer(asked, reader, method, path, way, each) for each in (OTHER, MISSING))
        assert other.status_code == missing.status_code == 404
        assert without(OTHER, other.text) == without(MISSING, missing.text), "a foreign one is as one that is not there"
        expected = (403 if way.kind == "command" else 200) if sees_own else 404
        assert own.status_code == expected, own.text
        if way.kind == "command" and sees_own and path.startswith("/v1"):
            assert own.json()["type"] == "/problems/not-yours"
    elif way.kind == "command":
        assert own.status_code == 403, own.text
    elif way.kind == "over all":
        assert own.status_code == 200, own.text


@pytest.mark.parametrize(("method", "path"), [each for each in CASES if WAYS[each[0]][each[1]].kind == "about"])
def test_the_operator_and_whoever_sees_it_are_told_the_same(asked: Asked, method: str, path: str) -> None:
    way = WAYS[method][path]
    of_all = answer(asked, "operator", method, path, way, OTHER)
    assert of_all.status_code in (200, 403), of_all.text
    if path.startswith("/v1"):
        assert canary_in(of_all), "the canary is in what the operator sees, or this proves nothing"


@pytest.mark.parametrize("path", OVER_ALL)
def test_the_operator_is_told_of_both(asked: Asked, path: str) -> None:
    found = answer(asked, "operator", "GET", path, OVER_ALL[path], OWN)
    assert found.status_code == 200
    if path not in ("/v1/webhooks", "/what-if", "/charts/{name}.{ending}"):
        assert canary_in(found) or path.endswith(".parquet"), "the canary is in what the operator sees"


def test_counts_and_figures_are_of_what_is_within_reach_alone(asked: Asked) -> None:
    def figures(reader: str) -> tuple[Any, ...]:
        work = asked.ask(reader, "GET", "/v1/work").json()
        fleet = asked.ask(reader, "GET", "/v1/metrics").json()["groups"]
        rows = asked.ask(reader, "GET", "/v1/metrics/rows", params={"figure": "engagements"}).json()["total"]
        supposed = asked.ask(reader, "POST", "/v1/what-if", json=SUPPOSED).json()
        of_work = {name: number for name, number in work["counts"].items() if number}
        return of_work, [each["engagements"] for each in fleet], rows, supposed["engagements"]

    of_all, of_one, of_none = (figures(each) for each in ("operator", "auditor", "of none"))
    assert {name: 2 * number for name, number in of_one[0].items()} == of_all[0] != {}
    assert (of_all[1:], of_one[1:]) == (([2], 2, 2), ([1], 1, 1))
    assert of_none == ({}, [], 0, 0)


def test_the_figures_of_one_reach_are_never_shown_within_another(asked: Asked) -> None:
    """The page of the fleet keeps its answers: each under the reach that it was worked out for."""
    page = {"group_by": "client", "window": "all"}
    for reader in ("operator", "auditor", "operator", "of none", "auditor"):
        found = asked.ask(reader, "GET", "/fleet", params=page)
        assert bool(canary_in(found)) == (reader == "operator")
        assert ("acme" in found.text) == (reader != "of none")


def test_filters_that_name_the_other_engagement_find_nothing(asked: Asked) -> None:
    for path, query in (
        ("/v1/engagements", {"q": MARK[:5]}),
        ("/v1/engagements", {"client_id": f"{MARK}-acme"}),
        ("/v1/work", {"engagement_id": str(OTHER)}),
        ("/v1/events", {"engagement_id": str(OTHER)}),
    ):
        found = asked.ask("auditor", "GET", path, params=query)
        assert (found.status_code, found.json()["items"]) == (200, []), path
        assert asked.ask("operator", "GET", path, params=query).json()["items"], path


def test_pages_of_the_feed_go_on_to_the_end_and_hold_what_is_seen(asked: Asked) -> None:
    after, versions = 0, []
    while True:
        page = asked.ask("auditor", "GET", "/v1/events", params={"after": after, "limit": 3}).json()
        assert len(page["items"]) <= 3
        versions += [each["version"] for each in page["items"]]
        if page["next"] == page["position"]:
            break
        after = page["next"]
    whole = asked.ask("operator", "GET", "/v1/events", params={"engagement_id": str(OWN), "limit": 500}).json()
    assert versions == [each["version"] for each in whole["items"]]


def test_an_answer_that_is_remembered_under_a_key_stays_within_its_reach(asked: Asked) -> None:
    """The key of one who sees everything is not that of the same one who sees less."""
    key = {"Idempotency-Key": "one", "X-Actor": "platform:kim"}
    of_all = asked.ask("operator", "POST", "/v1/what-if", json=SUPPOSED, headers=key).json()
    of_one = asked.ask("auditor", "POST", "/v1/what-if", json=SUPPOSED, headers=key).json()
    assert (of_all["engagements"], of_one["engagements"]) == (2, 1)


def test_cloud_events_hold_what_is_seen(asked: Asked) -> None:
    batch = {"Accept": "application/cloudevents-batch+json"}
    found = asked.ask("auditor", "GET", "/v1/events", params={"limit": 500}, headers=batch)
    assert found.json()
    assert not canary_in(found)


def test_a_job_is_its_creators_and_tells_of_what_that_one_sees(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.queries.what_if.AT_ONCE", 0)
    job = asked.ask("auditor", "POST", "/v1/what-if", json=SUPPOSED)
    assert job.status_code == 202
    address = job.headers["Location"]
    deadline = time.monotonic() + 60
    while (found := asked.ask("auditor", "GET", address)).json()["state"] in ("waiting", "running"):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert (found.json()["state"], found.json()["result"]["engagements"]) == ("done", 1)
    assert not canary_in(found)
    assert asked.ask("operator", "GET", address).json() == found.json()
    for reader in ("of none", "expired", "client"):
        other, missing = (asked.ask(reader, "GET", each) for each in (address, f"/v1/jobs/{MISSING}"))
        told_of = address.rpartition("/")[2]
        assert other.status_code == 404
        assert other.text.replace(told_of, "ID") == missing.text.replace(str(MISSING), "ID")
    shown = asked.ask("auditor", "GET", "/what-if", params={"job": address.rpartition("/")[2]})
    assert shown.status_code == 200
    assert not canary_in(shown)
    assert asked.ask("expired", "GET", "/what-if", params={"job": address.rpartition("/")[2]}).status_code == 404


def test_what_goes_out_over_all_is_kept_within_on_either_database(started_url: URL) -> None:
    with asked_of(started_url) as opened:
        for path, way in OVER_ALL.items():
            assert not canary_in(answer(opened, "auditor", "GET", path, way, OWN)), path
        of_all, of_one = (opened.ask(each, "GET", "/v1/work").json() for each in ("operator", "auditor"))
        counts = [sum(each["counts"].values()) for each in (of_all, of_one)]
        assert counts[0] == 2 * counts[1] > 0
        assert opened.ask("auditor", "GET", f"/v1/engagements/{OTHER}").status_code == 404
