"""Voiding: what a command recorded was wrong and counts no more, though it stays readable."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from domain.language.bounds import bounds
from domain.language.words import ClientText
from domain.law.event import Unordered
from domain.law.rejection import NotFound, Rejection

Version = Annotated[int, bounds(ge=1, le=2_147_483_647)]


class UnknownVersion(NotFound):
    """The engagement's history has no such version."""


class NotVoidable(Rejection):
    """An opening, a notice and a voiding cannot be voided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FactVoided(Unordered[Any]):
    """What a command recorded was wrong; both truths stay readable."""

    voidable: ClassVar = False

    version: Version
    voids: tuple[Version, ...]
    reason: ClientText

    def takes_back(self) -> Iterable[int]:
        return self.voids
