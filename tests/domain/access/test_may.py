"""Who may command what about what: relations that one life alone does not show. The table is in tests/api/access."""

from random import Random
from typing import Any

import pytest

from domain.access import may as table
from domain.access.may import CommandOfNobody, Side, commands_of, may, said_by
from domain.access.principal import LOCAL, MOST_SCOPES, ROLES, Principal, Role
from domain.engagement.assignments.absence import AbsenceRecorded
from domain.engagement.concerns import UnderperformanceReported
from domain.engagement.replacement.request import ReplacementRequested
from domain.engagement.state import EngagementHistory
from domain.engagement.transfer.planning import KnowledgeTransferPlanned
from domain.language.words import Party, field_names
from domain.law.command import Command
from domain.law.recorded import Actor
from domain.register import COMMAND_NAMES, COMMANDS, EVENTS, allowed_commands
from tests.domain import words
from tests.domain.given import Given, given
from tests.domain.walks import walk


def principal(role: Role, party: Party, party_id: str) -> Principal:
    return Principal(role=role, party=party, party_id=party_id, credential="test")


def partner(named: str) -> Principal:
    return principal("partner", "partner", named)


def professional(named: str) -> Principal:
    return principal("professional", "professional", named)


def refusal(who: Principal, command: Command[Any], past: Given) -> str | None:
    return may(who, COMMAND_NAMES[type(command)], said_by(command), past.history)


NORTH, SOUTH = partner("north"), partner("south")
AGENCY = {"supply_source": "agency_partner"}


@pytest.fixture(scope="module")
def two_partners() -> Given:
    """North's ana is being replaced by south's ben, who was accepted; north's proposal was declined before."""
    return given(
        words.opened("staff_augmentation"),
        words.match(partner_id="north", **AGENCY),
        words.complete("nda"),
        words.complete("ip_assignment"),
        words.onboard(),
        words.absent(),
        words.report(),
        words.request(),
        words.propose("p0", "cleo", partner_id="north", **AGENCY),
        words.decline("p0"),
        words.propose(partner_id="south", **AGENCY),
        words.accept(),
        words.handover("h1", from_assignment_id="a1", to_assignment_id="a2", case_id="k1"),
    )


ABOUT_ANA = (
    words.withdraw_match(),
    words.complete(),
    words.change_rate(),
    words.absent(absence_id="b2"),
    words.amend_absence(15),
    words.announce(),
    words.depart(),
    words.acknowledge(),
    words.dispute(),
    words.deliver(),
    words.effort(party="partner", assignment_id="a1"),
    words.annotate(7),
)


@pytest.mark.parametrize("command", ABOUT_ANA, ids=lambda each: each.command_name)
def test_a_partner_speaks_of_its_own_people_alone(two_partners: Given, command: Command[Any]) -> None:
    assert refusal(NORTH, command, two_partners) is None
    refused = refusal(SOUTH, command, two_partners)
    assert refused is not None
    assert refused.endswith(", which south is not")
    assert "ana" not in refused
    assert "north" not in refused


def test_what_is_not_there_is_refused_as_what_is_somebody_else_s(two_partners: Given) -> None:
    """Or a partner would learn which concerns there are about others."""
    about: tuple[tuple[Command[Any], Command[Any]], ...] = (
        (words.acknowledge("c1"), words.acknowledge("c-none")),
        (words.depart("a1"), words.depart("a-none")),
        (words.amend_absence(15, "b1"), words.amend_absence(15, "b-none")),
        (words.deliver("i1", "h1"), words.deliver("i1", "h-none")),
    )
    for theirs, nobodys in about:
        assert refusal(SOUTH, theirs, two_partners) == refusal(SOUTH, nobodys, two_partners) is not None
    ben = professional("ben")
    told = [refusal(ben, words.dispute(each), two_partners) for each in ("c1", "c-none")]
    assert told[0] == told[1] is not None


def test_a_partner_supplies_in_its_own_name_alone(two_partners: Given) -> None:
    for command in (words.match, words.propose):
        own, other = (command("x1", "eve", partner_id=named, **AGENCY) for named in ("south", "north"))
        nobody = command("x1", "eve", supply_source="independent")
        assert refusal(SOUTH, own, two_partners) is None
        assert refusal(SOUTH, other, two_partners) == refusal(SOUTH, nobody, two_partners) is not None


