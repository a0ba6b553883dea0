"""What the pages of a supposition show: what can be chosen, what was, and what came of it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from api.http.problems import Problem
from api.http.reach import Seen
from api.pages.fleet.behind import Behind
from api.pages.formats import machine_text, words
from api.pages.links import Here
from api.pages.what_if.cases import Flipped, FlippedShown
from api.pages.what_if.choice import KINDS, MODELS, OF, SUPPOSED, Choice, is_written
from api.pages.what_if.figures import Both, Compared, compared
from api.pages.what_if.terms import Term
from application.queries.measures import WhatIfAnswer
from domain.metrics.what_if import Supposition
from infrastructure.terms.shelf import Kind

MOST_DOCUMENTS: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    value: str
    name: str
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Editor:
    """A document to be written: its text, whether somebody changed it, and what is wrong with it."""

    kind: Kind
    text: str
    rows: int
    changed: bool
    wrong: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of a supposition; ``figures`` are family by family, and ``of_nobody`` where it fits nobody."""

    sentence: str
    notes: Sequence[str]
    of_nobody: bool
    figures: Mapping[str, Sequence[Compared]]
    flipped: Sequence[FlippedShown]
    total: int
    position: int
    as_of: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIfShown:
    """All that a page shows but its result. ``astray`` is what is wrong and stands beside no field."""

    models: Sequence[Option]
    names: Mapping[Kind, Sequence[Option]]
    editors: Sequence[Editor]
    refusal: Problem | None
    astray: Sequence[tuple[str, str]]
    hidden: Mapping[str, str]
    terms: Sequence[Term] = ()
    instant: Mapping[str, str]
    zone: str = "UTC"

    def again(self, address: str) -> str:
        """Where nothing is supposed yet, of the same engagements as of the same instant."""
        return Here(address, {name: value for name, value in self.hidden.items() if name not in SUPPOSED}).now


def what_if_shown(
    standfast: Seen,
    choice: Choice,
    documents: Mapping[Kind, str],
    *,
    refusal: Problem | None = None,
    terms: Sequence[Term] = (),
    zone: str = "UTC",
) -> WhatIfShown:
    """What can be chosen, with what was, and why that was refused."""
    wrong = [(each.field, each.message) for each in (refusal.violations or () if refusal else ())]
    editors = [_editor(kind, choice, documents[kind], wrong) for kind in KINDS]
    written = {each.kind for each in editors if each.changed}
    return WhatIfShown(
        models=_options(MODELS, choice.named.get("model"), words),
        names={kind: _options(_published(standfast, kind), choice.named.get(kind), _called) for kind in KINDS},
        editors=editors,
        refusal=refusal,
        astray=[each for each in wrong if _kind_of(each[0]) not in written],
        hidden=choice.named,
        instant=choice.instant,
        terms=terms,
        zone=zone,
    )


def result_of(
    standfast: Seen,
    told: Mapping[str, Any],
    supposition: Supposition,
    choice: Choice,
    known: Mapping[UUID, WhatIfAnswer] | None = None,
    *,
    promised: bool = True,
    of_fleet: bool = True,
) -> Result:
    """A result as the interface tells it, of a choice; ``promised``: whether the present terms promise a replacement.

    The figures of the fleet lead to their rows, unless some engagements are left out of them. Raises CallerGone.
    """
    as_of = datetime.fromisoformat(told["as_of"])
    total, cases = told["flipped"]["total"], told["actual"]["guarantee"]["cases"]["requested"]
    return Result(
        sentence=_nobody(told) or _sentence(total, cases),
        notes=list(_notes(told)),
        of_nobody=bool(_nobody(told)),
        figures=compared(
            Both(
                actual=told["actual"],
                hypothetical=told["hypothetical"],
                promised=promised,
                would_be_promised=bool(supposition.policy.guarantee) if supposition.policy else promised,
                behind=_behind(choice, as_of) if of_fleet and not told["not_applicable"] else None,
            )
        ),
        flipped=list(Flipped(standfast, supposition, as_of, choice, known or {}).shown(told["flipped"]["first"])),
        total=total,
        position=told["position"],
        as_of=as_of,
    )


def _behind(choice: Choice, as_of: datetime) -> Behind | None:
    """What leads from a figure as it is to its rows; None of an instant that was chosen: rows know what came later."""
    if choice.instant:
        return None
    filters = {to: choice.named[name] for name, to in OF.items() if name in choice.named}
    return Behind({"group_by": "all", **filters, "as_of": machine_text(as_of)})


def _nobody(told: Mapping[str, Any]) -> str:
    """What is said where the supposed policy fits none of those that are chosen; empty where it fits some."""
    left_out = told["not_applicable"]
    if told["engagements"] or not left_out:
        return ""
    return (
        f"This policy is for none of the {left_out:,}."
        if left_out > 1
        else "This policy is not for the one engagement."
    )


def _sentence(total: int, cases: int) -> str:
    if not cases:
        return "There is no replacement case that could have gone otherwise."
    if not total:
        alone = "The one case would have gone the same way."
        return f"None of {cases:,} cases would have gone otherwise." if cases > 1 else alone
    return f"{total:,} of {cases:,} {'case' if cases == 1 else 'cases'} would have gone otherwise."


def _notes(told: Mapping[str, Any]) -> Sequence[str]:
    engagements, left_out = told["engagements"], told["not_applicable"]
    notes = [f"{engagements:,} {'engagement' if engagements == 1 else 'engagements'}"]
    if left_out:
        notes.append(f"{left_out:,} left out: the policy is not for their model")
    return notes


def _called(name: str) -> str:
    """Terms as they are chosen; written ones have no name but their digest."""
    return "as written" if is_written(name) else name


def _options(values: Sequence[str], chosen: str | None, named: Any = str) -> Sequence[Option]:
    """The values; one that was chosen and is none of them is offered all the same, to be refused where it is none."""
    known = [*values, *([chosen] if chosen and chosen not in values else ())]
    return [Option(value=each, name=named(each), chosen=each == chosen) for each in known]


def _published(standfast: Seen, kind: Kind) -> Sequence[str]:
    """The versions that there are, the newest of a code first."""
    found = standfast.terms.catalogue.page(kind, limit=MOST_DOCUMENTS)
    return [f"{each.code}@{each.version}" for each in sorted(found, key=lambda each: (each.code, -each.version))]


def _editor(kind: Kind, choice: Choice, shown: str, wrong: Sequence[tuple[str, str]]) -> Editor:
    text = choice.documents.get(kind, shown)
    changed = text.split() != shown.split() or is_written(choice.named.get(kind, ""))
    of_it = [(name.removeprefix(kind).removeprefix("."), message) for name, message in wrong if _kind_of(name) == kind]
    return Editor(
        kind=kind,
        text=text,
        rows=min(24, max(6, text.count("\n") + 2)),
        changed=changed,
        wrong=of_it if changed else (),
    )


def _kind_of(field: str) -> str:
    return field.partition(".")[0].partition("[")[0]


def parsed(raw: bytes) -> dict[str, Any]:
    """What the interface answered."""
    told: dict[str, Any] = json.loads(raw)
    return told
