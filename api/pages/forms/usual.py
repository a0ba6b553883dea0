"""What the schema cannot know: which fields that may be left out people usually say. All others fold."""

from collections.abc import Mapping, Sequence
from typing import Final

USUAL: Final[Mapping[str, Sequence[str]]] = {
    "open-engagement": ("client_id", "name", "model", "work_class", "policy", "calendar", "seats"),
    "add-seat": ("required_from", "allocation", "key_role"),
    "amend-seat": ("role", "allocation", "required_from", "required_until", "reason"),
    "match-professional": ("partner_id", "planned_start", "day_rate"),
    "propose-successor": ("partner_id", "qualified", "planned_start", "day_rate"),
    "complete-onboarding-item": ("effort_minutes",),
    "amend-absence": ("until", "cancelled"),
    "record-departure": ("notice_given_at",),
    "report-underperformance": ("observed_since", "evidence"),
    "request-replacement": ("concern_id", "claim_guarantee"),
    "pause-replacement": ("until",),
    "replace-professional": ("charge_to_client",),
    "plan-knowledge-transfer": ("purpose", "case_id", "from_assignment_id", "to_assignment_id"),
    "deliver-knowledge-item": ("effort_minutes", "billable"),
    "record-effort": ("billable", "worked_on", "assignment_id"),
    "suspend-engagement": ("until",),
    "amend-terms": ("policy", "calendar"),
    "annotate": ("corrects",),
}
"""In the order in which they are asked; what must be said stands before them, but where it is among them."""

OCCURRED: Final = "occurred_at"


def is_usual(command: str, name: str, *, required: bool) -> bool:
    """Whether a field is shown at once."""
    return required or name == OCCURRED or name in USUAL.get(command, ())


def place_of(command: str, name: str, *, required: bool) -> tuple[int, int]:
    """Where a field stands: what must be said, what usually is, when it happened, the rest."""
    usual = USUAL.get(command, ())
    if name == OCCURRED:
        return 2, 0
    if required and name not in usual:
        return 0, 0
    return (1, usual.index(name)) if name in usual else (3, 0)
