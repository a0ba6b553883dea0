"""docs/demo.md says with which rates the demo was made, and what they come to."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import fields
from math import nan
from pathlib import Path
from statistics import median

import pytest

from application.demo.rates import RATES, Rates
from application.demo.script import Script
from domain.language.words import Model
from domain.metrics.ratio import Ratio
from tests.application.demo.told import DAY, SEED, Told, demo, history_of
from tests.domain.shipped import shipped_terms

PAGE = (Path(__file__).parents[3] / "docs" / "demo.md").read_text(encoding="utf-8")
MODELS: tuple[Model, ...] = ("managed_marketplace", "managed_services", "staff_augmentation", "freelancer_platform")
"""The columns of the page's tables."""
YEAR, WORKING_DAY = 365.25, 8 * 3600


def rows(heading: str) -> dict[str, list[str]]:
    """The first table under a heading: each row's name, and its cells by model."""
    section = PAGE.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line[:1] == "|"]
    head, _, *body = lines
    assert [cell.strip("`") for cell in head[-4:]] == list(MODELS)
    return {cells[0].strip("`"): cells[-4:] for cells in body}


def test_the_page_gives_every_rate_as_it_is_in_the_code() -> None:
    in_the_code = {
        field.name: [_said(getattr(RATES[model], field.name)) for model in MODELS] for field in fields(Rates)
    }
    assert rows("The rates") == in_the_code


def _said(rate: float) -> str:
    if isinstance(rate, bool):
        return "yes" if rate else "no"
    return f"{rate:g}"


def test_the_page_gives_roughly_what_the_rates_come_to() -> None:
    found = {
        name: [nan if each[name] is None else each[name] for each in map(outcomes, MODELS)]
        for name in outcomes(MODELS[0])
    }
    wrong = {
        name: (cells, found.get(name))
        for name, cells in rows("What they come to").items()
        if [_number(cell) for cell in cells] != pytest.approx(found.get(name), rel=0.2, nan_ok=True)
    }
    assert wrong == {}
    assert rows("What they come to").keys() == found.keys()


def _number(cell: str) -> float:
    return nan if cell == "–" else float(cell)


def outcomes(model: Model) -> dict[str, float | None]:
    """What the default demo comes to under one model; None where there is nothing of it."""
    those = [told for told in demo() if told.model == model]
    continuity = [told.metrics.continuity for told in those]
    cases = [case for told in those for case in told.metrics.guarantee.cases]
    departures = sum((Counter(each.departures) for each in continuity), Counter())
    years = sum(tenure.days for each in continuity for tenure in each.tenures) / YEAR
    waited = sum((Counter(told.metrics.accountability.waiting_seconds) for told in those), Counter())
    honoured = Counter(case.honoured for case in cases)
    states = Counter(clock.state for case in cases for clock in case.clocks if clock.clock == "replace")
    return {
        "engagements": len(those),
        "replacements asked for": len(cases),
        "median days from request to replacement": median(_days_to_replace(those)),
        "replaced in time": _fraction(states["met"], states["late"] + states["breached"]),
        "guarantees honoured": _fraction(honoured[True], honoured[False]),
        "no-shows per year of somebody's work": departures["no_show"] / years,
        "disappearances per year of somebody's work": departures["disappeared"] / years,
        "days of gaps per year of somebody's work": sum(each.gaps.total_seconds for each in continuity)
        / WORKING_DAY
        / years,
        "coverage": Ratio.sum(each.coverage for each in continuity).fraction,
        "transfer completeness": Ratio.sum(each.transfer_completeness for each in continuity).fraction,
        "of the waiting, for the client": waited["client"] / waited.total(),
        "productivity reports per year of somebody's work": _count(those, "ProductivityReported") / years,
    }


def _fraction(some: int, others: int) -> float | None:
    return Ratio(some, some + others).fraction


def _count(those: Sequence[Told], kind: str) -> int:
    return sum(fact.type == kind for told in those for fact in told.history.facts)


def _days_to_replace(those: Sequence[Told]) -> list[float]:
    readings = [clock for told in those for clock in told.clocks.readings.values() if clock.clock == "replace"]
    return [(each.stopped_at - each.started_at).total_seconds() / 86_400 for each in readings if each.stopped_at]


def test_the_models_differ_as_they_are_said_to() -> None:
    of = {model: outcomes(model) for model in MODELS}

    def most(name: str) -> Model:
        return max(MODELS, key=lambda model: of[model][name] or 0)

    kept = of["managed_marketplace"]["guarantees honoured"]
    assert kept is not None
    assert 0.7 <= kept <= 0.9, "the marketplace keeps roughly four guarantees of five"
    assert most("disappearances per year of somebody's work") == "freelancer_platform"
    assert min(of, key=lambda model: of[model]["coverage"] or 0) == "freelancer_platform"
    assert most("of the waiting, for the client") == "staff_augmentation"


def test_managed_services_hide_their_people() -> None:
    those = [told for told in demo() if told.model == "managed_services"]
    people = [each for told in those for each in told.history.state.assignments.values()]
    assert people
    assert all(each.professional_id.startswith("engineer-") and each.day_rate is None for each in people)


def test_the_same_seed_and_day_give_the_same_events_at_any_hour() -> None:
    def told(hour: int) -> list[object]:
        plays = Script.of(SEED, 10, DAY.replace(hour=hour), shipped_terms()).plays
        return [fact for play in plays for fact in history_of(play).facts]

    assert told(0) == told(23)


def test_the_page_says_first_that_everything_is_invented() -> None:
    assert PAGE.split("\n\n")[1].startswith("Everything in the demo is invented")
