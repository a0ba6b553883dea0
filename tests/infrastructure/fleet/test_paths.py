"""Which paths name a figure, what is said of one that names none, and the seats of the rows behind a case."""

from datetime import timedelta

import pytest

from application.ports.fleet import FleetWanted, NotAsked
from infrastructure.fleet.groups import SOURCES
from infrastructure.fleet.paths import VALUES, named, paths, values
from tests.infrastructure.fleet.harness import Fleet
from tests.infrastructure.fleet.test_sums import grown

NONE_SUCH = {
    "productivity.foo_seconds": "productivity.to_onboard_seconds",
    "accountability.parties.nobodyelse.met": "accountability.parties.nobody.met",
    "accountability.parties.{}.met": "accountability.parties.",
    "accountability.waiting_seconds.clients": "accountability.waiting_seconds.client",
    "continuity.departures.resigned": "continuity.departures.resignation",
    "guarantee.phases.serach": "guarantee.phases.search",
    "guarantee.credit.usd": "guarantee.credit.USD",
    "guarantee.attainement": "guarantee.attainment",
    "productivity._seconds": "productivity.",
}


@pytest.mark.parametrize("path", NONE_SUCH)
def test_what_names_no_figure_is_refused_with_the_nearest(path: str) -> None:
    with pytest.raises(NotAsked, match="is no figure of a group") as refused:
        named(path)
    assert refused.value.field == "figure"
    assert f"(did you mean {NONE_SUCH[path]}" in str(refused.value)


def test_what_is_like_nothing_is_refused_without() -> None:
    with pytest.raises(NotAsked) as refused:
        named("moon")
    assert "did you mean" not in str(refused.value)


def test_every_path_names_its_figure() -> None:
    told = list(paths())
    assert len(set(told)) == len(told) > 100
    for path in told:
        of = named(path)
        assert of.figure.path.format(of.by) == path
        assert of.figure in of.source.figures


def test_every_place_in_a_path_says_what_may_stand_there() -> None:
    figures = [figure for source in SOURCES for figure in source.figures]
    assert {figure.path.split("{}")[0] for figure in figures if figure.by is not None} == set(VALUES)
    assert all(bool(values(figure)) == ("{}" in figure.path) for figure in figures)


def test_rows_of_cases_name_the_seat(sqlite_fleet: Fleet) -> None:
    as_of = grown(sqlite_fleet, (0, 1, 3), timedelta(days=2))
    histories = sqlite_fleet.histories()
    for path in ("accountability.handoffs", "accountability.waiting_seconds.client", "guarantee.cases.requested"):
        rows = sqlite_fleet.rows(FleetWanted(), path, as_of)
        assert rows, path
        for row in rows:
            case = histories[row.engagement_id].state.cases[row.subject_id or ""]
            assert row.seat_id == case.seat_id, path
            assert row.words.startswith(f"case {row.subject_id} on {case.seat_id}")
