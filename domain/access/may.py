"""May: which command a principal may issue about what. One table of roles and commands, and one function that reads it.

The parties of a command are the law's, and stay with it; here it is said as whom a principal may be one of them. What
is judged is judged on what is recorded now, whatever instant a command says.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol

from domain.access.hiding.table import CLOCKS_ABOUT, What, held_by
from domain.access.principal import LOCAL, Principal, Role
from domain.clocks.notice import ServiceLevelBreached
from domain.engagement.annotation import EventAnnotated
from domain.engagement.deed import EngagementCommand
from domain.engagement.lifecycle.opening import OpenEngagement
from domain.engagement.nouns.assignment import Assignment
from domain.engagement.replacement.about import open_cases, open_proposal
from domain.engagement.state import EngagementHistory, State
from domain.language.words import Party, field_names
from domain.law.command import Command
from domain.law.event import Event, event_of
from domain.law.recorded import Actor
from domain.law.voiding import FactVoided
from domain.register import COMMANDS

Said = Mapping[str, Any]
"""The fields of a command by their names. What is missing is not said yet, and is not judged; None says nothing."""


NOTHING_SAID: Final[Said] = {}


class _Supplied(Protocol):
    """An assignment or a proposal: whose person, from which partner."""

    @property
    def professional_id(self) -> str: ...
    @property
    def partner_id(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Side:
    """Whoever supplies people, or is one, in an engagement: what there is its own, by id.

    What is not there is nobody's, so that a refusal does not tell it from what is somebody else's.
    """

    of: Literal["partner_id", "professional_id"]
    whose: str
    history: EngagementHistory

    @property
    def state(self) -> State:
        return self.history.state

    def is_own(self, supplied: _Supplied | None) -> bool:
        return supplied is not None and getattr(supplied, self.of) == self.whose

    def assignment(self, named: str | None) -> bool:
        return self.is_own(self.state.assignments.get(named or ""))

    def absence(self, named: str) -> bool:
        absence = self.state.absences.get(named)
        return absence is not None and self.assignment(absence.assignment_id)

    def concern(self, named: str) -> bool:
        concern = self.state.concerns.get(named)
        return concern is not None and self.assignment(concern.assignment_id)

    def proposal(self, named: str) -> bool:
        return self.is_own(self.state.proposals.get(named))

    def case(self, named: str) -> bool:
        """Whether one of its people goes or comes in it, or was proposed."""
        case = self.state.cases.get(named)
        if case is None:
            return False
        return (
            self.assignment(case.outgoing_assignment_id)
            or self.assignment(case.incoming_id)
            or any(self.proposal(each) for each in case.proposal_ids)
        )

    def gives(self, plan_id: str) -> bool:
        """Whether it hands over in a plan; at the exit whoever is, or was, on the engagement does."""
        plan = self.state.plans.get(plan_id)
        if plan is None:
            return False
        return self.takes_part() if plan.exit else self.assignment(plan.from_assignment_id)

    def receives(self, plan_id: str) -> bool:
        """Whether a plan hands over to it, and not from it as well."""
        plan = self.state.plans.get(plan_id)
        return plan is not None and self.assignment(plan.to_assignment_id) and not self.gives(plan_id)

    def plan(self, named: str) -> bool:
        return self.gives(named) or self.receives(named)

    def takes_part(self) -> bool:
        """Whether one of its people is matched, is active, or has been."""
        return any(self.is_own(each) and _took_part(each) for each in self.state.assignments.values())

    def supplies(self, professional_id: str) -> bool:
        """Whether nobody else supplies a person who is on the engagement now, or is proposed for it."""
        waiting = (open_proposal(self.state, case) for case in open_cases(self.state))
        here: list[_Supplied] = [each for each in self.state.assignments.values() if each.live]
        here += filter(None, waiting)
        return all(self.is_own(each) for each in here if each.professional_id == professional_id)

    def version(self, named: int) -> bool:
        """Whether a fact is about nobody else's person; one that is not there is about nobody."""
        if named > self.history.version:
            return True
        return self.may_remark_on(self._spoken_of(named))

    def may_remark_on(self, event: Event[Any]) -> bool:
        """Whether an event is about nobody, or about its own; where it has two sides, one that is its own is enough."""
        named: dict[What, list[str]] = {}
        for what, id in _named_in(event):
            named.setdefault(what, []).append(id)
        return all(any(own(self, id) for id in named[what]) for what, own in _PEOPLE.items() if what in named)

    def _spoken_of(self, version: int) -> Event[Any]:
        """The event of a version; of a voiding or a remark about a fact, that of the fact, which is an earlier one."""
        while True:
            event = event_of(self.history.facts[version - 1])
            if isinstance(event, FactVoided):
                version = event.version
            elif isinstance(event, EventAnnotated) and event.corrects:
                version = event.corrects
            else:
                return event


