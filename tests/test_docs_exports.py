"""docs/exports.md names the columns, the filters and the objects that there are."""

import re
from pathlib import Path

import pytest

from api.exports.asked import EventsExportAsked, OcelExportAsked, RowsExportAsked
from api.exports.columns import columns_of
from api.exports.lists import LISTS
from api.exports.ocel.shape import OBJECT_TYPES
from domain.language.words import field_names

PAGE = (Path(__file__).parent.parent / "docs" / "exports.md").read_text(encoding="utf-8")


def section(heading: str) -> str:
    return re.split(r"^##+ ", PAGE.partition(f"# {heading}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]


@pytest.mark.parametrize("name", LISTS)
def test_the_columns_of_a_list_are_told_in_their_order(name: str) -> None:
    told = re.findall(r"`(\w+)`", section(name).strip().partition("\n\n")[0])
    assert told == [column.name for column in columns_of(LISTS[name].row)]
    explained = re.findall(r"`(\w+)`", "".join(re.findall(r"^\| (`.*?) \|", section(name), re.MULTILINE)))
    assert set(explained) <= set(told)


def test_every_filter_of_what_is_no_query_is_told() -> None:
    for asks in (RowsExportAsked, EventsExportAsked, OcelExportAsked):
        named = [f"`{name}`" for name in field_names(asks) if name != "min_position"]
        assert ", ".join(named) in PAGE or all(name in PAGE for name in named)


def test_the_objects_have_the_values_that_are_told() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*?) \|", section("OCEL 2.0"), re.MULTILINE))
    for each in OBJECT_TYPES:
        if each.attributes:
            assert re.findall(r"`(\w+)`", rows[each.name]) == [one.name for one in each.attributes]
