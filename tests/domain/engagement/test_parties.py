"""Who issues what: the table of docs/rules.md, written once more."""

from typing import Any

import pytest

from domain.engagement.annotation import Annotate
from domain.engagement.deed import EngagementCommand
from domain.engagement.nouns.proposal import UnknownProposal
from domain.language.words import ActingParty, Model
from domain.law.command import Command, Order, acting_for
from domain.law.recorded import Actor
from domain.law.rejection import NotYours
from domain.register import COMMANDS
from tests.domain.given import TODAY, EngagementId, by, for_, given, on
from tests.domain.words import accept, add_seat, match, opened, suspend

TABLE: dict[str, str] = {
    "open-engagement": "platform",
    "add-seat": "client",
    "amend-seat": "client",
    "close-seat": "client",
    "match-professional": "platform, partner",
    "withdraw-match": "client, platform, partner",
    "complete-onboarding-item": "client, platform, partner",
    "waive-onboarding-item": "client",
    "onboard-professional": "client, platform",
    "change-rate": "platform, partner",
    "report-productivity": "client",
    "record-absence": "client, platform, partner",
    "amend-absence": "client, platform, partner",
    "announce-departure": "client, platform, partner",
    "record-departure": "client, platform, partner",
    "report-underperformance": "client, platform",
    "acknowledge-underperformance": "platform, partner",
    "dispute-underperformance": "partner, professional",
    "resolve-underperformance": "client, platform",
    "request-replacement": "client, platform",
    "review-guarantee": "platform",
    "propose-successor": "platform, partner",
    "decline-successor": "client",
    "accept-successor": "client",
    "pause-replacement": "platform",
    "resume-replacement": "platform",
    "replace-professional": "platform",
    "withdraw-replacement": "client, platform",
    "plan-knowledge-transfer": "platform, partner",
    "deliver-knowledge-item": "professional, partner",
    "verify-knowledge-item": "client, professional",
    "waive-knowledge-item": "client",
    "complete-knowledge-transfer": "platform, client",
    "record-effort": "client, platform, partner, professional",
    "suspend-engagement": "client, platform",
    "resume-engagement": "client, platform",
    "amend-terms": "platform",
    "end-engagement": "client, platform",
    "correct-history": "platform",
    "annotate": "client, platform, partner, professional",
    "record-breach": "system",
}
PARTIES: tuple[ActingParty, ...] = ("client", "platform", "partner", "professional", "system")
MODELS: tuple[Model, ...] = ("staff_augmentation", "managed_services", "freelancer_platform", "managed_marketplace")


def order(name: str, party: ActingParty, on_behalf_of: ActingParty | None = None) -> Order:
    command = object.__new__(COMMANDS[name])
    whom = Actor(party=on_behalf_of) if on_behalf_of else None
    return Order(command=command, actor=Actor(party=party), on_behalf_of=whom, command_id=EngagementId, now=TODAY)


def test_every_command_is_in_the_table() -> None:
    assert list(COMMANDS) == list(TABLE)


def issued_by(
    command: Command[Any] | type[Command[Any]], model: Model = "staff_augmentation"
) -> tuple[ActingParty, ...]:
    """Who may issue a command under a model."""
    kind = command if isinstance(command, type) else type(command)
    return kind.issued_by(model) if issubclass(kind, EngagementCommand) else kind.by


@pytest.mark.parametrize("name", TABLE)
@pytest.mark.parametrize("party", PARTIES)
def test_the_parties_of_the_table_only_and_the_platform_for_them(name: str, party: ActingParty) -> None:
    allowed = TABLE[name].split(", ")
    issued = order(name, party)
    if party in allowed:
        assert acting_for(issued, issued_by(issued.command)) is None
    elif party == "platform":
        assert acting_for(issued, issued_by(issued.command)) == Actor(party=allowed[0])  # type: ignore[arg-type]
    else:
        with pytest.raises(NotYours):
            acting_for(issued, issued_by(issued.command))


@pytest.mark.parametrize("name", TABLE)
@pytest.mark.parametrize("whom", PARTIES)
def test_the_platform_says_for_whom_and_for_nobody_outside_the_table(name: str, whom: ActingParty) -> None:
    issued = order(name, "platform", whom)
    if whom in TABLE[name].split(", "):
        assert acting_for(issued, issued_by(issued.command)) == Actor(party=whom)
    else:
        with pytest.raises(NotYours) as caught:
            acting_for(issued, issued_by(issued.command))
        assert caught.value.field == "on_behalf_of"


@pytest.mark.parametrize("party", ["client", "partner", "professional", "system"])
def test_nobody_else_acts_on_behalf_of_another(party: ActingParty) -> None:
    with pytest.raises(NotYours) as caught:
        acting_for(order("annotate", party, "client"), Annotate.by)
    assert caught.value.field == "on_behalf_of"


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("name", TABLE)
def test_under_managed_services_the_provider_decides_about_successors(name: str, model: Model) -> None:
    provider = model == "managed_services" and name in ("accept-successor", "decline-successor")
    assert issued_by(COMMANDS[name], model) == (("partner",) if provider else tuple(TABLE[name].split(", ")))


def test_another_party_is_refused_before_anything_else_is_looked_at() -> None:
    past = given(opened("managed_services"))
    past.when(by("client", accept("p9"))).then_rejected(NotYours)
    past.when(by("partner", accept("p9"))).then_rejected(UnknownProposal)
    past.when(on(-1, by("partner", suspend()))).then_rejected(NotYours)


def test_the_envelope_says_who_recorded_and_for_whom() -> None:
    past = given(opened())
    [fact] = past.when(by("platform", add_seat())).facts
    assert (fact.actor.party, fact.on_behalf_of, fact.party) == ("platform", Actor(party="client"), "client")
    [fact] = past.when(by("client", add_seat())).facts
    assert (fact.actor.party, fact.on_behalf_of, fact.party) == ("client", None, "client")
    [fact] = past.when(for_("partner", match())).facts
    assert (str(fact.actor), str(fact.on_behalf_of)) == ("platform:ops", "partner")
