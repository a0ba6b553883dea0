"""What pauses each clock: while everything, or its case, waits in one of these ways it does not run."""

from typing import Final, Literal

from domain.engagement.terms.policy import Obligation

WaitKind = Literal["suspended", "paused", "awaiting_decision", "onboarding_successor"]

PAUSED_WHILE: Final[dict[Obligation, frozenset[WaitKind]]] = {
    "onboard": frozenset({"suspended"}),
    "acknowledge": frozenset({"suspended"}),
    "propose": frozenset({"suspended", "paused"}),
    "decide": frozenset({"suspended"}),
    "replace": frozenset({"suspended", "paused", "awaiting_decision"}),
    "transfer_knowledge": frozenset({"suspended"}),
    "exit_transfer": frozenset(),
}
"""While what each clock pauses."""
