"""What forbids a command: one class per fact, its docstring the sentence a person reads."""

from datetime import datetime
from typing import ClassVar

from domain.language.saying import rule_name, said


class Rejection(Exception):
    """The command is refused.

    ``detail`` says who or what is in the way, and since when, in words that may follow ``at <instant>``.
    """

    remedy: ClassVar[str] = ""
    """What to do instead, in one sentence."""
    timeless: ClassVar[bool] = False
    """Whether the same would be refused at any instant."""

    def __init__(self, detail: str, *, field: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.field = field
        self.judged_at: datetime | None = None
        """The instant in whose state it was judged; None where that was no command's."""
        self.of_version: int | None = None
        """The new fact that it forbids, where it was judged among others."""

    def __str__(self) -> str:
        if self.judged_at is None or self.timeless:
            return self.detail
        return f"at {said(self.judged_at)} {self.detail}"

    def judge(self, at: datetime) -> None:
        """Says when it was judged, unless that is said already."""
        self.judged_at = self.judged_at or at

    @classmethod
    def rule(cls) -> str:
        """The stable name of the rule, in kebab-case."""
        return rule_name(cls.__name__)

    @classmethod
    def title(cls) -> str:
        return (cls.__doc__ or cls.__name__).strip().splitlines()[0]


class NotFound(Rejection):
    """There is no such thing at that instant."""


class Unfit(Rejection):
    """The fields are wrong whatever the state."""

    timeless: ClassVar = True


class NotYours(Rejection):
    """Another party issues this command."""

    remedy: ClassVar = "Issue it as a party that may, or let the platform issue it on its behalf."
    timeless: ClassVar = True


class ContradictsLaterFact(Rejection):
    """A fact already recorded would break a rule."""

    remedy: ClassVar = (
        "Say another instant, or let the platform put it right in one correct-history, which is judged once: "
        "void what is wrong, record what is missing."
    )
    timeless: ClassVar = True

    def __init__(self, detail: str, *, version: int, type_name: str, broken: str) -> None:
        super().__init__(detail)
        self.version: int | None = version
        """None where whoever is refused is not told of that fact."""
        self.type_name = type_name
        self.broken = broken


def all_rejections(root: type[Rejection] = Rejection) -> list[type[Rejection]]:
    """Every rejection there is, the roots without a rule of their own left out, in the order of definition."""
    found: list[type[Rejection]] = []
    for kind in root.__subclasses__():
        if kind not in (NotFound, Unfit):
            found.append(kind)
        found += all_rejections(kind)
    return found
