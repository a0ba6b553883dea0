"""The command that recorded an event, to be issued again: a form for its correction begins with it."""

from uuid import UUID

from application.queries.sight import Sight
from domain.law.restated import Restated, restated
from domain.register import ENGAGEMENT


def command_of_event(sight: Sight, engagement_id: UUID, version: int) -> Restated:
    """The command of one version of an engagement. Raises UnknownEngagement or UnknownVersion."""
    return restated(ENGAGEMENT, sight.history(engagement_id), version)
