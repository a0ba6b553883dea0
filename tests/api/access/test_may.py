"""Every command issued by everybody about what is their own, what was, and what is somebody else's."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import pytest
from httpx2 import Response
from sqlalchemy.engine import URL, make_url

from api.examples.commands import body_example, lines
from api.pages.commands import has_form
from domain.access.principal import SCOPES
from domain.register import COMMANDS
from infrastructure.access.entries import last_told
from tests.api.access.browsers import FORMS_COOKIE
from tests.api.access.conftest import HTML
from tests.api.access.people import principal
from tests.api.access.reading import MISSING, OTHER, OWN, Asked, auditing, signed_in_to
from tests.api.access.ways import PROOF, without
from tests.moulds import Files, started

WRITTEN: Final = (Path(__file__).parent / "who_may.txt").read_text(encoding="utf-8").splitlines()
WHOLE: Final = len(lines()) - 1
UNDER_WAY: Final = 32
"""How many commands of the life are recorded: a handover is then under way."""


def block(begins: str) -> dict[str, dict[str, bool]]:
    """A table of the file: by its lines and columns."""
    start = next(number for number, line in enumerate(WRITTEN) if line.split()[:1] == [begins])
    columns = WRITTEN[start].split()[1:]
    rows = [line.split() for line in WRITTEN[start + 1 :]]
    end = rows.index([]) if [] in rows else len(rows)
    return {name: dict(zip(columns, (each == "y" for each in marks), strict=True)) for name, *marks in rows[:end]}


MAY: Final = block("command")
CAN: Final = block("scope")


PEOPLE: Final = {
    "operator": principal("operator", "platform", "kim"),
    "integration": principal("integration", "platform", "bi"),
    "acme": principal("client-admin", "client", "acme"),
    "viewer": principal("client-viewer", "client", "acme"),
    "northwind": principal("partner", "partner", "northwind"),
    **{name: principal("professional", "professional", name) for name in ("ana", "dana", "cyd")},
    "auditor": auditing(OWN),
}
STRANGERS: Final = {
    "another client": principal("client-admin", "client", "nobody"),
    "another partner": principal("partner", "partner", "nobody"),
    "another professional": principal("professional", "professional", "nobody"),
    "an auditor of nothing": auditing(),
    "an auditor whose day is over": auditing(OWN, days=-1),
}
NAMES: Final = tuple(name for name in PEOPLE if name in MAY["annotate"])


def opened(path: Path, moulds: Files, lives: int) -> Iterator[Asked]:
    url = make_url(f"sqlite:///{path / 'standfast.db'}")
    moulds.copy(started, url)
    with signed_in_to(url, PEOPLE | STRANGERS, lives) as asked:
        asked.client.cookies.set(FORMS_COOKIE, PROOF.cookie)
        yield asked


@pytest.fixture(scope="module")
def over(tmp_path_factory: pytest.TempPathFactory, sqlite_moulds: Files) -> Iterator[Asked]:
    yield from opened(tmp_path_factory.mktemp("over"), sqlite_moulds, WHOLE)


@pytest.fixture(scope="module")
def under_way(tmp_path_factory: pytest.TempPathFactory, sqlite_moulds: Files) -> Iterator[Asked]:
    yield from opened(tmp_path_factory.mktemp("under-way"), sqlite_moulds, UNDER_WAY)


def test_the_file_has_a_line_for_every_command_and_every_scope() -> None:
    assert list(MAY) == list(COMMANDS)
    assert tuple(CAN) == SCOPES
    assert tuple(MAY["annotate"]) == tuple(CAN["read"]) == NAMES


def tried(asked: Asked, who: str, command: str, about: UUID) -> Response:
    address = "/v1/engagements" if command == "open-engagement" else f"/v1/engagements/{about}/{command}"
    return asked.ask(who, "POST", address, params={"dry_run": "true"}, json=body_example(command))


def refused(of: Response, *, records: bool) -> bool:
    """Whether the law was not asked: for want of the scope, or as not theirs."""
    kinds = {403: "not-yours" if records else "scope-missing"}
    if of.status_code in kinds:
        assert of.json()["type"] == f"/problems/{kinds[of.status_code]}", of.text
    assert of.status_code in (200, 201, 403, 404, 409, 422), of.text
    return of.status_code == 403


@pytest.mark.parametrize("who", NAMES)
def test_of_its_own_everybody_may_what_the_table_says(over: Asked, who: str) -> None:
    records = CAN["record"][who]
    for command, may in MAY.items():
        found = tried(over, who, command, OWN)
        assert refused(found, records=records) != may[who], (command, found.text)
        assert found.json().get("type") != "/problems/unknown-engagement"


@pytest.mark.parametrize("who", NAMES)
def test_of_another_s_nobody_learns_more_than_of_what_is_not_there(over: Asked, who: str) -> None:
    for command in MAY:
        if command != "open-engagement":
            other, missing = (tried(over, who, command, each) for each in (OTHER, MISSING))
            assert other.status_code == missing.status_code == (404 if CAN["record"][who] else 403)
            assert without(OTHER, other.text) == without(MISSING, missing.text)


def test_the_platform_may_everything(over: Asked) -> None:
    for who in ("operator", "integration"):
        for command in set(MAY) - {"correct-history"}:
            assert tried(over, who, command, OWN).status_code != 403, (who, command)
    assert tried(over, "operator", "correct-history", OWN).status_code != 403


FOR_OTHERS: Final = {"/problems/not-for-others"}
"""A correction records on behalf of somebody, which is refused before it is looked at whose it is."""


@pytest.mark.parametrize("who", NAMES)
def test_a_log_of_commands_is_judged_line_by_line(over: Asked, who: str) -> None:
    denied = [command for command, may in MAY.items() if not may[who]]
    said = [{"command": name, "engagement_id": str(OWN), **body_example(name)} for name in denied]
    found = over.ask(who, "POST", "/v1/commands", json={"commands": said})
    if not CAN["record"][who]:
        assert found.status_code == 403
        return
    assert {each["type"] for each in found.json()["answers"]} - FOR_OTHERS == {"/problems/not-yours"}
    said = [{**line, "engagement_id": str(OTHER)} for line in said if line["command"] != "open-engagement"]
    found = over.ask(who, "POST", "/v1/commands", json={"commands": said})
    assert {each["type"] for each in found.json()["answers"]} - FOR_OTHERS == {"/problems/unknown-engagement"}


@pytest.mark.parametrize("who", NAMES)
def test_a_form_is_shown_to_whoever_may_send_it(over: Asked, who: str) -> None:
    for command in filter(has_form, MAY):
        given = {name: each for name, each in body_example(command).items() if isinstance(each, str)}
        form = f"/engagements/{OWN}/do/{command}"
        shown = over.ask(who, "GET", form, params=given, headers=HTML)
        assert (shown.status_code == 200) == MAY[command][who], (command, shown.status_code)
        assert shown.status_code in (200, 403)


def test_a_form_that_is_filled_in_with_anything_is_shown_or_refused(over: Asked) -> None:
    for who in ("northwind", "ana"):
        for given in ({"corrects": "7"}, {"corrects": "x"}, {"assignment_id": "a-none"}, {"plan_id": ""}):
            for command in ("annotate", "record-effort", "deliver-knowledge-item"):
                form = f"/engagements/{OWN}/do/{command}"
                assert over.ask(who, "GET", form, params=given, headers=HTML).status_code in (200, 403)


def in_log(asked: Asked, who: str) -> int:
    """How many events whoever asks is told of."""
    found: list[Any] = asked.ask(who, "GET", "/v1/events", params={"limit": 500}).json()["items"]
    return len(found)


def test_what_is_refused_records_nothing_and_is_told_in_the_access_log(over: Asked) -> None:
    before = in_log(over, "operator")
    for command in ("record-departure", "annotate"):
        said = {"command": command, "engagement_id": str(OWN), **body_example(command)}
        over.ask("viewer", "POST", f"/v1/engagements/{OWN}/{command}", json=body_example(command))
        over.ask("northwind", "POST", "/v1/commands", json={"commands": [{**said, "assignment_id": "a-dana"}]})
    over.ask("northwind", "POST", f"/v1/engagements/{OWN}/record-departure", json=body_example("record-departure"))
    assert in_log(over, "operator") == before
    told = {(what, who, route) for what, who, route, _ in access_log(over)}
    assert ("denied", "client:acme", f"{ABOUT}/annotate") in told
    assert ("denied", "partner:northwind", f"{ABOUT}/record-departure") in told
    assert ("denied", "partner:northwind", "/v1/commands") in told


ABOUT: Final = "/v1/engagements/{engagement_id}"


def access_log(asked: Asked) -> list[tuple[str, str | None, str | None, UUID | None]]:
    asked.standfast.access.log.write()
    return [
        (each.what, each.who, each.route, each.engagement_id) for each in last_told(asked.standfast.database, 5_000)
    ]


def test_what_an_auditor_reads_is_told_once_a_minute_for_each_route(under_way: Asked) -> None:
    for _ in range(3):
        assert under_way.ask("auditor", "GET", f"/v1/engagements/{OWN}/clocks").status_code == 200
        assert under_way.ask("auditor", "GET", f"/v1/engagements/{OTHER}/clocks").status_code == 404
    told = [each for each in access_log(under_way) if each[2] == f"{ABOUT}/clocks" and each[1] == "auditor:kim"]
    assert told.count(("mandate-read", "auditor:kim", f"{ABOUT}/clocks", OWN)) == 1
    assert ("mandate-read", "auditor:kim", f"{ABOUT}/clocks", OTHER) not in told
    assert ("denied", "auditor:kim", f"{ABOUT}/clocks", OTHER) in told


@pytest.mark.parametrize("who", NAMES)
def test_nobody_is_offered_what_they_may_not(under_way: Asked, who: str) -> None:
    here = f"/v1/engagements/{OWN}"
    state = under_way.ask(who, "GET", here).json()["allowed_commands"]
    offers = under_way.ask(who, "GET", f"{here}/allowed").json()["items"]
    whole = under_way.ask("operator", "GET", f"{here}/allowed").json()["items"]
    assert list(dict.fromkeys(each["command"] for each in offers)) == state
    assert [each for each in whole if each in offers] == offers
    work = under_way.ask(who, "GET", "/v1/work", params={"limit": 500}).json()["items"]
    assert {each["engagement_id"] for each in work} <= {str(OWN)}
    assert {each["next_command"] for each in work} - {None} <= set(state)
    page = under_way.ask(who, "GET", f"/engagements/{OWN}", headers=HTML).text
    linked = set(re.findall(rf"/engagements/{OWN}/do/([a-z-]+)", page))
    assert linked <= set(state), linked
    assert ("/engagements/do/open-engagement" in under_way.ask(who, "GET", "/engagements", headers=HTML).text) is False


OFFERED: Final = {
    "northwind": {
        "deliver-knowledge-item", "plan-knowledge-transfer", "record-absence", "announce-departure", "record-departure",
        "change-rate", "amend-absence", "dispute-underperformance", "acknowledge-underperformance", "record-effort",
        "annotate", "complete-onboarding-item", "match-professional",
    },
    "ana": {"deliver-knowledge-item", "dispute-underperformance", "record-effort", "annotate"},
    "dana": {"verify-knowledge-item", "record-effort", "annotate"},
    "cyd": {"record-effort", "annotate"},
    "viewer": set(),
    "auditor": set(),
}  # fmt: skip


@pytest.mark.parametrize("who", OFFERED)
def test_everybody_is_offered_their_own(under_way: Asked, who: str) -> None:
    found = under_way.ask(who, "GET", f"/v1/engagements/{OWN}/allowed").json()["items"]
    assert {each["command"] for each in found} <= OFFERED[who]
    wanted = OFFERED[who] & {"deliver-knowledge-item", "verify-knowledge-item", "record-effort", "annotate"}
    assert wanted <= {each["command"] for each in found}
    about = {
        each["subject"]["assignment_id"] for each in found if each["subject"] and "assignment_id" in each["subject"]
    }
    assert about <= ({"a-ana"} if who == "northwind" else set())


def test_who_records_is_its_party_and_nothing_else_can_be_said(under_way: Asked) -> None:
    for who in ("acme", "northwind", "ana"):
        recorded = under_way.ask(who, "POST", f"/v1/engagements/{OWN}/annotate", json={"note": "seen"}).json()
        told = recorded["events"][0]
        assert (told["actor"], told["on_behalf_of"]) == (
            {"party": PEOPLE[who].party, "id": PEOPLE[who].party_id},
            None,
        )
        spoken = {"note": "seen", "on_behalf_of": "client:acme"}
        line = {"commands": [{"command": "annotate", "engagement_id": str(OWN), **spoken}]}
        [refused] = under_way.ask(who, "POST", "/v1/commands", json=line).json()["answers"]
        assert refused["type"] == "/problems/not-for-others"


def test_the_platform_verifies_in_nobody_s_name_what_that_one_delivered(under_way: Asked) -> None:
    item = {"plan_id": "handover-1", "item_id": "runbook"}
    found = {}
    for whom in ("professional:ana", "professional:dana", "professional", "client:acme"):
        address, said = f"/v1/engagements/{OWN}/verify-knowledge-item", {"X-On-Behalf-Of": whom}
        answer = under_way.ask("operator", "POST", address, params={"dry_run": "true"}, headers=said, json=item)
        found[whom] = answer.status_code
    assert found == {"professional:ana": 403, "professional:dana": 200, "professional": 200, "client:acme": 200}
    line = {"command": "verify-knowledge-item", "engagement_id": str(OWN), "on_behalf_of": "professional:ana", **item}
    [refused] = under_way.ask("operator", "POST", "/v1/commands", json={"commands": [line]}).json()["answers"]
    assert (refused["type"], refused["status"]) == ("/problems/not-yours", 403)
    assert "the professional who takes over, which ana is not" in refused["detail"]


@pytest.mark.parametrize("who", STRANGERS)
def test_whoever_has_nothing_there_finds_nothing(over: Asked, who: str) -> None:
    for command in ("annotate", "end-engagement"):
        assert tried(over, who, command, OWN).status_code == (404 if "auditor" not in who else 403)
    assert in_log(over, who) == 0


def test_what_people_can_do_is_the_same_on_either_database(started_url: URL) -> None:
    with signed_in_to(started_url, PEOPLE | STRANGERS, UNDER_WAY) as asked:
        for who in NAMES:
            for command in ("annotate", "deliver-knowledge-item", "match-professional"):
                found = tried(asked, who, command, OWN)
                assert refused(found, records=CAN["record"][who]) != MAY[command][who], (who, command, found.text)
        assert json.loads(tried(asked, "northwind", "annotate", OTHER).content)["status"] == 404