def test_a_partner_supplies_nobody_whom_another_supplies_here(two_partners: Given) -> None:
    """Live on a seat, or proposed; once they are gone, whoever has them now."""
    own: dict[str, Any] = {"partner_id": "south", **AGENCY}
    commands = [words.match("a9", "ana", "s2", **own), words.propose("p9", "ana", **own)]
    assert [bool(refusal(SOUTH, each, two_partners)) for each in commands] == [True, True]
    gone = two_partners.and_(words.depart())
    assert [refusal(SOUTH, each, gone) for each in commands] == [None, None]
    ben = words.match("a9", "ben", "s2", **own)
    assert refusal(SOUTH, ben, two_partners) is None
    proposed = given(
        words.opened("staff_augmentation"),
        words.match(partner_id="north", **AGENCY),
        words.complete("nda"),
        words.complete("ip_assignment"),
        words.onboard(),
        words.request(),
        words.propose("p0", "cleo", partner_id="north", **AGENCY),
    )
    cleo = words.propose("p9", "cleo", **own)
    assert refusal(SOUTH, cleo, proposed) is not None
    assert refusal(SOUTH, cleo, proposed.and_(words.decline("p0"))) is None


def test_a_remark_on_a_remark_or_a_voiding_is_about_whom_that_is(two_partners: Given) -> None:
    reported = next(fact for fact in two_partners.history.facts if isinstance(fact.event, UnderperformanceReported))
    absent = next(fact for fact in two_partners.history.facts if isinstance(fact.event, AbsenceRecorded))
    past = two_partners.and_(words.annotate(reported.version), words.correct(void=(absent.version,)))
    for version in (past.history.version - 1, past.history.version):
        assert refusal(NORTH, words.annotate(version), past) is None
        assert refusal(SOUTH, words.annotate(version), past) is not None


@pytest.mark.parametrize("kind", EVENTS.values(), ids=list(EVENTS))
def test_a_remark_on_any_event_is_about_every_assignment_that_it_names(two_partners: Given, kind: type) -> None:
    """Of several one that is its own is enough; one that names people names by what they are there."""
    sides = [name for name in field_names(kind) if name.endswith("assignment_id")]
    if "professional_id" in field_names(kind):
        assert sides or "proposal_id" in field_names(kind)
    south = Side("partner_id", "south", two_partners.history)
    assert south.may_remark_on(naming(kind, {}))
    for name in sides:
        assert not south.may_remark_on(naming(kind, {name: "a1"}))
        assert not south.may_remark_on(naming(kind, {name: "a-none"}))
        assert south.may_remark_on(naming(kind, dict.fromkeys(sides, "a1") | {name: "a2"}))


def naming(kind: type, said: dict[str, str]) -> Any:
    """An event that says this, and else nothing."""
    event: Any = object.__new__(kind)
    for name in field_names(kind):
        object.__setattr__(event, name, said.get(name))
    return event


def test_a_remark_on_what_has_two_sides_is_either_s(two_partners: Given) -> None:
    facts = {type(fact.event): fact.version for fact in two_partners.history.facts}
    requested, planned = facts[ReplacementRequested], facts[KnowledgeTransferPlanned]
    for version in (requested, planned):
        assert refusal(NORTH, words.annotate(version), two_partners) is None
    assert refusal(SOUTH, words.annotate(requested), two_partners) is not None
    assert refusal(SOUTH, words.annotate(planned), two_partners) is None
    for version in (requested, planned):
        assert refusal(partner("west"), words.annotate(version), two_partners) is not None


def test_a_plan_is_either_sides_and_its_items_are_given_by_one_and_taken_by_the_other(two_partners: Given) -> None:
    again = words.handover("h2", from_assignment_id="a1", to_assignment_id="a2")
    for who in (NORTH, SOUTH):
        assert refusal(who, again, two_partners) is None
        for said in ({}, {"seat_id": "s1"}, {"from_assignment_id": "a1"}, {"to_assignment_id": "a2"}):
            assert may(who, "plan-knowledge-transfer", said, two_partners.history) is None
    assert refusal(partner("west"), again, two_partners) is not None
    assert may(partner("west"), "plan-knowledge-transfer", {}, two_partners.history) is not None
    nobodys = words.handover("h2", from_assignment_id="a-none", to_assignment_id=None)
    assert refusal(NORTH, nobodys, two_partners) is not None
    may_give = [who for who in ("ana", "ben", "cleo") if not refusal(professional(who), words.deliver(), two_partners)]
    may_take = [who for who in ("ana", "ben", "cleo") if not refusal(professional(who), words.verify(), two_partners)]
    assert (may_give, may_take) == (["ana"], ["ben"])


def test_at_the_exit_whoever_was_on_the_engagement_hands_over_and_no_professional_verifies(
    two_partners: Given,
) -> None:
    past = two_partners.and_(words.withdraw_match("a2"), words.depart(), words.end(), words.exit_plan())
    names = ("ana", "ben", "cleo")
    assert [who for who in names if not refusal(professional(who), words.deliver("i1", "x1"), past)] == ["ana"]
    assert not [who for who in names if not refusal(professional(who), words.verify("i1", "x1"), past)]
    plan = words.exit_plan("x2")
    assert [who.party_id for who in (NORTH, SOUTH) if not refusal(who, plan, past)] == ["north"]


