"""Whose an assignment is among those who supply professionals, as groups of figures name it."""

from collections.abc import Mapping
from typing import Final

from domain.engagement.nouns.assignment import Assignment
from domain.language.words import SupplySource

PLATFORM, INDEPENDENT = "platform", "independent"
_WITHOUT_A_PARTNER: Final[Mapping[SupplySource, str]] = {"internal_team": PLATFORM, "independent": INDEPENDENT}


def supplier_of(assignment: Assignment | None) -> str | None:
    """The partner's id, or what stands for internal teams and for independents.

    None for nobody's, and for an agency's that whoever reads is not told.
    """
    if assignment is None:
        return None
    return assignment.partner_id or _WITHOUT_A_PARTNER.get(assignment.supply_source)
