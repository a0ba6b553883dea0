"""Many commands at once: recorded in their order, in common commits, also those of one engagement."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from application.commands.recording import outcome_of
from application.commands.request import OF_ONE_COMMAND, Outcome, Refused, Request
from application.marketplace import Marketplace
from domain.engagement.state import EngagementHistory
from domain.law.recorded import Recorded

Result = Outcome | Exception
"""What became of one command; the exceptions are those of `application.commands.request.OF_ONE_COMMAND`."""

RecordAll = Callable[[Sequence[Request]], Sequence[Result]]


def record_all(marketplace: Marketplace, requests: Sequence[Request]) -> list[Result]:
    """What became of each, in their order. Raises what the log raises where it cannot take an append.

    A command whose id is recorded already is answered with what it recorded then, whatever the rules say of it now.
    """
    results: dict[int, Result] = {}
    queues: dict[UUID, list[int]] = defaultdict(list)
    for index, request in enumerate(requests):
        queues[request.engagement_id].append(index)
    for engagement_id, history in marketplace.histories(queues).items():
        queue, known = queues[engagement_id], _recorded(history)
        for index in queue:
            request = requests[index]
            facts = known.get(request.command_id) or known.get(request.former_id)
            if facts:
                results[index] = outcome_of(facts)
    now = [index for index in range(len(requests)) if index not in results]
    outcomes = marketplace.record_all(requests[index] for index in now)
    for index, outcome in zip(now, outcomes, strict=True):
        results[index] = _judged(marketplace, requests[index], outcome)
    return [results[index] for index in range(len(requests))]


def _recorded(history: EngagementHistory | None) -> Mapping[UUID | None, Sequence[Recorded]]:
    """What the commands of an engagement recorded so far; of a correction that voids nothing what its entries did."""
    known: dict[UUID | None, list[Recorded]] = defaultdict(list)
    for fact in history.facts if history else ():
        known[fact.command_id].append(fact)
        if fact.causing_command:
            known[UUID(fact.causing_command)].append(fact)
    return known


def _judged(marketplace: Marketplace, request: Request, result: Result) -> Result:
    """The result of one command, where only that one is concerned."""
    if not isinstance(result, (Outcome, *OF_ONE_COMMAND)):
        raise result
    if isinstance(result, Refused):  # somebody else may have recorded it meanwhile
        rows = marketplace.store.log.of_command(request.command_id)
        return outcome_of(marketplace.read(rows)) if rows else result
    return result
