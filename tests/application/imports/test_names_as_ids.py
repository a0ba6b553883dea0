"""Names as ids: readable, stable, and different for different names."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.imports.names_as_ids import LONGEST_ID, as_ids, composed

ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")


def as_id(name: str) -> str:
    return as_ids([name])[name]


@pytest.mark.parametrize("name", ["payments", "a.b:c_d-e", "Red-Hat", "--", "a--b", "x" * LONGEST_ID])
def test_a_name_that_is_an_id_stays_as_it_is(name: str) -> None:
    assert as_id(name) == name


@pytest.mark.parametrize(
    ("name", "written"),
    [("Red Hat", "Red-Hat"), ("Director, Sales", "Director-Sales"), ("R&D (EMEA)", "R-D-EMEA-"), ("?!", "-")],
)
def test_a_run_of_ascii_characters_that_no_id_has_is_one_dash(name: str, written: str) -> None:
    assert as_id(name) == written


@pytest.mark.parametrize(
    ("name", "readable"),
    [
        ("Zahlungen – Köln", "Zahlungen-Koln-"),
        ("Zoë", "Zoe-"),
        ("Weiß", "Weiss-"),
        ("Łódź Øst", "Lodz-Ost-"),
        ("Wang 王伟", "Wang-"),
        ("付款", ""),
        ("Αθήνα", ""),
        ("🚀", ""),
    ],
)
def test_where_another_character_is_lost_a_hash_follows_what_can_be_read(name: str, readable: str) -> None:
    assert re.fullmatch(f"{re.escape(readable)}[0-9a-f]{{8}}", as_id(name))


def test_an_id_is_the_same_in_every_file() -> None:
    assert as_id("Zahlungen – Köln") == "Zahlungen-Koln-9922d4b5"
    assert as_ids(["Zoë", "Zoé", "payments"])["Zoë"] == as_id("Zoë")


def test_names_that_would_become_the_same_id_are_told_apart_and_an_id_stays() -> None:
    ids = as_ids(["A B", "A-B", "A, B", "C"])
    assert (ids["A-B"], ids["C"]) == ("A-B", "C")
    assert len(set(ids.values())) == 4
    assert all(ids[name].startswith("A-B-") for name in ("A B", "A, B"))


def test_an_id_of_a_role_leaves_room_for_the_number_of_the_seat() -> None:
    name = "ü" * 58
    assert len(as_ids([name], 58)[name]) <= 58


@given(st.sets(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=LONGEST_ID), max_size=8))
def test_different_names_have_different_ids_and_all_are_ids(names: set[str]) -> None:
    same = {composed(name) for name in names}
    ids = as_ids(name for name in same if len(name) <= LONGEST_ID)
    assert len(set(ids.values())) == len(ids)
    assert all(ID.fullmatch(each) for each in ids.values())
