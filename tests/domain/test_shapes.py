"""Stored event shapes: golden files, append-only. Whatever was once written is read for ever, to the same event."""

import json
from typing import Any, get_type_hints

import pytest

from domain.language.bounds import written_name
from domain.language.personal import Personal, personal_fields
from domain.language.words import Text, Unchanged, field_names
from domain.register import EVENTS
from infrastructure.events.codec import SCHEMA_VERSIONS, decode, encode
from tests.domain.examples import FOLDER, examples, file_of, lines_of

SHAPES = [(name, version) for name, latest in SCHEMA_VERSIONS.items() for version in range(1, latest + 1)]


def test_every_registered_event_has_a_golden_file_of_each_version_and_no_other_has() -> None:
    assert sorted(path.name for path in FOLDER.iterdir()) == sorted(file_of(*shape).name for shape in SHAPES)


@pytest.mark.parametrize(("name", "version"), SHAPES)
def test_a_golden_file_is_read(name: str, version: int) -> None:
    lines = lines_of(file_of(name, version))
    assert [json.loads(line) for line in lines] == json.loads(file_of(name, version).read_bytes())
    for line in lines:
        assert type(decode(name, version, line)) is EVENTS[name]


@pytest.mark.parametrize(("name", "version"), SCHEMA_VERSIONS.items())
def test_the_version_written_now_has_the_bytes_of_its_golden_file(name: str, version: int) -> None:
    lines = lines_of(file_of(name, version))
    for line in lines:
        event = decode(name, version, line)
        assert encode(event) == (name, version, line)
        assert decode(*encode(event)) == event


@pytest.mark.parametrize("name", EVENTS)
def test_the_golden_file_holds_every_field_set_and_every_field_absent_that_may_be(name: str) -> None:
    found = [decode(name, SCHEMA_VERSIONS[name], line) for line in lines_of(file_of(name, SCHEMA_VERSIONS[name]))]
    assert found == examples(EVENTS[name])
    full = json.loads(lines_of(file_of(name, SCHEMA_VERSIONS[name]))[0])
    assert list(full) == [written_name(each) for each in field_names(EVENTS[name])]
    assert None not in full.values()


def test_absent_optional_fields_are_stored_as_null_and_what_an_amendment_leaves_alone_not_at_all() -> None:
    for name, kind in EVENTS.items():
        hints = get_type_hints(kind)
        optional = {each for each, hint in hints.items() if type(None) in getattr(hint, "__args__", ())}
        left_alone = {each for each, hint in hints.items() if Unchanged in getattr(hint, "__args__", ())}
        bare = json.loads(lines_of(file_of(name, SCHEMA_VERSIONS[name]))[-1])
        assert {each for each, value in bare.items() if value is None} == optional - left_alone, name
        assert not left_alone & bare.keys()


@pytest.mark.parametrize("name", EVENTS)
def test_every_free_text_says_whose_it_is(name: str) -> None:
    kind: type = EVENTS[name]
    texts = {each for each, hint in get_type_hints(kind, include_extras=True).items() if _is_text(hint)}
    whose = "professional" if "professional_id" in field_names(kind) else "client"
    assert {each: personal_fields(kind).get(each) for each in texts} == dict.fromkeys(texts, whose)


def _is_text(hint: Any) -> bool:
    """Whether a field is a `Text`, marked or not, or may be absent."""
    bounds = Text.__metadata__  # type: ignore[attr-defined]  # an alias made by Annotated has them
    marks = tuple(mark for mark in getattr(hint, "__metadata__", ()) if not isinstance(mark, Personal))
    return marks == bounds or any(map(_is_text, getattr(hint, "__args__", ())))
