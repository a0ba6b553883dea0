"""A command in the trace of its request: which, about what, and what came of it."""

from contextlib import AbstractContextManager
from typing import Final

from application.commands.request import OF_ONE_COMMAND, Outcome, Request, StaleVersion
from domain.register import COMMAND_NAMES
from infrastructure.process.tracing import CORRELATION_ID, ENGAGEMENT, EVENTS, POSITION, UNTRACED, Span, current

_REFUSED: Final = (*OF_ONE_COMMAND, StaleVersion)
"""With these a command ends as it may."""


def command_span(request: Request) -> AbstractContextManager[Span]:
    """Begins where the command is decided; the append is a part of it."""
    tracing = current()
    if tracing is UNTRACED:
        return UNTRACED.span("", {})
    name = COMMAND_NAMES[type(request.command)]
    told = {
        "standfast.command": name,
        "standfast.command.id": str(request.command_id),
        ENGAGEMENT: str(request.engagement_id),
        CORRELATION_ID: request.correlation_id or str(request.command_id),
    }
    return tracing.span(f"decide {name}", told, expected=_REFUSED)


def recorded(span: Span, outcome: Outcome) -> Outcome:
    """Notes what a command recorded."""
    span.note({EVENTS: len(outcome.facts), POSITION: outcome.position, "standfast.version": outcome.version})
    return outcome
