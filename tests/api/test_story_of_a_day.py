"""A marketplace's summer with one client, act by act: what each answer says happened, and what can be done next."""

from typing import Any

from starlette.testclient import TestClient

from tests.api.telling import ACME, DEVSHOP, OPS, Telling, july, june, person, written


def test_the_story_of_a_day(client: TestClient) -> None:
    told = Telling(client, "backend", "frontend", "data", "qa")
    the_team_arrives(told)
    one_does_not_show_up(told)
    a_concern_is_acknowledged_late(told)
    a_concern_is_overtaken(told)
    two_proposals_are_declined(told)
    the_case_is_paused(told)
    a_third_proposal_is_accepted(told)
    one_resigns_with_notice(told)
    one_vanishes(told)
    an_absence_is_shortened(told)
    it_ends(told)


def the_team_arrives(told: Telling) -> None:
    for seat, name, day in (("backend", "ana", 2), ("frontend", "ben", 2), ("data", "dan", 2), ("qa", "gil", 3)):
        match = person(name, seat_id=seat, assignment_id=f"a-{name}", planned_start=june(day, 9))
        assert told.did(DEVSHOP, "match-professional", june(1, 9), **match) == ["ProfessionalMatched"]
    assert "onboard-professional" not in told.offered("client", "a-ana")
    assert "complete-onboarding-item" in told.offered("partner", "a-ana")

    early = told.refused(ACME, "onboard-professional", june(2, 9), assignment_id="a-ana")
    assert early["detail"] == (
        f"at {june(2, 9)} ana (a-ana) lacks access, context, nda, ip_assignment, classification; "
        "0 of 5 mandatory items are done"
    )
    theirs = told.refused(DEVSHOP, "onboard-professional", june(2, 9), assignment_id="a-ana")
    assert theirs["detail"] == "onboard-professional is issued by client or platform, not by partner"

    for name in ("ana", "ben", "dan"):
        told.starts(f"a-{name}", june(2, 9))
        assert told.one("assignment", f"a-{name}", june(2, 9))["state"] == "active"
    assert told.clock("onboard", "a-ana", june(2, 10))["state"] == "met"
    assert told.one("seat", "qa", june(2, 10))["uncovered_since"] == written(june(1, 8))


def one_does_not_show_up(told: Telling) -> None:
    gone = {"assignment_id": "a-gil", "cause": "no_show"}
    waits = told.refused(ACME, "request-replacement", june(2, 16), seat_id="qa", cause="no_show")
    assert waits["detail"] == f"at {june(2, 16)} seat qa is held by gil (a-gil), matched since {june(1, 9)}"
    assert waits["remedy"].startswith("Withdraw the match, record the departure")
    early = told.refused(ACME, "record-departure", june(2, 17), **gone)
    assert early["detail"] == f"at {june(2, 17)} gil (a-gil) is to start at {june(3, 9)}"
    assert told.did(ACME, "record-departure", june(3, 17), **gone) == ["ProfessionalDeparted"]
    assert told.one("assignment", "a-gil", june(3, 17))["end_reason"] == "no_show"
    assert told.clock("onboard", "a-gil", june(3, 17))["state"] == "cancelled"

    again = told.already(OPS, "record-departure", june(3, 18), **gone)
    assert again["occurred_at"] == written(june(3, 17))
    assert again["detail"].startswith(f"so already since {june(3, 17)}, by version {again['version']}; to move its")
    other = told.refused(OPS, "record-departure", june(3, 18), assignment_id="a-gil", cause="disappeared")
    assert other["detail"] == f"at {june(3, 18)} gil (a-gil) has been gone since {june(3, 17)} (no_show)"

    assert "request-replacement" in told.offered("client", "qa")
    wanted = {"seat_id": "qa", "case_id": "case-qa", "cause": "no_show"}
    assert told.did(ACME, "request-replacement", june(4, 9), **wanted) == ["ReplacementRequested", "GuaranteeDecided"]
    case = told.one("case", "case-qa", june(4, 9))
    assert (case["state"], case["eligible"], case["outgoing_assignment_id"]) == ("searching", True, "a-gil")
    assert told.clock("propose", "case-qa", june(4, 9))["waiting_on"] == "platform"
    assert told.offered("client", "case-qa") == ["withdraw-replacement"]
    assert told.offered("partner", "case-qa") == ["propose-successor"]

    around = told.refused(DEVSHOP, "match-professional", june(4, 10), **person("hana", seat_id="qa"))
    assert around["detail"] == f"at {june(4, 10)} case case-qa of seat qa (no_show) has been open since {june(4, 9)}"
    assert around["remedy"] == "Propose a successor in the case, or withdraw the replacement first."
    assert "propose-successor" in around["allowed_commands"]
    succeeds(told, "case-qa", "hana", proposed=june(4, 11), accepted=june(4, 13), starts=june(5, 9))
    takes_over(told, "case-qa", june(5, 9))
    assert told.clock("replace", "case-qa", june(5, 9))["state"] == "met"
    assert told.one("seat", "qa", june(5, 9))["assignment_id"] == "a-hana"
    assert "transfer_knowledge" not in str(told.metrics(june(5, 9))["guarantee"]), "gil knew nothing to hand over"


