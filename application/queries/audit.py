"""The audit: each event with who, when, and what it changed in the state as it was known then."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from domain.engagement.state import EngagementHistory, State
from domain.language.words import Instant
from domain.law.recorded import Actor, Recorded
from domain.law.timeline import tolerant

View = Callable[[State | None], Mapping[str, Any]]
"""A state as plain JSON values, under the names of the interface."""

NOT_COMPARED: Final = frozenset({"engagement_id", "version", "position", "as_of", "known_at", "allowed_commands"})


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


def steps(history: EngagementHistory, view: View, *, after: int, limit: int) -> list[Step]:
    """The steps of the versions ``after + 1`` to ``after + limit``.

    Half-way through a correction the timeline may not be lawful: there a fact counts only where it is permitted.
    """
    known = history.as_known(after, tolerant) if 0 < after <= history.version else None
    before = view(known.state if known else None)
    found = []
    for fact in history.facts[after : after + limit]:
        known = known.extended([fact], tolerant) if known else EngagementHistory.of([fact])
        now = view(known.state)
        found.append(_step(history, fact, tuple(changes(before, now))))
        before = now
    return found


def _step(history: EngagementHistory, fact: Recorded, changed: tuple[Change, ...]) -> Step:
    voiding = history.voided.get(fact.version)
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


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    """What differs between two states, path by path; what has an id is compared with its like."""
    for name in after:
        if name not in NOT_COMPARED:
            yield from _differences(f"/{name}", before.get(name), after[name])


def _differences(path: str, before: Any, after: Any) -> Iterator[Change]:
    if before == after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in after:
            yield from _differences(f"{path}/{name}", before.get(name), after[name])
    elif _identified(before) and _identified(after):
        yield from _list_differences(path, before, after)
    else:
        yield Change(path=path, before=before, after=after)


def _identified(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, Mapping) for each in value)


def _list_differences(path: str, before: list[Any], after: list[Any]) -> Iterator[Change]:
    known = {_identity(each): each for each in before}
    for index, each in enumerate(after):
        yield from _differences(f"{path}/{index}", known.pop(_identity(each), None), each)
    for index, each in enumerate(before):
        if _identity(each) in known:
            yield Change(path=f"{path}/{index}", before=each, after=None)


def _identity(value: Mapping[str, Any]) -> Any:
    """The first field of everything the state lists is its id."""
    return next(iter(value.values()))