def _took_part(of: Assignment) -> bool:
    return of.live or of.active_at is not None


def _named_in(event: Event[Any]) -> Iterator[tuple[What, str]]:
    """The ids that an event names, each with what it is the id of; of a notice what its clock is about."""
    if isinstance(event, ServiceLevelBreached):
        what = CLOCKS_ABOUT.get(event.clock)
        if what is not None:
            yield what, event.subject_id
        return
    kind: type = type(event)
    for field, what in held_by(kind):
        if what in _PEOPLE and (id := getattr(event, field)) is not None:
            yield what, id


_PEOPLE: Final[Mapping[What, Callable[[Side, str], bool]]] = {
    "assignment": Side.assignment,
    "concern": Side.concern,
    "proposal": Side.proposal,
}
"""By what an event is about people."""


@dataclass(frozen=True, slots=True)
class Rule:
    """As whom a principal may issue a command: ``who`` that is, in words, and whether somebody is that."""

    who: str
    holds: Callable[[Actor, Said, EngagementHistory | None], bool]


def _anything(_asks: Actor, _said: Said, _history: EngagementHistory | None) -> bool:
    return True


def _its_client(asks: Actor, _said: Said, history: EngagementHistory | None) -> bool:
    return history is not None and history.state.client_id == asks.id


def _own(who: str, own: Callable[[Side, Said], bool]) -> Rule:
    """A rule about what is a side's own."""

    def holds(asks: Actor, said: Said, history: EngagementHistory | None) -> bool:
        return history is not None and own(_side(asks, history), said)

    return Rule(who, holds)


def _side(asks: Actor, history: EngagementHistory) -> Side:
    return Side("partner_id" if asks.party == "partner" else "professional_id", asks.id or "", history)


def _thing(field: str, own: Callable[[Side, Any], bool]) -> Callable[[Side, Said], bool]:
    """What a field names is its own."""
    return lambda side, said: field not in said or own(side, said[field])


def _if_named(**fields: Callable[[Side, Any], bool]) -> Callable[[Side, Said], bool]:
    """Whatever these fields name is its own."""
    return lambda side, said: all(own(side, said[name]) for name, own in fields.items() if said.get(name) is not None)


def _itself(side: Side, said: Said) -> bool:
    """It is named as the supplier, of somebody whom nobody else supplies here."""
    named = side.of not in said or bool(said[side.of] == side.whose)
    return named and ("professional_id" not in said or side.supplies(said["professional_id"]))


def _one_of_the_sides(side: Side, said: Said) -> bool:
    """Of a plan that is to be made; as long as not both sides are said, whoever takes part may be one."""
    ends = ("from_assignment_id", "to_assignment_id")
    if any(side.assignment(said.get(name)) for name in ends):
        return True
    unsaid = said.get("purpose") == "exit" or not said.keys() >= {*ends}
    return unsaid and side.takes_part()


_ANY: Final = Rule("the platform", _anything)
_CLIENT: Final = Rule("the engagement's client", _its_client)
_SUPPLIES: Final = _own("the partner that supplies the assignment", _thing("assignment_id", Side.assignment))
_NAMED_THINGS: Final = _if_named(assignment_id=Side.assignment, case_id=Side.case, plan_id=Side.plan)
_REMARK: Final = _if_named(corrects=Side.version)

_PARTNER: Final[Mapping[str, Rule]] = {
    "match-professional": _own("the partner that is named as the supplier, of its own people", _itself),
    "propose-successor": _own("the partner that is named as the supplier, of its own people", _itself),
    "withdraw-match": _SUPPLIES,
    "complete-onboarding-item": _SUPPLIES,
    "change-rate": _SUPPLIES,
    "record-absence": _SUPPLIES,
    "amend-absence": _own("the partner whose professional is absent", _thing("absence_id", Side.absence)),
    "announce-departure": _SUPPLIES,
    "record-departure": _SUPPLIES,
    "acknowledge-underperformance": _own(
        "the partner whose professional the concern is about", _thing("concern_id", Side.concern)
    ),
    "dispute-underperformance": _own(
        "the partner whose professional the concern is about", _thing("concern_id", Side.concern)
    ),
    "decline-successor": _own("the partner that supplies the candidate", _thing("proposal_id", Side.proposal)),
    "accept-successor": _own("the partner that supplies the candidate", _thing("proposal_id", Side.proposal)),
    "plan-knowledge-transfer": _own("a partner that supplies one of the sides", _one_of_the_sides),
    "deliver-knowledge-item": _own("the partner that supplies the outgoing side", _thing("plan_id", Side.gives)),
    "record-effort": _own("the partner whose assignment, case and plan are named", _NAMED_THINGS),
    "annotate": _own("a partner about its own people, or about nobody", _REMARK),
}
_PROFESSIONAL: Final[Mapping[str, Rule]] = {
    "deliver-knowledge-item": _own("the professional who hands over", _thing("plan_id", Side.gives)),
    "verify-knowledge-item": _own("the professional who takes over", _thing("plan_id", Side.receives)),
    "dispute-underperformance": _own("the professional whom the concern is about", _thing("concern_id", Side.concern)),
    "record-effort": _own("the professional whose assignment, case and plan are named", _NAMED_THINGS),
    "annotate": _own("a professional about themselves, or about nobody", _REMARK),
}