def succeeds(told: Telling, case: str, name: str, *, proposed: str, accepted: str, starts: str) -> None:
    """A successor is proposed, accepted and onboarded, and may take the seat over."""
    proposal = f"p-{name}"
    told.did(DEVSHOP, "propose-successor", proposed, case_id=case, proposal_id=proposal, **person(name))
    assert told.clock("decide", proposal, proposed)["waiting_on"] == "client"
    assert told.offered("client", proposal) == ["decline-successor", "accept-successor"]
    accepting = {"proposal_id": proposal, "assignment_id": f"a-{name}"}
    assert told.did(ACME, "accept-successor", accepted, **accepting) == ["SuccessorAccepted"]
    assert told.one("case", case, accepted)["state"] == "onboarding"
    early = told.refused(OPS, "replace-professional", accepted, case_id=case)
    assert f"the successor has only been matched since {accepted}: {name} (a-{name}) lacks access" in early["detail"]
    told.starts(f"a-{name}", starts)
    assert "replace-professional" in told.offered("platform", case)
    assert told.one("case", case, starts)["state"] == "onboarding", "until the successor takes over"


def takes_over(told: Telling, case: str, at: str) -> None:
    """The successor takes the seat over, and nothing more can be done in the case."""
    assert told.did(OPS, "replace-professional", at, case_id=case) == ["ProfessionalReplaced"]
    assert told.one("case", case, at)["state"] == "replaced"
    assert told.offered("platform", case) == []


def a_concern_is_acknowledged_late(told: Telling) -> None:
    concern = {"concern_id": "c-ana", "category": "quality", "severity": "high"}
    told.did(ACME, "report-underperformance", june(8, 9), assignment_id="a-ana", **concern)
    waiting = told.clock("acknowledge", "c-ana", june(8, 10))
    assert (waiting["state"], waiting["waiting_on"]) == ("running", "platform")
    assert waiting["breach_at"] == written(june(8, 13))
    assert told.offered("client", "c-ana") == ["resolve-underperformance"]
    assert "acknowledge-underperformance" in told.offered("platform", "c-ana")
    mine = told.refused(ACME, "acknowledge-underperformance", june(8, 11), concern_id="c-ana")
    assert mine["detail"] == "acknowledge-underperformance is issued by platform or partner, not by client"
    assert "resolve-underperformance" in mine["allowed_commands"]

    assert told.clock("acknowledge", "c-ana", june(8, 14))["state"] == "breached"
    told.did(OPS, "acknowledge-underperformance", june(9, 10), concern_id="c-ana")
    late = told.clock("acknowledge", "c-ana", june(9, 10))
    assert (late["state"], late["stopped_at"], late["overrun_seconds"]) == ("late", written(june(9, 10)), 5 * 3600)
    again = told.already(DEVSHOP, "acknowledge-underperformance", june(9, 11), concern_id="c-ana")
    assert again["occurred_at"] == written(june(9, 10))
    assert told.offered("professional", "c-ana") == ["dispute-underperformance"]
    told.did("professional:ana", "dispute-underperformance", june(9, 12), concern_id="c-ana", reason="Untested input.")
    told.did(ACME, "resolve-underperformance", june(12, 15), concern_id="c-ana", outcome="improved")
    resolved = told.one("concern", "c-ana", june(12, 15))
    assert (resolved["state"], resolved["outcome"], resolved["disputed"]) == ("resolved", "improved", True)
    assert told.metrics(june(12, 15))["accountability"]["parties"]["platform"]["late"] == 1


