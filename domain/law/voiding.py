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

    remedy: ClassVar = "Look the version up in the history of the engagement."
    timeless: ClassVar = True


class NotVoidable(Rejection):
    """An opening, a notice and a voiding cannot be voided."""

    remedy: ClassVar = "End a wrong opening as cancelled and open anew; record again what a wrong voiding took back."
    timeless: ClassVar = True


@dataclass(frozen=True, slots=True, kw_only=True)
class FactVoided(Unordered[Any]):
    """What a command recorded was wrong; both truths stay readable."""

    voidable: ClassVar = False

    version: Version
    voids: tuple[Version, ...]
    reason: ClientText

    def takes_back(self) -> Iterable[int]:
        return self.voids
