"""Events as the interface shows them: their envelope, flat, with `type` beside `data`."""

from dataclasses import make_dataclass
from functools import lru_cache, reduce
from operator import or_
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, RootModel
from pydantic_core import to_json

from domain.language.instants import instant_text
from domain.language.position import NUMBERS, Position, Positions
from domain.language.words import Instant
from domain.law.event import Event
from domain.law.recorded import Actor, Recorded
from domain.register import EVENTS
from infrastructure.events.codec import SCHEMA_VERSIONS, adapter, event_json


def _event(name: str, kind: type[Event[Any]]) -> type:
    shape = {
        "position": Position,
        "engagement_id": UUID,
        "version": Annotated[int, Field(ge=1)],
        "place": Annotated[int, Field(ge=1)],
        "type": Literal[name],
        "schema_version": Annotated[int, Field(ge=1)],
        "occurred_at": Instant,
        "recorded_at": Instant,
        "actor": Actor,
        "on_behalf_of": Actor | None,
        "command_id": UUID,
        "correlation_id": str | None,
        "causation_id": str | None,
        "data": kind,
    }
    # A shape alone: nobody makes one of these, so that none of what costs the start its time is made for it.
    made = make_dataclass(f"{name}Event", shape.items(), init=False, repr=False, eq=False, kw_only=True)
    made.__doc__ = kind.__doc__
    return made


EVENT_SHAPES: Final = {name: _event(name, kind) for name, kind in EVENTS.items()}


class AnyEvent(RootModel[Annotated[reduce(or_, EVENT_SHAPES.values()), Field(discriminator="type")]]):  # type: ignore[misc]  # the register says which
    """An event in its envelope."""

    model_config = ConfigDict(defer_build=True)


def event_bytes(fact: Recorded, positions: Positions = NUMBERS) -> bytes:
    """A recorded event as JSON."""
    name = fact.type
    envelope = (
        f'{{"engagement_id":"{fact.stream_id}","version":{fact.version},"place":{fact.place}'
        f',"occurred_at":"{instant_text(fact.occurred_at)}","recorded_at":"{instant_text(fact.recorded_at)}"'
        f',"position":{written(positions.shown(fact.position))},"actor":{_actor_json(fact.actor)},"on_behalf_of":{_actor_json(fact.on_behalf_of)}'
        f',"command_id":"{fact.command_id}","correlation_id":{to_json(fact.correlation_id).decode()}'
        f',"causation_id":{to_json(fact.causation_id).decode()},"type":"{name}","schema_version":{SCHEMA_VERSIONS[name]}'
        ',"data":'
    )
    return envelope.encode() + event_json(fact.event) + b"}"


def written(position: int | str) -> str:
    """A position as JSON: a token has nothing in it that is to be escaped."""
    return f'"{position}"' if isinstance(position, str) else str(position)


@lru_cache(1024)
def _actor_json(actor: Actor | None) -> str:
    return adapter(Actor | None).dump_json(actor).decode()
