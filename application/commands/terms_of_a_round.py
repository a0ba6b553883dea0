"""The shelf of published terms as commands see it that come together: looked at once for each name."""

from collections.abc import Iterable
from typing import Any, Final

from application.ports.store import TermsShelf
from domain.engagement.terms.published import Published

NOTHING: Final = Published(policies={}, calendars={})


class LookedUpOnce:
    """A shelf that keeps what it found, for as long as one round of commands takes."""

    def __init__(self, shelf: TermsShelf) -> None:
        self._shelf = shelf
        self._policies: dict[str, Any] = {}
        self._calendars: dict[str, Any] = {}

    def named(self, policies: Iterable[str], calendars: Iterable[str]) -> Published:
        """As of any shelf."""
        policies, calendars = list(policies), list(calendars)
        new = [name for name in policies if name not in self._policies]
        others = [name for name in calendars if name not in self._calendars]
        found = NOTHING
        if new or others:
            found = self._shelf.named(new, others)
            self._policies |= found.policies
            self._calendars |= found.calendars
        return Published(
            policies={name: self._policies[name] for name in policies if name in self._policies},
            calendars={name: self._calendars[name] for name in calendars if name in self._calendars},
            policy_names=found.policy_names,
            calendar_names=found.calendar_names,
        )
