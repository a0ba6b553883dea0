"""What whoever asks may do with an engagement now: each command about each of its subjects, and which parties may."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from application.queries.as_of import AboutEngagement, EngagementAsOf
from domain.engagement.state import State
from domain.language.bounds import DESCRIBED
from domain.language.words import Id, Party
from domain.register import COMMANDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A command that may be issued now about one subject; the rules still judge what else it says."""

    __pydantic_config__ = DESCRIBED

    command: str
    """Its name, as in its address."""
    subject: Mapping[str, Id] | None
    """The ids of what it would be about, under the names of its fields; null: the engagement itself."""
    title: str
    """What it does, in a sentence."""
    by: tuple[Party, ...]
    """The parties that may issue it under this model; the platform may always."""


@dataclass(frozen=True, kw_only=True)
class AllowedAnswer(AboutEngagement):
    """What whoever asks may do now, in the order of the commands and of their subjects; before the opening nothing."""

    items: tuple[Offer, ...]


def allowed(question: EngagementAsOf, party: Party | None) -> AllowedAnswer:
    """What whoever asks may do in the state at ``as_of``; where a party is named, what that one may as well."""
    state = question.history.state_at(question.as_of) if question.history else None
    items = tuple(
        each
        for each in (offers(state) if state else ())
        if (party is None or party in each.by) and question.may(each.command, each.subject or {})
    )
    return AllowedAnswer(**question.about(), items=items)


def offers(state: State) -> Iterator[Offer]:
    """Every command about every subject that it is offered about."""
    for name, kind in COMMANDS.items():
        for subject in kind.offered(state):
            issuing: list[Party] = [each for each in kind.parties_about(state, subject) if each != "system"]
            by = tuple(dict.fromkeys((*issuing, "platform")))
            yield Offer(command=name, subject=subject or None, title=kind.title(), by=by)
