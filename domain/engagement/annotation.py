"""Annotations: remarks, which never change a metric."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from domain.engagement.deed import EngagementCommand, UnorderedEvent
from domain.engagement.state import State
from domain.language.words import ClientText, Text
from domain.law.command import ITSELF, Subject
from domain.law.recorded import Recorded
from domain.law.voiding import UnknownVersion, Version


@dataclass(frozen=True, slots=True, kw_only=True)
class EventAnnotated(UnorderedEvent):
    """A remark, perhaps about a version of the history; it never changes a metric."""

    corrects: Version | None
    note: ClientText

    def stands(self, state: State, fact: Recorded) -> bool:
        if self.corrects and self.corrects >= fact.version:
            raise UnknownVersion(
                f"the history has no version {self.corrects}, only 1 to {fact.version - 1}", field="corrects"
            )
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotate(EngagementCommand):
    """Leave a remark."""

    command_name: ClassVar = "annotate"
    by: ClassVar = ("client", "platform", "partner", "professional")
    records: ClassVar = EventAnnotated

    corrects: Version | None = None
    note: Text

    @classmethod
    def possible(cls, state: State) -> Iterable[Subject]:
        return ITSELF
