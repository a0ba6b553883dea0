"""What a command is answered: what it recorded."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from pydantic import Field

from api.http.events import AnyEvent, event_bytes
from api.http.problems import Problem
from api.http.strict_json import json_of
from application.commands.already import Already
from application.commands.request import Outcome
from domain.language.instants import instant_text
from domain.language.words import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandAnswer:
    """What a command recorded: nothing, where its effect stood, with the engagement's last version and position.

    ``already``, which is there only then, names the fact whose effect stood.
    """

    engagement_id: UUID
    version: Annotated[int, Field(ge=1)]
    position: Annotated[int, Field(ge=1)]
    recorded_at: Instant
    events: tuple[AnyEvent, ...]
    already: Already | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandAnswers:
    """What each command of a list recorded, in its order, or its problem."""

    answers: tuple[CommandAnswer | Problem, ...]


def command_bytes(outcome: Outcome) -> bytes:
    """The answer of a command as JSON."""
    about = (
        f'{{"engagement_id":"{outcome.engagement_id}","version":{outcome.version},"position":{outcome.position}'
        f',"recorded_at":"{instant_text(outcome.recorded_at)}","events":['
    )
    stands = b',"already":' + json_of(outcome.stands()) if outcome.stands else b""
    return about.encode() + b",".join(map(event_bytes, outcome.facts)) + b"]" + stands + b"}"