def a_concern_is_overtaken(told: Telling) -> None:
    concern = {"concern_id": "c-ben", "category": "delivery", "severity": "critical"}
    told.did(ACME, "report-underperformance", june(15, 9), assignment_id="a-ben", **concern)
    without = {"seat_id": "backend", "case_id": "case-no", "cause": "non_performance"}
    none = told.refused(ACME, "request-replacement", june(15, 14), **without)
    assert none["detail"] == f"at {june(15, 14)} no concern about ana (a-ana) is open"
    wanted = {"seat_id": "frontend", "case_id": "case-ben", "cause": "non_performance"}
    told.did(ACME, "request-replacement", june(15, 15), **wanted)
    overtaken = told.clock("acknowledge", "c-ben", june(15, 16))
    assert (overtaken["state"], overtaken["stopped_at"]) == ("late", None), "nobody met it, and nobody lost the miss"
    assert overtaken["ended_at"] == written(june(15, 15))
    assert told.one("case", "case-ben", june(15, 15))["concern_id"] == "c-ben"
    held = told.refused(ACME, "resolve-underperformance", june(15, 16), concern_id="c-ben", outcome="improved")
    assert held["detail"] == (
        f"at {june(15, 16)} concern c-ben was taken along: "
        f"case case-ben of seat frontend (non_performance) has been open since {june(15, 15)}"
    )
    told.did(OPS, "acknowledge-underperformance", june(15, 16), concern_id="c-ben")
    assert told.clock("acknowledge", "c-ben", june(15, 17))["stopped_at"] is None, "too late to stop it"


def two_proposals_are_declined(told: Telling) -> None:
    ivo = person("ivo", case_id="case-ben", proposal_id="p-ivo")
    jun = person("jun", case_id="case-ben", proposal_id="p-jun")
    told.did(DEVSHOP, "propose-successor", june(16, 10), **ivo)
    assert told.clock("replace", "case-ben", june(16, 11))["waiting_on"] == "client"
    second = told.refused(DEVSHOP, "propose-successor", june(16, 12), **jun)
    assert second["detail"] == f"at {june(16, 12)} proposal p-ivo of ivo awaits its decision since {june(16, 10)}"
    declined = {"qualified": False, "reason": "Never wrote a line of TypeScript."}
    told.did(ACME, "decline-successor", june(16, 15), proposal_id="p-ivo", **declined)
    assert told.one("case", "case-ben", june(16, 15))["state"] == "searching"
    assert told.already(ACME, "decline-successor", june(16, 16), proposal_id="p-ivo", **declined)["version"]
    changed = told.refused(ACME, "accept-successor", june(16, 16), proposal_id="p-ivo")
    assert changed["detail"] == f"at {june(16, 16)} proposal p-ivo of ivo has been declined since {june(16, 15)}"

    told.did(DEVSHOP, "propose-successor", june(17, 10), **jun)
    told.did(ACME, "decline-successor", june(17, 15), proposal_id="p-jun", qualified=True, reason="Too few hours.")
    case = guarantee_of(told, "case-ben", june(17, 15))
    assert case["declines"] == {"qualified": 1, "unqualified": 1}
    assert [each["decided"] for each in told.one("case", "case-ben", june(17, 15))["proposals"]] == ["declined"] * 2


