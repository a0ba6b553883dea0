"""Every way out of the server keeps within the reach of whoever asks; who is told of what stands in `who_sees.txt`."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy.engine import URL, make_url

from tests.api.access.browsers import FORMS_COOKIE
from tests.api.access.reading import MARK, MISSING, OTHER, OWN, Asked, asked_of
from tests.api.access.ways import ABOUT, OVER_ALL, PROOF, SUPPOSED, answer, canary_in
from tests.moulds import Files, started


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory, sqlite_moulds: Files) -> Iterator[Asked]:
    url = make_url(f"sqlite:///{tmp_path_factory.mktemp('reach') / 'standfast.db'}")
    sqlite_moulds.copy(started, url)
    with asked_of(url) as opened:
        opened.client.cookies.set(FORMS_COOKIE, PROOF.cookie)
        yield opened


@pytest.mark.parametrize("path", [each for each in ABOUT if each.startswith("/v1")])
def test_what_is_about_the_other_one_names_it(asked: Asked, path: str) -> None:
    """Or that it is named nowhere else proves nothing."""
    assert canary_in(answer(asked, "operator", "GET", path, OTHER))


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
        for path in OVER_ALL:
            assert not canary_in(answer(opened, "auditor", "GET", path, OWN)), path
        of_all, of_one = (opened.ask(each, "GET", "/v1/work").json() for each in ("operator", "auditor"))
        counts = [sum(each["counts"].values()) for each in (of_all, of_one)]
        assert counts[0] == 2 * counts[1] > 0
        assert opened.ask("auditor", "GET", f"/v1/engagements/{OTHER}").status_code == 404
