"""What of one engagement is hidden from somebody: which ids, by what is true of it today, voided facts too."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from domain.access.eyes import AllShown, ClientEyes, Eyes, PartnerEyes, ProfessionalEyes
from domain.access.hiding.table import HIDDEN, OF_A_CANDIDATE, OfWhat, What, Whose
from domain.engagement.assignments.matching import ProfessionalMatched
from domain.engagement.concerns import UnderperformanceReported
from domain.engagement.replacement.request import ReplacementRequested
from domain.engagement.replacement.succession import SuccessorAccepted, SuccessorDeclined, SuccessorProposed
from domain.engagement.state import EngagementHistory
from domain.law.recorded import Actor, Recorded

Ids = frozenset[str]
NO_IDS: Final[Ids] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    """What is hidden by whatever it is of (``rules``), and the ids of what is hidden.

    ``proposals`` are hidden, of the ``candidates`` among them also who they are; ``concerns`` are, and the ``cases``
    that took one along do not say so. ``partner_id``: the partner from whom rates and scores of others are hidden, also
    of the ``assignments`` of others. ``client_id``: the client who is told what it recorded, or had recorded.
    ``professional_id``: the professional who is told.
    """

    rules: Mapping[What, OfWhat]
    client_id: str | None = None
    partner_id: str | None = None
    professional_id: str | None = None
    assignments: Ids = NO_IDS
    proposals: Ids = NO_IDS
    candidates: Ids = NO_IDS
    concerns: Ids = NO_IDS
    cases: Ids = NO_IDS

    @property
    def something(self) -> bool:
        return bool(self.proposals or self.concerns) or not self.of_candidates_alone

    @property
    def of_candidates_alone(self) -> bool:
        """Whether nothing is hidden but candidates that somebody never saw."""
        return all(each == "unseen" for each in self.rules.values())

    def within(self, event: Any) -> frozenset[What]:
        """What is hidden of what an event holds, whatever ids it names."""
        others = "others" in self.rules.values() and self._of_others(event)
        found = frozenset(what for what, of in self.rules.items() if of == "all" or (of == "others" and others))
        return found | OF_A_CANDIDATE if getattr(event, "proposal_id", None) in self.candidates else found

    def is_reader(self, actor: Actor) -> bool:
        """Whether who acts is whoever is told."""
        whoever = {"client": self.client_id, "partner": self.partner_id, "professional": self.professional_id}
        return actor.id is not None and whoever.get(actor.party) == actor.id

    def recorded_by_client(self, fact: Recorded) -> bool:
        """Whether whoever is told is a client that recorded a fact, or had it recorded."""
        return self.client_id is not None and recorded_by(self.client_id, fact)

    def _of_others(self, event: Any) -> bool:
        """Whether an event is about an assignment, or a candidate, that another one supplies."""
        if self.partner_id is not None and hasattr(event, "partner_id"):
            return bool(event.partner_id != self.partner_id)
        return getattr(event, "assignment_id", None) in self.assignments


def recorded_by(client_id: str, fact: Recorded) -> bool:
    """Whether a client recorded a fact itself, or had the operator record it in its name.

    What the operator recorded for a client that it did not name is the operator's.
    """
    whom = fact.on_behalf_of
    named = whom is not None and whom.party == "client" and whom.id == client_id
    return named or fact.actor.party == "client"


def hidden_from(history: EngagementHistory, eyes: Eyes) -> Hidden | None:
    """What of an engagement is hidden from these eyes; None: nothing."""
    found = _hidden(history, eyes)
    return found if found and found.something else None


def _hidden(history: EngagementHistory, eyes: Eyes) -> Hidden | None:
    match eyes:
        case AllShown():
            return None
        case ClientEyes():
            return _from_client(history, eyes.client_id)
        case PartnerEyes():
            return _from_partner(history, eyes.partner_id)
        case ProfessionalEyes():
            return _from_professional(history, eyes.professional_id)


def _from_client(history: EngagementHistory, client_id: str) -> Hidden:
    managed = history.state.model == "managed_services"
    whose: Whose = "client under managed_services" if managed else "client"
    unseen = frozenset(_unseen(history, client_id))
    proposals = frozenset(_newest(history, "proposal_id", SuccessorProposed)) if managed else unseen
    return Hidden(rules=HIDDEN[whose], client_id=client_id, proposals=proposals, candidates=unseen)


def _from_partner(history: EngagementHistory, partner_id: str) -> Hidden:
    assignments = _newest(history, "assignment_id", ProfessionalMatched, SuccessorAccepted)
    proposals = _newest(history, "proposal_id", SuccessorProposed)
    accepted = _newest(history, "proposal_id", SuccessorAccepted)
    others = frozenset(one for one, event in assignments.items() if event.partner_id != partner_id)
    proposed = frozenset(one for one, event in proposals.items() if event.partner_id != partner_id)
    concerns = _concerns_about(history, others)
    return Hidden(
        rules=HIDDEN["partner"],
        partner_id=partner_id,
        assignments=others,
        proposals=proposed,
        candidates=proposed - accepted.keys(),
        concerns=concerns,
        cases=_cases_with(history, concerns),
    )


def _from_professional(history: EngagementHistory, professional_id: str) -> Hidden:
    assignments = _newest(history, "assignment_id", ProfessionalMatched, SuccessorAccepted)
    others = frozenset(one for one, event in assignments.items() if event.professional_id != professional_id)
    concerns = _concerns_about(history, others)
    return Hidden(
        rules=HIDDEN["professional"],
        professional_id=professional_id,
        assignments=others,
        concerns=concerns,
        cases=_cases_with(history, concerns),
    )


def _newest(history: EngagementHistory, name: str, *kinds: type) -> dict[str, Any]:
    """The events of these types by one of their ids: of several about one id that which counts, else the last."""
    found = {getattr(fact.event, name): fact.event for fact in _facts(history, *kinds)}
    counting = (fact for fact in history.timeline if isinstance(fact.event, kinds))
    return found | {getattr(fact.event, name): fact.event for fact in counting}


def _facts(history: EngagementHistory, *kinds: type) -> Iterator[Recorded]:
    return (fact for fact in history.facts if isinstance(fact.event, kinds))


def _concerns_about(history: EngagementHistory, assignments: Ids) -> Ids:
    reports = _newest(history, "concern_id", UnderperformanceReported)
    return frozenset(one for one, event in reports.items() if event.assignment_id in assignments)


def _cases_with(history: EngagementHistory, concerns: Ids) -> Ids:
    """The cases that took one of these concerns along, as far as any fact says so."""
    requests: Iterator[Any] = (fact.event for fact in _facts(history, ReplacementRequested))
    return frozenset(event.case_id for event in requests if event.concern_id in concerns)


def _unseen(history: EngagementHistory, client_id: str) -> Iterator[str]:
    """The proposals of candidates that the client never saw.

    Somebody else recorded that they were declined, and they were never accepted nor otherwise assigned.
    """
    declined = _declined_by_others(history, client_id)
    if not declined:
        return
    assigned = {each.professional_id for each in history.state.assignments.values()}
    accepted = {getattr(fact.event, "proposal_id", None) for fact in _facts(history, SuccessorAccepted)}
    people: dict[str, set[str]] = {}
    for fact in _facts(history, SuccessorProposed):
        event: Any = fact.event
        people.setdefault(event.proposal_id, set()).add(event.professional_id)
    for proposal_id in sorted(declined - accepted):
        if not people.get(proposal_id, set()) & assigned:
            yield proposal_id


def _declined_by_others(history: EngagementHistory, client_id: str) -> set[str]:
    """The proposals that are declined today, or were voided once they had been, by the hand of another party alone."""
    counting: dict[str, bool] = {}
    ever: dict[str, bool] = {}
    for fact in _facts(history, SuccessorDeclined):
        event: Any = fact.event
        by_client = recorded_by(client_id, fact)
        ever[event.proposal_id] = ever.get(event.proposal_id, False) or by_client
        if fact.version not in history.voided:
            counting[event.proposal_id] = counting.get(event.proposal_id, False) or by_client
    undecided = {one for one, each in history.state.proposals.items() if each.decided is None}
    found = {one for one, by_client in {**ever, **counting}.items() if not by_client}
    return found - undecided
