"""Events as CloudEvents 1.0 (github.com/cloudevents/spec), in their JSON format."""

from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import Field
from pydantic_core import to_json

from application.queries.feed import FeedPage
from domain.language.bounds import DESCRIBED
from domain.language.instants import instant_text
from domain.language.position import TOKEN, Positions
from domain.language.words import Instant
from domain.law.recorded import Recorded
from infrastructure.events.codec import SCHEMA_VERSIONS, event_json

CLOUD_EVENTS: Final = "application/cloudevents-batch+json"
SPEC_VERSION: Final = "1.0"
TYPE_PREFIX: Final = "standfast.engagement"


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudEvent:
    """An event as a CloudEvent; of what it has no value for, the attribute is left out."""

    __pydantic_config__ = DESCRIBED

    specversion: Literal["1.0"]
    id: str
    """The engagement and the version, `{engagement_id}/{version}`: with `source` it names one event."""
    source: str
    """The log that it was recorded in, `urn:uuid:` and its `log_id`."""
    type: str
    """`standfast.engagement.`, the event's type, and the version of its schema: `.v1`."""
    subject: UUID
    """The engagement."""
    time: Instant
    """When it happened: its `occurred_at`."""
    datacontenttype: Literal["application/json"]
    dataschema: str | None = None
    """Where the schema of `data` stands."""
    position: Annotated[str, Field(pattern=rf"^([1-9][0-9]*|{TOKEN})$")]
    """Its position in the log, as digits: an integer of CloudEvents ends at 2147483647. Or its token."""
    version: Annotated[int, Field(ge=1)]
    place: Annotated[int, Field(ge=1)]
    recordedat: Instant
    """When it was recorded."""
    actor: str
    """Who recorded it, `party:id` or `party`."""
    onbehalfof: str | None = None
    """For whom it was recorded, `party:id` or `party`."""
    commandid: UUID
    """The command that recorded it."""
    correlationid: str | None = None
    """The id by which the request is found again in the log of the server."""
    causationid: str | None = None
    """What caused it: the event or the command."""
    data: dict[str, Any]
    """What the event says, by its own schema."""


CloudEvents = tuple[CloudEvent, ...]


def cloud_event(fact: Recorded, log_id: UUID, base: str | None, positions: Positions) -> bytes:
    """An event of a log as a CloudEvent. ``base`` is the address of the server, with a slash at its end, if known."""
    name = fact.type
    written = {
        "specversion": SPEC_VERSION,
        "id": fact.event_id,
        "source": f"urn:uuid:{log_id}",
        "type": f"{TYPE_PREFIX}.{name}.v{SCHEMA_VERSIONS[name]}",
        "subject": str(fact.stream_id),
        "time": instant_text(fact.occurred_at),
        "datacontenttype": "application/json",
        "dataschema": f"{base}openapi.json#/components/schemas/{name}" if base else None,
        "position": str(positions.shown(fact.position)),
        "version": fact.version,
        "place": fact.place,
        "recordedat": instant_text(fact.recorded_at),
        "actor": str(fact.actor),
        "onbehalfof": str(fact.on_behalf_of) if fact.on_behalf_of else None,
        "commandid": str(fact.command_id),
        "correlationid": fact.correlation_id,
        "causationid": fact.causation_id,
    }
    said = to_json({attribute: value for attribute, value in written.items() if value is not None})
    return said[:-1] + b',"data":' + event_json(fact.event) + b"}"


def batch_bytes(page: FeedPage, base: str, positions: Positions) -> bytes:
    """A page of the feed as a batch."""
    return b"[" + b",".join(cloud_event(fact, page.log_id, base, positions) for fact in page.items) + b"]"
