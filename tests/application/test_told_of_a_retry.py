"""What is said to stand, where the command that found it so names what is not told any more."""

from typing import Any
from uuid import UUID

from application.commands.already import Already
from application.commands.request import Outcome
from application.queries.issuing import standing_told
from domain.access.eyes import ClientEyes
from domain.engagement.nouns.proposal import UnknownProposal
from tests.domain.access.hiding.seeing import seen
from tests.domain.access.hiding.test_masked import under


class _Sight:
    """That of a client, on one history."""

    def mask(self, history: Any) -> Any:
        return seen(history, ClientEyes("acme"))

    def masked(self, _engagement_id: UUID) -> Any:
        return self.mask(under().history)


def test_what_stood_about_a_thing_that_is_hidden_now_is_not_said() -> None:
    def stands() -> Already:
        raise UnknownProposal("there is no proposal n-none", field="proposal_id")

    fact = under().history.facts[-1]
    outcome = Outcome(
        engagement_id=fact.stream_id, version=1, position=1, recorded_at=fact.recorded_at, facts=(), stands=stands
    )
    sight: Any = _Sight()
    told: Any = standing_told(sight, outcome).stands
    assert told() == Already(version=None, occurred_at=None, detail="it is so already")