def guarantee_of(told: Telling, case: str, at: str) -> dict[str, Any]:
    """What the metrics say of a case."""
    cases = told.metrics(at)["guarantee"]["cases"]
    return next(each for each in cases if each["case_id"] == case)


def the_case_is_paused(told: Telling) -> None:
    paused = {"case_id": "case-ben", "waiting_on": "client", "reason": "The budget is being decided."}
    theirs = told.refused(ACME, "pause-replacement", june(18, 9), **paused)
    assert theirs["detail"] == "pause-replacement is issued by platform, not by client"
    told.did(OPS, "pause-replacement", june(18, 9), **paused)
    assert told.one("case", "case-ben", june(18, 9))["pause"] == {
        "waiting_on": "client",
        "reason": "The budget is being decided.",
        "since": written(june(18, 9)),
        "until": None,
    }
    replace = told.clock("replace", "case-ben", june(19, 12))
    assert (replace["state"], replace["waiting_on"], replace["breach_at"]) == ("paused", "client", None)
    assert told.already(OPS, "pause-replacement", june(18, 10), **paused)["occurred_at"] == written(june(18, 9))
    other = told.refused(OPS, "pause-replacement", june(18, 10), **{**paused, "waiting_on": "partner"})
    assert other["detail"] == f"at {june(18, 10)} case case-ben has been paused since {june(18, 9)} and waits on client"
    assert "resume-replacement" in told.offered("platform", "case-ben")
    assert "pause-replacement" not in told.offered("platform", "case-ben")

    told.did(OPS, "resume-replacement", june(22, 9), case_id="case-ben")
    again = told.already(OPS, "resume-replacement", june(22, 10), case_id="case-ben")
    assert again["occurred_at"] == written(june(22, 9))
    replace = told.clock("replace", "case-ben", june(22, 10))
    [pause] = [each for each in replace["intervals"] if each["reason"] == "paused"]
    assert (pause["from"], pause["to"]) == (written(june(18, 9)), written(june(22, 9)))
    assert (pause["counted_seconds"], pause["waiting_on"], pause["recorded_by"]) == (0, "client", "platform")
    assert replace["breach_at"] == written(july(2, 17)), "8 of the 80 hours are used, 72 are left"


def a_third_proposal_is_accepted(told: Telling) -> None:
    ben = person("ben", case_id="case-ben", proposal_id="p-ben")
    back = told.refused(DEVSHOP, "propose-successor", june(22, 10), **ben)
    assert back["detail"] == f"at {june(22, 10)} ben (a-ben) is the one to be replaced"
    succeeds(told, "case-ben", "kai", proposed=june(22, 11), accepted=june(22, 15), starts=june(24, 9))
    takes_over(told, "case-ben", june(24, 9))
    ben = told.one("assignment", "a-ben", june(24, 9))
    assert (ben["state"], ben["end_reason"]) == ("ended", "replaced")
    assert told.one("concern", "c-ben", june(24, 9))["state"] == "closed"
    handing = told.clock("transfer_knowledge", "case-ben", june(24, 9))
    assert (handing["state"], handing["breach_at"]) == ("running", written(june(30, 17)))
    hands_over(told, "case-ben", "frontend", "ben", "kai", june(24, 16))
    case = guarantee_of(told, "case-ben", june(24, 16))
    assert (case["eligible"], case["honoured"], case["broken_because"]) == (True, True, [])


