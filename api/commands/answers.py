"""What a command is answered: what it recorded."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from pydantic import Field

from api.http.events import AnyEvent, event_bytes, written
from api.http.problems import Problem
from api.http.strict_json import json_of
from application.commands.already import Already
from application.commands.request import Outcome
from application.queries.audit import Change
from application.queries.dry_run import DryRun
from domain.language.bounds import DESCRIBED
from domain.language.instants import instant_text
from domain.language.position import Position, Positions
from domain.language.words import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandAnswer:
    """What a command recorded: nothing, where its effect stood, with the engagement's last version and position.

    ``already``, which is there only then, names the fact whose effect stood. In a dry run, and only there, ``dry_run``
    is true and there are ``changes``: then the events and the version are what they would be.
    """

    __pydantic_config__ = DESCRIBED

    engagement_id: UUID
    version: Annotated[int, Field(ge=1)]
    position: Position
    """The position in the log of the last event, from 1 on without a gap.

    In a dry run that of the engagement's last event so far, 0 where it is not open.
    """
    recorded_at: Instant
    events: tuple[AnyEvent, ...]
    already: Already | None = None
    dry_run: bool | None = None
    """True: nothing was recorded; this is what would be. Left out where it is no dry run."""
    changes: tuple[Change, ...] | None = None
    """What all the events together would change in the state, as a step of the audit has it; of a dry run alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandAnswers:
    """What each command of a list recorded, in its order, or its problem."""

    answers: tuple[CommandAnswer | Problem, ...]


def dry_run_bytes(of: DryRun, positions: Positions) -> bytes:
    """The answer of a dry run as JSON."""
    changes = b",".join(map(json_of, of.changes))
    return command_bytes(of.outcome, positions)[:-1] + b',"dry_run":true,"changes":[' + changes + b"]}"


def command_bytes(outcome: Outcome, positions: Positions) -> bytes:
    """The answer of a command as JSON."""
    position = written(positions.shown(outcome.position))
    about = (
        f'{{"engagement_id":"{outcome.engagement_id}","version":{outcome.version},"position":{position}'
        f',"recorded_at":"{instant_text(outcome.recorded_at)}","events":['
    )
    stands = b',"already":' + json_of(outcome.stands()) if outcome.stands else b""
    return about.encode() + b",".join(event_bytes(each, positions) for each in outcome.facts) + b"]" + stands + b"}"