def test_under_managed_services_the_supplier_of_the_candidate_decides_and_not_the_client() -> None:
    past = given(
        words.opened("managed_services"),
        words.match(partner_id="north", **AGENCY),
        words.complete("nda"),
        words.onboard(),
        words.request(),
        words.propose(partner_id="north", **AGENCY),
    )
    client = principal("client-admin", "client", past.state.client_id)
    for command in (words.accept(), words.decline()):
        assert refusal(NORTH, command, past) is None
        assert refusal(SOUTH, command, past) is not None
        refused = refusal(client, command, past)
        assert refused == f"{command.command_name} is issued by partner, not by client"
    others = given(words.opened("staff_augmentation"))
    assert refusal(NORTH, words.accept(), others) == "accept-successor is issued by client, not by partner"


def test_another_client_issues_nothing(two_partners: Given) -> None:
    own = principal("client-admin", "client", two_partners.state.client_id)
    assert refusal(own, words.end(), two_partners) is None
    other = principal("client-admin", "client", "somebody")
    assert (
        refusal(other, words.end(), two_partners)
        == "end-engagement is issued by the engagement's client, which somebody is not"
    )


@pytest.fixture(scope="module")
def histories() -> list[EngagementHistory]:
    return [walk(Random(seed)) for seed in range(12)]


def test_nobody_verifies_their_own_delivery(histories: list[EngagementHistory]) -> None:
    plans = [(history, plan) for history in histories for plan in history.state.plans.values()]
    assert plans
    for history, plan in plans:
        item = {"plan_id": plan.plan_id, "item_id": next(iter(plan.items))}
        for who in {each.professional_id for each in history.state.assignments.values()}:
            asked = professional(who)
            gives, takes = (
                may(asked, name, item, history) is None for name in ("deliver-knowledge-item", "verify-knowledge-item")
            )
            assert not (gives and takes)


def test_the_platform_records_in_a_professional_s_name_what_that_one_may_do_in_person(two_partners: Given) -> None:
    operator = principal("operator", "platform", "kim")

    def refused(command: Command[Any], on_behalf_of: Actor | None) -> str | None:
        return may(operator, COMMAND_NAMES[type(command)], said_by(command), two_partners.history, on_behalf_of)

    ana, ben = (Actor(party="professional", id=name) for name in ("ana", "ben"))
    for command, own, other in (
        (words.deliver(), ana, ben),
        (words.verify(), ben, ana),
        (words.dispute(), ana, ben),
    ):
        assert refused(command, own) is None
        told = refused(command, other)
        assert told is not None
        assert told.endswith(f", which {other.id} is not")
        for nobody in (None, Actor(party="professional"), Actor(party="partner", id="west"), Actor(party="client")):
            assert refused(command, nobody) is None
    named = may(LOCAL, "verify-knowledge-item", said_by(words.verify()), two_partners.history, ana)
    assert named is None, "where nobody signs in no name is anybody's"
    for unknown in (words.deliver(plan_id="h-none"), words.verify(plan_id="h-none"), words.dispute("c-none")):
        assert refused(unknown, ana) is None
    assert refused(words.effort(party="professional", assignment_id="a1"), ben) is None


def test_what_is_offered_may_be_issued_and_the_platform_is_offered_everything(
    histories: list[EngagementHistory],
) -> None:
    for history in histories:
        state = history.state
        assert commands_of(LOCAL, state, history) == allowed_commands(state)
        assert commands_of(None, state, history) == []
        for each in state.assignments.values():
            for who in (professional(each.professional_id), partner(each.partner_id or "nobody")):
                for name in commands_of(who, state, history):
                    assert who.party in COMMANDS[name].parties(state)


def test_the_roles_that_read_are_given_leave_to_read_and_no_other_is_left_out() -> None:
    assert tuple(table.TABLE) == ROLES == tuple(MOST_SCOPES)
    for role in ROLES:
        assert bool(table.TABLE[role]) == ("record" in MOST_SCOPES[role])


def test_what_a_role_cannot_be_given_it_lacks_though_it_was(two_partners: Given) -> None:
    viewer = principal("client-viewer", "client", "acme")
    assert viewer.lacks(("read",)) == ()
    assert viewer.lacks(("record", "operate")) == ("record", "operate")


def test_a_command_of_a_party_without_a_rule_stops_the_start() -> None:
    rules = dict(table.TABLE["professional"])
    del rules["annotate"]
    with pytest.raises(CommandOfNobody, match="professional's commands differ in annotate"):
        table._whole("professional", rules)