def hands_over(told: Telling, case: str, seat: str, old: str, new: str, at: str) -> None:
    """What one knows is handed over to the other: an item that must be, and one that is waived."""
    plan = f"plan-{old}"
    items = [
        {"item_id": "walk", "kind": "codebase_walkthrough", "weight": 3, "mandatory": True},
        {"item_id": "debt", "kind": "technical_debt", "weight": 2},
    ]
    between = {"case_id": case, "seat_id": seat, "from_assignment_id": f"a-{old}", "to_assignment_id": f"a-{new}"}
    told.did(DEVSHOP, "plan-knowledge-transfer", at, plan_id=plan, items=items, **between)
    told.did(f"professional:{old}", "deliver-knowledge-item", at, plan_id=plan, item_id="walk", effort_minutes=90)
    early = told.refused(OPS, "complete-knowledge-transfer", at, plan_id=plan)
    assert early["detail"] == (
        f"at {at} plan {plan} has open mandatory items: walk (delivered); completeness is 0.000, and 0.9 is wanted"
    )
    told.did(f"professional:{new}", "verify-knowledge-item", at, plan_id=plan, item_id="walk")
    short = told.refused(OPS, "complete-knowledge-transfer", at, plan_id=plan)
    assert short["detail"].endswith("has open items: debt (planned); completeness is 0.600, and 0.9 is wanted")
    assert "waive-knowledge-item" in told.offered("client", "debt")
    told.did(ACME, "waive-knowledge-item", at, plan_id=plan, item_id="debt", reason="It is written down.")
    assert told.did(OPS, "complete-knowledge-transfer", at, plan_id=plan) == ["KnowledgeTransferred"]
    assert told.one("plan", plan, at)["completeness"] == 1


def one_resigns_with_notice(told: Telling) -> None:
    leaving = {"assignment_id": "a-ana", "cause": "resignation"}
    told.did(DEVSHOP, "announce-departure", june(25, 10), last_day="2026-07-10", **leaving)
    assert told.one("assignment", "a-ana", june(25, 10))["announced_last_day"] == "2026-07-10"
    after = {"seat_id": "backend", "at": written(july(11, 0)), "why": "departure"}
    assert after in told.metrics(june(25, 10))["continuity"]["upcoming"]
    wanted = {"seat_id": "backend", "case_id": "case-ana", "cause": "resignation"}
    theirs = told.refused(DEVSHOP, "request-replacement", june(26, 9), **wanted)
    assert theirs["detail"] == "request-replacement is issued by client or platform, not by partner"
    told.did(ACME, "request-replacement", june(26, 9), **wanted)
    succeeds(told, "case-ana", "lea", proposed=june(29, 10), accepted=june(30, 10), starts=july(6, 9))
    assert told.one("seat", "backend", july(7, 9))["assignment_id"] == "a-ana", "lea is there, and learns"
    hands_over(told, "case-ana", "backend", "ana", "lea", july(8, 9))

    told.did(DEVSHOP, "record-departure", july(10, 17), **leaving)
    takes_over(told, "case-ana", july(10, 17))
    assert told.one("seat", "backend", july(10, 17))["assignment_id"] == "a-lea"
    continuity = told.metrics(july(13, 9))["continuity"]
    assert {"case_id": "case-ana", "overlap_seconds": 5 * 8 * 3600} in continuity["handovers"]
    assert (continuity["departures"], continuity["unplanned_exits"]) == ({"no_show": 1, "resignation": 1}, 1)


def one_vanishes(told: Telling) -> None:
    vanished = {"assignment_id": "a-dan", "cause": "disappeared"}
    assert told.did(ACME, "record-departure", july(13, 9), **vanished) == ["ProfessionalDeparted"]
    assert told.one("seat", "data", july(13, 10))["uncovered_since"] == written(july(13, 9))
    silent = told.refused(ACME, "report-productivity", july(13, 10), assignment_id="a-dan", percent=0)
    assert silent["detail"] == f"at {july(13, 10)} dan (a-dan) has been gone since {july(13, 9)} (disappeared)"
    assert "request-replacement" in silent["allowed_commands"]
    told.did(OPS, "request-replacement", july(13, 11), seat_id="data", case_id="case-dan", cause="disappeared")
    again = told.refused(ACME, "request-replacement", july(13, 12), seat_id="data", cause="disappeared")
    open_since = f"case case-dan of seat data (disappeared) has been open since {july(13, 11)}"
    assert again["detail"] == f"at {july(13, 12)} {open_since}"
    assert again["remedy"] == "Go on with the open case, or withdraw it before another is requested."
    assert told.one("case", "case-dan", july(13, 12))["requested_by"] == "platform"


