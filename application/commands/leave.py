"""Whether whoever asks may have a command recorded, as far as is recorded by now, and how it is refused.

What was judged before, on what was remembered, may be out of date: nothing is recorded, or told again, by that alone.
"""

from datetime import datetime

from application.commands.request import Refused, Request
from domain.access.may import commands_of, may, said_by
from domain.access.reach import EVERYTHING
from domain.engagement.lifecycle.opening import UnknownEngagement, no_engagement
from domain.engagement.state import EngagementHistory
from domain.law.command import OpeningCommand
from domain.law.rejection import NotYours, Rejection
from domain.register import COMMAND_NAMES, allowed_commands


def is_limited(request: Request) -> bool:
    """Whether whoever asks may see less than everything."""
    return request.principal is not None and request.principal.sees != EVERYTHING


def demand_reach(request: Request, history: EngagementHistory | None, now: datetime) -> None:
    """Raises UnknownEngagement where an engagement that is there is beyond the reach of whoever asks."""
    if history and request.principal and not request.principal.reach(now).holds(history):
        raise no_engagement(request.engagement_id)


def demand_leave(request: Request, history: EngagementHistory | None, now: datetime) -> None:
    """About what is not there, the law speaks.

    Raises UnknownEngagement where the engagement is beyond reach, NotYours where the command is not theirs to issue.
    """
    command = request.command
    if request.principal is None or (history is None and not isinstance(command, OpeningCommand)):
        return
    demand_reach(request, history, now)
    name, said = COMMAND_NAMES[type(command)], said_by(command)
    refused = may(request.principal, name, said, history, request.on_behalf_of)
    if refused is not None:
        raise NotYours(refused)


def refused_as(request: Request, history: EngagementHistory | None, refusal: Rejection) -> Refused:
    """A refusal, with what may be done instead; of an engagement beyond reach as of one that is not there."""
    if isinstance(refusal, UnknownEngagement):
        history = None
    version = history.version if history else 0
    allowed = _allowed(request, history, refusal) if history else ()
    return Refused(refusal, request.engagement_id, version, allowed, history)


def _allowed(request: Request, history: EngagementHistory, refusal: Rejection) -> tuple[str, ...]:
    """What the actor may issue in the state that a command was judged in; before the opening nothing."""
    state, principal = history.state_at(refusal.judged_at) if refusal.judged_at else history.state, request.principal
    if state is None:
        return ()
    if principal is None or principal.party == "platform":
        return tuple(allowed_commands(state, request.actor.party))
    return tuple(commands_of(principal, state, history))
