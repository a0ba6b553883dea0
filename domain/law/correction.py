"""Corrections: facts voided and others recorded in one step, the law judged once, on the result."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain
from operator import attrgetter
from typing import Annotated, Any, ClassVar
from uuid import UUID, uuid5

from domain.language.bounds import Distinct, bounds
from domain.language.words import Text
from domain.law.command import ITSELF, Command, Named, Order, Subject, acting_for, keep_ties, made, on_time, recorded
from domain.law.event import Event, event_of
from domain.law.history import History
from domain.law.marked import Marked
from domain.law.recorded import Actor, Key, Recorded
from domain.law.rejection import Rejection, Unfit
from domain.law.timeline import judged
from domain.law.voiding import FactVoided, NotVoidable, UnknownVersion, Version

_key = attrgetter("key")


class NothingCorrected(Unfit):
    """A correction voids a fact, records one, or both."""

    remedy: ClassVar = "Name the versions that are wrong under void, what is true instead under record, or both."


@dataclass(frozen=True, slots=True)
class Entry:
    """One command of a correction, with when it happened and for whom it is recorded."""

    command: Command[Any]
    occurred_at: datetime | None = None
    on_behalf_of: Actor | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectHistory(Command[Any]):
    """Void facts and record others in one step: the law is judged once, on the result."""

    command_name: ClassVar = "correct-history"
    by: ClassVar = ("platform",)
    records: ClassVar = FactVoided

    void: Annotated[tuple[Version, ...], bounds(max_length=1000), Distinct()] = ()
    record: tuple[Entry, ...] = ()
    reason: Text

    @classmethod
    def possible(cls, state: Any) -> Iterable[Subject]:
        return ITSELF

    def names(self) -> Iterator[Named]:
        return chain.from_iterable(entry.command.names() for entry in self.record)

    def facts(self, history: History[Any], order: Order, published: Any) -> list[Recorded]:
        return correct(self, history, order, published)

    def standing(self, history: History[Any], order: Order, published: Any) -> Recorded | None:
        """The voiding of the first fact that it would void, or what stands of the first command it would record."""
        if self.void:
            return history.voided.get(self.void[0])
        return self.record[0].command.standing(history, entry_order(order, 0, self.record[0], ()), published)


def correct(command: CorrectHistory, history: History[Any], order: Order, published: Any) -> list[Recorded]:
    """The facts a correction records, none where it stands. Raises the Rejection that forbids it."""
    on_behalf_of = acting_for(order, command.parties(history.state))
    on_time(history, order)
    if not command.void and not command.record:
        raise NothingCorrected("void and record are both empty", field="void")
    voidings = [
        recorded(
            order,
            on_behalf_of,
            history.stream_id,
            voiding,
            order.at,
            version=history.version + 1 + ordinal,
            ordinal=ordinal,
        )
        for ordinal, voiding in enumerate(voidings_of(history, command))
    ]
    draft = Draft.without(history, voidings)
    entries: dict[UUID, tuple[int, datetime]] = {}
    for index, entry in in_order_of_time(command.record, order.at):
        of_entry = entry_order(order, index, entry, voidings)
        entries[of_entry.command_id] = index, of_entry.judged_at
        with refused_as(*entries[of_entry.command_id]):
            draft.record(of_entry, published)
    final = _judged_together(draft, entries)
    for fact in draft.new:
        with refused_as(*entries[fact.command_id]):
            keep_ties(history, [fact])
            if not event_of(fact).ordered:
                judged(final, fact)
    return [*voidings, *draft.new]


def _judged_together(draft: "Draft", entries: Mapping[UUID, tuple[int, datetime]]) -> Any:
    """The state at the end with all entries. Raises the Rejection that forbids one, or what they contradict."""
    try:
        return draft.history.judge(draft.new, draft.gone)
    except Rejection as refused:
        own = next((fact for fact in draft.new if fact.version == refused.of_version), None)
        if own is None:
            raise
        with refused_as(*entries[own.command_id]):
            raise


@contextmanager
def refused_as(index: int, judged_at: datetime) -> Iterator[None]:
    """What is refused here is refused of this entry, which is judged at that instant."""
    try:
        yield
    except Rejection as refused:
        refused.field = f"record[{index}].{refused.field}" if refused.field else f"record[{index}]"
        refused.judge(judged_at)
        raise


def voidings_of(history: History[Any], command: CorrectHistory) -> Iterator[FactVoided]:
    """One voiding for each command concerned. Raises UnknownVersion or NotVoidable."""
    done = set(history.voided)
    together: dict[UUID, list[int]] = {}
    for each in history.facts if command.void else ():
        together.setdefault(each.command_id, []).append(each.version)
    for version in command.void:
        if not 1 <= version <= history.version:
            raise UnknownVersion(f"the history has no version {version}, only 1 to {history.version}", field="void")
        fact = history.facts[version - 1]
        if not event_of(fact).voidable:
            raise NotVoidable(f"version {version} is {fact.type}, which is never voided", field="void")
        if version not in done:
            voids = tuple(together[fact.command_id])
            done.update(voids)
            yield FactVoided(version=version, voids=voids, reason=command.reason)


def in_order_of_time(entries: Sequence[Entry], default: datetime) -> list[tuple[int, Entry]]:
    return sorted(enumerate(entries), key=lambda numbered: numbered[1].occurred_at or default)


def entry_order(order: Order, index: int, entry: Entry, voidings: Sequence[Recorded]) -> Order:
    """The order of one entry: a command of its own, caused by the correction."""
    return replace(
        order,
        command=entry.command,
        occurred_at=entry.occurred_at or order.at,
        on_behalf_of=entry.on_behalf_of,
        command_id=entry_id(order.command_id, index),
        made_id=order.made_id and entry_id(order.made_id, index),
        causation_id=voidings[0].event_id if voidings else str(order.command_id),
    )


def entry_id(correction_id: UUID, index: int) -> UUID:
    """The command id of a correction's entry."""
    return uuid5(correction_id, str(index))


