"""What is shown of a correction: the line that was wrong, the form of what is true instead, and what that changes."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from api.composition import Standfast
from api.pages.changes import ChangesShown, changes_shown
from api.pages.correction.original import Original
from api.pages.engagement.history import Line, lines
from api.pages.engagement.view import named
from api.pages.formats import capital, on_clocks, words
from api.pages.forms.body import NULL, Given
from api.pages.forms.choices import NEW_IDS, Option
from api.pages.forms.fields import Field, Form, Showing
from api.pages.forms.shape import Leaf, shape_of
from api.pages.forms.view import terms_offered
from api.pages.links import CORRECT, Here, engagement_at
from api.pages.subjects import NOUNS, said_of
from application.queries.dry_run import DryRun
from domain.engagement.state import EngagementHistory, State
from domain.language.words import field_names
from domain.law.recorded import Recorded
from domain.register import COMMANDS

REASON: Final = "correction.reason"
WITHIN: Final = "record[0]"
"""The name of what is recorded instead, in what is wrong with a correction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a correction would record and change; ``decided_on`` is the version that it was decided on."""

    lines: Sequence[Line]
    changes: ChangesShown
    stands: str
    decided_on: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionShown:
    """All that the page shows. ``line`` is what was wrong; ``form`` is None where nothing is recorded in its place.

    ``said`` is what its command said, field by field; ``together`` are the other versions that are voided with it.
    """

    name: str
    engagement: str
    model: str
    zone: str
    line: Line
    said: Sequence[tuple[str, str]]
    form: Form | None
    reason: Field
    parties: Sequence[Option]
    together: Sequence[int]
    preview: Preview | None
    astray: Sequence[tuple[str, str]]


def correction_shown(
    standfast: Standfast,
    history: EngagementHistory,
    of: Original,
    given: Given,
    *,
    reason: str = "",
    behalf: str = "",
    wrong: Sequence[tuple[str, str]] = (),
    one_more: str | None = None,
    tried: DryRun | None = None,
) -> CorrectionShown:
    """The form of a correction with what is given, what is wrong with it, and what it would change."""
    state, zone = history.state, history.state.terms.calendar.zone
    inside, own = _apart(wrong)
    options = {**_choices(of.command, state), **terms_offered(standfast, of.command)}
    showing = Showing(given, inside, options, {}, zone, one_more, of.given)
    form = showing.form(of.command) if of.has_form else None
    why = Showing({REASON: reason}, [(REASON, message) for name, message in own if name == "reason"], {}, {}, zone)
    astray = [(name, message) for name, message in own if name != "reason"]
    return CorrectionShown(
        name=named(state),
        engagement=engagement_at(of.fact.stream_id),
        model=state.model,
        zone=zone,
        line=_lines([of.fact], history)[0],
        said=tuple(_said(of, state)),
        form=form,
        reason=replace(why.field(_REASON, REASON), label="Why it is corrected", hint=""),
        parties=tuple(_parties(of, state, behalf)),
        together=[each for each in of.versions if each != of.fact.version],
        preview=_preview(tried, history) if tried else None,
        astray=[*astray, *(form.astray if form else inside)],
    )


_REASON: Final = next(each for each in shape_of(CORRECT).members if isinstance(each, Leaf) and each.name == "reason")


def _said(of: Original, state: State) -> Iterator[tuple[str, str]]:
    """What the command of a line said, as people read it."""
    for name, text in of.given.items():
        if not name.endswith(NULL):
            told = said_of(state, name, text) if name in NOUNS else on_clocks(text, of.zone)
            yield capital(words(name)), words(told) if CODE.fullmatch(told) else told


CODE: Final = re.compile("[a-z]+(_[a-z]+)+")


def _apart(wrong: Sequence[tuple[str, str]]) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """What is wrong with what is recorded instead, and with the correction itself."""
    inside = [(name.removeprefix(WITHIN).lstrip("."), told) for name, told in wrong if name.startswith(WITHIN)]
    return inside, [(name, told) for name, told in wrong if not name.startswith(WITHIN)]


def _choices(command: str, state: State) -> Mapping[str, Sequence[Option]]:
    """All that there is of each noun: what was recorded may have been about something that is over."""
    found = {}
    for field in field_names(COMMANDS[command]):
        noun = NOUNS.get(field)
        if noun and (command, field) not in NEW_IDS and field != COMMANDS[command].makes:
            found[field] = tuple(Option(value=each, name=said_of(state, field, each)) for each in getattr(state, noun))
    return found


def _parties(of: Original, state: State, behalf: str) -> Iterator[Option]:
    """For whom it may be recorded instead, whoever it was recorded for first."""
    said = dict.fromkeys(each for each in (of.on_behalf_of, behalf) if each)
    kinds = [each for each in COMMANDS[of.command].parties(state) if each not in ("system", "platform")]
    for each in (*said, *(kind for kind in kinds if kind not in said)):
        yield Option(value=each, name=each if ":" in each else words(each))


def _preview(tried: DryRun, history: EngagementHistory) -> Preview:
    grown = tried.grown or history
    return Preview(
        lines=_lines(tried.outcome.facts, grown),
        changes=changes_shown(tried.changes, grown.state, grown.state.terms.calendar.zone),
        stands=tried.outcome.stands().detail if tried.outcome.stands else "",
        decided_on=tried.decided_on,
    )


def _lines(facts: Sequence[Recorded], history: EngagementHistory) -> Sequence[Line]:
    return lines(facts, history.state, history.voided, Here(""), None, corrects=True)
