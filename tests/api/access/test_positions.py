"""Positions of the log: numbers to the platform and its auditors, tokens to all others, at every way out and in."""

import base64
import binascii
import json
import re
from collections.abc import Iterator
from typing import Any, Final, get_args, get_type_hints

import pytest
import sqlalchemy as sa
from httpx2 import Response
from sqlalchemy.engine import URL, make_url

from api.app import operations_of
from api.queries import what_if
from application.ports.log import StoreReadOnly
from application.ports.what_if import Job
from domain.access.principal import Principal
from domain.language.position import NUMBERS, TOKEN, OfTheLog
from infrastructure.access.tokens_of_positions import TokensOfPositions
from infrastructure.database.tables import head
from tests.api.access import ways
from tests.api.access.browsers import FORMS_COOKIE
from tests.api.access.reading import OWN, READERS, Asked, asked_of
from tests.moulds import Files, started

BEGIN: Final = 1_729_000
"""Where the log goes on from in these tests, so that a position is known wherever it stands."""

A_POSITION: Final = re.compile(rb"(?<![0-9A-Za-z.-])1[,._]?729[,._]?[0-9]{3}(?![0-9A-Za-z-])")
ADMIN: Final = Principal(role="client-admin", party="client", party_id="acme", credential="test")
ENCODED: Final = re.compile(r"[A-Za-z0-9_-]{12,}")


def with_its_log_further_on(url: URL) -> None:
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.update(head).values(position=BEGIN))
    engine.dispose()


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory, sqlite_moulds: Files) -> Iterator[Asked]:
    url = make_url(f"sqlite:///{tmp_path_factory.mktemp('positions') / 'standfast.db'}")
    sqlite_moulds.copy(started, url)
    with_its_log_further_on(url)
    with pytest.MonkeyPatch.context() as patched, asked_of(url) as opened:
        patched.setitem(READERS, "client's admin", ADMIN)
        opened.client.cookies.set(FORMS_COOKIE, ways.PROOF.cookie)
        yield opened


def numbers_in(of: Response) -> list[bytes]:
    """The positions that stand in an answer, its headers, and in what of it is packed."""
    told = of.content + " ".join(f"{name}: {value}" for name, value in of.headers.items()).encode()
    packed = b" ".join(_unpacked(each) for each in ENCODED.findall(told.decode("latin-1")))
    return A_POSITION.findall(told + packed)


