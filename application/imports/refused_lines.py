"""Lines of a file that were refused: each with its number and the reason a person reads."""

from dataclasses import dataclass

from application.commands.request import Refused, RefusedBefore
from domain.law.rejection import ContradictsLaterFact


@dataclass(frozen=True, slots=True)
class LineRefused:
    """``line`` counts from 1, as editors do."""

    line: int
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"


def reason_of(refusal: Exception) -> str:
    """Why a command was refused: the rule by its stable name, and what it says of this case."""
    if isinstance(refusal, Refused):
        rejection = refusal.rejection
        where = f" ({rejection.field})" if rejection.field else ""
        broken = f", {rejection.broken}" if isinstance(rejection, ContradictsLaterFact) else ""
        return f"{rejection.rule()}{broken}{where}: {rejection.detail}"
    if isinstance(refusal, RefusedBefore):
        return f"refused before with status {refusal.status}: {refusal.problem.decode(errors='replace')}"
    return str(refusal)
