"""What has been published: the documents that a command names."""

from collections.abc import Mapping
from dataclasses import dataclass

from domain.engagement.terms.policy import Policy
from domain.law.rejection import Unfit
from domain.time.calendar import Calendar


class UnknownTerms(Unfit):
    """No policy or calendar of that code and version has been published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """The published policies and calendars that a command names, by ``code`` (its newest) and by ``code@n``."""

    policies: Mapping[str, Policy]
    calendars: Mapping[str, Calendar]

    def policy(self, name: str) -> Policy:
        """Raises UnknownTerms."""
        if name not in self.policies:
            raise UnknownTerms(f"no policy {name} has been published", field="policy")
        return self.policies[name]

    def calendar(self, name: str) -> Calendar:
        """Raises UnknownTerms."""
        if name not in self.calendars:
            raise UnknownTerms(f"no calendar {name} has been published", field="calendar")
        return self.calendars[name]
