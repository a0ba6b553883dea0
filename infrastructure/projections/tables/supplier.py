"""Whose an assignment is among those who supply professionals, as groups of figures name it."""

from domain.engagement.nouns.assignment import Assignment

PLATFORM, INDEPENDENT = "platform", "independent"


def supplier_of(assignment: Assignment | None) -> str | None:
    """The partner's id, or what stands for internal teams and for independents; None for nobody's."""
    if assignment is None:
        return None
    if assignment.partner_id:
        return assignment.partner_id
    return PLATFORM if assignment.supply_source == "internal_team" else INDEPENDENT