def an_absence_is_shortened(told: Telling) -> None:
    leave = {"assignment_id": "a-hana", "absence_id": "leave-hana", "cause": "leave", "planned": True}
    told.did(DEVSHOP, "record-absence", july(14, 9), **{"from": july(20, 0), "until": july(31, 0)}, **leave)
    away = {"seat_id": "qa", "at": written(july(20, 0)), "why": "absence"}
    assert away in told.metrics(july(14, 10))["continuity"]["upcoming"]
    assert told.offered("partner", "leave-hana") == ["amend-absence"]
    none = told.refused(DEVSHOP, "amend-absence", july(22, 9), absence_id="leave-hanna", until=july(23, 0))
    assert none["detail"] == f"at {july(22, 9)} there is no absence leave-hanna; there is leave-hana"
    told.did(DEVSHOP, "amend-absence", july(22, 9), absence_id="leave-hana", until=july(23, 0))
    [absence] = told.one("assignment", "a-hana", july(22, 9))["absences"]
    assert (absence["from"], absence["until"]) == (written(july(20, 0)), written(july(23, 0)))
    assert not absence["cancelled"]
    again = told.already(DEVSHOP, "amend-absence", july(22, 10), absence_id="leave-hana", until=july(23, 0))
    assert again["occurred_at"] == written(july(22, 9))


def it_ends(told: Telling) -> None:
    items = [{"item_id": "keys", "kind": "access_inventory", "weight": 1, "mandatory": True}]
    told.did(OPS, "plan-knowledge-transfer", july(28, 9), plan_id="exit", purpose="exit", items=items)
    assert told.clock("propose", "case-dan", july(29, 9))["state"] == "breached", "nobody was found for dan's seat"
    assert told.did(ACME, "end-engagement", july(30, 17), reason="completed") == ["EngagementEnded"]
    state = told.state(july(30, 17))
    assert (state["status"], state["ended_at"]) == ("ended", written(july(30, 17)))
    assert {each["state"] for each in state["assignments"]} == {"ended"}
    assert told.one("case", "case-dan", july(30, 17))["state"] == "cancelled"
    assert told.clock("propose", "case-dan", july(30, 17))["state"] == "cancelled"
    again = told.already(ACME, "end-engagement", july(30, 18), reason="completed")
    assert again["occurred_at"] == written(july(30, 17))
    after = told.refused(ACME, "add-seat", july(31, 9), seat_id="ops", role="operator")
    assert after["detail"] == f"at {july(31, 9)} the engagement has been over since {july(30, 17)} (completed)"
    assert after["allowed_commands"] == ["waive-knowledge-item", "record-effort", "annotate"]
    assert told.offered("partner", "keys") == ["deliver-knowledge-item"]
    assert told.clock("exit_transfer", "exit", july(31, 9))["state"] == "running"

    told.did(DEVSHOP, "deliver-knowledge-item", july(31, 10), plan_id="exit", item_id="keys")
    assert "verify-knowledge-item" in told.offered("client", "keys")
    told.did(ACME, "verify-knowledge-item", july(31, 11), plan_id="exit", item_id="keys")
    assert told.offered("client", "exit") == ["complete-knowledge-transfer"]
    assert told.did(ACME, "complete-knowledge-transfer", july(31, 12), plan_id="exit") == ["KnowledgeTransferred"]
    assert told.clock("exit_transfer", "exit", july(31, 12))["state"] == "met"
    assert told.offered("client") == told.offered("professional") == ["record-effort", "annotate"]
    assert told.offered("platform")[-2:] == ["correct-history", "annotate"]
    parties = told.metrics(july(31, 12))["accountability"]["parties"]
    assert {party: (each["met"], each["late"], each["cancelled"]) for party, each in parties.items()} == {
        "client": (5, 0, 0),
        "partner": (6, 0, 1),
        "platform": (9, 2, 2),
    }
