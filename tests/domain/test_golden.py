"""Every golden history at every instant asked for: ids and times to the letter, seconds to the second."""

from datetime import datetime

import pytest

from domain.clocks.reading import clocks_of
from domain.metrics.engagement import metrics_of
from tests import golden
from tests.answers import differences, written

ASKED = [(name, index) for name in golden.NAMES for index in range(len(golden.case(name)["expected"]))]


@golden.needed
@pytest.mark.parametrize(("name", "index"), ASKED)
def test_a_golden_history_gives_its_metrics(name: str, index: int) -> None:
    history, expected = golden.history(name), golden.case(name)["expected"][index]
    asked = {key: datetime.fromisoformat(expected[key]) for key in ("as_of", "from", "to") if key in expected}
    as_of, known_at = asked["as_of"], history.facts[-1].recorded_at
    metrics = metrics_of(history, as_of=as_of, known_at=known_at, from_=asked.get("from"), to=asked.get("to"))
    clocks = clocks_of(history, as_of, known_at).readings.values()
    found = written(metrics) | {"as_of": expected["as_of"], "clocks": [written(each) for each in clocks]}
    assert differences(expected, found) == []


def test_a_difference_is_seen() -> None:
    expected = {"ratio": 0.5, "list": [1, 2], "at": "x", "flag": True, "none": None}
    assert differences(expected, {**expected, "more": 1, "ratio": 0.5 + 1e-10}) == []
    for wrong in (
        {"ratio": 0.51},
        {"list": [1]},
        {"list": [1, 3]},
        {"at": "y"},
        {"flag": 1},
        {"none": 0},
        {"ratio": None},
    ):
        assert len(differences(expected, {**expected, **wrong})) == 1
    assert differences(expected, {}) != []
