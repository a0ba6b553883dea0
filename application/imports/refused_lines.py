"""Lines of a file that were refused: each with its number and the reason a person reads."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from application.commands.request import Refused, RefusedBefore
from domain.language.instants import parse_instant
from domain.language.saying import rule_name


@dataclass(frozen=True, slots=True)
class LineRefused:
    """``line`` counts from 1, as editors do.

    ``rule`` is the stable name of what forbids it, None where the line is no command; ``before``: its key was refused
    before, and this is what was answered then.
    """

    line: int
    detail: str
    rule: str | None = None
    field: str | None = None
    remedy: str | None = None
    judged_at: datetime | None = None
    before: bool = False

    @property
    def reason(self) -> str:
        """The rule, what it says of this case, and what to do."""
        where = f" ({self.field})" if self.field else ""
        rule = f"{'refused before by ' if self.before else ''}{self.rule}{where}: " if self.rule else ""
        return f"{rule}{self.detail}" + (f". {self.remedy}" if self.remedy else "")

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"


def line_refused(line: int, refusal: Exception) -> LineRefused:
    """A line whose command was refused."""
    if isinstance(refusal, Refused):
        rejection = refusal.rejection
        return LineRefused(
            line, str(rejection), rejection.rule(), rejection.field, rejection.remedy or None, rejection.judged_at
        )
    if isinstance(refusal, RefusedBefore):
        return _before(line, json.loads(refusal.problem))
    return LineRefused(line, str(refusal), rule_name(type(refusal).__name__))


def _before(line: int, problem: Mapping[str, Any]) -> LineRefused:
    """What was answered when the key was refused first, as it was kept (`api.http.problems.Problem`)."""
    judged_at, violations = problem.get("judged_at"), problem.get("violations")
    return LineRefused(
        line,
        problem["detail"],
        problem["type"].rpartition("/")[2],
        violations[0]["field"] if violations else None,
        problem.get("remedy"),
        judged_at and parse_instant(judged_at),
        before=True,
    )