@dataclass
class Draft:
    """A timeline on which a correction is at work, folded forward from entry to entry: half-way it may be unlawful."""

    history: History[Any]
    gone: list[Recorded]
    """The facts voided here."""
    places: dict[tuple[type[Event[Any]], tuple[object, ...]], list[int]]
    """Their versions, by type and subject: the places their successors take."""
    marked: Marked[Any]
    """The timeline as far as it was folded."""
    later: list[Recorded]
    """What comes behind that, in its order."""
    version: int
    new: list[Recorded] = field(default_factory=list)

    @staticmethod
    def without(history: History[Any], voidings: Sequence[Recorded]) -> "Draft":
        versions = sorted(version for fact in voidings for version in event_of(fact).takes_back())
        gone = [history.facts[version - 1] for version in versions]
        places: dict[tuple[type[Event[Any]], tuple[object, ...]], list[int]] = {}
        for fact in gone:
            event = event_of(fact)
            places.setdefault((type(event), subject_of(event)), []).append(fact.version)
        common = min((history.marked.place(fact.key) for fact in gone), default=len(history.timeline))
        taken_back = set(versions)
        later = [fact for fact in history.timeline[common:] if fact.version not in taken_back]
        version = history.version + len(voidings)
        return Draft(history, gone, places, history.marked.first(common).tolerant(), later, version)

    def record(self, order: Order, published: Any) -> None:
        """Decides one entry at its place. Raises the Rejection that forbids it."""
        on_behalf_of = acting_for(order, order.command.parties(self.history.state))
        on_time(self.history, order)
        place = self.place(order.command.records, order.command)
        version = self.version + 1
        state = self.before((order.at, place or version, version))
        facts = made(state, order, on_behalf_of, published, self.history.stream_id, version)
        if order.command.records.ordered and event_of(facts[0]).stands(state, facts[0]):
            return
        placed = [replace(fact, place=self.taken_place(event_of(fact)) or fact.version) for fact in facts]
        self.new += placed
        self.version += len(placed)
        self.later = sorted((*placed, *self.later), key=_key)

    def before(self, key: Key) -> Any:
        """The state just before a place, as far as the draft is lawful."""
        if key <= self.marked.last:
            count = self.marked.place(key)
            self.later = [*self.marked.facts[count:], *self.later]
            self.marked = self.marked.first(count)
        passed = bisect_left(self.later, key, key=_key)
        self.marked = self.marked.grown(self.later[:passed])
        self.later = self.later[passed:]
        return event_of(self.history.facts[0]).reached(self.marked.state, key[0])

    def place(self, kind: type[Event[Any]], about: Event[Any] | Command[Any]) -> int | None:
        """The first place not taken among the voided facts of this kind about the same ids."""
        free = self.places.get((kind, tuple(getattr(about, name) for name in kind.subject)))
        return free[0] if free else None

    def taken_place(self, event: Event[Any]) -> int | None:
        """The same for an event that takes it."""
        free = self.places.get((type(event), subject_of(event)))
        return free.pop(0) if free else None


def subject_of(event: Event[Any]) -> tuple[object, ...]:
    return tuple(getattr(event, name) for name in event.subject)
