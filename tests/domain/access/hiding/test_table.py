"""Every event type and every field has its entry: nothing new is told by oversight."""

from domain.access.hiding.table import ABOUT, HIDDEN, HOLDS, PLAIN
from domain.language.personal import personal_fields
from domain.language.words import field_names
from domain.register import EVENTS


def test_every_event_type_has_an_entry() -> None:
    assert ABOUT.keys() == EVENTS.keys()


def test_every_field_has_an_entry() -> None:
    kinds: list[type] = [*EVENTS.values()]
    there = {name for kind in kinds for name in set(field_names(kind)) - personal_fields(kind).keys()}
    assert there == HOLDS.keys() | PLAIN
    assert not HOLDS.keys() & PLAIN


def test_what_is_hidden_stands_in_a_field_or_is_a_text_or_an_actor() -> None:
    hidden = {what for rules in HIDDEN.values() for what in rules}
    assert hidden <= {*HOLDS.values(), "text", "actor"}
