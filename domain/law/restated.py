"""The command that recorded a fact, as it would be issued again: what a correction of the fact begins with."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, takewhile
from operator import attrgetter
from typing import Any

from domain.law.command import Command
from domain.law.correction import CorrectHistory, Entry
from domain.law.event import event_of
from domain.law.history import History
from domain.law.recorded import Actor, Recorded
from domain.law.stream import StreamKind
from domain.law.voiding import FactVoided, UnknownVersion

_command_id = attrgetter("command_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Restated:
    """A command, when it happened, for whom, and the versions of all facts that it recorded, a correction's too.

    ``on_behalf_of`` is for whom the platform would record it again: whoever acted, unless that was the platform
    for nobody else.
    """

    command: Command[Any]
    occurred_at: datetime
    on_behalf_of: Actor | None
    versions: tuple[int, ...]


def restated(kind: StreamKind, history: History[Any], version: int) -> Restated:
    """The command of one version of a history. Raises UnknownVersion.

    A command's facts lie one behind the other, and behind the voidings of a correction lies what else it recorded.
    """
    if 1 <= version <= history.version and not history.facts[version - 1].told:
        raise UnknownVersion(f"the history has no version {version}", field="version")
    if not 1 <= version <= history.version:
        raise UnknownVersion(f"the history has no version {version}, only 1 to {history.version}", field="version")
    first = version
    while first > 1 and history.facts[first - 2].command_id == history.facts[version - 1].command_id:
        first -= 1
    first = next(each for each in range(first, version + 1) if history.facts[each - 1].told)
    facts = (fact for fact in takewhile(_belongs_to(history.facts[first - 1]), _from(history, first)) if fact.told)
    return _restated(kind, list(facts))


def _from(history: History[Any], version: int) -> Iterator[Recorded]:
    return (history.facts[index] for index in range(version - 1, history.version))


def _belongs_to(first: Recorded) -> Any:
    caused = first.event_id if isinstance(first.event, FactVoided) else None

    def belongs(fact: Recorded) -> bool:
        return fact.command_id == first.command_id or (caused is not None and fact.causation_id == caused)

    return belongs


def _restated(kind: StreamKind, facts: list[Recorded]) -> Restated:
    first = facts[0]
    if isinstance(first.event, FactVoided):
        command: Command[Any] = _correction(kind, facts)
    else:
        command = kind.recorded_by[type(event_of(first))].restated(event_of(first))
    return Restated(
        command=command,
        occurred_at=first.occurred_at,
        on_behalf_of=_whom(first),
        versions=tuple(fact.version for fact in facts),
    )


def _correction(kind: StreamKind, facts: list[Recorded]) -> CorrectHistory:
    """The correction, its entries in the order of time; one whose effect stood left no fact."""
    voidings = [fact.event for fact in facts if isinstance(fact.event, FactVoided)]
    others = groupby((fact for fact in facts if not isinstance(fact.event, FactVoided)), key=_command_id)
    entries = (_restated(kind, list(recorded)) for _, recorded in others)
    return CorrectHistory(
        void=tuple(each.version for each in voidings),
        record=tuple(Entry(each.command, each.occurred_at, each.on_behalf_of) for each in entries),
        reason=voidings[0].reason,
    )


def _whom(fact: Recorded) -> Actor | None:
    if fact.on_behalf_of or fact.actor.party in ("platform", "system"):
        return fact.on_behalf_of
    return fact.actor
