"""What forbids a command: one class per fact, its docstring the sentence a person reads."""

import re


class Rejection(Exception):
    """The command is refused."""

    def __init__(self, detail: str, *, field: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.field = field

    @classmethod
    def rule(cls) -> str:
        """The stable name of the rule, in kebab-case."""
        return re.sub(r"(?<!^)(?=[A-Z])", "-", cls.__name__).lower()

    @classmethod
    def title(cls) -> str:
        return (cls.__doc__ or cls.__name__).strip().splitlines()[0]


class NotFound(Rejection):
    """There is no such thing at that instant."""


class Unfit(Rejection):
    """The fields are wrong whatever the state."""


class NotYours(Rejection):
    """Another party issues this command."""


class ContradictsLaterFact(Rejection):
    """A fact already recorded would break a rule."""

    def __init__(self, detail: str, *, version: int, type_name: str, broken: str) -> None:
        super().__init__(detail)
        self.version = version
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
