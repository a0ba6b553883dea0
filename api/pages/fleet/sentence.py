"""The first sentence: whether the guarantee held, in words, with its figures."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from api.pages.fleet.behind import Behind, Note, Shown
from api.pages.fleet.matrix import promises
from api.pages.formats import words
from api.pages.work_view import MODELS
from api.queries.fleet import GroupsAsked
from api.queries.kept_figures import FleetFigures
from application.ports.fleet import Group, GroupRatio


@dataclass(frozen=True, slots=True)
class Sentence:
    """The answer, and what is to be said about it."""

    answer: Note
    more: Note


def sentence(found: FleetFigures, asked: GroupsAsked) -> Sentence:
    """Of all that is asked for."""
    behind, groups = Behind.of(asked, asked.key, found.page.reading.as_of), found.whole
    met = sum(each.guarantee.attainment.numerator for each in groups)
    due = sum(each.guarantee.attainment.denominator for each in groups)
    others = tuple(_others(found, asked))
    if due == 0:
        return Sentence(("No promised replacement was due in this window.",), (*_open(behind, groups), *others))
    share = behind.ratio("guarantee.attainment", GroupRatio(met / due, met, due))
    assert share is not None, "there are some"
    answer: Note = (
        "The guarantee held in ",
        behind.count("guarantee.replace.met", met),
        " of ",
        behind.beside("guarantee.attainment", due, f"{due:,}", f"promised replacement{'' if due == 1 else 's'}"),
        " (",
        share,
        ").",
    )
    return Sentence(answer, (*_missed(behind, groups), *_credit(behind, groups), *others))


def _open(behind: Behind, groups: Sequence[Group]) -> Iterator[Shown | str]:
    still = sum(each.guarantee.cases.open for each in groups)
    if still:
        yield " "
        yield behind.count("guarantee.cases.open", still, "is open." if still == 1 else "are open.")


def _missed(behind: Behind, groups: Sequence[Group]) -> Iterator[Shown | str]:
    late = sum(each.guarantee.replace.late for each in groups)
    overdue = sum(each.guarantee.replace.breached for each in groups)
    yield " "
    if late + overdue == 0:
        yield "None came late"
    if late:
        yield behind.count("guarantee.replace.late", late, "came late")
    if late and overdue:
        yield ", "
    if overdue:
        yield behind.count(
            "guarantee.replace.breached", overdue, "is overdue now" if overdue == 1 else "are overdue now"
        )


def _credit(behind: Behind, groups: Sequence[Group]) -> Iterator[Shown | str]:
    sums: dict[str, Decimal] = {}
    for group in groups:
        for currency, credited in group.guarantee.credit.items():
            sums[currency] = sums.get(currency, Decimal(0)) + Decimal(credited)
    if not sums:
        yield "."
        return
    yield "; "
    for place, (currency, amount) in enumerate(sorted(sums.items())):
        if place:
            yield " and " if place == len(sums) - 1 else ", "
        yield behind.amount(f"guarantee.credit.{currency}", str(amount))
    yield f" of credit {'follows' if len(sums) == 1 else 'follow'}."


def _others(found: FleetFigures, asked: GroupsAsked) -> Iterator[str]:
    """The models side by side that promise nothing."""
    if asked.group_by != "model" or len(found.page.groups) < 2:
        return
    none = [each.key for each in found.page.groups if not promises(found, asked, each)]
    if len(none) == len(found.page.groups) - 1:
        yield " No other model promises a replacement."
    elif none:
        named = [words(model) for model in MODELS if model in none]
        yield f" {' and '.join(named).capitalize()} promise{'s' if len(named) == 1 else ''} none."
