"""Lines of a file that were refused: each with its number and the reason a person reads."""

import json
from dataclasses import dataclass

from application.commands.request import Refused, RefusedBefore


@dataclass(frozen=True, slots=True)
class LineRefused:
    """``line`` counts from 1, as editors do."""

    line: int
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"


def reason_of(refusal: Exception) -> str:
    """Why a command was refused: the rule by its stable name, what it says of this case, and what to do."""
    if isinstance(refusal, Refused):
        rejection = refusal.rejection
        where = f" ({rejection.field})" if rejection.field else ""
        return f"{rejection.rule()}{where}: {rejection}. {rejection.remedy}"
    if isinstance(refusal, RefusedBefore):
        problem = json.loads(refusal.problem)
        return f"refused before by {problem['type'].rpartition('/')[2]}: {problem['detail']}"
    return str(refusal)