def _unpacked(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error:
        return b""


def answer(asked: Asked, reader: str, method: str, path: str) -> Response:
    return ways.answer(asked, reader, method, path, OWN)


@pytest.mark.parametrize(("method", "path"), ways.CASES, ids=lambda each: each)
def test_a_client_is_told_no_position(asked: Asked, method: str, path: str) -> None:
    assert numbers_in(answer(asked, "client's admin", method, path)) == []


@pytest.mark.parametrize("reader", ["operator", "auditor"])
def test_whoever_may_know_it_is_told_numbers(asked: Asked, reader: str) -> None:
    for path in ("/v1/events", "/v1/engagements", "/v1/engagements/{engagement_id}", "/work", "/v1/exports/work.csv"):
        assert numbers_in(answer(asked, reader, "GET", path)), path


def test_a_client_is_told_tokens_in_the_same_places(asked: Asked) -> None:
    """Also in a job, in CloudEvents, in the answers of commands and in dry runs."""
    by_number, by_token = (
        asked.ask(reader, "GET", "/v1/events", params={"engagement_id": str(OWN), "limit": 500}).json()
        for reader in ("operator", "client's admin")
    )
    tokens = asked.standfast.tokens_of_positions
    for one, other in zip(by_number["items"], by_token["items"], strict=True):
        assert tokens.meant(other["position"]) == one["position"]
    assert tokens.meant(by_token["next"]) == by_number["next"]
    batch = {"Accept": "application/cloudevents-batch+json"}
    found = asked.ask(
        "client's admin", "GET", "/v1/events", params={"limit": 2, "engagement_id": str(OWN)}, headers=batch
    )
    assert [each["position"] for each in found.json()] == [each["position"] for each in by_token["items"][:2]]
    assert found.json()[-1]["position"] in found.headers["Link"]
    assert numbers_in(found) == []
    for dry in ("false", "true"):
        noted = _note(asked, dry_run=dry)
        assert numbers_in(noted) == []
        assert re.fullmatch(TOKEN, noted.json()["position"])
    line = json.dumps({"command": "annotate", "engagement_id": str(OWN), "note": "so it is, too"})
    log = asked.ask(
        "client's admin", "POST", "/v1/commands", content=line, headers={"Content-Type": "application/x-ndjson"}
    )
    assert numbers_in(log) == []
    assert re.fullmatch(TOKEN, log.json()["events"][0]["position"])
    exported = asked.ask("client's admin", "GET", "/v1/exports/events.jsonl")
    assert re.fullmatch(TOKEN, exported.headers["X-Position"])


def _note(asked: Asked, **params: str) -> Response:
    return asked.ask(
        "client's admin", "POST", f"/v1/engagements/{OWN}/annotate", params=params, json={"note": "so it is"}
    )


def test_a_job_tells_each_reader_of_positions_as_it_may(asked: Asked) -> None:
    """What came of it was written for whoever reads it."""
    result = asked.ask("operator", "POST", "/v1/what-if", json=ways.SUPPOSED).json()
    nobodys: Any = dict.fromkeys(("started_at", "error"))
    job = Job(job_id=OWN, state="done", done=2, total=2, result=result, **nobodys)
    tokens = asked.standfast.tokens_of_positions
    assert what_if.told(job, NUMBERS).result == result
    assert what_if.told(job, tokens).result == {**result, "position": tokens.shown(result["position"])}


def parameters(asked: Asked) -> Iterator[tuple[str, str]]:
    """The positions that addresses take."""
    for each in operations_of(asked.standfast):
        hints = get_type_hints(each.asks, include_extras=True)
        yield from ((each.path, name) for name, hint in hints.items() if each.method == "GET" and _is_position(hint))


def _is_position(hint: Any) -> bool:
    marked = any(isinstance(mark, OfTheLog) for mark in getattr(hint, "__metadata__", ()))
    return marked or any(_is_position(each) for each in get_args(hint))


def test_a_token_is_taken_wherever_a_position_is_and_a_number_is_not(asked: Asked) -> None:
    token = asked.ask("client's admin", "GET", f"/v1/engagements/{OWN}").json()["position"]
    foreign = "p-" + "A" * 22
    taken = set(parameters(asked))
    assert {("/v1/events", "after"), ("/v1/exports/events.jsonl", "after"), ("/v1/work", "min_position")} <= taken
    for path, name in taken:
        way = ways.GETS[path]
        if path in ways.NOTHING_TOLD:
            continue
        address = path.format(engagement_id=OWN, **way.fill)
        told = (
            (token, "57", foreign) if path.startswith(("/v1/e", "/v1/w")) and "parquet" not in path else ("57", foreign)
        )
        for said in told:
            found = asked.ask("client's admin", "GET", address, params={**way.query, name: said})
            assert found.status_code == (200 if said == token else 422), (path, name, said)


def test_pages_take_tokens_too(asked: Asked) -> None:
    token = asked.ask("client's admin", "GET", f"/v1/engagements/{OWN}").json()["position"]
    for path in ("/work", "/engagements", "/fleet", "/audit", f"/engagements/{OWN}"):
        shown = asked.ask("client's admin", "GET", path, params={"min_position": token})
        assert shown.status_code == 200, path
        assert numbers_in(shown) == [], path
        assert asked.ask("client's admin", "GET", path, params={"min_position": "57"}).status_code == 422, path


def test_pages_of_the_feed_lead_on_by_tokens_and_leave_nothing_out(asked: Asked) -> None:
    after = asked.standfast.tokens_of_positions.shown(BEGIN)
    versions: list[int] = []
    while True:
        page = asked.ask("client's admin", "GET", "/v1/events", params={"after": after, "limit": 7}).json()
        versions += [each["version"] for each in page["items"]]
        if page["next"] == page["position"]:
            break
        after = page["next"]
    assert versions == [*range(1, len(versions) + 1)]
    assert len(versions) == asked.ask("operator", "GET", f"/v1/engagements/{OWN}").json()["version"]


def test_a_place_beyond_the_head_is_refused_without_a_number(asked: Asked) -> None:
    """Which a token is that was told before an older copy of the log was restored."""
    beyond = asked.standfast.tokens_of_positions.shown(BEGIN + 10**6)
    stream = {"Accept": "text/event-stream", "Last-Event-ID": str(beyond)}
    for path, headers in (("/v1/events", {}), ("/v1/exports/events.jsonl", {}), ("/v1/events", stream)):
        refused = asked.ask("client's admin", "GET", path, params={"after": beyond}, headers=headers)
        assert (refused.status_code, refused.json()["type"]) == (409, "/problems/position-beyond-head")
        assert numbers_in(refused) == []
        assert str(beyond) in refused.json()["detail"]


def test_a_place_that_is_not_reached_is_told_without_a_number(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.http.questions.PATIENCE_SECONDS", 0.0)
    beyond = asked.standfast.tokens_of_positions.shown(BEGIN + 10**6)
    for path in (f"/v1/engagements/{OWN}", "/v1/work", "/work"):
        refused = asked.ask("client's admin", "GET", path, params={"min_position": beyond})
        assert refused.status_code == 503
        assert numbers_in(refused) == []


@pytest.mark.parametrize("said", ["57", "p-AAAAAAAAAAAAAAAAAAAAAA", "then"])
def test_a_last_event_id_that_nobody_said_is_refused(asked: Asked, said: str) -> None:
    headers = {"Accept": "text/event-stream", "Last-Event-ID": said}
    for path in ("/v1/events", "/live"):
        assert asked.ask("client's admin", "GET", path, headers=headers).status_code == 422


def test_the_numbers_of_the_process_are_for_the_platform_alone(asked: Asked) -> None:
    assert asked.ask("client's admin", "GET", "/metrics").status_code == 403
    assert asked.ask("operator", "GET", "/metrics").status_code == 200


def test_where_no_token_can_be_made_nothing_is_told(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a copy that may only be read, before the secret came to it."""

    def refuse(_tokens: TokensOfPositions) -> TokensOfPositions:
        raise StoreReadOnly("nothing may be written here")

    monkeypatch.setattr(TokensOfPositions, "ready", refuse)
    for path in (f"/v1/engagements/{OWN}", "/v1/events", "/work", "/v1/exports/work.csv"):
        assert asked.ask("client's admin", "GET", path).status_code == 503, path
        assert asked.ask("operator", "GET", path).status_code == 200, path