_IN_PERSON: Final[Mapping[str, Callable[[State, Said], bool]]] = {
    "deliver-knowledge-item": lambda state, said: said["plan_id"] in state.plans,
    "verify-knowledge-item": lambda state, said: said["plan_id"] in state.plans,
    "dispute-underperformance": lambda state, said: said["concern_id"] in state.concerns,
}
"""What a professional does in person, also where the platform records it on behalf of one by name: each with whether
what it is about is there, since of what is not the law speaks."""


class CommandOfNobody(Exception):
    """A command that a party may issue says nowhere which of that party may: nothing is served."""


def _issued_by(party: Party) -> frozenset[str]:
    """The commands that a party may issue under one of the models."""
    return frozenset(
        name
        for name, kind in COMMANDS.items()
        if party in kind.by or (party == "partner" and issubclass(kind, EngagementCommand) and kind.provider_decides)
    )


def _whole(party: Party, rules: Mapping[str, Rule]) -> Mapping[str, Rule]:
    """The rules of a party. Raises CommandOfNobody unless it has one for each of its commands, and none beside."""
    if differing := _issued_by(party) ^ rules.keys():
        raise CommandOfNobody(f"domain/access/may.py and {party}'s commands differ in {', '.join(sorted(differing))}")
    return rules


TABLE: Final[Mapping[Role, Mapping[str, Rule]]] = {
    "operator": dict.fromkeys(COMMANDS, _ANY),
    "client-admin": dict.fromkeys(_issued_by("client"), _CLIENT),
    "client-viewer": {},
    "partner": _whole("partner", _PARTNER),
    "professional": _whole("professional", _PROFESSIONAL),
    "auditor": {},
    "integration": dict.fromkeys(COMMANDS, _ANY),
}
"""The commands of each role, each with as whom it may issue it; of an integration, as far as its scopes go."""


def may(
    principal: Principal,
    command: str,
    said: Said,
    history: EngagementHistory | None,
    on_behalf_of: Actor | None = None,
) -> str | None:
    """Why a principal may not issue a command that says this about an engagement (None: of none that is there yet).

    None: it may. A correction is judged as one: whoever may issue it may issue everything. What a professional does in
    person is recorded on behalf of one by name only where that one may do it, unless nobody has to say who it is.
    """
    rules = TABLE[principal.role]
    if not rules:
        return f"the role {principal.role} reads, and issues no command"
    rule = rules.get(command)
    parties = COMMANDS[command].parties(history.state) if history else COMMANDS[command].by
    if rule is None or (rule is not _ANY and principal.party not in parties):
        return f"{command} is issued by {' or '.join(parties)}, not by {principal.party}"
    if not rule.holds(principal.actor, said, history):
        return f"{command} is issued by {rule.who}, which {principal.party_id} is not"
    return None if principal == LOCAL else _in_name_of(on_behalf_of, command, said, history)


def _in_name_of(whom: Actor | None, command: str, said: Said, history: EngagementHistory | None) -> str | None:
    """Why a command is not recorded in this name; None: it may be."""
    there = _IN_PERSON.get(command)
    if history is None or whom is None or whom.party != "professional" or whom.id is None or there is None:
        return None
    own = _PROFESSIONAL[command]
    if there(history.state, said) and not own.holds(whom, said, history):
        return f"{command} is issued by {own.who}, which {whom.id} is not"
    return None


def may_everything(principal: Principal) -> bool:
    """Whether there is no command that it may not issue, whatever it says."""
    return TABLE[principal.role].keys() == COMMANDS.keys() and principal.party == "platform"


def may_open(principal: Principal | None) -> bool:
    """Whether it may open an engagement; None: nobody may."""
    return principal is not None and may(principal, OpenEngagement.command_name, NOTHING_SAID, None) is None


def said_by(command: Command[Any]) -> Said:
    """What a command says."""
    return {name: getattr(command, name) for name in field_names(type(command))}


def commands_of(principal: Principal | None, state: State, history: EngagementHistory) -> list[str]:
    """The names of the commands that a state of an engagement leaves room for, about something that is its to do.

    None: nobody's.
    """
    if principal is None:
        return []
    return [
        name
        for name, kind in COMMANDS.items()
        if any(may(principal, name, subject, history) is None for subject in kind.offered(state))
    ]
