"""The commands as the pages offer them: their groups, and which have a form."""

from collections.abc import Mapping, Sequence
from typing import Final

from api.pages.formats import capital, words
from domain.engagement.deed import EngagementCommand
from domain.register import COMMANDS

WITHOUT_FORM: Final = ("open-engagement", "correct-history", "record-breach")
"""What is not about one engagement, is made from its history, or is nobody's to issue."""

GROUPS: Final[Mapping[str, Sequence[str]]] = {
    "Performance": (
        "report-underperformance",
        "acknowledge-underperformance",
        "dispute-underperformance",
        "resolve-underperformance",
        "report-productivity",
    ),
    "Replacement": (
        "request-replacement",
        "propose-successor",
        "accept-successor",
        "decline-successor",
        "replace-professional",
        "pause-replacement",
        "resume-replacement",
        "review-guarantee",
        "withdraw-replacement",
    ),
    "People": (
        "match-professional",
        "withdraw-match",
        "complete-onboarding-item",
        "waive-onboarding-item",
        "onboard-professional",
        "change-rate",
        "record-absence",
        "amend-absence",
        "announce-departure",
        "record-departure",
    ),
    "Knowledge": (
        "plan-knowledge-transfer",
        "deliver-knowledge-item",
        "verify-knowledge-item",
        "waive-knowledge-item",
        "complete-knowledge-transfer",
    ),
    "Engagement": (
        "add-seat",
        "amend-seat",
        "close-seat",
        "record-effort",
        "suspend-engagement",
        "resume-engagement",
        "amend-terms",
        "end-engagement",
        "annotate",
    ),
}
"""Every command that has a form, as a person looks for it."""


def command_title(command: str, fields: Mapping[str, str] | None = None) -> str:
    """What a button says: the command, and the item of an onboarding."""
    item = (fields or {}).get("item")
    return f"{capital(words(command))}: {words(item)}" if item else capital(words(command))


def titled(said: str) -> str:
    """What is said of a command that it begins with, with the command's title in place of its name."""
    command, space, rest = said.partition(" ")
    return f"{command_title(command)}{space}{rest}" if command in COMMANDS else said


def issued_by(command: str) -> str:
    """Which party may issue a command, whatever the model of the engagement is."""
    kind = COMMANDS[command]
    provider = issubclass(kind, EngagementCommand) and kind.provider_decides
    under = ", under managed services by partner" if provider else ""
    return f"{command_title(command)} is issued by {' or '.join(kind.by)}{under}."


def has_form(command: str) -> bool:
    return command in COMMANDS and command not in WITHOUT_FORM
