"""What has been published: the documents that a command names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from domain.engagement.terms.policy import Policy
from domain.language.saying import none_such
from domain.law.rejection import Unfit
from domain.time.calendar import Calendar


class UnknownTerms(Unfit):
    """No policy or calendar of that code and version has been published."""

    remedy: ClassVar = "Name one that GET /v1/policies or GET /v1/calendars lists, or publish it first."


def unpublished(kind: str, name: str, others: Sequence[str]) -> str:
    """That no document of this name has been published, and which have been, as far as that was looked up."""
    return none_such(f"published {kind}", name, others) if others else f"there is no published {kind} {name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """The published policies and calendars that a command names, by ``code`` (its newest) and by ``code@n``.

    ``policy_names`` and ``calendar_names`` say what else there is (``code@n``, the newest of each code) where a command
    names something that there is not.
    """

    policies: Mapping[str, Policy]
    calendars: Mapping[str, Calendar]
    policy_names: Sequence[str] = ()
    calendar_names: Sequence[str] = ()

    def policy(self, name: str) -> Policy:
        """Raises UnknownTerms."""
        if name not in self.policies:
            raise UnknownTerms(unpublished("policy", name, self.policy_names), field="policy")
        return self.policies[name]

    def calendar(self, name: str) -> Calendar:
        """Raises UnknownTerms."""
        if name not in self.calendars:
            raise UnknownTerms(unpublished("calendar", name, self.calendar_names), field="calendar")
        return self.calendars[name]
