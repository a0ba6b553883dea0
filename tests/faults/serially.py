"""The outcome of many writers at once, beside a serial run: the same commands, one by one, by the domain alone.

The run takes the recorded commands in the order of their positions. Each must make the same events again in the state
it meets then; each refused command must be refused by the same rule, and each that had no effect must have none, in
the state at the version that it was answered with.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from functools import partial
from itertools import groupby
from pathlib import Path

from domain.engagement.state import EngagementHistory
from domain.engagement.terms.published import Published
from domain.law.command import Order
from domain.law.recorded import Actor, Recorded
from domain.law.rejection import Rejection
from infrastructure.database.database import Database
from infrastructure.events.mapper import recorded
from infrastructure.events.rows import PlacedEvent
from infrastructure.log.reading import Log
from tests.faults import decisions
from tests.faults.decisions import Decision
from tests.faults.opening import engagement
from tests.faults.wishes import command_id
from tests.forked import PROCESSES

NOTHING_NAMED = Published(policies={}, calendars={})


class Differs(AssertionError):
    """A serial run comes to something else than the log."""


def compare(url: str, diaries: Sequence[Path], engagements: int, processes: int = 2) -> Counter[str]:
    """Raises `Differs`; returns how many commands were recorded, refused (by rule), and without effect."""
    shards = [range(first, engagements, processes) for first in range(processes)]
    with ProcessPoolExecutor(processes, mp_context=PROCESSES) as pool:
        return sum(pool.map(partial(_compare_shard, url, diaries), shards), Counter())


def _compare_shard(url: str, diaries: Sequence[Path], numbers: range) -> Counter[str]:
    answered: dict[int, list[Decision]] = defaultdict(list)
    for decision in decisions.read(diaries):
        if decision.engagement in numbers:
            answered[decision.engagement].append(decision)
    database = Database(url)
    log = Log(database)
    counted: Counter[str] = Counter()
    for number in numbers:
        rows = [row for row in log.stream(engagement(number)) if isinstance(row, PlacedEvent)]
        counted += run_again([recorded(row) for row in rows], answered.pop(number, []))
    database.close()
    return counted


def run_again(facts: Sequence[Recorded], answered: Iterable[Decision]) -> Counter[str]:
    """One engagement: its facts in the order of positions, beside all commands that were answered about it."""
    by_command = {command_id(each.key): each for each in answered if each.kind == "recorded"}
    by_version: dict[int, list[Decision]] = defaultdict(list)
    for each in answered:
        if each.kind != "recorded":
            by_version[each.version].append(each)
    counted: Counter[str] = Counter(recorded=len(by_command))
    history: EngagementHistory | None = None
    for made in _commands(facts):
        if history is None:
            history = EngagementHistory.of(made)
        else:
            decision = by_command.pop(made[0].command_id, None)
            if decision is None:
                raise Differs(f"nobody was told of {made[0]}")
            _same(made, decide(history, decision, made[0].occurred_at))
            history = history.extended(made)
        for decision in by_version.pop(history.version, []):
            counted[_justified(history, decision)] += 1
    if by_command or by_version:
        raise Differs(f"not in the log: {list(by_command.values())[:3]} {list(by_version.items())[:3]}")
    return counted


def decide(history: EngagementHistory, decision: Decision, now: datetime) -> Sequence[Recorded]:
    """What a command comes to in a state. Raises the Rejection that forbids it."""
    command = decision.command
    identity = command_id(decision.key)
    order = Order(
        command=command,
        actor=Actor(party=command.by[0]),
        command_id=identity,
        correlation_id=str(identity),
        now=now,
    )
    return order.facts(history, NOTHING_NAMED)


def _commands(facts: Sequence[Recorded]) -> Iterator[list[Recorded]]:
    last = 0
    for _, group in groupby(facts, key=lambda fact: fact.command_id):
        made = list(group)
        if made[0].position <= last:
            raise Differs(f"{made[0]} comes before what it follows")
        last = made[-1].position
        yield made


def _same(made: Sequence[Recorded], again: Sequence[Recorded]) -> None:
    if list(map(_content, made)) != list(map(_content, again)):
        raise Differs(f"recorded was {made}, a serial run makes {again}")


def _content(fact: Recorded) -> tuple[object, ...]:
    return (
        fact.version, fact.place, fact.occurred_at, fact.actor, fact.on_behalf_of, fact.command_id, fact.ordinal,
        fact.correlation_id, fact.causation_id, fact.event,
    )  # fmt: skip


def _justified(history: EngagementHistory, decision: Decision) -> str:
    """How a command ended that recorded nothing, and ends again at the version that it was answered with."""
    try:
        again = "recorded" if decide(history, decision, history.facts[-1].recorded_at) else ""
    except Rejection as rejection:
        again = rejection.rule()
    if again != decision.rule:
        raise Differs(f"{decision} comes to {again!r} in a serial run")
    return again or "nothing"
