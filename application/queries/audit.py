"""The audit: each event with who, when, and what it changed in the state as it was known then."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from application.queries.touched import touched
from domain.engagement.state import State
from domain.language.words import Instant
from domain.law.growing import Growing
from domain.law.history import with_recorded
from domain.law.known import known_after, voiding_of
from domain.law.marked import Marked
from domain.law.recorded import Actor, Recorded

View = Callable[[State | None], Mapping[str, Any]]
"""A state as plain JSON values, under the names of the interface."""

Places = Mapping[str, Sequence[int]]
"""Where the items of lists stand, by the names of the lists."""

NO_PLACES: Final[Places] = {}
_TwoPlaces = tuple[Sequence[int] | None, Sequence[int] | None]

NOT_COMPARED: Final = frozenset(
    {"engagement_id", "version", "position", "as_of", "known_at", "projected", "allowed_commands"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What was at ``path`` (a JSON Pointer into the state) before, and what is there after."""

    path: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One event of the history; ``voided_by`` is the version of the voiding, where there is one."""

    version: int
    type: str
    occurred_at: Instant
    recorded_at: Instant
    actor: Actor
    on_behalf_of: Actor | None
    voided_by: int | None
    changes: tuple[Change, ...]


def steps(facts: Growing[Recorded], view: View, *, after: int, limit: int) -> list[Step]:
    """The steps of the versions ``after + 1`` to ``after + limit`` among the facts that are known, and told."""
    return [step for step, _ in steps_with_states(facts, view, after=after, limit=limit)]


def steps_with_states(
    facts: Growing[Recorded], view: View, *, after: int, limit: int
) -> Iterator[tuple[Step, Marked[State]]]:
    """The same, each with the timeline as it was known after it.

    Half-way through a correction the timeline may not be lawful: there a fact counts only where it is permitted. A
    pause that is over by itself is nobody's step.
    """
    known = known_after(facts, after) if 0 < after < len(facts) else None
    for fact in facts[after : after + limit]:
        before = known
        known = with_recorded(known, facts, [fact]) if known else known_after(facts, 1)
        if fact.told:
            yield _step(facts, fact, changed(before, known, view)), known


def changed(before: Marked[State] | None, after: Marked[State], view: View) -> tuple[Change, ...]:
    """What the facts changed that a timeline has grown by; all of it where there was none before."""
    latest = after.facts[-1].occurred_at
    was = before.state.reached(latest) if before else None
    return tuple(_changes(was, after.state.reached(latest), view))


def _changes(before: State | None, after: State, view: View) -> Iterator[Change]:
    if before is None:
        yield from changes(view(None), view(after))
    elif before is not after:
        one, other = touched(before, after)
        yield from changes(view(one.state), view(other.state), one.places, other.places)


def _step(facts: Growing[Recorded], fact: Recorded, changed: tuple[Change, ...]) -> Step:
    voiding = voiding_of(facts, fact.version)
    return Step(
        version=fact.version,
        type=fact.type,
        occurred_at=fact.occurred_at,
        recorded_at=fact.recorded_at,
        actor=fact.actor,
        on_behalf_of=fact.on_behalf_of,
        voided_by=voiding.version if voiding else None,
        changes=changed,
    )


def changes(
    before: Mapping[str, Any], after: Mapping[str, Any], were: Places = NO_PLACES, are: Places = NO_PLACES
) -> Iterator[Change]:
    """What differs between two states, path by path; what has an id is compared with its like.

    ``were`` and ``are`` tell where the items of a list stand, if not one behind the other from the first on.
    """
    for name in after:
        if name not in NOT_COMPARED:
            places = were.get(name), are.get(name)
            yield from _differences(f"/{name}", before.get(name), after[name], places)


def _differences(path: str, before: Any, after: Any, places: _TwoPlaces = (None, None)) -> Iterator[Change]:
    if before == after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in after:
            yield from _differences(f"{path}/{name}", before.get(name), after[name])
    elif _identified(before) and _identified(after):
        were, are = (placed or range(len(items)) for placed, items in zip(places, (before, after), strict=True))
        yield from _list_differences(path, dict(zip(were, before, strict=True)), dict(zip(are, after, strict=True)))
    else:
        yield Change(path=path, before=before, after=after)


def _identified(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, Mapping) for each in value)


def _list_differences(path: str, before: Mapping[int, Any], after: Mapping[int, Any]) -> Iterator[Change]:
    known = {_identity(each): each for each in before.values()}
    for index, each in after.items():
        yield from _differences(f"{path}/{index}", known.pop(_identity(each), None), each)
    for index, each in before.items():
        if _identity(each) in known:
            yield Change(path=f"{path}/{index}", before=each, after=None)


def _identity(value: Mapping[str, Any]) -> Any:
    """The first field of everything the state lists is its id."""
    return next(iter(value.values()))
