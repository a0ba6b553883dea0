"""Slips of a day and how each is put right in one step: what is true then, and that both truths stay readable."""

import pytest
from starlette.testclient import TestClient

from tests.api.telling import ACME, DEVSHOP, OPS, Telling, july, june, person, written


@pytest.fixture
def told(client: TestClient) -> Telling:
    """Hana, kai and dan are at work; nobody is matched to mobile and web."""
    told = Telling(client, "qa", "frontend", "data", "mobile", "web")
    for seat, name in (("qa", "hana"), ("frontend", "kai"), ("data", "dan")):
        told.did(DEVSHOP, "match-professional", june(1, 9), **person(name, seat_id=seat, assignment_id=f"a-{name}"))
        told.starts(f"a-{name}", june(2, 9))
    return told


def both_truths_stay(told: Telling, *, voided: int, type_name: str) -> None:
    """What was voided is still told, by whom it was taken back, and that nothing is left of it in the state."""
    assert [(each["version"], each["type"]) for each in told.history(voided=True)] == [(voided, type_name)]
    assert voided not in [each["version"] for each in told.history(voided=False)]
    slip = told.step(voided)
    voiding = told.step(slip["voided_by"])
    assert (voiding["type"], voiding["actor"]) == ("FactVoided", {"party": "platform", "id": "ops"})
    undone = {change["path"]: (change["after"], change["before"]) for change in voiding["changes"]}
    assert undone == {change["path"]: (change["before"], change["after"]) for change in slip["changes"]}


def test_acme_reports_hana_and_means_kai(told: Telling) -> None:
    concern = {"category": "communication", "severity": "low"}
    told.did(ACME, "report-underperformance", july(23, 9), assignment_id="a-hana", concern_id="c-1", **concern)
    wrong = told.version("UnderperformanceReported", concern_id="c-1")
    right = {
        "command": "report-underperformance",
        "assignment_id": "a-kai",
        "occurred_at": july(23, 9),
        "on_behalf_of": ACME,
        **concern,
    }
    theirs = told.not_corrected(ACME, "It was kai.", void=[wrong], record=[{**right, "concern_id": "c-2"}])
    assert theirs["detail"] == "correct-history is issued by platform, not by client"
    assert "correct-history" not in theirs["allowed_commands"]
    same = told.not_corrected(OPS, "It was kai.", void=[wrong], record=[{**right, "concern_id": "c-1"}])
    assert same["detail"] == "concern c-1 belongs to seat qa for ever, not to frontend"
    assert (same["judged_at"], same["violations"][0]["field"]) == (written(july(23, 9)), "record[0].concern_id")
    assert same["remedy"] == "Choose another id, or leave it out and one is made."

    assert told.corrected("It was kai.", void=[wrong], record=[{**right, "concern_id": "c-2"}]) == [
        "FactVoided",
        "UnderperformanceReported",
    ]
    [concern] = told.state(july(23, 9))["concerns"]
    assert (concern["assignment_id"], concern["reported_by"]) == ("a-kai", "client")
    assert told.clock("acknowledge", "c-2", july(23, 10))["state"] == "running"
    assert "report-underperformance" in told.offered("client", "a-hana")
    assert told.offered("client", "c-2") == ["resolve-underperformance"]
    both_truths_stay(told, voided=wrong, type_name="UnderperformanceReported")


def test_devshop_matches_noa_to_mobile_and_means_web(told: Telling) -> None:
    told.did(DEVSHOP, "match-professional", july(24, 11), **person("noa", seat_id="mobile", assignment_id="a-noa"))
    wrong = told.version("ProfessionalMatched", assignment_id="a-noa")
    right = person("noa", seat_id="web", assignment_id="a-noa-web")
    entry = {"command": "match-professional", "occurred_at": july(24, 11), "on_behalf_of": DEVSHOP, **right}
    assert told.corrected("noa is for web.", void=[wrong], record=[entry]) == ["FactVoided", "ProfessionalMatched"]
    assert told.one("seat", "mobile", july(24, 12))["assignment_id"] is None
    assert told.one("seat", "web", july(24, 12))["assignment_id"] == "a-noa-web"
    assert told.offered("partner", "mobile") == ["match-professional"]
    assert told.offered("partner", "web") == []
    assert told.offered("partner", "a-noa") == [], "of what was voided nothing is offered"
    gone = told.refused(DEVSHOP, "withdraw-match", july(24, 12), assignment_id="a-noa", reason="x")
    assert gone["detail"].startswith(f"at {july(24, 12)} there is no assignment a-noa; there are a-noa-web, ")
    both_truths_stay(told, voided=wrong, type_name="ProfessionalMatched")


