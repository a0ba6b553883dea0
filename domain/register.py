"""Every command and every event by the name it has outside: collected from the rooms, in the order of their list."""

from typing import Any, Final

from domain.clocks import notice
from domain.engagement import annotation, concerns, effort, seats
from domain.engagement.assignments import absence, departure, matching, onboarding, productivity, rate
from domain.engagement.lifecycle import amendment, ending, opening, suspension
from domain.engagement.replacement import guarantee, pause, request, succession, takeover, withdrawal
from domain.engagement.state import State
from domain.engagement.transfer import completion, items, planning
from domain.language.words import ActingParty
from domain.law import correction
from domain.law.command import Command
from domain.law.rejection import Rejection, all_rejections
from domain.law.stream import StreamKind

ENGAGEMENT: Final = StreamKind(
    name="engagement",
    opening=opening.EngagementOpened,
    opening_command=opening.OpenEngagement,
    rooms=(
        opening,
        seats,
        matching,
        onboarding,
        rate,
        productivity,
        absence,
        departure,
        concerns,
        request,
        guarantee,
        succession,
        pause,
        takeover,
        withdrawal,
        planning,
        items,
        completion,
        effort,
        suspension,
        amendment,
        ending,
        correction,
        annotation,
        notice,
    ),
)
COMMANDS: Final = ENGAGEMENT.commands
EVENTS: Final = ENGAGEMENT.events
COMMAND_NAMES: Final[dict[type[Command[Any]], str]] = {kind: name for name, kind in COMMANDS.items()}
REJECTIONS: Final[tuple[type[Rejection], ...]] = tuple(all_rejections())
"""Every rule that can forbid a command: with this module, every room is read."""


def allowed_commands(state: State, party: ActingParty | None = None) -> list[str]:
    """The names of the commands that this state leaves room for, in the order of the rooms.

    With a party, those of them that it may issue: the platform every one.
    """
    anybody = party in (None, "platform")
    return [
        name
        for name, kind in COMMANDS.items()
        if any(anybody or party in kind.parties_about(state, subject) for subject in kind.offered(state))
    ]
