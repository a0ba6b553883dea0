"""What is shown of a form: its fields, whom it may be recorded for, and whether the rules offer it now."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from api.composition import Standfast
from api.pages.commands import command_title, has_form
from api.pages.engagement.view import named
from api.pages.formats import words
from api.pages.forms.body import Given
from api.pages.forms.choices import Option, choices_of, suggestions_of
from api.pages.forms.fields import Form, Showing
from api.pages.links import engagement_at, form_at
from domain.engagement.state import State
from domain.register import COMMANDS, allowed_commands


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
    state: State,
    engagement_id: UUID,
    command: str,
    given: Given,
    *,
    wrong: Sequence[tuple[str, str]] = (),
    one_more: str | None = None,
) -> FormShown:
    """The form of a command in a state, with what is given and what is wrong with it."""
    kind, zone = COMMANDS[command], state.terms.calendar.zone
    allowed = allowed_commands(state)
    parties = [each for each in kind.parties(state) if each != "system"]
    options = {**choices_of(command, state, given), **terms_offered(standfast, command)}
    showing = Showing(given, wrong, options, suggestions_of(state), zone, one_more)
    return FormShown(
        title=command_title(command),
        text=kind.title(),
        name=named(state),
        engagement=engagement_at(engagement_id),
        model=state.model,
        zone=zone,
        form=showing.form(command),
        parties=tuple(Option(value=each, name=words(each)) for each in parties if each != "platform"),
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
