"""What is shown of a form: its fields, whom it may be recorded for, and whether the rules offer it now."""

from collections.abc import Sequence
from dataclasses import dataclass

from api.composition import Standfast
from api.pages.commands import command_title, has_form
from api.pages.engagement.view import named
from api.pages.formats import words
from api.pages.forms.body import Given
from api.pages.forms.choices import Option, choices_of, suggestions_of
from api.pages.forms.fields import Form, Showing
from api.pages.links import engagement_at, form_at
from application.queries.as_of import EngagementAsOf
from domain.access.may import commands_of
from domain.register import COMMANDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """A command that may be issued instead."""

    command: str
    title: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FormShown:
    """All that the page shows; ``offered``: whether the rules leave room for the command now."""

    title: str
    text: str
    name: str
    engagement: str
    model: str
    zone: str
    form: Form
    parties: Sequence[Option]
    usual_party: str
    offered: bool
    allowed: Sequence[Alternative]


def form_shown(
    standfast: Standfast,
    question: EngagementAsOf,
    command: str,
    given: Given,
    *,
    wrong: Sequence[tuple[str, str]] = (),
    one_more: str | None = None,
) -> FormShown:
    """The form of a command about an engagement that is known, with what is given and what is wrong with it."""
    history, engagement_id = question.history, question.engagement_id
    assert history, "what is known now has a history"
    state = history.state_at(question.as_of) or history.state
    kind, zone = COMMANDS[command], state.terms.calendar.zone
    allowed = commands_of(question.principal, state, history)
    theirs = [each for each in kind.offered(state) if question.may(command, each)]
    parties = [each for each in kind.parties(state) if each != "system"]
    for_others = question.principal is not None and question.principal.speaks_for_others
    options = {**choices_of(command, state, theirs, given), **terms_offered(standfast, command)}
    showing = Showing(given, wrong, options, suggestions_of(state), zone, one_more)
    return FormShown(
        title=command_title(command),
        text=kind.title(),
        name=named(state),
        engagement=engagement_at(engagement_id),
        model=state.model,
        zone=zone,
        form=showing.form(command),
        parties=tuple(Option(value=each, name=words(each)) for each in parties if for_others and each != "platform"),
        usual_party="platform" if "platform" in parties else parties[0],
        offered=command in allowed,
        allowed=tuple(
            Alternative(command=each, title=command_title(each), address=form_at(engagement_id, each, {}))
            for each in allowed
            if has_form(each)
        ),
    )


def terms_offered(standfast: Standfast, command: str) -> dict[str, Sequence[Option]]:
    """The published documents that an opening or an amendment may name."""
    if command not in ("amend-terms", "open-engagement"):
        return {}
    catalogue = standfast.terms.catalogue
    return {
        kind: tuple(Option(value=each, name=each) for each in catalogue.names(kind)) for kind in ("policy", "calendar")
    }