def test_dan_vanished_later_than_was_said(told: Telling) -> None:
    vanished = {"assignment_id": "a-dan", "cause": "disappeared"}
    told.did(ACME, "record-departure", july(13, 9), **vanished)
    told.did(OPS, "request-replacement", july(13, 11), seat_id="data", case_id="case-dan", cause="disappeared")
    wrong = told.version("ProfessionalDeparted")
    stands = told.already(ACME, "record-departure", july(13, 10, 30), **vanished)
    assert stands == {
        "version": wrong,
        "occurred_at": written(july(13, 9)),
        "detail": f"so already since {july(13, 9)}, by version {wrong}; to move its instant, "
        f"void version {wrong} by correct-history and record the command anew there",
    }
    right = {"command": "record-departure", "on_behalf_of": ACME, "occurred_at": july(13, 10, 30), **vanished}
    assert told.corrected("Still there at 10.", void=[wrong], record=[right]) == ["FactVoided", "ProfessionalDeparted"]
    assert told.one("assignment", "a-dan", july(13, 10))["state"] == "active"
    assert told.one("seat", "data", july(13, 12))["uncovered_since"] == written(july(13, 10, 30))
    assert told.one("case", "case-dan", july(13, 12))["outgoing_assignment_id"] == "a-dan"
    assert told.clock("propose", "case-dan", july(13, 12))["state"] == "running"
    both_truths_stay(told, voided=wrong, type_name="ProfessionalDeparted")


def test_it_was_forgotten_that_pim_had_been_on_web_before_noa(told: Telling) -> None:
    told.did(DEVSHOP, "match-professional", july(24, 11), **person("noa", seat_id="web", assignment_id="a-noa"))
    pim = person("pim", seat_id="web", assignment_id="a-pim")
    alone = told.refused(DEVSHOP, "match-professional", july(24, 10), **pim)
    later = told.version("ProfessionalMatched", assignment_id="a-noa")
    assert alone["contradicted"] == {"version": later, "type": "ProfessionalMatched", "rule": "seat-taken"}
    assert alone["detail"] == (
        f"ProfessionalMatched at {july(24, 11)} (version {later}) would break seat-taken: "
        f"seat web is held by pim (a-pim), matched since {july(24, 10)}"
    )
    assert alone["remedy"] == (
        "Say another instant, or let the platform put it right in one correct-history, which is judged once: "
        "void what is wrong, record what is missing."
    )

    matched = {"command": "match-professional", "occurred_at": july(24, 10), "on_behalf_of": DEVSHOP, **pim}
    withdrawn = {"command": "withdraw-match", "assignment_id": "a-pim", "reason": "Took another job."}
    both = [matched, {**withdrawn, "occurred_at": july(24, 10, 30), "on_behalf_of": DEVSHOP}]
    assert told.corrected("pim was forgotten.", void=[], record=both) == ["ProfessionalMatched", "MatchWithdrawn"]
    assert told.one("assignment", "a-pim", july(24, 10))["state"] == "matched"
    assert told.one("assignment", "a-pim", july(24, 11))["end_reason"] == "withdrawn"
    assert told.one("seat", "web", july(24, 11))["assignment_id"] == "a-noa"
    assert told.clock("onboard", "a-pim", july(24, 11))["state"] == "cancelled"
    assert told.history(voided=True) == []


def test_acme_records_an_hour_of_mentoring_twice(told: Telling) -> None:
    hour = {"party": "client", "kind": "mentoring", "minutes": 60}
    for _ in range(2):
        assert told.did(ACME, "record-effort", july(27, 16), **hour) == ["EffortRecorded"]
    assert told.metrics(july(27, 17))["productivity"]["effort"]["minutes"]["client"] == {"mentoring": 120}
    second = told.version("EffortRecorded")
    assert told.corrected("Sent twice.", void=[second], record=[]) == ["FactVoided"]
    assert told.metrics(july(27, 17))["productivity"]["effort"]["minutes"]["client"] == {"mentoring": 60}
    both_truths_stay(told, voided=second, type_name="EffortRecorded")


def test_a_correction_that_was_sent_twice_stands_already(told: Telling) -> None:
    told.did(ACME, "record-effort", july(27, 16), party="client", kind="mentoring", minutes=60)
    slip = told.version("EffortRecorded")
    assert told.corrected("Nobody mentored.", void=[slip], record=[]) == ["FactVoided"]
    again = told.already(OPS, "correct-history", july(28, 9), void=[slip], record=[], reason="Nobody mentored.")
    assert again["version"] == slip + 1
    assert again["detail"].endswith(f"by version {slip + 1}; it is not moved")
